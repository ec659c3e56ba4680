//! Collections as templates see them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::partial::Coverage;
use super::pass::Pass;
use super::record::RecordObject;
use crate::model;

/// A collection: iterates over its records in order, and has each as an attribute.
#[derive(Debug)]
pub(crate) struct CollectionObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) index: usize,
}

impl CollectionObject {
    fn collection(&self) -> &model::Collection {
        &self.pass.book.collections[self.index]
    }

    /// Whether its reader may not know that it exists.
    pub(crate) fn is_withheld(&self) -> bool {
        self.collection().is_withheld
    }

    /// How much of it its reader may see.
    pub(super) fn coverage(&self) -> Coverage {
        let is_complete = || self.collection().shapes.root().is_some_and(|root| root.complete);
        if self.pass.sees_all || is_complete() { Coverage::All } else { Coverage::Part }
    }

    fn record(&self, index: usize) -> Value {
        Value::from_object(RecordObject { pass: self.pass.clone(), collection: self.index, index })
    }
}

impl Object for CollectionObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(index) = key.as_usize() {
            return (index < self.collection().records.len()).then(|| self.record(index));
        }
        let id = key.as_str()?;
        match self.collection().records.get_index_of(id) {
            Some(index) => Some(self.record(index)),
            None => {
                let collection = self.collection();
                self.pass.miss(format_args!("collection `{}`", collection.name), id, collection.records.keys().cloned());
                None
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let this = self.clone();
        Enumerator::Iter(Box::new((0..self.collection().records.len()).map(move |index| this.record(index))))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.collection().records.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.collection().name)
    }
}
