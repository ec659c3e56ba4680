//! Mappings inside a record as templates see them.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};

use super::convert::to_value;
use super::pass::Pass;
use super::printed::Origin;
use super::scalar::text;
use crate::model;

/// A mapping inside a record; a field that the schema declares and that is absent is none.
#[derive(Debug)]
pub(crate) struct MapObject {
    pub(super) pass: Arc<Pass>,
    pub(super) fields: model::Map,
    pub(crate) origin: Origin,
}

impl Object for MapObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let path = self.origin.path.child(key);
        if let Some(value) = self.fields.get(key) {
            return Some(to_value(&self.pass, value, Origin { path, record: self.origin.record.clone() }));
        }
        let collection = self.pass.book.collections.get(&self.origin.record.0)?;
        if collection.shapes.at(&path).is_some() {
            return Some(Value::from(()));
        }
        let shape = collection.shapes.at(&self.origin.path);
        let known = shape.into_iter().flat_map(|shape| shape.properties.keys()).chain(self.fields.keys()).cloned();
        let (collection, id) = &self.origin.record;
        self.pass.miss(format_args!("{collection} `{id}`, `{}`,", self.origin.path), key, known);
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.fields.keys().map(|key| text(key)).collect())
    }
}
