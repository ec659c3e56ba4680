//! The rules that a book must keep, one a file, each with its code.
//!
//! In: a loaded [`Book`], or a rendered document. Out: diagnostics with a file and a pointer, to be located when
//! they are shown. Nothing is read or changed.

mod claim_without_source;
mod dangling_reference;
mod document;
mod documents;
mod missing_schema;
mod unknown_marking;
mod unknown_source;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Book, Record};
use crate::tree::Tree;

pub use document::{DIRECTIVES, document};
pub use documents::document_ids;

/// Checks a book's records and settings.
pub fn check(book: &Book, _tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    dangling_reference::check(book, &mut found);
    unknown_source::check(book, &mut found);
    claim_without_source::check(book, &mut found);
    unknown_marking::check(book, &mut found);
    documents::check(book, &mut found);
    missing_schema::check(book, &mut found);
    found.retain(|diagnostic| !silenced(book, diagnostic));
    found
}

/// Whether the record concerned allows this, by its `allow` key.
fn silenced(book: &Book, diagnostic: &Diagnostic) -> bool {
    let Some((collection, id)) = diagnostic.record.as_deref().and_then(|path| path.split_once('/')) else { return false };
    let record: Option<&Record> = book.collections.get(collection).and_then(|c| c.records.get(id));
    // What makes a book wrong can't be allowed; what makes it doubtful can.
    let can_be = matches!(diagnostic.code, Code::UnknownMarking | Code::MissingSchema);
    can_be && record.is_some_and(|record| record.allow.iter().any(|code| code == diagnostic.code.name()))
}
