//! A YAML text in its file.

use crate::diagnostic::{Code, Diagnostic, Place, Span};

/// The maximum depth of nested lists and mappings.
pub(super) const MAX_DEPTH: usize = 128;

/// A YAML text and its place in a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) struct YamlSource<'a> {
    /// The file, relative to the book's root.
    pub(in crate::load) file: &'a str,
    pub(in crate::load) text: &'a str,
    /// The number of lines of the file before the text.
    pub(in crate::load) lines_before: usize,
}

impl YamlSource<'_> {
    /// A place in the file, from a line and column of the text, both counted from 1.
    pub(in crate::load) fn at(&self, line: usize, column: usize) -> Place {
        let line = line + self.lines_before;
        Place::Span(Span { file: self.file.to_owned(), line, column, end_line: line, end_column: column + 1 })
    }
}

/// A fault of the whole text.
pub(super) fn limit(place: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::YamlLimit, place, message)
}
