//! The rules that a book must keep, one a file, each with its code.
//!
//! In: a loaded [`Book`], or a rendered document. Out: diagnostics with a file and a pointer, to be located when
//! they are shown. Nothing is read or changed.

mod citations;
mod claim_without_source;
mod dangling_reference;
mod document;
mod documents;
mod locator_out_of_range;
mod missing_glyph;
mod missing_schema;
mod not_utf8;
mod text_overflow;
mod unknown_marking;
mod unknown_source;
mod unknown_word;

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::layout::{Pointer, collection_files, collection_path};
use crate::model::{Book, Record};
use crate::tree::Tree;

pub use document::{DIRECTIVES, document};
pub use documents::document_ids;
pub use missing_glyph::missing_glyph;
pub use text_overflow::text_overflow;
pub use unknown_word::words;

/// Checks a book's records and settings.
pub fn check(book: &Book, tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    dangling_reference::check(book, tree, &mut found);
    unknown_source::check(book, tree, &mut found);
    locator_out_of_range::check(book, &mut found);
    claim_without_source::check(book, &mut found);
    unknown_marking::check(book, &mut found);
    documents::check(book, &mut found);
    missing_schema::check(book, tree, &mut found);
    not_utf8::check(tree, &mut found);
    found.retain(|diagnostic| !silenced(book, diagnostic));
    found
}

/// Whether a collection's one file could not be read, which `load` has said: who refers to it may be right.
fn is_unread(book: &Book, tree: &Tree, name: &str) -> bool {
    let Some(collection) = book.collections.get(name).filter(|collection| collection.records.is_empty()) else { return false };
    let path = collection_path(name, collection.config.path.as_deref());
    let has_content = |line: &str| !matches!(line.trim(), "" | "---" | "[]" | "{}") && !line.trim_start().starts_with('#');
    collection_files(path).iter().any(|file| tree.get(file).is_some_and(|bytes| String::from_utf8_lossy(bytes).lines().any(has_content)))
}

/// Whether the record concerned allows this, by its `allow` key.
pub fn silenced(book: &Book, diagnostic: &Diagnostic) -> bool {
    let Some((collection, id)) = diagnostic.record.as_deref().and_then(|path| path.split_once('/')) else { return false };
    let record: Option<&Record> = book.collections.get(collection).and_then(|c| c.records.get(id));
    // What makes a book wrong can't be allowed; what makes it doubtful can.
    diagnostic.severity == Severity::Warning && record.is_some_and(|record| allows(record, diagnostic))
}

/// Whether a record, or a mapping in it around the place, allows this.
fn allows(record: &Record, diagnostic: &Diagnostic) -> bool {
    let names = |codes: &[String]| codes.iter().any(|code| code == diagnostic.code.name());
    let inner = match &diagnostic.place {
        Place::Pointer { file, pointer, .. } if *file == record.file => pointer.below(&record.pointer).unwrap_or_default(),
        _ => Pointer::root(),
    };
    let is_around = |mapping: &Pointer| inner.below(mapping).is_some();
    names(&record.allow) || record.nested.iter().any(|(mapping, said)| is_around(mapping) && names(&said.allow))
}
