//! From the files of a book to its model.
//!
//! Comes in: a [`Tree`]. Goes out: a [`Book`] with every claim's effective sources, and everything that
//! is wrong with its files. Lift, then validate: claims' envelopes are taken out first, so that a
//! schema sees bare values; places are mapped back. Places are pointers, which [`locate()`] turns into
//! lines and columns when they are to be shown. Whether references lead anywhere is for `check` to say.

mod attribution;
mod authoring;
mod build;
mod collections;
mod comment;
mod conflict;
mod editor;
mod entries;
mod front_matter;
mod handling;
mod json;
mod lift;
mod locate;
mod outline;
mod records;
mod reserved;
mod schema;
mod settings;
mod shapes;
mod skeleton;
mod unread;
mod unread_records;
mod violation;
mod yaml;

use indexmap::IndexMap;

pub use authoring::{CollectionPlace, collections, new_record, schema_for_editors};
pub use editor::editor_schema;
pub use locate::locate;
pub use skeleton::skeleton;
pub use unread_records::{READING_FAULTS, UnreadRecords, loses_records, unread_records};

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, SETTINGS};
use crate::model::{Book, Collection, CollectionConfig, Record, SOURCES, SharedRecord, Value, field_at};
use crate::tree::Tree;
use collections::CollectionSource;
use records::RecordReader;
use schema::Schema;

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The book, where its settings could be read. With errors among the diagnostics it is incomplete.
    pub book: Option<Book>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a book, and finds every fault of its files in one run.
pub fn load(tree: &Tree) -> Loaded {
    let mut diagnostics = conflict::find(tree);
    if diagnostics.iter().any(|conflict| conflict.place.file() == Some(SETTINGS)) {
        // Without the settings it isn't known how records are to be read.
        return Loaded { book: None, diagnostics };
    }
    let (rules, settings) = settings::read(tree, &mut diagnostics);
    let plans = collections::find(tree, &rules.collections, &mut diagnostics);
    diagnostics.extend(unread::warnings(tree, &plans, &diagnostics));
    let schemas: Vec<Option<Schema>> =
        plans.iter().map(|plan| schema::read(tree, plan.schema.as_deref()?, &plan.name, &mut diagnostics)).collect();
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    for (plan, schema) in plans.iter().zip(&schemas) {
        if let (Some(file), Some(schema)) = (&plan.schema, schema) {
            diagnostics.extend(schema.unknown_collections(file, &names));
            diagnostics.extend(unknown_fields(plan, schema));
        }
    }

    let mut collections = IndexMap::new();
    for (plan, schema) in plans.into_iter().zip(schemas) {
        let shape = schema.as_ref().and_then(|schema| schema.annotated.shapes.root());
        let entries = entries::read(tree, &plan, shape, &mut diagnostics);
        let reading = RecordReader {
            collection: &plan.name,
            config: &plan.config,
            schema: schema.as_ref(),
            reserved: reserved::keys(&plan.name),
            outer: plan.config.defaults.or(&rules.attribution),
            default_marking: &rules.default_marking,
        };
        let records = reading.records(entries, &mut diagnostics);
        let (json, shapes) = schema.map(|schema| (schema.json, schema.annotated.shapes)).unzip();
        let collection = Collection {
            name: plan.name.clone(),
            config: plan.config,
            schema: json,
            shapes: shapes.unwrap_or_default(),
            records,
            is_withheld: false,
        };
        diagnostics.extend(marked_ids(&collection));
        let unused = unused_settings(&collection);
        diagnostics
            .extend(unused.into_iter().filter(|unused| diagnostics.iter().all(|known| known.place != unused.place)).collect::<Vec<_>>());
        collections.insert(plan.name, collection);
    }
    let book = settings.map(|settings| Book { settings, collections });
    diagnostics.extend(book.iter().flat_map(source_lengths));
    Loaded { book, diagnostics }
}

/// The JSON Schema of `content/book.yaml`.
pub fn book_schema() -> serde_json::Value {
    settings::schema()
}

/// The lengths of sources that are none.
fn source_lengths(book: &Book) -> Vec<Diagnostic> {
    let sources = book.collections.get(SOURCES).into_iter().flat_map(|sources| sources.records.values());
    let faults = sources.filter_map(|source| {
        source.fields.get("length").and_then(Value::bare).filter(|length| **length != Value::Null)?;
        if book.source_length(&source.id).is_some() {
            return None;
        }
        let place = Place::value(&source.file, source.pointer.child("length"));
        let message = format!("the `length` of `{}` must be a whole number from 1", source.path());
        let help = "it says how many paragraphs the source has, or what else its `locator` counts";
        Some(Diagnostic::error(Code::SchemaViolation, place, message).record(source.path()).help(help))
    });
    faults.collect()
}

/// Ids that bear a marking of their own: an id is in names of files, in links and in what refers to the record, so it can't
/// be kept from anyone who may see the record.
fn marked_ids(collection: &Collection) -> Vec<Diagnostic> {
    let field = collection.config.key.as_deref().unwrap_or("id");
    let path = Pointer::of_path(&field.replace('.', "/"));
    let bears = |record: &&SharedRecord| path.ancestors().any(|around| record.marked.contains_key(around));
    let is_id = |record: &&SharedRecord| match record.at(&path).and_then(Value::bare) {
        Some(Value::Text(text)) => *text == record.id,
        Some(Value::Number(number)) => number.to_string() == record.id,
        _ => false,
    };
    let marked = collection.records.values().filter(is_id).filter(bears);
    let fault = |record: &Record| {
        let message = format!("the id of `{}` bears the marking `{}`, which the record doesn't", record.path(), record.marking_at(&path));
        Diagnostic::error(Code::MarkedId, Place::value(&record.file, record.pointer.join(&path)), message)
            .record(record.path())
            .help("give the record that marking, or make its id of something that all who see the record may see")
    };
    marked.map(|record| fault(record)).collect()
}

/// Warns of a field that the collection's settings name and none of its records has.
fn unused_settings(collection: &Collection) -> Vec<Diagnostic> {
    let (config, records) = (&collection.config, &collection.records);
    let has_text =
        |field: &str| records.values().any(|record| field_at(&record.fields, field).is_some_and(|value| value.as_str().is_some()));
    let has_value = |field: &str| records.values().any(|record| field_at(&record.fields, field).is_some());
    let label = config.label.as_deref().filter(|field| !has_text(field)).map(|field| ("label", field, "a text"));
    let sort = config.sort.as_deref().filter(|field| !has_value(field)).map(|field| ("sort", field, "a value"));
    let warn = |(setting, field, what)| {
        let message = format!("the collection `{}` has `{setting}: {field}`, but none of its records has {what} there", collection.name);
        Diagnostic::warning(Code::BookSettings, Place::value(SETTINGS, ["collections", &collection.name, setting]), message)
            .help("name a field that its records have, dotted where it lies deeper: `name.short`")
    };
    if records.is_empty() { Vec::new() } else { label.into_iter().chain(sort).map(warn).collect() }
}

/// The fields that a collection's settings name and its schema doesn't know.
fn unknown_fields(plan: &CollectionSource, schema: &Schema) -> Vec<Diagnostic> {
    let Some(shape) = schema.annotated.shapes.root() else { return Vec::new() };
    let CollectionConfig { sort, label, key, ignore, .. } = &plan.config;
    let one =
        [("sort", sort), ("label", label), ("key", key)].into_iter().filter_map(|(setting, field)| Some((setting, field.as_deref()?)));
    let fields = one.chain(ignore.iter().map(|field| ("ignore", field.as_str())));
    let unknown = fields.filter_map(|(setting, field)| {
        let first = field.split('.').next().unwrap_or(field);
        if shape.properties.contains_key(first) || shape.additional.is_some() || schema.is_open() {
            return None;
        }
        let message = format!("the collection `{}` has `{setting}: {field}`, but its schema knows no field `{first}`", plan.name);
        let place = Place::value(SETTINGS, ["collections", &plan.name, setting]);
        let help = did_you_mean(first, shape.properties.keys().map(String::as_str));
        Some(Diagnostic::error(Code::BookSettings, place, message).maybe_help(help))
    });
    unknown.collect()
}
