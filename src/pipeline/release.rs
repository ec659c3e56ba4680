//! A version: digest, compare, make what changed, take the rest over, publish.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use serde_json::json;

use super::build::Made;
use super::content::{Content, Prepared};
use super::differing::Contents;
use super::document_writer::{DocumentWriter, FinishedDocument, find_typst};
use super::documents::{self, Renewal, Sink};
use super::options::{BuildOptions, Outcome, Progress};
use super::since::{self, Head};
use super::stamp;
use crate::diagnostic::{Code, Diagnostic, Place, has_errors};
use crate::diff::Snapshot;
use crate::format::FORMATS;
use crate::layout::{CHANGES, CLAIMS, DATA, version_folder};
use crate::model::Date;
use crate::render::Scope;
use crate::tree::Tree;
use crate::tree::revision::{self, GitFacts};
use crate::typeset;
use crate::version::{
    self, ClaimLedger, ClaimRow, Commit, Digest, DocumentEntry, Health, Release, Revision, Stage, Store, Tools, Version, inputs,
};

/// The newest version, where the stamp of the inputs says that it was made of these files: nothing needs to be read.
pub(super) fn unchanged(options: &BuildOptions, tree: &Tree, progress: &dyn Progress) -> Result<Option<(Vec<String>, Outcome)>> {
    let Some(version) = inputs::unchanged(&options.output, input_stamp(options, tree)) else { return Ok(None) };
    let git = revision::facts(&options.root);
    let known = git.as_ref().is_none_or(|git| version.entry.commits.contains(&Commit { id: git.commit.clone(), clean: git.clean }));
    let mut notes = Vec::new();
    if !known {
        let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
        notes = store.take_notes();
        rebuilt(&mut store, git.as_ref())?;
    }
    notes.extend(since_stands(options));
    Ok(Some((notes, stands(&version))))
}

/// The stamp of the files and of what else a version is made of.
fn input_stamp(options: &BuildOptions, tree: &Tree) -> Digest {
    inputs::stamp(tree, &json!({ "date": options.date.map(|date| date.to_string()), "typst": typeset::VERSION }))
}

fn stands(version: &Version) -> Outcome {
    Outcome::Unchanged { name: version_folder(version.entry.number), folder: version.folder().to_path_buf() }
}

/// A version is never changed again, so that its list of changes isn't either.
fn since_stands(options: &BuildOptions) -> Option<String> {
    let since = options.since.as_ref()?;
    Some(format!("its list of changes stands, too: `brief diff {since}` shows what has changed since then"))
}

/// A clean rebuild of the same content adds its commit to the ledger.
fn rebuilt(store: &mut Store, git: Option<&GitFacts>) -> Result<()> {
    if let Some(git) = git.filter(|git| git.clean) {
        store.rebuilt(&Commit { id: git.commit.clone(), clean: true })?;
    }
    Ok(())
}

/// Makes the next version, if the newest is of another content.
pub(super) fn make(options: &BuildOptions, content: &Content<'_>, progress: &dyn Progress) -> Result<Made> {
    let Content { tree, book, renderer, documents } = content;
    let git = revision::facts(&options.root);
    let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
    let tools = Tools::with_typst(typeset::VERSION);
    let writer = DocumentWriter::new(tree, book);
    let contents = Contents::of_documents(&writer, documents, &tools, None);
    let digest = version::book_digest(&version::BookParts {
        records: version::records_digest(book),
        documents: &contents.digests(),
        tools: &tools,
        options: &writer.reader_options(),
    });
    let before = store.newest();
    if let Some(newest) = &before {
        healthy(newest)?;
        if newest.entry.digest == digest {
            rebuilt(&mut store, git.as_ref())?;
            if let Some(entry) = store.ledger().newest() {
                inputs::remember(&options.output, input_stamp(options, tree), entry);
            }
            let mut notes = store.take_notes();
            notes.extend(since_stands(options));
            return Ok(Made { diagnostics: Vec::new(), notes, outcome: stands(newest) });
        }
    }

    let mut notes = Vec::new();
    let stage = store.stage()?;
    let date = stamp::date(options, git.as_ref())?;
    let mut diagnostics: Vec<Diagnostic> = dated_before(date, before.as_ref()).into_iter().collect();
    let snapshot = Snapshot::of(book);
    let head = Head { snapshot: &snapshot, content, contents: &contents, is_whole: true };
    let changes = since::changed(options, &store, &head, &mut notes)?;
    let scope = Scope { changes: Some(changes.json.clone()), audience: None };
    let earlier = before.as_ref().map(Earlier::read).transpose()?;
    let revised = Revision { version: stage.number(), date, digest };
    let sink = VersionSink { stage: &stage, contents: &contents, earlier, revised, made: Mutex::default() };
    let stamp = stamp::of_version(stage.number(), date, digest, &book.settings);
    let writer = writer.typesetting(find_typst(options)?);
    let renewal = Renewal { renderer, scope: &scope };
    let finished = documents::finish(documents, &writer, &stamp, Some(&renewal), &sink, progress)?;
    let (entries, rows) = sink.take();
    let is_faulty = has_errors(&finished.diagnostics);
    diagnostics.extend(finished.diagnostics);
    notes.extend(finished.notes);
    if is_faulty {
        notes.extend(store.take_notes());
        return Ok(Made { diagnostics, notes, outcome: Outcome::Faulty });
    }

    stage.write(CLAIMS, ClaimLedger::new(rows).to_json()?.as_bytes())?;
    stage.write(CHANGES, changes.text.as_bytes())?;
    stage.write(DATA, &snapshot.to_data_json()?)?;
    let commit = git.map(|git| Commit { id: git.commit, clean: git.clean });
    let count = entries.len();
    let entry = store.publish(stage, Release { digest, date, summary: changes.summary, documents: entries, tools, commit })?;
    inputs::remember(&options.output, input_stamp(options, tree), &entry);
    notes.extend(store.take_notes());
    let outcome = Outcome::Version {
        name: version_folder(entry.number),
        folder: options.output.join(version_folder(entry.number)),
        summary: entry.summary,
        documents: count,
        typeset: finished.made,
    };
    Ok(Made { diagnostics, notes, outcome })
}

/// A version whose documents are taken over where they have not changed.
struct Earlier<'a> {
    version: &'a Version,
    claims: BTreeMap<String, Vec<ClaimRow>>,
}

impl Earlier<'_> {
    fn read(version: &Version) -> Result<Earlier<'_>> {
        Ok(Earlier { version, claims: ClaimLedger::parse(&version.read(CLAIMS)?)?.documents })
    }
}

/// Puts documents into a version in the making.
struct VersionSink<'a> {
    stage: &'a Stage,
    contents: &'a Contents,
    earlier: Option<Earlier<'a>>,
    /// The version in the making.
    revised: Revision,
    /// The documents' entries in the manifest and their rows in the claim ledger.
    made: Mutex<(BTreeMap<String, DocumentEntry>, BTreeMap<String, Vec<ClaimRow>>)>,
}

impl VersionSink<'_> {
    fn take(self) -> (BTreeMap<String, DocumentEntry>, BTreeMap<String, Vec<ClaimRow>>) {
        self.made.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, id: &str, revised: Revision, claims: Vec<ClaimRow>) -> Result<()> {
        let Some(content) = self.contents.get(id) else { bail!("document `{id}` has no digest") };
        let (entries, rows) = &mut *self.made.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(id.to_owned(), DocumentEntry { digest: content.digest, revised, parts: content.parts.clone() });
        rows.insert(id.to_owned(), claims);
        Ok(())
    }
}

impl Sink for VersionSink<'_> {
    /// Takes a document over from the version before, byte for byte.
    fn reuse(&self, document: &Prepared) -> Result<bool> {
        let id = &document.planned.id;
        let Some(earlier) = self.earlier.as_ref().filter(|_| !document.uses_changes) else { return Ok(false) };
        let Some(entry) = earlier.version.manifest()?.documents.get(id) else { return Ok(false) };
        if self.contents.get(id).is_none_or(|content| content.digest != entry.digest) {
            return Ok(false);
        }
        for format in FORMATS {
            self.stage.keep(&format.file(id), earlier.version)?;
        }
        self.enter(id, entry.revised.clone(), earlier.claims.get(id).cloned().unwrap_or_default())?;
        Ok(true)
    }

    fn put(&self, document: FinishedDocument) -> Result<()> {
        let FinishedDocument { id, files, claims, .. } = document;
        files.iter().try_for_each(|file| self.stage.write(&file.format.file(&id), &file.bytes))?;
        self.enter(&id, self.revised.clone(), claims)
    }

    fn put_image(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.stage.write(name, bytes)
    }
}

/// An edited or damaged version is named, and never written over.
fn healthy(version: &Version) -> Result<()> {
    match version.health() {
        Health::Intact => Ok(()),
        Health::Missing => bail!(
            "the newest version's folder `{}` is gone; restore it from a copy or from where it was published",
            version.folder().display()
        ),
        Health::Damaged(faults) => {
            bail!(
                "the newest version was changed after it was written: {}; restore what was changed, from a copy or from where it was published",
                faults.join("; ")
            )
        }
    }
}

/// A version that is dated before the one it follows reads as if it were the older one.
fn dated_before(date: Date, before: Option<&Version>) -> Option<Diagnostic> {
    let entry = &before.filter(|version| date < version.entry.date)?.entry;
    let message = format!("the version is dated {date}, before v{}, which it follows and which is dated {}", entry.number, entry.date);
    Some(Diagnostic::warning(Code::InvalidDate, Place::Book, message).help("`--date YYYY-MM-DD` names another"))
}
