//! `unknown-source`: a claim, a mapping, a record, a collection or the book names a source that doesn't exist, or a field refers to one.

use super::dangling_reference::dangling;
use super::{BookFiles, citations};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::model::{SOURCES, Value, each_value};

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let book = files.book;
    if super::is_unread(files, SOURCES) {
        return;
    }
    for record in book.records() {
        each_value(&record.fields, &mut |path, value| {
            if let Value::Reference(reference) = value
                && reference.collection == SOURCES
            {
                found.extend(dangling(files, record, path, reference, Code::UnknownSource));
            }
        });
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
