//! `missing-schema`: a collection has no schema, so a misspelt field passes.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{SCHEMAS, schema_collection, schema_file};
use crate::model::{Record, SOURCES, Value, each_value};

pub(super) fn check(BookFiles { book, tree }: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    for collection in book.collections.values().filter(|c| c.schema.is_none()) {
        let Some(record) = collection.records.values().next() else { continue };
        let name = &collection.name;
        // One that can't be used is for `load` to report.
        if tree.below(SCHEMAS).any(|(path, _)| schema_collection(path) == Some(name)) {
            continue;
        }
        // Without a schema no field is a claim, so a `source` gives its place to nothing.
        let useless = name != SOURCES && collection.records.values().any(|record| names_source(record));
        let useless =
            useless.then(|| "until a schema says `x-claim: true` of some fields, no claim takes the `source` of these records".to_owned());
        found.push(
            Diagnostic::warning(
                Code::MissingSchema,
                Place::File(record.file.clone()),
                format!("collection `{name}` has no schema, so any field passes"),
            )
            .help(format!("describe its fields in `{}`", schema_file(name)))
            .maybe_help(useless),
        );
    }
}

/// Whether a record or a mapping in it names a source.
fn names_source(record: &Record) -> bool {
    let mut found = !record.own.sources.is_empty();
    each_value(&record.fields, &mut |_, value| found |= matches!(value, Value::Map(fields) if fields.contains_key("source")));
    found
}
