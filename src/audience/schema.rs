//! A collection's schema as an audience gets it: what it says of the fields that are left, and nothing of the others.

use std::collections::HashMap;

use serde_json::{Map as JsonMap, Value as Json, json};

use super::Stage;
use crate::model::{Shape, ShapeId, Shapes};

/// The shapes without those of fields that were taken out. Only what is still reached from the record is left.
pub(super) fn visible(stage: &Stage<'_>, shapes: &Shapes) -> Shapes {
    let mut pruning = Pruning { stage, from: shapes, to: Shapes::default(), known: HashMap::new() };
    if !shapes.is_empty() {
        pruning.shape(Shapes::ROOT);
    }
    pruning.to
}

struct Pruning<'a> {
    stage: &'a Stage<'a>,
    from: &'a Shapes,
    to: Shapes,
    known: HashMap<ShapeId, ShapeId>,
}

impl Pruning<'_> {
    /// The shape of a value, where the audience gets one.
    fn shape(&mut self, id: ShapeId) -> Option<ShapeId> {
        if let Some(known) = self.known.get(&id) {
            return Some(*known);
        }
        let shape = self.from.get(id)?;
        if is_hidden(self.stage, shape) {
            let withheld = shape.withheld.clone()?;
            // A placeholder text takes its place, so the shape is a plain string.
            let place = self.to.add();
            self.known.insert(id, place);
            if let Some(shown) = self.to.get_mut(place) {
                *shown = Shape { withheld: Some(withheld), ..Shape::default() };
            }
            return Some(place);
        }
        let place = self.to.add();
        self.known.insert(id, place);
        let mut shown = Shape { properties: Default::default(), items: None, prefix: Vec::new(), additional: None, ..shape.clone() };
        shown.reference = shown.reference.filter(|name| !self.stage.hidden_collections.contains(name.as_str()));
        for (key, inner) in &shape.properties {
            if let Some(inner) = self.shape(*inner) {
                shown.properties.insert(key.clone(), inner);
            }
        }
        shown.items = shape.items.and_then(|inner| self.shape(inner));
        // Shapes by position apply to the remaining items in order.
        shown.prefix = shape.prefix.iter().filter_map(|inner| self.shape(*inner)).collect();
        shown.additional = shape.additional.and_then(|inner| self.shape(inner));
        shown.key = shown.key.filter(|key| self.is_left(&shape.items, &shown.items, key));
        if let Some(kept) = self.to.get_mut(place) {
            *kept = shown;
        }
        Some(place)
    }

    /// Whether the field by which a list's items are told apart is still among theirs.
    fn is_left(&self, from: &Option<ShapeId>, to: &Option<ShapeId>, key: &str) -> bool {
        let has = |shapes: &Shapes, id: &Option<ShapeId>| {
            id.and_then(|id| shapes.get(id)).is_some_and(|shape| shape.properties.contains_key(key))
        };
        !has(self.from, from) || has(&self.to, to)
    }
}

/// Whether the schema itself withholds whatever has a shape.
pub(super) fn is_hidden(stage: &Stage<'_>, shape: &Shape) -> bool {
    let leads_nowhere = shape.reference.as_deref().is_some_and(|name| stage.hidden_collections.contains(name));
    leads_nowhere || !stage.may_see(&shape.marking)
}

/// Whether the schema withholds any field of its records.
pub(super) fn withholds_fields(stage: &Stage<'_>, shapes: &Shapes) -> bool {
    shapes.iter().any(|(_, shape)| is_hidden(stage, shape))
}

/// A JSON Schema that says what the shapes say, and nothing else: constraints, examples and comments of the written one may
/// speak of what was taken out.
pub(super) fn json(shapes: &Shapes) -> Json {
    let mut definitions = JsonMap::new();
    for (id, shape) in shapes.iter() {
        definitions.insert(format!("s{}", id.index()), of_shape(shape));
    }
    match definitions.is_empty() {
        true => json!({}),
        false => json!({ "$ref": "#/$defs/s0", "$defs": definitions }),
    }
}

fn of_shape(shape: &Shape) -> Json {
    let mut keywords = JsonMap::new();
    let reference = |id: ShapeId| json!({ "$ref": format!("#/$defs/s{}", id.index()) });
    let mut put = |key: &str, value: Option<Json>| drop(value.map(|value| keywords.insert(key.to_owned(), value)));
    put("title", shape.title.clone().map(Json::from));
    put("x-claim", shape.claim.then(|| true.into()));
    put("x-ref", shape.reference.clone().map(Json::from));
    put("x-key", shape.key.clone().map(Json::from));
    put("x-ordered", shape.ordered.then(|| true.into()));
    put("uniqueItems", shape.unique.then(|| true.into()));
    put("format", shape.markdown.then(|| "markdown".into()));
    let properties: JsonMap<String, Json> = shape.properties.iter().map(|(key, id)| (key.clone(), reference(*id))).collect();
    put("properties", (!properties.is_empty()).then(|| properties.into()));
    put("items", shape.items.map(reference));
    put("prefixItems", (!shape.prefix.is_empty()).then(|| shape.prefix.iter().map(|id| reference(*id)).collect()));
    put("additionalProperties", shape.additional.map(reference));
    keywords.into()
}
