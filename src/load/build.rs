//! From a bare record and what was lifted out of it to the model's values, with the cascade applied.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map as JsonMap, Value as Json};

use super::lift::{Envelopes, Form};
use super::shapes::Annotated;
use crate::layout::Pointer;
use crate::model::{Attribution, Claim, Held, Map, Marking, Reference, Reserved, ShapeId, Shapes, Value};

/// What the values of one record are made with.
pub(super) struct RecordBuilder<'a> {
    pub(super) annotated: &'a Annotated,
    pub(super) envelopes: &'a Envelopes,
    /// What mappings say of the claims in them, the record by the root.
    pub(super) said: &'a BTreeMap<Pointer, Reserved>,
    pub(super) reserved: &'a [&'static str],
    /// What values bear beyond what surrounds them, by their pointers.
    pub(super) marked: RefCell<BTreeMap<Pointer, Marking>>,
}

impl RecordBuilder<'_> {
    /// The fields of a record. `outer` is what holds for claims that say nothing themselves.
    pub(super) fn fields(&self, fields: JsonMap<String, Json>, outer: &Attribution) -> Map {
        self.map(fields, Some(Shapes::ROOT), &mut Pointer::root(), outer)
    }

    fn map(&self, fields: JsonMap<String, Json>, shape: Option<ShapeId>, path: &mut Pointer, outer: &Attribution) -> Map {
        let said = self.said.get(path);
        let nearest = said.map(|said| said.own.or(outer));
        let outer = nearest.as_ref().map_or(outer, |nearest| self.noted(path, outer, nearest));
        // Those that the schema declares were kept for it to check.
        let fields = fields.into_iter().filter(|(key, _)| said.is_none() || !self.is_read_elsewhere(key, shape));
        let entries = fields.map(|(key, value)| {
            let shape = shape.and_then(|shape| self.shapes().property(shape, &key));
            let value = path.within(&key, |path| self.value(value, shape, path, outer));
            (key, value)
        });
        entries.collect()
    }

    /// Whether a key was read with what the mapping says of its claims.
    fn is_read_elsewhere(&self, key: &str, shape: Option<ShapeId>) -> bool {
        self.reserved.contains(&key) && shape.is_some_and(|shape| self.annotated.claim_holders.contains(&shape))
    }

    fn shapes(&self) -> &Shapes {
        &self.annotated.shapes
    }

    fn value(&self, json: Json, shape: Option<ShapeId>, path: &mut Pointer, outer: &Attribution) -> Value {
        let known = shape.and_then(|shape| self.shapes().get(shape));
        let is_claim = known.is_some_and(|shape| shape.claim);
        let declared = known.map(|shape| &shape.marking).filter(|marking| !marking.is_empty());
        let raised = declared.map(|marking| Attribution { marking: marking.and(&outer.marking), ..outer.clone() });
        let outer = raised.as_ref().map_or(outer, |raised| self.noted(path, outer, raised));
        if is_claim { self.claim(json, shape, path, outer) } else { self.bare(json, shape, path, outer) }
    }

    /// What holds from here on; a marking that is more than what surrounds it is kept.
    fn noted<'b>(&self, path: &Pointer, surrounding: &Attribution, now: &'b Attribution) -> &'b Attribution {
        if !path.is_root() && now.marking != surrounding.marking {
            self.marked.borrow_mut().insert(path.clone(), now.marking.clone());
        }
        now
    }

    fn claim(&self, json: Json, shape: Option<ShapeId>, path: &mut Pointer, outer: &Attribution) -> Value {
        let envelope = self.envelopes.get(path);
        if envelope.is_none() && json.is_null() {
            return Value::Null;
        }
        // A claim that is a mapping may say so in the mapping itself, with no envelope around it.
        let within = self.said.get(path).map(|said| said.own.or(outer));
        let outer = within.as_ref().map_or(outer, |within| self.noted(path, outer, within));
        let attribution = match envelope {
            Some(envelope) => envelope.own.or(outer),
            None => outer.clone(),
        };
        self.noted(path, outer, &attribution);
        let held = match envelope.map(|envelope| &envelope.form) {
            Some(Form::Unknown(why)) => Held::Unknown(why.clone()),
            Some(Form::Range(low, high)) => Held::Range(low.clone(), high.clone()),
            Some(Form::Value(qualifier)) => Held::Known { value: self.bare(json, shape, path, &attribution), qualifier: *qualifier },
            None => Held::Known { value: self.bare(json, shape, path, &attribution), qualifier: None },
        };
        Value::Claim(Box::new(Claim {
            held,
            unit: envelope.and_then(|envelope| envelope.unit.clone()),
            path: path.clone(),
            envelope: envelope.is_some(),
            own_source: envelope.is_some_and(|envelope| !envelope.own.sources.is_empty()),
            sources: attribution.sources,
            as_of: attribution.as_of,
            marking: attribution.marking,
            confidence: attribution.confidence,
        }))
    }

    fn bare(&self, json: Json, shape: Option<ShapeId>, path: &mut Pointer, outer: &Attribution) -> Value {
        let known = shape.and_then(|shape| self.shapes().get(shape));
        let reference = known.and_then(|shape| shape.reference.as_ref());
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => match reference {
                Some(collection) => Value::Reference(Reference { collection: collection.clone(), id: number.to_string() }),
                None => Value::Number(number),
            },
            Json::String(text) => match reference {
                Some(collection) => Value::Reference(Reference { collection: collection.clone(), id: text }),
                None if known.is_some_and(|shape| shape.markdown) => Value::Markdown(with_line_feeds(text)),
                None => Value::Text(with_line_feeds(text)),
            },
            Json::Array(items) => {
                let items = items.into_iter().enumerate().map(|(index, item)| {
                    let inner = shape.and_then(|shape| self.shapes().item(shape, index));
                    let is_reference = inner.and_then(|shape| self.shapes().get(shape)).is_some_and(|shape| shape.reference.is_some());
                    match (item, reference) {
                        // `x-ref` on a list means each of its items.
                        (Json::String(id), Some(collection)) if !is_reference => {
                            Value::Reference(Reference { collection: collection.clone(), id })
                        }
                        (item, _) => path.within(index, |path| self.value(item, inner, path, outer)),
                    }
                });
                Value::List(items.collect())
            }
            Json::Object(fields) => Value::Map(self.map(fields, shape, path, outer)),
        }
    }
}

/// A text in which every line ends as the lines of all texts do, so that all stages count the same lines.
fn with_line_feeds(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}
