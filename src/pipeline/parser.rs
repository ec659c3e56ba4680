//! The parser of Markdown that rendering is given.

use crate::markdown;
use crate::render::Parsed;

/// Parses rendered text.
pub(super) fn parse(text: &str) -> Parsed {
    let parsed = markdown::parse(text);
    Parsed { document: parsed.document, faults: parsed.faults }
}
