//! A draft: the same documents with DRAFT on each page, in a folder of their own, and no version.

use anyhow::Result;

use super::outcome::{Made, Outcome};
use crate::assembly::digests::BookDigests;
use crate::assembly::document_writer::{DocumentWriter, FinishedDocument, find_typst};
use crate::assembly::documents::{self, Renewal, Sink};
use crate::assembly::options::BuildOptions;
use crate::assembly::rendering::RenderedBook;
use crate::assembly::{audiences, stamp};
use crate::comparison::compare::Head;
use crate::comparison::since::changed;
use crate::diagnostic::has_errors;
use crate::diff::Snapshot;
use crate::progress::Progress;
use crate::render::{Placeholders, Scope};
use crate::tree::revision;
use crate::typeset;
use crate::version::{Stage, Store, Tools};

/// Makes the documents anew in `output/draft/`, or in each audience's, which is replaced as a whole. An audience that gets
/// none of them keeps the draft that it has.
pub(super) fn make(options: &BuildOptions, books: &[RenderedBook<'_>], progress: &dyn Progress) -> Result<Made> {
    let mut made = Made::default();
    for rendered in books.iter().filter(|rendered| books.len() == 1 || !rendered.documents.is_empty()) {
        let outcome = draft(options, rendered, &mut made, progress)?;
        made.outcomes.push(outcome);
    }
    Ok(made)
}

fn draft(options: &BuildOptions, rendered: &RenderedBook<'_>, made: &mut Made, progress: &dyn Progress) -> Result<Outcome> {
    let RenderedBook { tree, book, renderer, documents } = rendered;
    let mut store = Store::open(&audiences::folder(&options.output, book), &mut |who| progress.waiting(who))?;
    made.notes.extend(store.take_notes());
    let stage = store.stage_draft()?;
    // The date of a commit tells an audience when something changed that it may not see.
    let git = revision::facts(&options.root).filter(|_| book.settings.reader.is_none());
    let date = stamp::date(options, git.as_ref())?;
    let mut writer = DocumentWriter::new(tree, book);
    let changes = what_changed(options, rendered, &writer, &store, &mut made.notes)?;
    // Other documents may lie there from a draft before, of other content.
    writer = writer.among(documents);
    if options.pdf {
        writer = writer.typesetting(find_typst(options)?);
    }
    let scope = Scope { placeholders: Placeholders::Shown, ..changes.unwrap_or_default() };
    let renewal = Renewal { renderer, scope: &scope };
    let stamp = stamp::of_draft(date, &book.settings);
    let finished = documents::finish(documents, &writer, &stamp, Some(&renewal), &DraftSink(&stage), progress)?;
    made.notes.extend(finished.notes);
    let is_faulty = has_errors(&finished.diagnostics);
    made.diagnostics.extend(finished.diagnostics);
    Ok(match is_faulty {
        true => Outcome::Faulty,
        false => Outcome::Draft { folder: store.publish_draft(stage)?, documents: documents.len() },
    })
}

/// What changed, where documents print it; nothing where the version that it is counted from can't be read and nobody
/// asked for it.
fn what_changed(
    options: &BuildOptions,
    rendered: &RenderedBook<'_>,
    writer: &DocumentWriter<'_>,
    store: &Store,
    notes: &mut Vec<String>,
) -> Result<Option<Scope>> {
    if options.since.is_none() && !rendered.documents.iter().any(|prepared| prepared.uses_changes) {
        return Ok(None);
    }
    let digests = BookDigests::of_documents(writer, &rendered.documents, &Tools::with_typst(typeset::VERSION), None);
    let snapshot = Snapshot::of(&rendered.book);
    let head = Head { snapshot: &snapshot, rendered, digests: &digests, is_whole: options.documents.is_empty() };
    match changed(options, store, &head, notes) {
        Ok(changed) => Ok(Some(changed.scope())),
        Err(error) if options.since.is_some() => Err(error),
        Err(_) => Ok(None),
    }
}

/// Puts documents into the draft's folder.
struct DraftSink<'a>(&'a Stage);

impl Sink for DraftSink<'_> {
    fn put(&self, document: FinishedDocument) -> Result<()> {
        document.files.iter().try_for_each(|file| self.0.write(&file.format.file(&document.id), &file.bytes))
    }

    fn put_image(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.0.write(name, bytes)
    }
}
