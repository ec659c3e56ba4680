//! Claims as a document prints them.

use crate::layout::Pointer;

/// A claim as it was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedClaim {
    /// `precedents/kfor`.
    pub record: String,
    /// The way to it from the record: `/troops`.
    pub path: Pointer,
    /// The value as written, bare.
    pub value: serde_json::Value,
    /// The text as printed.
    pub printed: String,
    /// `id#locator`, each.
    pub sources: Vec<String>,
    pub as_of: Option<String>,
    /// The numbers of the notes that cite it; empty if the template has `uncited`.
    pub notes: Vec<usize>,
    /// Line of the rendered template text on which it was printed, from 1.
    pub rendered_line: usize,
    /// What it was calculated from, where no record says it as it is printed; then there is no record and no path.
    pub derived: Option<Derivation>,
}

/// How a figure was calculated.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The calculation, with the claims' paths: `items/a/cost + items/b/cost`.
    pub how: String,
    pub unit: Option<String>,
    pub from: Vec<Operand>,
}

/// A claim that a figure was calculated from.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// `items/a/cost`.
    pub claim: String,
    /// The value as written, bare.
    pub value: serde_json::Value,
    /// The text as it would print.
    pub said: String,
    /// `id#locator`, each.
    pub sources: Vec<String>,
}
