//! What a template printed, until `resolve` puts it into the document.

use std::sync::Arc;

use minijinja::Value;

use super::bare::BareObject;
use super::claim::ClaimObject;
use super::map::MapObject;
use super::markdown::MarkdownObject;
use super::record::RecordObject;
use super::text::TextObject;
use crate::document::chart::Chart;
use crate::document::{StampField, Verdict};
use crate::layout::Pointer;
use crate::model::{self, Marking};

/// Something that was printed, and that `resolve` puts into the document.
#[derive(Debug, Clone)]
pub(crate) enum Printed {
    Text(String),
    /// A plain text of a record, with its marking.
    Marked {
        text: String,
        marking: Marking,
    },
    Claim(Arc<ClaimObject>),
    Record {
        collection: String,
        id: String,
        name: String,
    },
    Markdown {
        text: String,
        origin: Origin,
    },
    Stamp(StampField),
    /// A mark for sources, without a claim.
    Cite(Vec<model::Citation>),
    /// A figure or a table, with the values that it shows.
    Figure(Arc<FigureData>),
    /// A link to what has this name, by its number or title.
    Reference(String),
    /// The list of tables or of figures.
    Listing(Listing),
    Notes,
    Sources,
}

impl Printed {
    /// How much text it brings into the document, with what is kept of it beside the text; about, and for budgets alone.
    pub(crate) fn length(&self) -> usize {
        match self {
            Printed::Text(text) | Printed::Marked { text, .. } | Printed::Markdown { text, .. } | Printed::Reference(text) => text.len(),
            Printed::Record { name, .. } => name.len(),
            Printed::Claim(claim) => claim.length(),
            Printed::Cite(citations) => 16 * citations.len(),
            Printed::Figure(figure) => figure.rows.iter().flatten().flatten().map(Shown::length).fold(0, usize::saturating_add),
            Printed::Stamp(_) | Printed::Listing(_) | Printed::Notes | Printed::Sources => 16,
        }
    }
}

/// What a list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    Tables,
    Figures,
}

/// A figure, or a table that a function made: what it shows, in rows of cells.
#[derive(Debug, Clone)]
pub(crate) struct FigureData {
    /// The chart; none for a table.
    pub(crate) chart: Option<Chart>,
    pub(crate) title: String,
    /// Its name for `ref`.
    pub(crate) id: Option<String>,
    /// The heading of each column; the first names the rows.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The marking of the whole.
    pub(crate) marking: Marking,
}

/// A cell: what is printed in it, in order.
pub(crate) type Cell = Vec<Shown>;

/// A part of a cell.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    Text(String),
    Claim(Box<ClaimObject>),
    Verdict(Verdict),
    /// A record or a text that is Markdown.
    Printed(Printed),
}

impl Shown {
    fn length(&self) -> usize {
        16 + match self {
            Shown::Text(text) => text.len(),
            Shown::Claim(claim) => claim.length(),
            Shown::Verdict(_) => 0,
            Shown::Printed(printed) => printed.length(),
        }
    }

    /// Its text as a reader sees it, without marks.
    pub(crate) fn words(&self) -> String {
        match self {
            Shown::Text(text) => text.clone(),
            Shown::Claim(claim) => claim.printed_text(),
            Shown::Verdict(_) => String::new(),
            Shown::Printed(Printed::Record { name, .. }) => name.clone(),
            Shown::Printed(Printed::Markdown { text, .. } | Printed::Marked { text, .. }) => text.clone(),
            Shown::Printed(_) => String::new(),
        }
    }
}

/// Which value of which record this is, for messages and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Collection and id.
    pub(crate) record: (String, String),
    /// The way to it from the record.
    pub(crate) path: Pointer,
}

impl Origin {
    /// `precedents/kfor/troops`, as messages and the list of claims name it.
    pub(crate) fn name(&self) -> String {
        let (collection, id) = &self.record;
        format!("{collection}/{id}{}", self.path)
    }
}

/// The marking of a value and of all that it was made from.
pub(crate) fn marking_of(value: &Value) -> Marking {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return bare.of.marking.clone();
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return claim.marking();
    }
    if let Some(text) = value.downcast_object_ref::<TextObject>() {
        return text.marking();
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        return record.marking_of_name();
    }
    if let Some(markdown) = value.downcast_object_ref::<MarkdownObject>() {
        return markdown.pass.book.marking_of(&markdown.origin.record, &markdown.origin.path);
    }
    Marking::default()
}

/// The record and path of a value, if it is a record or part of one.
pub(crate) fn origin_of(value: &Value) -> Option<Origin> {
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        let record = record.record();
        return Some(Origin { record: (record.collection.clone(), record.id.clone()), path: Pointer::root() });
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return claim.claims.first().map(|stated| stated.0.clone());
    }
    if let Some(map) = value.downcast_object_ref::<MapObject>() {
        return Some(map.origin.clone());
    }
    value.downcast_object_ref::<MarkdownObject>().map(|markdown| markdown.origin.clone())
}
