//! A draft: the same documents with DRAFT on each page, in a folder of their own, and no version.

use anyhow::Result;

use super::build::draft_stamp;
use super::content::{self, Content, Prepared};
use super::differing::Contents;
use super::finish::Press;
use super::largest_first::largest_first;
use super::options::{BuildOptions, Built, Outcome, Progress};
use super::since::{Head, changed};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::diff::Snapshot;
use crate::render::Scope;
use crate::typeset::{self, Engine};
use crate::version::{Store, Tools};

/// What became of one document.
struct Drafted {
    files: Vec<(String, Vec<u8>)>,
    faults: Vec<Diagnostic>,
    note: Option<String>,
}

/// Builds the documents into `output/draft/`, which is replaced as a whole.
pub(super) fn build(options: &BuildOptions, content: Content, mut diagnostics: Vec<Diagnostic>, progress: &dyn Progress) -> Result<Built> {
    let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
    let mut notes = store.take_notes();
    let Content { tree, book, renderer, documents } = content;
    let stage = store.stage_draft()?;
    let stamp = draft_stamp(options, &book.settings)?;
    // A draft lists what would change, where the version that it is counted from can be read.
    let needed = options.since.is_some() || documents.iter().any(|prepared| prepared.uses_changes);
    let press = Press::new(options, &tree, &book);
    let mut what_changed = || {
        let prepared: Vec<&Prepared> = documents.iter().collect();
        let contents = Contents::of_documents(&press, &prepared, &Tools::with_typst(typeset::VERSION), None);
        let is_whole = options.documents.is_empty();
        let snapshot = Snapshot::of(&book);
        let head = Head { snapshot: &snapshot, tree: &tree, book: &book, documents: &prepared, contents: &contents, is_whole };
        changed(options, &store, &head, &mut notes)
    };
    let changes = match needed.then(&mut what_changed) {
        Some(Err(error)) if options.since.is_some() => return Err(error),
        changes => changes.and_then(Result::ok).map(|changed| changed.json),
    };
    let scope = Scope { changes, audience: None };
    let engine = match options.pdf {
        true => Some(Engine::find(&options.typst, options.environment.brief_typst.as_deref(), options.environment.path.as_deref())?),
        false => None,
    };

    progress.start(if options.pdf { "typesetting" } else { "writing" }, documents.len() as u64);
    let drafted: Vec<Result<Drafted>> = largest_first(&documents, Prepared::lines, |prepared| {
        let id = &prepared.planned.id;
        let again =
            (prepared.uses_changes && scope.changes.is_some()).then(|| content::render(&renderer, &prepared.planned, &scope, &tree));
        let (prepared, mut faults) = match &again {
            Some((prepared, faults)) => (prepared, faults.clone()),
            None => (prepared, Vec::new()),
        };
        let mut files = Vec::new();
        let mut note = None;
        if !has_errors(&faults) {
            files.push((format!("{id}.md"), press.markdown(prepared, &stamp).text.into_bytes()));
            if let Some(engine) = &engine {
                match press.pdf(prepared, &stamp, engine)? {
                    Ok(made) => {
                        faults.extend(made.warnings);
                        note = made.note;
                        files.push((format!("{id}.pdf"), made.pdf.bytes));
                    }
                    Err(found) => faults.extend(found),
                }
            }
        }
        progress.step(id);
        Ok(Drafted { files, faults, note })
    });
    progress.finish();

    let mut count = 0;
    let mut faults = Vec::new();
    for one in drafted {
        let one = one?;
        faults.extend(one.faults);
        notes.extend(one.note);
        count += 1;
        for (name, bytes) in one.files {
            stage.write(&name, &bytes)?;
        }
    }
    for (name, bytes) in press.images(&documents.iter().collect::<Vec<_>>()) {
        stage.write(&name, bytes)?;
    }
    let faulty = has_errors(&faults);
    diagnostics.extend(faults);
    let diagnostics = content::finish(&tree, diagnostics);
    if faulty {
        return Ok(Built { tree, diagnostics, notes, outcome: Outcome::Faulty });
    }
    let folder = store.publish_draft(stage)?;
    Ok(Built { tree, diagnostics, notes, outcome: Outcome::Draft { folder, documents: count } })
}
