//! `dangling-reference`: a reference names a record that doesn't exist.

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::Pointer;
use crate::model::{Book, Record, Reference, SOURCES, Value, each_value};
use crate::tree::Tree;

pub(super) fn check(book: &Book, tree: &Tree, found: &mut Vec<Diagnostic>) {
    for record in book.records() {
        each_value(&record.fields, &mut |path, value| {
            if let Value::Reference(reference) = value {
                found.extend(dangling(book, tree, record, path, reference));
            }
        });
    }
}

fn dangling(book: &Book, tree: &Tree, record: &Record, path: &Pointer, reference: &Reference) -> Option<Diagnostic> {
    if book.record(reference).is_some() || super::is_unread(book, tree, &reference.collection) {
        return None;
    }
    let place = Place::value(&record.file, record.pointer.join(path));
    let field = path.as_str().trim_start_matches('/');
    let Reference { collection, id } = reference;
    // A schema that refers to a collection that doesn't exist is for `load` to report, once.
    let records = &book.collections.get(collection)?.records;
    let code = if collection == SOURCES { Code::UnknownSource } else { Code::DanglingReference };
    let message = format!("`{field}` of `{}` names unknown record `{collection}/{id}`", record.path());
    let near = did_you_mean(id, records.keys().map(String::as_str));
    let help = near.unwrap_or_else(|| match records.len() {
        0 => format!("collection `{collection}` has no records"),
        n if n <= 12 => format!("there are {}", records.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")),
        n => format!("collection `{collection}` has {n} records, none of this id"),
    });
    Some(Diagnostic::error(code, place, message).record(record.path()).help(help))
}
