//! A version: digest, compare, make what changed, take the rest over, publish.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use super::outcome::{Made, Outcome};
use super::version_sink::{Earlier, Other, OtherVersion, VersionSink};
use crate::assembly::digests::BookDigests;
use crate::assembly::document_writer::{DocumentWriter, find_typst};
use crate::assembly::documents::{self, Renewal};
use crate::assembly::options::BuildOptions;
use crate::assembly::rendering::{Prepared, RenderedBook};
use crate::assembly::{audiences, stamp};
use crate::comparison::compare::Head;
use crate::comparison::since;
use crate::diagnostic::{Code, Diagnostic, Place, has_errors};
use crate::diff::Snapshot;
use crate::layout::{CHANGES, CLAIMS, DATA, version_folder};
use crate::model::{Book, Date};
use crate::progress::Progress;
use crate::tree::Tree;
use crate::tree::revision::{self, GitFacts};
use crate::typeset;
use crate::version::{
    self, Builds, ClaimLedger, ClaimRow, Commit, Digest, DocumentEntry, Entry, Health, Release, Revision, Stage, Store, Tools, Version,
    inputs::{self, Readers},
};

/// The newest versions, where the stamp of the inputs says that they were made of these files: nothing needs to be read.
pub(super) fn unchanged(options: &BuildOptions, tree: &Tree, progress: &dyn Progress) -> Result<Option<(Vec<String>, Vec<Outcome>)>> {
    let Some(versions) = inputs::unchanged(&options.output, input_stamp(options, tree), &options.audiences) else { return Ok(None) };
    let commit = revision::facts(&options.root).map(|git| Commit { id: git.commit, clean: git.clean });
    let mut notes = Vec::new();
    let mut outcomes = Vec::new();
    for (audience, version) in versions {
        let name = version_folder(version.entry.number);
        match (&audience, &commit) {
            (Some(audience), Some(commit)) => Builds::remember(&options.output, audience, version.entry.digest, commit),
            (None, Some(commit)) if !version.entry.commits.contains(commit) => {
                let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
                notes = store.take_notes();
                rebuilt(&mut store, Some(commit))?;
            }
            _ => {}
        }
        let name = audience.map_or(name.clone(), |audience| format!("{audience}/{name}"));
        outcomes.push(Outcome::Unchanged { name, folder: version.folder().to_path_buf() });
    }
    notes.extend(since_stands(options));
    Ok(Some((notes, outcomes)))
}

/// The stamp of the files and of what else a version is made of.
fn input_stamp(options: &BuildOptions, tree: &Tree) -> Digest {
    inputs::stamp(tree, &json!({ "date": options.date.map(|date| date.to_string()), "typst": typeset::VERSION }))
}

/// A version is never changed again, so that its list of changes isn't either.
fn since_stands(options: &BuildOptions) -> Option<String> {
    let since = options.since.as_ref()?;
    Some(format!("its list of changes stands, too: `brief diff {since}` shows what has changed since then"))
}

/// A clean rebuild of the same content adds its commit to the ledger.
fn rebuilt(store: &mut Store, commit: Option<&Commit>) -> Result<()> {
    if let Some(commit) = commit.filter(|commit| commit.clean) {
        store.rebuilt(commit)?;
    }
    Ok(())
}

/// Makes the next version of each content that is not the newest version's. None is published unless all can be. `tree` holds
/// all that the build read.
pub(super) fn make(options: &BuildOptions, tree: &Tree, books: &[RenderedBook<'_>], progress: &dyn Progress) -> Result<Made> {
    let git = revision::facts(&options.root);
    let mut made = Made::default();
    let mut due: Vec<PendingVersion<'_>> = Vec::new();
    for rendered in books {
        let one = PendingVersion::new(options, rendered, git.as_ref(), &due, &mut made, progress)?;
        due.push(one);
    }
    if has_errors(&made.diagnostics) {
        for one in &mut due {
            made.notes.extend(one.store.take_notes());
        }
        made.outcomes = vec![Outcome::Faulty];
        return Ok(made);
    }
    let mut newest = Vec::new();
    for one in due {
        let audience = one.rendered.book.settings.reader.as_ref().map(|reader| reader.name.clone());
        let (outcome, entry) = one.publish(options, git.as_ref(), &mut made.notes)?;
        made.outcomes.push(outcome);
        newest.extend(entry.map(|entry| (audience, entry)));
    }
    let readers = if options.audiences.is_empty() { Readers::All } else { Readers::Some };
    inputs::remember(&options.output, input_stamp(options, tree), &newest, readers);
    Ok(made)
}

/// What a reader's ledger gets next.
struct PendingVersion<'a> {
    rendered: &'a RenderedBook<'a>,
    output: PathBuf,
    store: Store,
    digest: Digest,
    state: State,
}

enum State {
    /// The newest version says it all.
    Stands(Box<Version>),
    /// A version whose documents are made.
    Staged(Box<Staged>),
    Faulty,
}

/// A version that is to be published.
struct Staged {
    stage: Stage,
    date: Date,
    summary: String,
    documents: BTreeMap<String, DocumentEntry>,
    claims: BTreeMap<String, Vec<ClaimRow>>,
    /// How many documents were typeset.
    typeset: usize,
}

impl<'a> PendingVersion<'a> {
    /// Makes the documents of the next version. What is the same for a reader who may see no more, among `others`, is taken
    /// over from there.
    fn new(
        options: &BuildOptions,
        rendered: &'a RenderedBook<'a>,
        git: Option<&GitFacts>,
        others: &[PendingVersion<'_>],
        made: &mut Made,
        progress: &dyn Progress,
    ) -> Result<PendingVersion<'a>> {
        let RenderedBook { tree, book, renderer, documents } = rendered;
        let output = audiences::folder(&options.output, book);
        let store = Store::open(&output, &mut |who| progress.waiting(who))?;
        let tools = Tools::with_typst(typeset::VERSION);
        let writer = DocumentWriter::new(tree, book).among(documents);
        let digests = BookDigests::of_documents(&writer, documents, &tools, None);
        let digest = version::book_digest(&version::BookParts {
            records: version::records_digest(book),
            documents: &digests.digests(),
            tools: &tools,
            options: &writer.reader_options(),
        });
        let before = store.newest();
        if let Some(newest) = &before {
            healthy(newest)?;
        }
        if let Some(newest) = before.clone().filter(|newest| newest.entry.digest == digest) {
            return Ok(PendingVersion { rendered, output, store, digest, state: State::Stands(Box::new(newest)) });
        }

        let stage = store.stage()?;
        // An audience may see none of what a commit holds besides, its date no more than the rest.
        let date = stamp::date(options, git.filter(|_| book.settings.reader.is_none()))?;
        made.diagnostics.extend(dated_before(date, before.as_ref()));
        let snapshot = Snapshot::of(book);
        let head = Head { snapshot: &snapshot, rendered, digests: &digests, is_whole: true };
        let changes = since::changed(options, &store, &head, &mut made.notes)?;
        let scope = changes.scope();
        let revised = Revision { version: stage.number(), date, digest };
        let earlier = before.as_ref().map(Earlier::read).transpose()?;
        let others = others.iter().filter(|other| other.is_seen_by(book)).filter_map(|other| other.for_others().transpose());
        let sink = VersionSink::new(&stage, &digests, earlier, others.collect::<Result<_>>()?, revised);
        let stamp = stamp::of_version(stage.number(), date, digest, book);
        let writer = writer.typesetting(find_typst(options)?);
        let renewal = Renewal { renderer, scope: &scope };
        let finished = documents::finish(documents, &writer, &stamp, Some(&renewal), &sink, progress)?;
        let (entries, claims) = sink.take();
        made.notes.extend(finished.notes);
        made.notes.extend(documents.iter().filter_map(|document| placeholders_left_out(document, book)));
        let is_faulty = has_errors(&finished.diagnostics);
        made.diagnostics.extend(finished.diagnostics);
        if is_faulty {
            return Ok(PendingVersion { rendered, output, store, digest, state: State::Faulty });
        }
        let claim_ledger = ClaimLedger::new(claims);
        stage.write(CLAIMS, claim_ledger.to_json()?.as_bytes())?;
        stage.write(CHANGES, changes.text.as_bytes())?;
        stage.write(DATA, &snapshot.to_data_json()?)?;
        let staged =
            Staged { stage, date, summary: changes.summary, documents: entries, claims: claim_ledger.documents, typeset: finished.made };
        Ok(PendingVersion { rendered, output, store, digest, state: State::Staged(Box::new(staged)) })
    }

    /// It as one whose documents another audience's version takes over, if it has any.
    fn for_others(&self) -> Result<Option<Other<'_>>> {
        let Some(reader) = &self.rendered.book.settings.reader else { return Ok(None) };
        let version = match &self.state {
            State::Stands(version) => OtherVersion::Stands(Earlier::read(version)?),
            State::Staged(staged) => OtherVersion::Staged { stage: &staged.stage, documents: &staged.documents, claims: &staged.claims },
            State::Faulty => return Ok(None),
        };
        Ok(Some(Other { audience: &reader.name, version }))
    }

    /// Whether a book's reader may see all that this one's may, its numbers and dates included.
    fn is_seen_by(&self, book: &Book) -> bool {
        match (&book.settings.reader, &self.rendered.book.settings.reader) {
            (Some(one), Some(other)) => audiences::is_above(one, other, &book.settings.markings),
            _ => false,
        }
    }

    /// Puts the version into its place; gives its entry in the ledger, too.
    fn publish(self, options: &BuildOptions, git: Option<&GitFacts>, notes: &mut Vec<String>) -> Result<(Outcome, Option<Entry>)> {
        let PendingVersion { rendered, output, mut store, digest, state } = self;
        let commit = git.map(|git| Commit { id: git.commit.clone(), clean: git.clean });
        let reader = rendered.book.settings.reader.as_ref();
        // Which commit it was is remembered for the owner of the book alone: what an audience gets must not change with what it
        // may not see, which commits do.
        if let (Some(reader), Some(commit)) = (reader, &commit) {
            Builds::remember(&options.output, &reader.name, digest, commit);
        }
        let commit = commit.filter(|_| reader.is_none());
        let named = |number: u32| audiences::qualified(&rendered.book, &version_folder(number));
        let (outcome, entry) = match state {
            State::Faulty => (Outcome::Faulty, None),
            State::Stands(newest) => {
                rebuilt(&mut store, commit.as_ref())?;
                notes.extend(since_stands(options));
                let outcome = Outcome::Unchanged { name: named(newest.entry.number), folder: newest.folder().to_path_buf() };
                (outcome, store.ledger().newest().cloned())
            }
            State::Staged(staged) => {
                let Staged { stage, date, summary, documents, typeset, .. } = *staged;
                let count = documents.len();
                let tools = Tools::with_typst(typeset::VERSION);
                let entry = store.publish(stage, Release { digest, date, summary, documents, tools, commit })?;
                let folder = output.join(version_folder(entry.number));
                let summary = entry.summary.clone();
                (Outcome::Version { name: named(entry.number), folder, summary, documents: count, typeset }, Some(entry))
            }
        };
        notes.extend(store.take_notes());
        Ok((outcome, entry))
    }
}

/// Says that a document is not all that a draft of it is.
fn placeholders_left_out(document: &Prepared, book: &Book) -> Option<String> {
    let count = document.placeholders;
    let noun = if count == 1 { "placeholder" } else { "placeholders" };
    (count > 0).then(|| {
        format!("document `{}` leaves out {count} {noun}, which only drafts show", audiences::qualified(book, &document.planned.id))
    })
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
