//! `dangling-reference`: a reference names a record that doesn't exist.

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::model::{Book, Record, Reference, SOURCES, Value, each_value};

pub(super) fn check(book: &Book, found: &mut Vec<Diagnostic>) {
    for record in book.records() {
        each_value(&record.fields, &mut |path, value| {
            if let Value::Reference(reference) = value {
                found.extend(dangling(book, record, path, reference));
            }
        });
    }
}

fn dangling(book: &Book, record: &Record, path: &str, reference: &Reference) -> Option<Diagnostic> {
    if book.record(reference).is_some() {
        return None;
    }
    let place = Place::value(&record.file, format!("{}{path}", record.pointer));
    let field = path.trim_start_matches('/');
    let Reference { collection, id } = reference;
    let Some(records) = book.collections.get(collection).map(|c| &c.records) else {
        let message = format!("`{field}` of `{}` refers to collection `{collection}`, which the book doesn't have", record.path());
        return Some(
            Diagnostic::error(Code::UnknownCollection, place, message)
                .record(record.path())
                .maybe_help(did_you_mean(collection, book.collections.keys().map(String::as_str))),
        );
    };
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
