//! `missing-schema`: a collection has no schema, so a misspelt field passes.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::Book;

pub(super) fn check(book: &Book, found: &mut Vec<Diagnostic>) {
    for collection in book.collections.values().filter(|c| c.schema.is_none()) {
        let Some(record) = collection.records.values().next() else { continue };
        let name = &collection.name;
        found.push(
            Diagnostic::warning(Code::MissingSchema, Place::File(record.file.clone()), format!("collection `{name}` has no schema, so any field passes"))
                .help(format!("describe its fields in `content/schemas/{name}.yaml`")),
        );
    }
}
