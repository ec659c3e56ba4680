//! `unknown-source`: a claim, a mapping, a record, a collection or the book names a source that doesn't exist.

use super::citations;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::model::{Book, SOURCES};
use crate::tree::Tree;

pub(super) fn check(book: &Book, tree: &Tree, found: &mut Vec<Diagnostic>) {
    if super::is_unread(book, tree, SOURCES) {
        return;
    }
    citations::each(book, &mut |cited| {
        let source = &cited.citation.source;
        if book.source(source).is_some() {
            return;
        }
        let known = book.collections.get(SOURCES).into_iter().flat_map(|c| c.records.keys());
        let help = did_you_mean(source, known.map(String::as_str))
            .unwrap_or_else(|| format!("add it to the collection `{SOURCES}`: `brief new {SOURCES} {source}` lays it out"));
        let message = format!("{} names unknown source `{source}`", cited.who());
        let unknown = Diagnostic::error(Code::UnknownSource, cited.place(), message).help(help);
        found.push(cited.about(unknown));
    });
}
