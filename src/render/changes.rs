//! What templates see as `changes`: the JSON of `changes.json`, with texts as data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::values::{Pass, RecordObject, marked_text, text};
use crate::model::Marking;

/// The key under which a change names its record.
const RECORD: &str = "record";

/// The keys of a change that don't quote a record: brief's own words, and positions in lists.
const OWN_WORDS: [&str; 8] = ["kind", "part", "collection", "collection_title", "from", "to", "more", "inherited"];

/// `changes` as an object that remembers it was looked at: a document that prints what changed is
/// rendered again once that is known.
#[derive(Debug)]
struct ChangesObject {
    pass: Arc<Pass>,
    content: serde_json::Value,
    /// The marking of the records whose changes are listed.
    marking: Marking,
}

impl ChangesObject {
    fn records(&self) -> Value {
        let records = self.content.get("records").and_then(|records| records.as_array());
        let is_raised = !self.pass.text_marking.includes(&self.marking);
        let seen = |record| if is_raised { quoted(&self.pass, record, &self.marking) } else { convert(&self.pass, record) };
        records.into_iter().flatten().map(seen).collect::<Vec<Value>>().into()
    }
}

impl Object for ChangesObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        match key.as_str()? {
            "records" => Some(self.records()),
            key => Some(convert(&self.pass, self.content.get(key)?)),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        Enumerator::Values(self.records().try_iter().into_iter().flatten().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        Some(self.content.get("records").and_then(|r| r.as_array()).map_or(0, Vec::len))
    }
}

/// The value of `changes`; before they are known, an empty list since no version.
pub(crate) fn value(pass: &Arc<Pass>, content: Option<&serde_json::Value>, marking: &Marking) -> Value {
    let content = content.cloned().unwrap_or_else(
        || serde_json::json!({ "since": null, "records": [], "files": [], "documents": [], "complete": true, "missing": [], "other_documents": [] }),
    );
    Value::from_object(ChangesObject { pass: pass.clone(), content, marking: marking.clone() })
}

fn convert(pass: &Arc<Pass>, json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(yes) => Value::from(*yes),
        serde_json::Value::Number(n) => super::values::number(n),
        serde_json::Value::String(plain) => text(plain),
        serde_json::Value::Array(items) => items.iter().map(|item| convert(pass, item)).collect::<Vec<Value>>().into(),
        serde_json::Value::Object(fields) => {
            let mut seen: BTreeMap<String, Value> = fields.iter().map(|(key, value)| (key.clone(), convert(pass, value))).collect();
            seen.extend(record(pass, fields).map(|record| (RECORD.to_owned(), record)));
            Value::from_pairs(seen)
        }
    }
}

/// The record that a change is of, where it names one.
fn record(pass: &Arc<Pass>, fields: &Fields) -> Option<Value> {
    let named = |key: &str| fields.get(key).and_then(|name| name.as_str());
    let (collection, id) = (named("collection")?, named("id")?);
    Some(RecordObject::find(pass, collection, id).map_or(Value::from(()), Value::from_object))
}

type Fields = serde_json::Map<String, serde_json::Value>;

/// A change, or a part of one, that quotes records which bear more than the rest of the book. A text bears that with it;
/// a number is a text here, since it can't.
#[derive(Debug)]
struct QuotedObject {
    pass: Arc<Pass>,
    fields: Fields,
    marking: Marking,
}

impl QuotedObject {
    fn quoted(&self, json: &serde_json::Value) -> Value {
        quoted(&self.pass, json, &self.marking)
    }
}

impl Object for QuotedObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        if key == RECORD
            && let Some(record) = record(&self.pass, &self.fields)
        {
            return Some(record);
        }
        let json = self.fields.get(key)?;
        Some(if OWN_WORDS.contains(&key) { convert(&self.pass, json) } else { self.quoted(json) })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.fields.keys().map(Value::from).collect())
    }
}

fn quoted(pass: &Arc<Pass>, json: &serde_json::Value, marking: &Marking) -> Value {
    match json {
        serde_json::Value::Number(number) => marked_text(pass, &number.to_string(), marking),
        serde_json::Value::String(plain) => marked_text(pass, plain, marking),
        serde_json::Value::Array(items) => items.iter().map(|item| quoted(pass, item, marking)).collect::<Vec<Value>>().into(),
        serde_json::Value::Object(fields) => {
            Value::from_object(QuotedObject { pass: pass.clone(), fields: fields.clone(), marking: marking.clone() })
        }
        json => convert(pass, json),
    }
}
