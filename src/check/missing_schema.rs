//! `missing-schema`: a collection has no schema, so a misspelt field passes.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::Book;
use crate::tree::Tree;

pub(super) fn check(book: &Book, tree: &Tree, found: &mut Vec<Diagnostic>) {
    for collection in book.collections.values().filter(|c| c.schema.is_none()) {
        let Some(record) = collection.records.values().next() else { continue };
        let name = &collection.name;
        // One that can't be used is for `load` to report.
        if ["yaml", "yml"].iter().any(|ending| tree.get(&format!("content/schemas/{name}.{ending}")).is_some()) {
            continue;
        }
        found.push(
            Diagnostic::warning(
                Code::MissingSchema,
                Place::File(record.file.clone()),
                format!("collection `{name}` has no schema, so any field passes"),
            )
            .help(format!("describe its fields in `content/schemas/{name}.yaml`")),
        );
    }
}
