//! Finds the records that could not be loaded, and are left out of a comparison.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::layout::{CollectionPart, collection_part, collection_path};
use crate::model::Book;

/// Records whose content is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnreadRecords {
    Collection(String),
    Record(String, String),
}

/// Faults after which a comparison isn't whole; others are for `brief check`.
pub const READING_FAULTS: [Code; 14] = [
    Code::FileUnreadable,
    Code::NotUtf8,
    Code::YamlSyntax,
    Code::YamlLimit,
    Code::DuplicateKey,
    Code::ForbiddenCharacter,
    Code::NotAMapping,
    Code::BookMissing,
    Code::BookSettings,
    Code::UnknownCollection,
    Code::InvalidId,
    Code::DuplicateId,
    Code::InvalidSchema,
    Code::FrontMatter,
];

/// Those of them after which a file's records are not known at all.
const LOSING: [Code; 8] = [
    Code::FileUnreadable,
    Code::NotUtf8,
    Code::YamlSyntax,
    Code::YamlLimit,
    Code::ForbiddenCharacter,
    Code::NotAMapping,
    Code::InvalidSchema,
    Code::FrontMatter,
];

/// Whether a fault of this kind keeps a file's records from being known.
pub fn loses_records(code: Code) -> bool {
    LOSING.contains(&code)
}

/// The records that faults keep from being known, by the places where collections are kept.
pub fn unread_records(book: &Book, diagnostics: &[Diagnostic]) -> BTreeSet<UnreadRecords> {
    let lost = diagnostics.iter().filter(|fault| fault.severity == Severity::Error && LOSING.contains(&fault.code));
    lost.flat_map(|fault| {
        let file = fault.place.file().unwrap_or_default();
        // One item of a list or mapping that is no mapping itself: the rest of the file is known.
        if let (Code::NotAMapping, Some((collection, id))) = (fault.code, fault.record.as_deref().and_then(|record| record.split_once('/')))
        {
            return vec![UnreadRecords::Record(collection.to_owned(), id.to_owned())];
        }
        if fault.code == Code::NotAMapping && matches!(&fault.place, Place::Span(span) if span.line > 1) {
            return Vec::new();
        }
        book.collections.keys().filter_map(|name| kept_in(book, name, file)).collect()
    })
    .collect()
}

/// What of a collection is kept in a file.
fn kept_in(book: &Book, name: &str, file: &str) -> Option<UnreadRecords> {
    let collection = book.collections.get(name)?;
    match collection_part(name, collection_path(name, collection.config.path.as_deref()), file)? {
        CollectionPart::All => Some(UnreadRecords::Collection(name.to_owned())),
        CollectionPart::Record(stem) => {
            let id = collection.records.values().find(|record| record.file == file).map_or(stem, |record| record.id.as_str());
            Some(UnreadRecords::Record(name.to_owned(), id.to_owned()))
        }
    }
}

impl std::fmt::Display for UnreadRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            UnreadRecords::Collection(name) => write!(f, "all of `{name}`"),
            UnreadRecords::Record(collection, id) => write!(f, "`{collection}/{id}`"),
        }
    }
}
