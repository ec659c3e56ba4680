//! Records as templates see them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, atomic};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};

use super::convert::{citations, marked_text, to_value};
use super::pass::Pass;
use super::printed::{Origin, Printed};
use super::scalar::{optional, text};
use crate::layout::has_body;
use crate::model::{Marking, Record};

/// A record: its fields as attributes; prints as its name, linked.
#[derive(Debug)]
pub(crate) struct RecordObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) collection: usize,
    pub(crate) index: usize,
}

impl RecordObject {
    /// The record that a reference names.
    pub(crate) fn find(pass: &Arc<Pass>, collection: &str, id: &str) -> Option<RecordObject> {
        let (at, _, found) = pass.book.collections.get_full(collection)?;
        let index = found.records.get_index_of(id)?;
        Some(RecordObject { pass: pass.clone(), collection: at, index })
    }

    pub(crate) fn record(&self) -> &Record {
        &self.pass.book.collections[self.collection].records[self.index]
    }

    pub(crate) fn id(&self) -> &str {
        &self.record().id
    }

    /// The marking of its name and itself.
    pub(crate) fn marking_of_name(&self) -> Marking {
        self.pass.book.marking_of_name(self.record())
    }

    pub(crate) fn printed(&self) -> Printed {
        let record = self.record();
        Printed::Record {
            collection: record.collection.clone(),
            id: record.id.clone(),
            name: self.pass.book.display_name(record).to_owned(),
        }
    }
}

impl Object for RecordObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let record = self.record();
        self.pass.looked.store(((self.collection as u64) << 32 | self.index as u64) + 1, atomic::Ordering::Relaxed);
        if let Some(value) = record.fields.get(key) {
            let origin = Origin { record: (record.collection.clone(), record.id.clone()), path: [key].into() };
            return Some(to_value(&self.pass, value, origin));
        }
        let collection = &self.pass.book.collections[self.collection];
        let declared = collection.shapes.root().is_some_and(|root| root.properties.contains_key(key));
        match key {
            _ if declared => Some(Value::from(())),
            "id" => Some(marked_text(&self.pass, &record.id, &record.marking)),
            "collection" => Some(text(&record.collection)),
            "sources" => Some(citations(
                &self.pass,
                &record.own.or(&collection.config.defaults).or(&self.pass.book.settings.attribution).sources,
                &record.marking,
            )),
            "as_of" => Some(record.own.as_of.map_or(Value::from(()), |date| marked_text(&self.pass, &date.to_string(), &record.marking))),
            "marking" => Some(optional(record.marking.text().as_deref())),
            "confidence" => {
                let said = record.own.confidence.as_deref();
                Some(said.map_or(Value::from(()), |confidence| marked_text(&self.pass, confidence, &record.marking)))
            }
            "body" if has_body(&record.file) => Some(Value::from(())),
            _ => {
                let declared = collection.shapes.root().into_iter().flat_map(|root| root.properties.keys()).chain(record.fields.keys());
                let known = declared.map(String::as_str).chain(["id", "sources"]).map(str::to_owned);
                self.pass.miss(format_args!("{} `{}`", record.collection, record.id), key, known);
                None
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.record().fields.keys().map(|key| text(key)).collect())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<RecordObject>()?;
        Some((self.collection, self.index).cmp(&(other.collection, other.index)))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed()))
    }
}
