//! What of a side could not be read, and so can't be compared: told from the faults of loading it.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::model::{Book, Record};

/// Records whose content is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unread {
    Collection(String),
    Record(String, String),
}

/// Faults after which a comparison isn't whole; others are for `brief check`.
pub(super) const READING: [Code; 14] = [
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
pub(super) fn is_losing(code: Code) -> bool {
    LOSING.contains(&code)
}

/// The records that faults keep from being known, by the places where collections are kept.
pub(super) fn unread(book: &Book, diagnostics: &[Diagnostic]) -> BTreeSet<Unread> {
    let lost = diagnostics.iter().filter(|fault| fault.severity == Severity::Error && LOSING.contains(&fault.code));
    lost.flat_map(|fault| {
        let file = fault.place.file().unwrap_or_default();
        // One item of a list or mapping that is no mapping itself: the rest of the file is known.
        if let (Code::NotAMapping, Some((collection, id))) = (fault.code, fault.record.as_deref().and_then(|record| record.split_once('/')))
        {
            return vec![Unread::Record(collection.to_owned(), id.to_owned())];
        }
        if fault.code == Code::NotAMapping && matches!(&fault.place, Place::Span(span) if span.line > 1) {
            return Vec::new();
        }
        book.collections.keys().filter_map(|name| kept_in(book, name, file)).collect()
    })
    .collect()
}

/// What of a collection is kept in a file.
fn kept_in(book: &Book, name: &str, file: &str) -> Option<Unread> {
    let rest = file.strip_prefix("content/")?;
    let path = book.collections.get(name)?.config.path.as_deref().unwrap_or(name).trim_end_matches('/');
    let stem = |file: &str| file.rsplit_once('.').map_or(file.to_owned(), |(stem, _)| stem.to_owned());
    if rest == path || stem(rest) == path || stem(rest) == format!("schemas/{name}") {
        return Some(Unread::Collection(name.to_owned()));
    }
    let inner = rest.strip_prefix(path)?.strip_prefix('/')?;
    let here = |record: &&Record| record.file == file;
    let id = book.collections.get(name)?.records.values().find(here).map_or_else(|| stem(inner), |record| record.id.clone());
    Some(Unread::Record(name.to_owned(), id))
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unread::Collection(name) => write!(f, "all of `{name}`"),
            Unread::Record(collection, id) => write!(f, "`{collection}/{id}`"),
        }
    }
}
