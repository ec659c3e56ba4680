//! What resolving one document keeps: where it stands, and what it has gathered.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::PrintedClaim;
use crate::model::Citation;
use crate::render::Parser;
use crate::render::anchors::Anchors;
use crate::render::fragment::Expanding;
use crate::render::plan::Planned;
use crate::render::values::Pass;

/// The one pass over the tree; each file beside this one holds what it does with a kind of thing.
pub(super) struct Resolver<'a> {
    pub(super) pass: &'a Arc<Pass>,
    pub(super) planned: &'a Planned,
    pub(super) anchors: Anchors<'a>,
    pub(super) origins: &'a [Option<(Arc<str>, usize)>],
    pub(super) parse: Parser<'a>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    pub(super) claims: Vec<PrintedClaim>,
    /// Each citation once; marks hold its index from 1 until they are numbered.
    pub(super) citations: Vec<Citation>,
    pub(super) by_citation: HashMap<Citation, usize>,
    pub(super) expanding: Expanding,
    /// Line of the rendered text that is being resolved.
    pub(super) line: usize,
    /// Line of the field's text that is being expanded; 0 for none.
    pub(super) field_line: usize,
    pub(super) in_link: bool,
}
