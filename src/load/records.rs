//! From entries to records: lift, validate, cascade; and their order.

use std::cmp::Ordering;

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;
use rayon::prelude::*;
use serde_json::{Map as JsonMap, Value as Json};

use super::attribution::checked;
use super::build::Building;
use super::entries::Entry;
use super::lift::{Envelopes, Lifting};
use super::schema::{Schema, reserved_keys};
use super::violation::{Subject, explain, found};
use crate::diagnostic::{Code, Diagnostic, Place, Target, did_you_mean};
use crate::model::{Attribution, CollectionConfig, Map, Record, Shapes, Value};

/// What all records of a collection are read with.
pub(super) struct Reading<'a> {
    pub(super) collection: &'a str,
    pub(super) config: &'a CollectionConfig,
    pub(super) schema: Option<&'a Schema>,
    /// What holds for the collection's claims, from its defaults and the book.
    pub(super) outer: Attribution,
}

impl Reading<'_> {
    /// Makes the records of a collection, in its declared order.
    pub(super) fn records(&self, entries: Vec<Entry>, diagnostics: &mut Vec<Diagnostic>) -> IndexMap<String, Record> {
        let made: Vec<_> = entries.into_par_iter().map(|entry| self.record(entry)).collect();
        let mut records: IndexMap<String, Record> = IndexMap::with_capacity(made.len());
        let mut places: Vec<Place> = Vec::with_capacity(made.len());
        for (record, place, mut faults) in made {
            diagnostics.append(&mut faults);
            match records.entry(record.id.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(record);
                    places.push(place);
                }
                Slot::Occupied(slot) => {
                    let message = format!("`{}` stands twice in `{}`", record.id, self.collection);
                    let first = places.get(slot.index()).cloned().unwrap_or(Place::Book);
                    diagnostics
                        .push(Diagnostic::error(Code::DuplicateId, place, message).record(record.path()).via("it stood first", first));
                }
            }
        }
        if let Some(field) = &self.config.sort {
            records.sort_by(|_, a, _, b| compare(at(&a.fields, field), at(&b.fields, field)));
        }
        if self.config.reverse {
            records.reverse();
        }
        records
    }

    /// Makes one record, and says where its id stands and what is wrong with it.
    fn record(&self, entry: Entry) -> (Record, Place, Vec<Diagnostic>) {
        let path = format!("{}/{}", self.collection, entry.id);
        let owner = format!("`{path}`");
        let mut faults = Vec::new();
        if self.config.key.is_none() && !is_id(&entry.id) {
            faults.push(invalid_id(&entry, &owner));
        }
        let Entry { id, file, pointer, id_place, mut fields, is_read, warnings } = entry;
        let place_of = |below: &str, target| Place::Pointer { file: file.clone(), pointer: format!("{pointer}{below}"), target };

        let mut reserved = JsonMap::new();
        for key in reserved_keys(self.collection) {
            if let Some(value) = fields.shift_remove(key) {
                reserved.insert(key.to_owned(), value);
            }
        }
        let own = checked(&reserved, &owner, &place_of, &mut faults);
        let allow = allowed(reserved.get("allow"), &owner, &place_of, &mut faults);
        faults.extend(warnings.into_iter().filter(|warning| !allow.iter().any(|code| code == warning.code.name())));

        let mut json = Json::Object(fields);
        let mut envelopes = Envelopes::default();
        if let Some(schema) = self.schema
            && is_read
        {
            let mut lifting = Lifting { annotated: &schema.annotated, owner: &owner, place: &place_of, envelopes, diagnostics: Vec::new() };
            lifting.lift(&mut json, Shapes::ROOT, &mut String::new());
            faults.append(&mut lifting.diagnostics);
            envelopes = lifting.envelopes;
            validate(schema, &json, &envelopes, &path, &place_of, &mut faults);
        }
        let no_shapes = Shapes::default();
        let shapes = self.schema.map_or(&no_shapes, |schema| &schema.annotated.shapes);
        let fields = match json {
            Json::Object(fields) => Building { shapes, envelopes: &envelopes }.fields(fields, &own.or(&self.outer)),
            _ => Map::new(),
        };
        for fault in &mut faults {
            fault.record.get_or_insert_with(|| path.clone());
        }
        (Record { collection: self.collection.to_owned(), id, file, pointer, fields, own, allow }, id_place, faults)
    }
}

/// Validates a bare record, and places what is wrong where it is written.
fn validate(
    schema: &Schema,
    bare: &Json,
    envelopes: &Envelopes,
    path: &str,
    place_of: &dyn Fn(&str, Target) -> Place,
    faults: &mut Vec<Diagnostic>,
) {
    if !schema.validator.is_valid(bare) {
        let place = |pointer: &str, target| place_of(&envelopes.written(pointer, target), target);
        let is_unknown = |pointer: &str| envelopes.is_unknown(pointer);
        let subject = Subject {
            name: format!("`{path}`"),
            record: Some(path.to_owned()),
            shapes: Some(&schema.annotated.shapes),
            code: None,
            place: &place,
            is_unknown: &is_unknown,
        };
        for error in schema.validator.iter_errors(bare) {
            explain(&error, &subject, faults);
        }
    }
    let Some(high_ends) = envelopes.with_high_ends(bare) else { return };
    if !schema.validator.is_valid(&high_ends) {
        let place = |pointer: &str, target| {
            let written = envelopes.written(pointer, target);
            place_of(&written.strip_suffix("/range/0").map_or(written.clone(), |claim| format!("{claim}/range/1")), target)
        };
        let subject = Subject {
            name: format!("`{path}`"),
            record: Some(path.to_owned()),
            shapes: Some(&schema.annotated.shapes),
            ..Subject::new(&place)
        };
        for error in schema.validator.iter_errors(&high_ends).filter(|error| envelopes.is_range(error.instance_path().as_str())) {
            explain(&error, &subject, faults);
        }
    }
}

/// Reads the codes of checks that a record silences.
fn allowed(json: Option<&Json>, owner: &str, place_of: &dyn Fn(&str, Target) -> Place, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let items: Vec<(String, &Json)> = match json {
        None => return Vec::new(),
        Some(Json::Array(items)) => items.iter().enumerate().map(|(index, item)| (format!("/allow/{index}"), item)).collect(),
        Some(one) => vec![("/allow".to_owned(), one)],
    };
    let names = || Code::ALL.iter().map(|code| code.name());
    let mut codes = Vec::new();
    for (pointer, item) in items {
        match item.as_str() {
            Some(code) if names().any(|name| name == code) => codes.push(code.to_owned()),
            Some(code) => {
                let message = format!("{owner} allows `{code}`, which is no code of a check");
                faults.push(
                    Diagnostic::error(Code::SchemaViolation, place_of(&pointer, Target::Value), message)
                        .maybe_help(did_you_mean(code, names())),
                );
            }
            None => {
                let message = format!("`allow` of {owner} must be a list of codes, not {}", found(item));
                faults.push(Diagnostic::error(Code::SchemaViolation, place_of(&pointer, Target::Value), message));
            }
        }
    }
    codes
}

/// `[a-z0-9][a-z0-9-]*`.
pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn invalid_id(entry: &Entry, owner: &str) -> Diagnostic {
    let mut better = String::new();
    for c in entry.id.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => better.push(c),
            _ if better.is_empty() || better.ends_with('-') => {}
            _ => better.push('-'),
        }
    }
    let better = better.trim_end_matches('-');
    let help = (!better.is_empty() && entry.id.is_ascii()).then(|| format!("for example `{better}`"));
    let message = format!("the id of {owner} must be made of lower-case letters, digits and `-`");
    Diagnostic::error(Code::InvalidId, entry.id_place.clone(), message).maybe_help(help)
}

/// The value of a field, dotted where it lies deeper, without its claim.
fn at<'a>(fields: &'a Map, field: &str) -> Option<&'a Value> {
    let mut segments = field.split('.');
    let mut value = fields.get(segments.next()?)?.bare()?;
    for segment in segments {
        let Value::Map(fields) = value else { return None };
        value = fields.get(segment)?.bare()?;
    }
    (*value != Value::Null).then_some(value)
}

/// Numbers by size, then texts by their characters; what has no value comes last.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let text = |value: &Value| match value {
        Value::Reference(reference) => reference.id.clone(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(Value::Number(a)), Some(Value::Number(b))) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
        },
        (Some(Value::Number(_)), Some(_)) => Ordering::Less,
        (Some(_), Some(Value::Number(_))) => Ordering::Greater,
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (Some(a), Some(b)) => text(a).cmp(&text(b)),
    }
}
