//! `locator-out-of-range`: a citation names a paragraph, a page, an article or a section that its source doesn't have.

use super::{BookFiles, citations};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::SOURCES;

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let book = files.book;
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
