//! Every citation in records and settings, with its place, for the rules about sources.

use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{Pointer, SETTINGS};
use crate::model::{Book, Citation, Record, Value, each_value};

/// A citation where it is written, not where a claim takes it from there.
pub(super) struct PlacedCitation<'a> {
    pub(super) citation: &'a Citation,
    index: usize,
    by: Citer<'a>,
}

static ROOT: Pointer = Pointer::root();

/// Who cites.
#[derive(Clone, Copy)]
enum Citer<'a> {
    Book,
    Collection(&'a str),
    /// A record, a mapping or claim in it by its pointer, and its place in the file.
    Record(&'a Record, &'a Pointer, &'a Pointer),
}

impl PlacedCitation<'_> {
    /// The citing subject in a sentence.
    pub(super) fn who(&self) -> String {
        match self.by {
            Citer::Book => "the book".to_owned(),
            Citer::Collection(name) => format!("collection `{name}`"),
            Citer::Record(record, inner, _) => format!("`{}{inner}`", record.path()),
        }
    }

    /// Where it is written.
    pub(super) fn place(&self) -> Place {
        let (file, mapping) = match self.by {
            Citer::Book => (SETTINGS, Pointer::root()),
            Citer::Collection(name) => (SETTINGS, Pointer::from(["collections", name, "defaults"])),
            Citer::Record(record, _, written) => (record.file.as_str(), record.pointer.join(written)),
        };
        Place::value(file, mapping.child("source").child(self.index))
    }

    /// Names the record in a diagnostic of this citation.
    pub(super) fn about(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.by {
            Citer::Record(record, ..) => diagnostic.record(record.path()),
            Citer::Book | Citer::Collection(_) => diagnostic,
        }
    }
}

/// Calls `visit` with each citation of a book's settings and records.
pub(super) fn each(book: &Book, visit: &mut dyn FnMut(PlacedCitation<'_>)) {
    let mut cite = |sources: &[Citation], by: Citer<'_>| {
        for (index, citation) in sources.iter().enumerate() {
            visit(PlacedCitation { citation, index, by });
        }
    };
    cite(&book.settings.attribution.sources, Citer::Book);
    for (name, collection) in &book.collections {
        cite(&collection.config.defaults.sources, Citer::Collection(name));
        for record in collection.records.values() {
            cite(&record.own.sources, Citer::Record(record, &ROOT, &ROOT));
            for (inner, said) in &record.nested {
                cite(&said.own.sources, Citer::Record(record, inner, &said.written));
            }
            each_value(&record.fields, &mut |inner, value| {
                // What a claim takes from elsewhere is cited there.
                if let Value::Claim(claim) = value
                    && claim.own_source
                {
                    cite(&claim.sources, Citer::Record(record, inner, inner));
                }
            });
        }
    }
}
