//! YAML text to a JSON tree, within limits.
//!
//! Comes in: the text of one file (or of a `.md` file's front matter). Goes out: its one document as a
//! tree, and what is wrong with it. `serde_yaml` gives no places for good values, so a fault inside a
//! good document (a duplicate key, a character that no output can hold) is only noticed here, and located
//! by [`super::outline`].

mod fault;
mod pieces;
mod source;
#[cfg(test)]
mod suite;
mod text;

use serde_json::Value as Json;

use super::outline::Outline;
use crate::diagnostic::Diagnostic;
use crate::yaml::{self, DuplicateKeys, Limits};

pub(super) use crate::yaml::{is_forbidden, is_lost};
pub(super) use source::YamlSource;
pub(super) use text::{decode, forbidden, name as character_name};

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
