//! `locator-out-of-range`: a citation names a paragraph, a page, an article or a section that its source doesn't have.

use super::citations;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{Book, SOURCES, Value};

pub(super) fn check(book: &Book, found: &mut Vec<Diagnostic>) {
    for source in book.collections.get(SOURCES).into_iter().flat_map(|sources| sources.records.values()) {
        let length = source.fields.get("length").and_then(Value::bare).filter(|length| **length != Value::Null);
        if length.is_some() && book.source_length(&source.id).is_none() {
            let place = Place::value(&source.file, source.pointer.child("length"));
            let message = format!("the `length` of `{}` must be a whole number from 1", source.path());
            let help = "it says how many paragraphs the source has, or what else its `locator` counts";
            found.push(Diagnostic::error(Code::SchemaViolation, place, message).record(source.path()).help(help));
        }
    }
    citations::each(book, &mut |cited| {
        if let Some(fault) = book.locator_fault(cited.citation) {
            let message = format!("{} cites `{}`, but {fault}", cited.who(), cited.citation);
            let out = Diagnostic::error(Code::LocatorOutOfRange, cited.place(), message).help(help(&cited.citation.source));
            found.push(cited.about(out));
        }
    });
}

/// The way out.
fn help(source: &str) -> String {
    format!("correct the place after `#`, or the `length` of `{SOURCES}/{source}`")
}
