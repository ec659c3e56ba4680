//! The state of resolving one document: the current place, and what was collected.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::chart::Chart;
use crate::document::{Origins, PrintedClaim};
use crate::model::{Citation, Marking, Settings};
use crate::render::Parser;
use crate::render::anchors::{Anchors, HeadedRecord};
use crate::render::fragment::Expanding;
use crate::render::planned::Planned;
use crate::render::values::Pass;

/// The pass over the tree; the files beside this one hold its methods, one file for each kind of content.
pub(super) struct Resolver<'a> {
    pub(super) pass: &'a Arc<Pass>,
    pub(super) planned: &'a Planned,
    pub(super) anchors: Anchors<'a>,
    pub(super) origins: &'a mut Origins,
    pub(super) parse: Parser<'a>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    pub(super) claims: Vec<PrintedClaim>,
    /// Each citation once; marks hold its index from 1 until they are numbered.
    pub(super) citations: Vec<Citation>,
    pub(super) by_citation: HashMap<Citation, usize>,
    pub(super) expanding: Expanding,
    /// How many levels of blocks and inlines there are around what is being resolved.
    pub(super) nested: usize,
    /// The line that is being resolved: of the rendered text, or of the field that is being expanded.
    pub(super) line: usize,
    /// The first line of that field.
    pub(super) field_start: usize,
    /// The line of the rendered text on which it is printed.
    pub(super) printed_line: usize,
    pub(super) in_link: bool,
    /// Whether a table's cell is being resolved, which may hold several lines.
    pub(super) in_cell: bool,
    /// Whether the limit was exceeded and reported, so that the rest is left out.
    pub(super) is_over: bool,
    /// The labels of all footnotes of the authors' own.
    pub(super) footnotes: Vec<String>,
    pub(super) links: Links,
    /// Whether some lack the caption that they need for a number, which is reported.
    pub(super) lacks_captions: bool,
    /// What tables and figures are called, by the names that `ref` knows them by.
    pub(super) captions: BTreeMap<String, String>,
    /// The marking of the document and of the current portion.
    pub(super) bearing: Bearing,
    /// The charts that figures show, by the paths of their images.
    pub(super) charts: BTreeMap<String, Chart>,
}

/// The headings seen so far, and the links to resolve.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) headings: Vec<Heading>,
    pub(super) links: Vec<Link>,
    /// The text that is being resolved: 0 for the template's, a number for each printing of a field.
    pub(super) scope: usize,
    pub(super) scopes: usize,
}

#[derive(Debug)]
pub(super) struct Heading {
    pub(super) scope: usize,
    pub(super) text: String,
    /// The id that its author gave it.
    pub(super) id: Option<String>,
    /// The record that it is the place of.
    pub(super) record: Option<HeadedRecord>,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) scope: usize,
    pub(super) id: String,
    pub(super) line: usize,
    /// The collection of the record in whose text it stands.
    pub(super) collection: Option<String>,
    /// Whether its text is the name of its target, as for `ref`.
    pub(super) is_reference: bool,
}

/// What is known of a document's marking so far.
#[derive(Debug, Default)]
pub(super) struct Bearing {
    /// The marking of the current text: the template's own, and that of the surrounding field or block.
    pub(super) around: Marking,
    /// The marking of the current portion.
    pub(super) portion: Marking,
    /// The marking of the whole.
    pub(super) whole: Marking,
    /// Markings that can't be attributed to a place, and so apply to every page and portion.
    pub(super) everywhere: Marking,
    /// How many enclosing blocks (lists, footnotes) have their pages marked as a whole.
    pub(super) gathered: usize,
    /// How many enclosing fields are printed inline, where no portion begins.
    pub(super) in_line: usize,
}

impl Bearing {
    /// Where a document begins: `loose` is what its template made something of that no longer says where it comes from.
    pub(super) fn new(settings: &Settings, loose: &Marking) -> Bearing {
        let mut everywhere = settings.text_marking();
        everywhere.raise(loose);
        Bearing { around: everywhere.clone(), portion: everywhere.clone(), whole: everywhere.clone(), everywhere, gathered: 0, in_line: 0 }
    }
}
