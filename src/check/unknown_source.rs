//! `unknown-source`: a claim, a record, a collection or the book names a source that doesn't exist.

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::model::{Book, Citation, Reference, SOURCES, Value, each_value};
use crate::tree::Tree;

const SETTINGS: &str = "content/book.yaml";

pub(super) fn check(book: &Book, tree: &Tree, found: &mut Vec<Diagnostic>) {
    if super::is_unread(book, tree, SOURCES) {
        return;
    }
    let settings = &book.settings.attribution.sources;
    found.extend(unknown(book, settings, "the book", |index| Place::value(SETTINGS, format!("/source/{index}"))));
    for (name, collection) in &book.collections {
        let place = |index| Place::value(SETTINGS, format!("/collections/{name}/defaults/source/{index}"));
        found.extend(unknown(book, &collection.config.defaults.sources, &format!("collection `{name}`"), place));
        for record in collection.records.values() {
            let who = format!("`{}`", record.path());
            let place = |index| Place::value(&record.file, format!("{}/source/{index}", record.pointer));
            found.extend(unknown(book, &record.own.sources, &who, place).map(|d| d.record(record.path())));
            each_value(&record.fields, &mut |path, value| {
                if let Value::Claim(claim) = value {
                    // What a claim takes from elsewhere is reported there, once.
                    if claim.own_source {
                        let who = format!("`{}{path}`", record.path());
                        let place = |index| Place::value(&record.file, format!("{}{path}/source/{index}", record.pointer));
                        found.extend(unknown(book, &claim.sources, &who, place).map(|d| d.record(record.path())));
                    }
                }
            });
        }
    }
}

fn unknown<'a>(book: &'a Book, citations: &'a [Citation], who: &str, place: impl Fn(usize) -> Place) -> impl Iterator<Item = Diagnostic> {
    let missing = citations.iter().enumerate().filter(|(_, citation)| {
        let reference = Reference { collection: SOURCES.to_owned(), id: citation.source.clone() };
        book.record(&reference).is_none()
    });
    let found: Vec<Diagnostic> = missing
        .map(|(index, citation)| {
            let known = book.collections.get(SOURCES).into_iter().flat_map(|c| c.records.keys());
            let help = did_you_mean(&citation.source, known.map(String::as_str))
                .unwrap_or_else(|| format!("add it to the collection `{SOURCES}`: `brief new {SOURCES} {}` lays it out", citation.source));
            Diagnostic::error(Code::UnknownSource, place(index), format!("{who} names unknown source `{}`", citation.source)).help(help)
        })
        .collect();
    found.into_iter()
}
