//! The state of resolving one document: the current place, and what was collected.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::bearing::Bearing;
use super::links::Links;
use crate::diagnostic::Diagnostic;
use crate::document::chart::Chart;
use crate::document::{Origins, PrintedClaim};
use crate::model::Citation;
use crate::render::Parser;
use crate::render::anchors::Anchors;
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
