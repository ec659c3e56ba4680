//! What templates see as `changes`: the JSON of `changes.json`, with texts as data.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::values::{Pass, RecordObject, text};

/// `changes` as an object that remembers it was looked at: a document that prints what changed is
/// rendered again once that is known.
#[derive(Debug)]
struct ChangesObject {
    pass: Arc<Pass>,
    content: serde_json::Value,
}

impl Object for ChangesObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        Some(convert(&self.pass, self.content.get(key.as_str()?)?))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        Enumerator::Values(
            self.content.get("records").and_then(|r| r.as_array()).into_iter().flatten().map(|r| convert(&self.pass, r)).collect(),
        )
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        self.pass.saw_changes.store(true, Ordering::Relaxed);
        Some(self.content.get("records").and_then(|r| r.as_array()).map_or(0, Vec::len))
    }
}

/// The value of `changes`; before they are known, an empty list since no version.
pub(crate) fn value(pass: &Arc<Pass>, content: Option<&serde_json::Value>) -> Value {
    let content = content.cloned().unwrap_or_else(
        || serde_json::json!({ "since": null, "records": [], "files": [], "documents": [], "complete": true, "missing": [], "other_documents": [] }),
    );
    Value::from_object(ChangesObject { pass: pass.clone(), content })
}

fn convert(pass: &Arc<Pass>, json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(yes) => Value::from(*yes),
        serde_json::Value::Number(n) => super::values::number(n),
        serde_json::Value::String(plain) => text(plain),
        serde_json::Value::Array(items) => items.iter().map(|item| convert(pass, item)).collect::<Vec<Value>>().into(),
        serde_json::Value::Object(fields) => {
            let mut seen: std::collections::BTreeMap<String, Value> =
                fields.iter().map(|(key, value)| (key.clone(), convert(pass, value))).collect();
            if let (Some(collection), Some(id)) =
                (fields.get("collection").and_then(|c| c.as_str()), fields.get("id").and_then(|i| i.as_str()))
            {
                let record = RecordObject::find(pass, collection, id).map_or(Value::from(()), Value::from_object);
                seen.insert("record".to_owned(), record);
            }
            Value::from_pairs(seen)
        }
    }
}
