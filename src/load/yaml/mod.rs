//! YAML text to a JSON tree, within limits.
//!
//! Comes in: the text of one file (or of a `.md` file's front matter). Goes out: its one document as a
//! tree, and what is wrong with it. `serde_yaml` gives no places for good values, so a fault inside a
//! good document (a duplicate key, a character that no output can hold) is only noticed here, and located
//! by [`super::outline`].

mod fault;
mod pieces;
#[cfg(test)]
mod suite;
mod text;

use serde_json::Value as Json;

use super::outline::Outline;
use crate::diagnostic::{Code, Diagnostic, Place, Span};
use crate::yaml::{self, DuplicateKeys, Limits};

pub(super) use crate::yaml::{is_forbidden, is_lost};
pub(super) use fault::{inexact_number, unknown_tag};
pub(super) use text::{decode, forbidden, name as character_name};

/// A YAML text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct YamlSource<'a> {
    /// The file, relative to the book's root.
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    /// How many lines of the file stand before the text.
    pub(super) lines_before: usize,
}

impl YamlSource<'_> {
    /// A place in the file, from a line and column of the text, both counted from 1.
    pub(super) fn at(&self, line: usize, column: usize) -> Place {
        let line = line + self.lines_before;
        Place::Span(Span { file: self.file.to_owned(), line, column, end_line: line, end_column: column + 1 })
    }
}

/// How many levels of lists and mappings may stand in each other.
pub(super) const MAX_DEPTH: usize = 128;

/// Reads the one document of a text. An empty text is `null`; `None` means that nothing could be read.
pub(super) fn parse(source: &YamlSource<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Json> {
    if let Some(fault) = forbidden(source).or_else(|| text::too_much(source)).or_else(|| text::too_deep(source)) {
        diagnostics.push(fault);
        return None;
    }
    let (text, guard) = yaml::guard(source.text);
    if let Some(value) = pieces::parse(&text, |text| piece(text, guard)) {
        return Some(value);
    }
    match yaml::read(&text, Limits::of_text(text.len()), guard, DuplicateKeys::Report) {
        Ok(reading) => {
            if is_suspect(&reading, &text) {
                diagnostics.extend(Outline::read(source).faults());
            }
            Some(reading.value)
        }
        Err(failure) => {
            diagnostics.push(fault::diagnose(source, failure));
            None
        }
    }
}

/// Whether a document that was read may still have a fault: a duplicate key, a character that no output can hold, a number
/// that differs from the one that is written, a tag that was ignored.
fn is_suspect(reading: &yaml::Reading, text: &str) -> bool {
    reading.is_suspect || (reading.has_floats && yaml::may_lose(text)) || yaml::may_hold_tags(text)
}

/// Reads a piece of a text; `None` if anything may be wrong with it.
fn piece(text: &str, guard: Option<yaml::Guard>) -> Option<Json> {
    let reading = yaml::read(text, Limits::of_piece(text.len()), guard, DuplicateKeys::Report).ok()?;
    (!is_suspect(&reading, text)).then_some(reading.value)
}

/// A fault of the whole text.
fn limit(place: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::YamlLimit, place, message)
}
