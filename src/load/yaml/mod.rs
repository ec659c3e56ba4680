//! YAML text to a JSON tree, within limits.
//!
//! Comes in: the text of one file (or of a `.md` file's front matter). Goes out: its one document as a
//! tree, and what is wrong with it. `serde_yaml` gives no places for good values, so a fault inside a
//! good document (a key twice, a character that no output can hold) is only noticed here, and placed
//! by [`super::outline`].

mod breaks;
mod fault;
mod number;
mod pieces;
#[cfg(test)]
mod suite;
mod text;
mod visit;

use serde::de::DeserializeSeed;
use serde_json::Value as Json;

use super::outline::Outline;
use crate::diagnostic::{Code, Diagnostic, Place, Span};

pub(super) use fault::{inexact_number, unknown_tag};
pub(super) use number::is_lost;
pub(super) use text::{decode, forbidden, is_forbidden, name as character_name};

/// A YAML text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The file, relative to the book's root.
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    /// How many lines of the file stand before the text.
    pub(super) lines_before: usize,
}

impl Source<'_> {
    /// A place in the file, from a line and column of the text, both counted from 1.
    pub(super) fn at(&self, line: usize, column: usize) -> Place {
        let line = line + self.lines_before;
        Place::Span(Span { file: self.file.to_owned(), line, column, end_line: line, end_column: column + 1 })
    }
}

/// How many levels of lists and mappings may stand in each other.
pub(super) const MAX_DEPTH: usize = 128;
/// How many values a file may hold beyond one for each of its bytes, once aliases are expanded.
const NODES: usize = 1_000_000;
/// How many values a file may hold in any case.
const MAX_NODES: usize = 8_000_000;
/// How many bytes of text aliases may add to a file.
const ALIAS_BYTES: usize = 64 << 20;
/// How long one text may be.
const MAX_TEXT: usize = 16 << 20;

/// Reads the one document of a text. An empty text is `null`; `None` means that nothing could be read.
pub(super) fn parse(source: &Source<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Json> {
    if let Some(fault) = forbidden(source).or_else(|| text::too_much(source)).or_else(|| text::too_deep(source)) {
        diagnostics.push(fault);
        return None;
    }
    let (text, guard) = breaks::guard(source.text);
    if let Some(value) = pieces::parse(&text, |text| piece(text, guard)) {
        return Some(value);
    }
    let reader = visit::Reader::new(text.len(), guard);
    match (visit::Node(&reader)).deserialize(serde_yaml::Deserializer::from_str(&text)) {
        Ok(value) => {
            if is_suspect(&reader, &text) {
                diagnostics.extend(Outline::read(source).faults());
            }
            Some(value)
        }
        Err(error) => {
            diagnostics.push(fault::diagnose(source, &error, reader.into_fault()));
            None
        }
    }
}

/// Whether a good parse may hide a fault: a duplicate key, a character that no output can hold, a number that isn't the one
/// that is written, a tag that was passed over.
fn is_suspect(reader: &visit::Reader, text: &str) -> bool {
    reader.is_suspect() || (reader.has_floats() && number::may_lose(text)) || text::may_hold_tags(text)
}

/// Reads a piece of a text that has no fault.
fn piece(text: &str, guard: Option<breaks::Guard>) -> Option<Json> {
    let reader = visit::Reader::of_piece(text.len(), guard);
    let value = (visit::Node(&reader)).deserialize(serde_yaml::Deserializer::from_str(text)).ok()?;
    (!is_suspect(&reader, text)).then_some(value)
}

/// A fault of the whole text.
fn limit(place: Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::YamlLimit, place, message)
}
