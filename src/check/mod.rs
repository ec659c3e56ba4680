//! The rules that a book must keep: one a file, which has the name of its code.
//!
//! In: a loaded book, the plan of its documents, a rendered document, or a typeset one. Out: diagnostics with a file and a
//! pointer, to be located when they are shown. Nothing is read or changed.

mod citations;
mod claim_without_source;
mod dangling_reference;
mod document;
mod heading_level;
mod invalid_document;
mod locator_out_of_range;
mod marked_in_complete;
mod missing_alternative_text;
mod missing_asset;
mod missing_glyph;
mod missing_schema;
mod missing_title;
mod no_documents;
mod not_utf8;
mod text_overflow;
mod theme;
mod unknown_collection;
mod unknown_marking;
mod unknown_source;
mod unknown_word;

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::document::{Misfit, Origins, TypstSource};
use crate::layout::{Pointer, collection_files, collection_path};
use crate::model::{Book, Record};
use crate::tree::Tree;

pub use document::RenderedDocument;

/// A book's records and settings, and the files that they were read from.
#[derive(Debug, Clone, Copy)]
pub struct BookFiles<'a> {
    pub book: &'a Book,
    pub tree: &'a Tree,
}

/// The documents that a book makes.
#[derive(Debug, Clone, Copy)]
pub struct BookPlan<'a> {
    pub book: &'a Book,
    /// Their ids, each with the index of its entry under `documents:`.
    pub ids: &'a [(String, usize)],
    /// The extensions of their files.
    pub extensions: &'a [&'a str],
    /// The keys of the words that brief prints in them.
    pub words: &'a [&'a str],
    /// The texts of the reading site, in English.
    pub site_texts: &'a [&'a str],
}

/// A typeset document.
#[derive(Debug, Clone, Copy)]
pub struct TypesetDocument<'a> {
    pub id: &'a str,
    pub book: &'a Book,
    pub tree: &'a Tree,
    pub origins: &'a Origins,
    pub source: &'a TypstSource,
    /// Texts that don't fit their place in the PDF, where there is one.
    pub misfits: &'a [Misfit],
}

/// A rule: the code of what it finds, and the function that finds it in the first argument and adds it to the second.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub code: Code,
    check: Check,
}

#[derive(Debug, Clone, Copy)]
enum Check {
    Book(fn(&BookFiles<'_>, &mut Vec<Diagnostic>)),
    Plan(fn(&BookPlan<'_>, &mut Vec<Diagnostic>)),
    Document(fn(&RenderedDocument<'_>, &mut Vec<Diagnostic>)),
    Typeset(fn(&TypesetDocument<'_>, &mut Vec<Diagnostic>)),
}

/// Every rule.
pub const RULES: [Rule; 20] = [
    Rule { code: Code::ClaimWithoutSource, check: Check::Book(claim_without_source::check) },
    Rule { code: Code::DanglingReference, check: Check::Book(dangling_reference::check) },
    Rule { code: Code::LocatorOutOfRange, check: Check::Book(locator_out_of_range::check) },
    Rule { code: Code::MissingSchema, check: Check::Book(missing_schema::check) },
    Rule { code: Code::NotUtf8, check: Check::Book(not_utf8::check) },
    Rule { code: Code::Theme, check: Check::Book(theme::check) },
    Rule { code: Code::UnknownCollection, check: Check::Book(unknown_collection::check) },
    Rule { code: Code::MarkedInComplete, check: Check::Book(marked_in_complete::check) },
    Rule { code: Code::UnknownMarking, check: Check::Book(unknown_marking::check) },
    Rule { code: Code::UnknownSource, check: Check::Book(unknown_source::check) },
    Rule { code: Code::InvalidDocument, check: Check::Plan(invalid_document::check) },
    Rule { code: Code::NoDocuments, check: Check::Plan(no_documents::check) },
    Rule { code: Code::UnknownWord, check: Check::Plan(unknown_word::check) },
    Rule { code: Code::HeadingLevel, check: Check::Document(heading_level::check) },
    Rule { code: Code::MissingAlternativeText, check: Check::Document(missing_alternative_text::check) },
    Rule { code: Code::MissingAsset, check: Check::Document(missing_asset::check) },
    Rule { code: Code::MissingTitle, check: Check::Document(missing_title::check) },
    Rule { code: Code::TextOverflow, check: Check::Document(text_overflow::check_numbers) },
    Rule { code: Code::MissingGlyph, check: Check::Typeset(missing_glyph::check) },
    Rule { code: Code::TextOverflow, check: Check::Typeset(text_overflow::check) },
];

/// Checks a book's records and settings.
pub fn book(book: &Book, tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Check::Book(check) = rule.check {
            check(&BookFiles { book, tree }, &mut found);
        }
    }
    found.retain(|diagnostic| !silenced(book, diagnostic));
    found
}

/// Checks which documents a book makes.
pub fn plan(plan: &BookPlan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Check::Plan(check) = rule.check {
            check(plan, &mut found);
        }
    }
    found
}

/// Checks a rendered document.
pub fn document(document: &RenderedDocument<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Check::Document(check) = rule.check {
            check(document, &mut found);
        }
    }
    found
}

/// Checks a typeset document.
pub fn typeset(document: &TypesetDocument<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Check::Typeset(check) = rule.check {
            check(document, &mut found);
        }
    }
    found.retain(|diagnostic| !silenced(document.book, diagnostic));
    found
}

/// Whether a collection's one file could not be read, which `load` has reported: references to it may be right.
fn is_unread(BookFiles { book, tree }: &BookFiles<'_>, name: &str) -> bool {
    let Some(collection) = book.collections.get(name).filter(|collection| collection.records.is_empty()) else { return false };
    let path = collection_path(name, collection.config.path.as_deref());
    let has_content = |line: &str| !matches!(line.trim(), "" | "---" | "[]" | "{}") && !line.trim_start().starts_with('#');
    collection_files(path).iter().any(|file| tree.get(file).is_some_and(|bytes| String::from_utf8_lossy(bytes).lines().any(has_content)))
}

/// Whether the record concerned allows this, by its `allow` key.
pub fn silenced(book: &Book, diagnostic: &Diagnostic) -> bool {
    let Some((collection, id)) = diagnostic.record.as_deref().and_then(|path| path.split_once('/')) else { return false };
    let record = book.collections.get(collection).and_then(|c| c.records.get(id));
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
