//! Where a printed record leads: its heading in the same document, its own document, or nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Planned;
use super::token::{Piece, pieces};
use super::values::{Pass, Printed};
use crate::document::{Block, BlockKind, Inline, Target};

/// The places that records have in a document and in the book.
#[derive(Debug)]
pub(crate) struct Anchors<'a> {
    /// Records that a heading of this document consists of.
    here: BTreeSet<(String, String)>,
    /// The document that is made for a record.
    documents: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Anchors<'a> {
    pub(crate) fn new(blocks: &[Block], pass: &Pass, documents: &'a [Planned]) -> Anchors<'a> {
        let mut here = BTreeSet::new();
        collect(blocks, pass, &mut here);
        let mut own: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for document in documents {
            if let Some((collection, id)) = &document.record {
                own.entry((collection, id)).or_insert(&document.id);
            }
        }
        Anchors { here, documents: own }
    }

    /// Where a link to this record leads.
    pub(crate) fn target(&self, collection: &str, id: &str) -> Option<Target> {
        if self.here.contains(&(collection.to_owned(), id.to_owned())) {
            return Some(Target::Anchor(format!("{collection}/{id}")));
        }
        self.documents.get(&(collection, id)).map(|document| Target::Document((*document).to_owned()))
    }
}

/// The record that a heading consists of, if it consists of one.
pub(crate) fn of_heading(content: &[Inline], pass: &Pass) -> Option<(String, String)> {
    let [Inline::Text(text)] = content else { return None };
    let [Piece::Token(index)] = pieces(text.trim())[..] else { return None };
    match pass.prints.get(index)? {
        Printed::Record { collection, id, .. } => Some((collection, id)),
        _ => None,
    }
}

fn collect(blocks: &[Block], pass: &Pass, here: &mut BTreeSet<(String, String)>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { content, .. } => here.extend(of_heading(content, pass)),
            BlockKind::Directive { blocks, .. } | BlockKind::Quote(blocks) | BlockKind::Alert { blocks, .. } => collect(blocks, pass, here),
            _ => {}
        }
    }
}
