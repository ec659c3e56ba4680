//! A side that has files, checked and rendered: what is wrong with it, and its documents without versions and changes.

use super::side::Side;
use crate::assembly::digests::BookDigests;
use crate::assembly::document_writer::DocumentWriter;
use crate::assembly::rendering::{self, Prepared, Wanted};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::model::Book;
use crate::progress::Silent;
use crate::tree::Tree;
use crate::typeset;
use crate::version::Tools;

/// What came of checking and rendering a side.
#[derive(Debug)]
pub(super) struct CheckedSide {
    /// The faults found before rendering.
    pub(super) records: Vec<Diagnostic>,
    /// The faults of the documents; nothing where the records have errors, so that nothing was rendered.
    pub(super) documents: Option<Vec<Diagnostic>>,
    /// Nothing where documents have errors too.
    pub(super) rendered: Option<Rendered>,
}

/// Rendered documents, and what they are made of.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) documents: Vec<Prepared>,
    pub(super) digests: BookDigests,
}

impl CheckedSide {
    /// Checks a side that has files, or is from before the book; `others` are the programs that made what it is compared with.
    pub(super) fn of(side: &Side, others: Option<&Tools>) -> Option<CheckedSide> {
        let own = Tools::with_typst(typeset::VERSION);
        if side.is_nothing() {
            let rendered = Rendered { documents: Vec::new(), digests: BookDigests::none(own) };
            return Some(CheckedSide { records: Vec::new(), documents: Some(Vec::new()), rendered: Some(rendered) });
        }
        let (tree, book) = (side.tree.as_ref()?, side.book.as_ref()?);
        let mut records = side.diagnostics.clone();
        let (renderer, faults) = rendering::renderer(tree, book, side.view.as_deref());
        records.extend(faults);
        let records = rendering::finish(tree, records);
        if has_errors(&records) {
            return Some(CheckedSide { records, documents: None, rendered: None });
        }
        let (documents, faults) = match &side.view {
            None => rendering::render_all(&renderer, Wanted::All, tree, &Silent),
            Some(view) => {
                let rendered = rendering::render_view(&renderer, view, Wanted::All, tree, &Silent);
                (rendered.documents, rendered.faults)
            }
        };
        let faults = rendering::finish(tree, faults);
        let rendered = (!has_errors(&faults)).then(|| Rendered::from(documents, tree, book, others));
        Some(CheckedSide { records, documents: Some(faults), rendered })
    }
}

impl Rendered {
    fn from(documents: Vec<Prepared>, tree: &Tree, book: &Book, others: Option<&Tools>) -> Rendered {
        let own = Tools::with_typst(typeset::VERSION);
        let digests = BookDigests::of_documents(&DocumentWriter::new(tree, book).among(&documents), &documents, &own, others);
        Rendered { documents, digests }
    }
}
