//! From entries to records: lift, validate, cascade; and their order.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;
use rayon::prelude::*;
use serde_json::Value as Json;

use super::build::RecordBuilder;
use super::entries::RecordEntry;
use super::lift::{Envelopes, Lifting};
use super::schema::Schema;
use super::shapes::Annotated;
use super::violation::{Subject, explain, pointer_of};
use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::layout::{Pointer, is_id};
use crate::model::{Attribution, Collection, CollectionConfig, Map, Marking, Record, Reserved, Shapes, SharedRecord};

/// What all records of a collection are read with.
pub(super) struct RecordReader<'a> {
    pub(super) collection: &'a str,
    pub(super) config: &'a CollectionConfig,
    pub(super) schema: Option<&'a Schema>,
    /// The keys that brief reads itself.
    pub(super) reserved: Vec<&'static str>,
    /// What holds for the collection's claims, from its defaults and the book.
    pub(super) outer: Attribution,
    /// What a record bears for which neither it nor its collection says anything.
    pub(super) default_marking: &'a Marking,
}

impl RecordReader<'_> {
    /// Makes the records of a collection, in its declared order.
    pub(super) fn records(&self, entries: Vec<RecordEntry>, diagnostics: &mut Vec<Diagnostic>) -> IndexMap<String, SharedRecord> {
        let made: Vec<_> = entries.into_par_iter().map(|entry| self.record(entry)).collect();
        let mut records: IndexMap<String, SharedRecord> = IndexMap::with_capacity(made.len());
        let mut places: Vec<Place> = Vec::with_capacity(made.len());
        for (position, (mut record, place, mut faults)) in made.into_iter().enumerate() {
            record.set_position(position);
            diagnostics.append(&mut faults);
            match records.entry(record.id.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(record);
                    places.push(place);
                }
                Slot::Occupied(slot) => {
                    let message = format!("duplicate id `{}` in `{}`", record.id, self.collection);
                    let first = places.get(slot.index()).cloned().unwrap_or(Place::Book);
                    diagnostics
                        .push(Diagnostic::error(Code::DuplicateId, place, message).record(record.path()).via("first used here", first));
                }
            }
        }
        Collection::order(self.config, &mut records);
        records
    }

    /// What a record bears: what it says, its collection and its schema, else the book's default, and with that what the book
    /// as a whole bears.
    fn marking(&self, own: Option<&Reserved>) -> Marking {
        let root = self.schema.and_then(|schema| schema.annotated.shapes.root());
        let said = [own.map(|said| &said.own.marking), root.map(|root| &root.marking), Some(&self.config.defaults.marking)];
        let said = said.into_iter().flatten().fold(Marking::default(), |all, one| all.and(one));
        let nearest = if said.is_empty() { self.default_marking } else { &said };
        nearest.and(&self.outer.marking)
    }

    /// Makes one record, with the place of its id and its faults.
    fn record(&self, entry: RecordEntry) -> (SharedRecord, Place, Vec<Diagnostic>) {
        let path = format!("{}/{}", self.collection, entry.id);
        let owner = format!("`{path}`");
        let mut faults = Vec::new();
        // The keys of a mapping may be codes, such as `DE`.
        let id = if entry.is_key { entry.id.to_ascii_lowercase() } else { entry.id.clone() };
        if self.config.key.is_none() && !is_id(&id) {
            faults.push(invalid_id(&entry, &owner));
        }
        let RecordEntry { id, file, pointer, id_place, fields, is_read, warnings, is_key: _ } = entry;
        let place_of = |below: &Pointer, target| Place::Pointer { file: file.clone(), pointer: pointer.join(below), target };

        let no_schema = Annotated::default();
        let annotated = self.schema.map_or(&no_schema, |schema| &schema.annotated);
        let mut json = Json::Object(fields);
        let mut lifting = Lifting::new(annotated, &owner, &place_of, &self.reserved);
        if is_read {
            lifting.lift(&mut json, self.schema.map(|_| Shapes::ROOT), &mut Pointer::root());
        }
        let Lifting { envelopes, mut said, diagnostics, unused, .. } = lifting;
        faults.extend(diagnostics);
        if let Some(schema) = self.schema
            && is_read
        {
            validate(schema, &json, &Lifted { envelopes: &envelopes, said: &said }, &path, &place_of, &mut faults);
        }
        let marking = self.marking(said.get(&Pointer::root()));
        let building =
            RecordBuilder { annotated, envelopes: &envelopes, said: &said, reserved: &self.reserved, marked: RefCell::default() };
        let fields = match json {
            Json::Object(fields) => building.fields(fields, &Attribution { marking: marking.clone(), ..self.outer.clone() }),
            _ => Map::new(),
        };
        let marked = building.marked.into_inner();
        let Reserved { own, allow, .. } = said.remove(&Pointer::root()).unwrap_or_default();
        // A key that the schema doesn't know at all is reported already.
        let unused = unused.into_iter().filter(|unused| !faults.iter().any(|fault| fault.place == unused.place)).collect::<Vec<_>>();
        let allows = |warning: &Diagnostic| allow.iter().any(|code| code == warning.code.name());
        faults.extend(warnings.into_iter().chain(unused).filter(|warning| !allows(warning)));
        for fault in &mut faults {
            fault.record.get_or_insert_with(|| path.clone());
        }
        let record = Record {
            collection: self.collection.to_owned(),
            id,
            file,
            pointer,
            fields: Arc::new(fields),
            own,
            allow,
            nested: said,
            marking,
            marked,
        };
        (SharedRecord::new(record), id_place, faults)
    }
}

/// What was taken out of a record before its schema sees it.
struct Lifted<'a> {
    envelopes: &'a Envelopes,
    said: &'a BTreeMap<Pointer, Reserved>,
}

impl Lifted<'_> {
    /// Whether the mapping at a pointer says a reserved key.
    fn says(&self, pointer: &Pointer, key: &str) -> bool {
        self.said.get(pointer).is_some_and(|said| match key {
            "source" => !said.own.sources.is_empty(),
            "as_of" => said.own.as_of.is_some(),
            "marking" => !said.own.marking.is_empty(),
            "confidence" => said.own.confidence.is_some(),
            "allow" => !said.allow.is_empty(),
            _ => false,
        })
    }
}

/// Validates a bare record, and places what is wrong where it is written.
fn validate(
    schema: &Schema,
    bare: &Json,
    lifted: &Lifted<'_>,
    path: &str,
    place_of: &dyn Fn(&Pointer, Target) -> Place,
    faults: &mut Vec<Diagnostic>,
) {
    let envelopes = lifted.envelopes;
    let is_reserved = |pointer: &Pointer, key: &str| lifted.says(pointer, key);
    if !schema.validator.is_valid(bare) {
        let place = |pointer: &Pointer, target| place_of(&envelopes.written(pointer, target), target);
        let is_unknown = |pointer: &Pointer| envelopes.is_unknown(pointer);
        let subject = Subject {
            name: format!("`{path}`"),
            record: Some(path.to_owned()),
            shapes: Some(&schema.annotated.shapes),
            code: None,
            place: &place,
            is_unknown: &is_unknown,
            is_reserved: &is_reserved,
        };
        for error in schema.validator.iter_errors(bare) {
            explain(&error, &subject, faults);
        }
    }
    let Some(high_ends) = envelopes.with_high_ends(bare) else { return };
    if !schema.validator.is_valid(&high_ends) {
        let place = |pointer: &Pointer, target| {
            // The bare record has the low end in place of the range; here the high one is wrong.
            let mut written = envelopes.written(pointer, target);
            if envelopes.is_range(pointer) && target == Target::Value {
                written.pop();
                written.push(1);
            }
            place_of(&written, target)
        };
        let subject = Subject {
            name: format!("`{path}`"),
            record: Some(path.to_owned()),
            shapes: Some(&schema.annotated.shapes),
            is_reserved: &is_reserved,
            ..Subject::new(&place)
        };
        for error in schema.validator.iter_errors(&high_ends).filter(|error| envelopes.is_range(&pointer_of(error))) {
            explain(&error, &subject, faults);
        }
    }
}

fn invalid_id(entry: &RecordEntry, owner: &str) -> Diagnostic {
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
    let letters = if entry.is_key { "letters" } else { "lower-case letters" };
    let message = format!("the id of {owner} must be made of {letters}, digits and `-`");
    Diagnostic::error(Code::InvalidId, entry.id_place.clone(), message)
        .maybe_help(help)
        .help("to have any text as id, keep it in a field, and name that field as the collection's `key` in `content/book.yaml`")
}
