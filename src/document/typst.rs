//! A document as Typst code, what is known about its lines, and which of its text does not fit a page.

use std::collections::BTreeMap;

/// The Typst code of a document, as it is typeset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypstSource {
    pub text: String,
    /// For each line of `text`, the line of the rendered text it came from, from 1; 0 where there is none.
    pub lines: Vec<usize>,
    /// Characters that no font has, each time they occur, and the line of the rendered text.
    pub missing: Vec<(char, usize)>,
    /// The places that links lead to, by the names that the code gives them, and other documents, by their
    /// addresses; and what is there in words.
    pub places: BTreeMap<String, String>,
}

/// A piece of text that doesn't fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The page, from 1.
    pub page: u32,
    pub text: String,
    pub kind: MisfitKind,
}

/// How a piece of text doesn't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    PastTheEdge,
    OverOtherText,
}
