//! From checked content to finished documents: the one path on which versions, drafts and redlines are made. A sink
//! says where they go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use super::content::{self, Prepared};
use super::document_writer::{DocumentWriter, FinishedDocument, Unwritten};
use super::largest_first::largest_first;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::document::Stamp;
use crate::progress::Progress;
use crate::render::{Placeholders, Renderer, Scope};

/// Where finished documents go.
pub(super) trait Sink: Sync {
    /// Takes a document over that was made before with the same content. Returns whether there is one.
    fn reuse(&self, document: &Prepared) -> Result<bool> {
        let _ = document;
        Ok(false)
    }

    /// Takes a document that was just made.
    fn put(&self, document: FinishedDocument) -> Result<()>;

    /// Takes an image that documents show; `name` is its path in a version's folder.
    fn put_image(&self, name: &str, bytes: &[u8]) -> Result<()>;
}

/// Renders documents again that print what changed, once that is known, and for a draft those with placeholders.
pub(super) struct Renewal<'a> {
    pub(super) renderer: &'a Renderer,
    pub(super) scope: &'a Scope,
}

impl Renewal<'_> {
    fn is_due(&self, document: &Prepared) -> bool {
        document.uses_changes && self.scope.changes.is_some() || document.placeholders > 0 && self.scope.placeholders == Placeholders::Shown
    }
}

/// What came of finishing documents.
#[derive(Default)]
pub(super) struct FinishReport {
    /// How many were made rather than taken over.
    pub(super) made: usize,
    /// With errors among them, the sink lacks what they are of.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) notes: Vec<String>,
}

/// What came of one document.
#[derive(Default)]
struct DocumentReport {
    is_made: bool,
    images: BTreeMap<String, Arc<[u8]>>,
    diagnostics: Vec<Diagnostic>,
    note: Option<String>,
}

/// Finishes documents side by side, and hands them to the sink.
pub(super) fn finish(
    documents: &[Prepared],
    writer: &DocumentWriter<'_>,
    stamp: &Stamp,
    renewal: Option<&Renewal<'_>>,
    sink: &dyn Sink,
    progress: &dyn Progress,
) -> Result<FinishReport> {
    progress.start(if writer.makes_pdfs() { "typesetting" } else { "writing" }, documents.len() as u64);
    let finished = largest_first(documents, Prepared::lines, |document| {
        let one = one(document, writer, stamp, renewal, sink);
        progress.step(&document.planned.id);
        one
    });
    progress.finish();
    let mut finishing = FinishReport::default();
    let mut images = BTreeMap::new();
    for one in finished {
        let one = one?;
        finishing.made += usize::from(one.is_made);
        finishing.diagnostics.extend(one.diagnostics);
        finishing.notes.extend(one.note);
        images.extend(one.images);
    }
    if !has_errors(&finishing.diagnostics) {
        images.iter().try_for_each(|(name, bytes)| sink.put_image(name, bytes))?;
    }
    Ok(finishing)
}

fn one(
    document: &Prepared,
    writer: &DocumentWriter<'_>,
    stamp: &Stamp,
    renewal: Option<&Renewal<'_>>,
    sink: &dyn Sink,
) -> Result<DocumentReport> {
    if sink.reuse(document)? {
        return Ok(DocumentReport { images: writer.images(document), ..DocumentReport::default() });
    }
    let renewal = renewal.filter(|renewal| renewal.is_due(document));
    let renewed = renewal.map(|Renewal { renderer, scope }| content::render(renderer, &document.planned, scope, writer.tree()));
    let (document, mut diagnostics) = match &renewed {
        Some((renewed, faults)) => (renewed, faults.clone()),
        None => (document, Vec::new()),
    };
    if has_errors(&diagnostics) {
        return Ok(DocumentReport { diagnostics, ..DocumentReport::default() });
    }
    match writer.write(document, stamp) {
        Ok(mut finished) => {
            diagnostics.append(&mut finished.warnings);
            let (images, note) = (writer.images(document), finished.note.take());
            sink.put(finished)?;
            Ok(DocumentReport { is_made: true, images, diagnostics, note })
        }
        Err(Unwritten::Faulty(found)) => {
            diagnostics.extend(found);
            Ok(DocumentReport { diagnostics, ..DocumentReport::default() })
        }
        Err(Unwritten::Failed(error)) => Err(error),
    }
}

/// Keeps finished documents in memory.
#[derive(Default)]
pub(super) struct Memory {
    documents: Mutex<Vec<FinishedDocument>>,
}

impl Memory {
    /// The documents, in no order.
    pub(super) fn take(self) -> Vec<FinishedDocument> {
        self.documents.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn put(&self, document: FinishedDocument) -> Result<()> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).push(document);
        Ok(())
    }

    fn put_image(&self, _: &str, _: &[u8]) -> Result<()> {
        Ok(())
    }
}
