//! From checked content to finished documents: the one path on which versions, drafts and redlines are made. A sink
//! says where they go.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use rayon::prelude::*;

use super::document_writer::{DocumentWriter, FinishedDocument, Unwritten};
use super::rendering::{self, Prepared};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::document::Stamp;
use crate::progress::Progress;
use crate::render::{Placeholders, Renderer, Scope};

/// Where finished documents go.
pub(crate) trait Sink: Sync {
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
pub(crate) struct Renewal<'a> {
    pub(crate) renderer: &'a Renderer,
    pub(crate) scope: &'a Scope,
}

impl Renewal<'_> {
    fn is_due(&self, document: &Prepared) -> bool {
        document.uses_changes && self.scope.changes.is_some() || document.placeholders > 0 && self.scope.placeholders == Placeholders::Shown
    }
}

/// What came of finishing documents.
#[derive(Default)]
pub(crate) struct FinishReport {
    /// How many were made rather than taken over.
    pub(crate) made: usize,
    /// With errors among them, the sink lacks what they are of.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) notes: Vec<String>,
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
pub(crate) fn finish(
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
    let renewed = renewal.map(|Renewal { renderer, scope }| rendering::render(renderer, &document.planned, scope, writer.tree()));
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
pub(crate) struct Memory {
    documents: Mutex<Vec<FinishedDocument>>,
}

impl Memory {
    /// The documents, in no order.
    pub(crate) fn take(self) -> Vec<FinishedDocument> {
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

/// Works on items side by side, the largest first, each as soon as a processor is free. Returns what `work` makes of each, in
/// the order of the items.
///
/// A book is often half of a build: begun last, it would keep one processor busy after all others are done. Items
/// are therefore handed out one at a time rather than in runs, which is what rayon does with a slice.
fn largest_first<T: Sync, R: Send>(items: &[T], size: impl Fn(&T) -> usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut order: Vec<(usize, &T)> = items.iter().enumerate().collect();
    order.sort_by_key(|(_, item)| Reverse(size(item)));
    let mut made: Vec<(usize, R)> = order.into_iter().par_bridge().map(|(index, item)| (index, work(item))).collect();
    made.sort_unstable_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::largest_first;

    #[test]
    fn begins_with_the_largest_and_keeps_the_order() {
        let begun = Mutex::new(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread starts");
        let made = pool.install(|| {
            largest_first(
                &[2, 5, 1, 9],
                |size| *size,
                |size| {
                    begun.lock().expect("no thread panics").push(*size);
                    size * 10
                },
            )
        });
        assert_eq!(made, [20, 50, 10, 90]);
        assert_eq!(begun.into_inner().expect("no thread panics"), [9, 5, 2, 1]);
    }
}
