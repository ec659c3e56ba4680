//! From documents to a version: digest, compare, typeset what changed, keep the rest, publish.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde_json::json;

use super::content::{self, Content, Prepared, Wanted, prepare};
use super::differing::{Content as DocumentContent, Contents};
use super::finish::{Made, Press};
use super::largest_first::largest_first;
use super::options::{BuildOptions, Built, Outcome, Progress};
use super::since::Head;
use super::templates::Templates;
use super::{draft, finish, since};
use crate::diagnostic::{Code, Diagnostic, Place, has_errors};
use crate::diff::Snapshot;
use crate::document::Stamp;
use crate::layout::{CHANGES, CLAIMS, DATA};
use crate::model::Date;
use crate::render::{Scope, long_date};
use crate::tree::revision::{self, GitFacts};
use crate::version::{
    self, ClaimLedger, ClaimRow, Commit, Digest, DocumentEntry, Health, PartDigests, Release, Revision, Store, Tools, Version, inputs,
};
use crate::{temporary, tree, typeset};

/// The last year of which typst puts a date into a PDF.
const LAST_YEAR: i16 = 9998;

/// What a version's folder holds besides its documents and its manifest.

/// Builds a version, or a draft where the options ask for one.
pub fn build(options: &BuildOptions, progress: &dyn Progress) -> Result<Built> {
    temporary::sweep();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs.unwrap_or(0)).build().context("can't start threads")?;
    pool.install(|| build_here(options, progress))
}

fn build_here(options: &BuildOptions, progress: &dyn Progress) -> Result<Built> {
    let (tree, found) = tree::folder::read(&options.root)?;
    let stamp = inputs::stamp(&tree, &stamp_options(options));
    if !options.is_draft()
        && found.is_empty()
        && let Some(version) = inputs::unchanged(&options.output, stamp)
    {
        let git = revision::facts(&options.root);
        return unchanged(options, tree, &version, git.as_ref(), progress);
    }
    let wanted = if options.documents.is_empty() { Wanted::All } else { Wanted::Only(&options.documents) };
    let (tree, diagnostics, content) = prepare(tree, found, wanted, progress);
    let Some(content) = content else {
        return Ok(Built { tree, diagnostics, notes: Vec::new(), outcome: Outcome::Faulty });
    };
    if let Some(unknown) = options.documents.iter().find(|id| !content.documents.iter().any(|d| d.planned.id == **id)) {
        let ids = content.renderer.documents().iter().map(|planned| planned.id.as_str());
        let hint = crate::diagnostic::did_you_mean(unknown, ids).map(|hint| format!(" ({hint})")).unwrap_or_default();
        bail!("the book has no document `{unknown}`{hint}");
    }
    if options.is_draft() {
        return draft::build(options, content, diagnostics, progress);
    }
    release(options, content, diagnostics, stamp, progress)
}

/// What the stamp of inputs covers besides the files.
fn stamp_options(options: &BuildOptions) -> serde_json::Value {
    json!({ "date": options.date.map(|date| date.to_string()), "typst": typeset::VERSION })
}

fn unchanged(
    options: &BuildOptions,
    tree: tree::Tree,
    version: &Version,
    git: Option<&GitFacts>,
    progress: &dyn Progress,
) -> Result<Built> {
    let known = git.is_none_or(|git| version.entry.commits.contains(&Commit { id: git.commit.clone(), clean: git.clean }));
    let mut notes = Vec::new();
    if !known {
        let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
        notes = store.take_notes();
        rebuilt(&mut store, git)?;
    }
    notes.extend(since_stands(options));
    let outcome = Outcome::Unchanged { name: format!("v{}", version.entry.number), folder: version.folder().to_path_buf() };
    Ok(Built { tree, diagnostics: Vec::new(), notes, outcome })
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

/// A document and the digests of its content.
struct Digested {
    prepared: Prepared,
    digest: Digest,
    content: DocumentContent,
}

fn release(
    options: &BuildOptions,
    content: Content,
    mut diagnostics: Vec<Diagnostic>,
    stamp: Digest,
    progress: &dyn Progress,
) -> Result<Built> {
    let git = revision::facts(&options.root);
    let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;

    let Content { tree, book, renderer, documents } = content;
    let tools = Tools::with_typst(typeset::VERSION);
    let press = Press::new(options, &tree, &book);
    let templates = Templates::of(&tree);
    let digested: Vec<Digested> = documents.into_par_iter().map(|prepared| digest(prepared, &press, &tools, &templates)).collect();
    let ids: Vec<(String, Digest)> = digested.iter().map(|d| (d.prepared.planned.id.clone(), d.digest)).collect();
    let digest = version::book_digest(&version::BookParts {
        records: version::records_digest(&book),
        documents: &ids,
        tools: &tools,
        options: &press.reader_options(),
    });

    let before = store.newest();
    if let Some(newest) = &before {
        healthy(newest)?;
        if newest.entry.digest == digest {
            let outcome = Outcome::Unchanged { name: format!("v{}", newest.entry.number), folder: newest.folder().to_path_buf() };
            rebuilt(&mut store, git.as_ref())?;
            if let Some(entry) = store.ledger().newest() {
                inputs::remember(&options.output, stamp, entry);
            }
            let mut notes = store.take_notes();
            notes.extend(since_stands(options));
            return Ok(Built { tree, diagnostics, notes, outcome });
        }
    }

    let mut notes = Vec::new();
    let stage = store.stage()?;
    let date = date(options, git.as_ref())?;
    diagnostics.extend(dated_before(date, before.as_ref()));
    let this = this_version(stage.number(), date, digest, &book.settings);
    let snapshot = Snapshot::of(&book);
    let prepared: Vec<&Prepared> = digested.iter().map(|document| &document.prepared).collect();
    let contents = Contents::of_digests(&tools, digested.iter().map(|d| (d.prepared.planned.id.as_str(), &d.content)));
    let this_side = Head { snapshot: &snapshot, tree: &tree, book: &book, documents: &prepared, contents: &contents, is_whole: true };
    let changes = since::changed(options, &store, &this_side, &mut notes)?;
    let scope = Scope { changes: Some(changes.json.clone()), audience: None };
    let kept_claims = match &before {
        Some(version) => ClaimLedger::parse(&version.read(CLAIMS)?)?.documents,
        None => BTreeMap::new(),
    };
    let engine = typeset::Engine::find(&options.typst, options.environment.brief_typst.as_deref(), options.environment.path.as_deref())?;

    progress.start("typesetting", digested.len() as u64);
    let made: Vec<Result<Finished>> = largest_first(
        &digested,
        |document| document.prepared.lines(),
        |document| {
            let made = match revision_of(before.as_ref(), document)? {
                Some(revised) => keep(before.as_ref(), document, revised, &kept_claims, &stage),
                None => {
                    let again =
                        document.prepared.uses_changes.then(|| content::render(&renderer, &document.prepared.planned, &scope, &tree));
                    let (prepared, mut faults) = match &again {
                        Some((prepared, faults)) => (prepared, faults.clone()),
                        None => (&document.prepared, Vec::new()),
                    };
                    if has_errors(&faults) {
                        return Ok(Finished::faulty(document, faults));
                    }
                    match press.pdf(prepared, &this, &engine)? {
                        Ok(made) => write(document, prepared, &made, &stage, Revision { version: stage.number(), date, digest }),
                        Err(found) => {
                            faults.extend(found);
                            Ok(Finished::faulty(document, faults))
                        }
                    }
                }
            };
            progress.step(&document.prepared.planned.id);
            made
        },
    );
    progress.finish();

    let mut entries = BTreeMap::new();
    let mut rows = BTreeMap::new();
    let mut typeset_count = 0;
    let mut faults = Vec::new();
    for finished in made {
        let finished = finished?;
        faults.extend(finished.faults);
        notes.extend(finished.note);
        rows.insert(finished.id.clone(), finished.rows);
        typeset_count += usize::from(finished.typeset);
        entries.insert(finished.id, DocumentEntry { digest: finished.digest, revised: finished.revised, parts: finished.parts });
    }
    let faulty = has_errors(&faults);
    diagnostics.extend(faults);
    let diagnostics = content::finish(&tree, diagnostics);
    if faulty {
        notes.extend(store.take_notes());
        return Ok(Built { tree, diagnostics, notes, outcome: Outcome::Faulty });
    }

    for (name, bytes) in press.images(&prepared) {
        stage.write(&name, bytes)?;
    }
    stage.write(CLAIMS, ClaimLedger::new(rows).to_json()?.as_bytes())?;
    stage.write(CHANGES, changes.text.as_bytes())?;
    stage.write(DATA, &snapshot.to_data_json()?)?;
    let commit = git.map(|git| Commit { id: git.commit, clean: git.clean });
    let documents = entries.len();
    let entry = store.publish(stage, Release { digest, date, summary: changes.summary, documents: entries, tools, commit })?;
    inputs::remember(&options.output, stamp, &entry);
    notes.extend(store.take_notes());
    let outcome = Outcome::Version {
        name: format!("v{}", entry.number),
        folder: options.output.join(format!("v{}", entry.number)),
        summary: entry.summary,
        documents,
        typeset: typeset_count,
    };
    Ok(Built { tree, diagnostics, notes, outcome })
}

/// A document of the version in the making.
struct Finished {
    id: String,
    digest: Digest,
    parts: Option<PartDigests>,
    revised: Revision,
    rows: Vec<ClaimRow>,
    typeset: bool,
    faults: Vec<Diagnostic>,
    note: Option<String>,
}

impl Finished {
    fn faulty(document: &Digested, faults: Vec<Diagnostic>) -> Finished {
        let revised = Revision { version: 0, date: Date { year: 0, month: None, day: None }, digest: document.digest };
        Finished {
            id: document.prepared.planned.id.clone(),
            digest: document.digest,
            parts: None,
            revised,
            rows: Vec::new(),
            typeset: false,
            faults,
            note: None,
        }
    }
}

fn digest(prepared: Prepared, press: &Press<'_>, tools: &Tools, templates: &Templates) -> Digested {
    let content = DocumentContent::of(&prepared, press, tools, None, templates);
    Digested { prepared, digest: content.digest, content }
}

/// The version that a document was last revised in, where it is as it was then.
fn revision_of(before: Option<&Version>, document: &Digested) -> Result<Option<Revision>> {
    let Some(version) = before.filter(|_| !document.prepared.uses_changes) else { return Ok(None) };
    let entry = version.manifest()?.documents.get(&document.prepared.planned.id);
    Ok(entry.filter(|entry| entry.digest == document.digest).map(|entry| entry.revised.clone()))
}

/// Takes a document over from the version before, byte for byte.
fn keep(
    before: Option<&Version>,
    document: &Digested,
    revised: Revision,
    claims: &BTreeMap<String, Vec<ClaimRow>>,
    stage: &version::Stage,
) -> Result<Finished> {
    let id = &document.prepared.planned.id;
    let Some(version) = before else { bail!("document `{id}` is to be kept, but there is no version before") };
    stage.keep(&format!("{id}.md"), version)?;
    stage.keep(&format!("{id}.pdf"), version)?;
    let rows = claims.get(id).cloned().unwrap_or_default();
    Ok(Finished {
        id: id.clone(),
        digest: document.digest,
        parts: document.content.parts.clone(),
        revised,
        rows,
        typeset: false,
        faults: Vec::new(),
        note: None,
    })
}

fn write(document: &Digested, prepared: &Prepared, made: &Made, stage: &version::Stage, revised: Revision) -> Result<Finished> {
    let id = &document.prepared.planned.id;
    stage.write(&format!("{id}.md"), made.markdown.text.as_bytes())?;
    stage.write(&format!("{id}.pdf"), &made.pdf.bytes)?;
    let rows = ClaimLedger::rows(&prepared.document, &made.markdown.claim_lines, &made.pdf.claim_pages);
    Ok(Finished {
        id: id.clone(),
        digest: document.digest,
        parts: document.content.parts.clone(),
        revised,
        rows,
        typeset: true,
        faults: made.warnings.clone(),
        note: made.note.clone(),
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

/// The date of a version: as asked for, else of the environment, the clean commit, or today.
pub(super) fn date(options: &BuildOptions, git: Option<&GitFacts>) -> Result<Date> {
    let stamp = options.environment.source_date_epoch.or_else(|| git.filter(|git| git.clean).map(|git| git.commit_time));
    let date = match (options.date, stamp) {
        (Some(date), _) => date,
        (None, Some(seconds)) => {
            Date::from_unix(seconds).map_err(|_| anyhow::anyhow!("{seconds} seconds since 1970 is no date of a calendar"))?
        }
        (None, None) => options.environment.today,
    };
    anyhow::ensure!(
        date.year <= LAST_YEAR,
        "{date} can't be the date of a version: a PDF holds no date after {LAST_YEAR}; name another with `--date YYYY-MM-DD`"
    );
    Ok(date)
}

/// A version that is dated before the one it follows reads as if it were the older one.
fn dated_before(date: Date, before: Option<&Version>) -> Option<Diagnostic> {
    let entry = &before.filter(|version| date < version.entry.date)?.entry;
    let message = format!("the version is dated {date}, before v{}, which it follows and which is dated {}", entry.number, entry.date);
    Some(Diagnostic::warning(Code::InvalidDate, Place::Book, message).help("`--date YYYY-MM-DD` names another"))
}

fn this_version(number: u32, date: Date, digest: Digest, settings: &crate::model::Settings) -> Stamp {
    Stamp {
        number: Some(number),
        name: format!("v{number}"),
        date: date.to_string(),
        long_date: long_date(date, settings),
        digest: digest.short(),
        draft: false,
    }
}

/// The stamp of a draft: no number, no digest.
pub(super) fn draft_stamp(options: &BuildOptions, settings: &crate::model::Settings) -> Result<Stamp> {
    let date = date(options, revision::facts(&options.root).as_ref())?;
    Ok(finish::draft_stamp(date, settings))
}
