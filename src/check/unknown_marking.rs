//! `unknown-marking`: a marking is none of the book's labels.

use serde_json::Value as Json;

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, SETTINGS, schema_file};
use crate::model::{Book, Collection, Marking, MarkingScheme, Record};

/// How the labels of FIRST's Traffic Light Protocol begin.
const PROTOCOL: &str = "TLP";

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let book = files.book;
    let settings = &book.settings;
    let scheme = &settings.markings;
    book_s_own(book, found);
    let mut said: Vec<(&Marking, Pointer)> = vec![(&settings.default_marking, Pointer::from(["default_marking"]))];
    said.extend(settings.audiences.iter().map(|audience| (&audience.clearance, Pointer::from(["audiences", &audience.name, "clearance"]))));
    said.extend(
        settings
            .collections
            .iter()
            .map(|(name, config)| (&config.defaults.marking, Pointer::from(["collections", name, "defaults", "marking"]))),
    );
    for (marking, pointer) in said {
        unknown(scheme, marking, "", &Place::value(SETTINGS, pointer), found);
    }
    for collection in book.collections.values() {
        if let Some(schema) = &collection.schema {
            let file = schema_file(&collection.name);
            in_schema(scheme, schema, &mut Pointer::root(), &file, found);
        }
        for record in collection.records.values() {
            in_record(scheme, collection, record, found);
        }
    }
}

/// A book without audiences or labels of its own may bear whatever it likes, if it doesn't look like what it isn't.
fn book_s_own(book: &Book, found: &mut Vec<Diagnostic>) {
    let settings = &book.settings;
    let is_of_protocol = |label: &str| label.get(..PROTOCOL.len()).is_some_and(|start| start.eq_ignore_ascii_case(PROTOCOL));
    let is_free = settings.audiences.is_empty() && settings.markings.is_tlp();
    let own: Marking = settings.attribution.marking.labels().filter(|label| !is_free || is_of_protocol(label)).map(str::to_owned).collect();
    unknown(&settings.markings, &own, "", &Place::value(SETTINGS, ["marking"]), found);
}

/// What the record, the mappings in it and its claims say themselves.
fn in_record(scheme: &MarkingScheme, collection: &Collection, record: &Record, found: &mut Vec<Diagnostic>) {
    let at = |pointer: &Pointer| Place::value(&record.file, record.pointer.join(pointer).child("marking"));
    let owner = format!(" of `{}`", record.path());
    let before = found.len();
    unknown(scheme, &record.own.marking, &owner, &at(&Pointer::root()), found);
    for said in record.nested.values() {
        unknown(scheme, &said.own.marking, &owner, &at(&said.written), found);
    }
    // What a claim says in its envelope is more than what surrounds it.
    if !record.marked.is_empty() {
        record.each_claim(&mut |claim| {
            let around = claim.path.split_last().map_or(&record.marking, |(around, _)| record.marking_at(&around));
            // The markings in the schema are reported there.
            let declared = collection.shapes.at(&claim.path).map(|shape| shape.marking.clone()).unwrap_or_default();
            let around = around.and(&declared);
            let own: Marking =
                claim.marking.labels().filter(|label| around.labels().all(|outer| outer != *label)).map(str::to_owned).collect();
            if claim.envelope && !record.nested.contains_key(&claim.path) {
                unknown(scheme, &own, &owner, &at(&claim.path), found);
            }
        });
    }
    for diagnostic in &mut found[before..] {
        diagnostic.record = Some(record.path());
    }
}

/// What a schema says of its fields.
fn in_schema(scheme: &MarkingScheme, json: &Json, pointer: &mut Pointer, file: &str, found: &mut Vec<Diagnostic>) {
    match json {
        Json::Object(keywords) => {
            for (key, value) in keywords {
                let labels: Marking = match (key.as_str(), value) {
                    ("x-marking", Json::String(label)) => [label.trim().to_owned()].into_iter().collect(),
                    ("x-marking", Json::Array(labels)) => {
                        labels.iter().filter_map(Json::as_str).map(|label| label.trim().to_owned()).collect()
                    }
                    _ => Marking::default(),
                };
                pointer.within(key, |pointer| {
                    unknown(scheme, &labels, "", &Place::value(file, &*pointer), found);
                    in_schema(scheme, value, pointer, file, found);
                });
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.within(index, |pointer| in_schema(scheme, item, pointer, file, found));
            }
        }
        _ => {}
    }
}

/// The labels of a marking that the book doesn't know.
fn unknown(scheme: &MarkingScheme, marking: &Marking, owner: &str, place: &Place, found: &mut Vec<Diagnostic>) {
    for label in marking.labels().filter(|label| scheme.label(label).is_none()) {
        let same = scheme
            .names()
            .find(|name| name.eq_ignore_ascii_case(label))
            .or_else(|| scheme.find(&label.to_uppercase()))
            .map(|name| format!("did you mean `{name}`?"));
        let names = || scheme.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = same.or_else(|| did_you_mean(label, scheme.names())).unwrap_or_else(|| format!("the labels are {}", names()));
        let of = if scheme.is_tlp() { "of the Traffic Light Protocol" } else { "of the book" };
        found.push(
            Diagnostic::error(Code::UnknownMarking, place.clone(), format!("the marking `{label}`{owner} is not a label {of}")).help(help),
        );
    }
}
