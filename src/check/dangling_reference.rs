//! `dangling-reference`: a reference names a record that doesn't exist.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::Pointer;
use crate::model::{Record, Reference, SOURCES, Value, each_value};

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    for record in files.book.records() {
        each_value(&record.fields, &mut |path, value| {
            // A reference to a source is for `unknown-source`.
            if let Value::Reference(reference) = value
                && reference.collection != SOURCES
            {
                found.extend(dangling(files, record, path, reference, Code::DanglingReference));
            }
        });
    }
}

/// The fault of a reference that names no record.
pub(super) fn dangling(files: &BookFiles<'_>, record: &Record, path: &Pointer, reference: &Reference, code: Code) -> Option<Diagnostic> {
    let book = files.book;
    if book.record(reference).is_some() || super::is_unread(files, &reference.collection) {
        return None;
    }
    let place = Place::value(&record.file, record.pointer.join(path));
    let field = path.as_str().trim_start_matches('/');
    let Reference { collection, id } = reference;
    // A schema that refers to a collection that doesn't exist is for `load` to report, once.
    let records = &book.collections.get(collection)?.records;
    let message = format!("`{field}` of `{}` names unknown record `{collection}/{id}`", record.path());
    let near = did_you_mean(id, records.keys().map(String::as_str));
    let help = near.unwrap_or_else(|| match records.len() {
        0 => format!("collection `{collection}` has no records"),
        n if n <= 12 => format!("there are {}", records.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")),
        n => format!("collection `{collection}` has {n} records, none of this id"),
    });
    Some(Diagnostic::error(code, place, message).record(record.path()).help(help))
}
