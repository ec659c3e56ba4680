//! Where a printed record leads: its heading in the same document, its own document, or nowhere.

use std::collections::{BTreeSet, HashMap};

use super::planned::Planned;
use super::token::{Piece, pieces};
use super::values::{Pass, Printed};
use crate::document::{Block, BlockKind, Inline, Target, walk};
use crate::model::{Book, Reference};

/// The places that records have in a document and in the book.
#[derive(Debug)]
pub(crate) struct Anchors<'a> {
    /// Records that a heading of this document names.
    here: BTreeSet<(String, String)>,
    documents: &'a Documents,
}

/// The document that is made for a record, by collection and id. Made once: a book may have ten thousand.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    of_records: HashMap<String, HashMap<String, String>>,
    /// What each document is called, by its id.
    titles: HashMap<String, String>,
}

impl Documents {
    pub(crate) fn new(planned: &[Planned], book: &Book) -> Documents {
        let mut documents = Documents::default();
        for document in planned {
            let record = document.record.clone().and_then(|(collection, id)| book.record(&Reference { collection, id }));
            let title = document.title.as_deref().or(record.map(|record| book.display_name(record))).unwrap_or(&book.settings.title);
            documents.titles.insert(document.id.clone(), title.to_owned());
            if let Some((collection, id)) = &document.record {
                let own = documents.of_records.entry(collection.clone()).or_default();
                own.entry(id.clone()).or_insert_with(|| document.id.clone());
            }
        }
        documents
    }
}

impl<'a> Anchors<'a> {
    pub(crate) fn new(blocks: &[Block], pass: &Pass, documents: &'a Documents) -> Anchors<'a> {
        let mut here = BTreeSet::new();
        collect(blocks, pass, &mut here);
        Anchors { here, documents }
    }

    /// Where a link to this record leads.
    pub(crate) fn target(&self, collection: &str, id: &str) -> Option<Target> {
        if self.here.contains(&(collection.to_owned(), id.to_owned())) {
            return Some(Target::Anchor(format!("{collection}/{id}")));
        }
        self.document(collection, id).map(|document| Target::Document(document.to_owned()))
    }

    /// What a document is called, by its id.
    pub(crate) fn title(&self, id: &str) -> Option<&str> {
        self.documents.titles.get(id).map(String::as_str)
    }

    /// The ids of all documents.
    pub(crate) fn titled(&self) -> impl Iterator<Item = &str> {
        let mut ids: Vec<&str> = self.documents.titles.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The document that is made for this record.
    pub(crate) fn document(&self, collection: &str, id: &str) -> Option<&str> {
        self.documents.of_records.get(collection)?.get(id).map(String::as_str)
    }
}

/// The record whose place a heading is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadedRecord {
    pub(crate) collection: String,
    pub(crate) id: String,
    /// Whether the heading is its name and nothing else: of several headings with one record, such a one is its place.
    pub(crate) is_alone: bool,
}

/// The record that a heading consists of, or the one that it names among other words; nothing where it names several.
pub(crate) fn of_heading(content: &[Inline], pass: &Pass) -> Option<HeadedRecord> {
    let mut records = Vec::new();
    walk::within(content, &mut |inline| {
        if let Inline::Text(text) = inline {
            records.extend(pieces(text).into_iter().filter_map(|piece| match piece {
                Piece::Token(index) => match pass.prints.get(index)? {
                    Printed::Record { collection, id, .. } => Some((collection, id)),
                    _ => None,
                },
                _ => None,
            }));
        }
    });
    records.dedup();
    let [(collection, id)] = &records[..] else { return None };
    let is_alone = match content {
        [Inline::Text(text)] => matches!(pieces(text.trim())[..], [Piece::Token(_)]),
        _ => false,
    };
    Some(HeadedRecord { collection: collection.clone(), id: id.clone(), is_alone })
}

fn collect(blocks: &[Block], pass: &Pass, here: &mut BTreeSet<(String, String)>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { content, .. } => here.extend(of_heading(content, pass).map(|record| (record.collection, record.id))),
            BlockKind::Directive { blocks, .. } | BlockKind::Quote(blocks) | BlockKind::Alert { blocks, .. } => collect(blocks, pass, here),
            _ => {}
        }
    }
}
