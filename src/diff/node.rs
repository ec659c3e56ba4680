//! A value with the parts of its claim, in one form whichever way it was written.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as Json};

use crate::layout::Pointer;
use crate::model::{AttributionSnapshot, RecordSnapshot, ShapeId, Shapes};

/// A value, and the claim's parts where it is one.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parts: ClaimParts,
    /// Which of `source`, `as_of`, `marking` and `confidence` it says itself.
    pub(super) own: [bool; 4],
    /// Whether the schema calls it a claim, even one without attribution.
    pub(super) claim: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Scalar(Json),
    List(Vec<Node>),
    Map(IndexMap<String, Node>),
}

/// What belongs to a claim besides its bare value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimParts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Qualifier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
}

/// How a bare value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Qualifier {
    Approximate,
    AtLeast,
    AtMost,
    /// The value is a list of the two ends.
    Range,
    /// The value says why it isn't known.
    Unknown,
}

impl ClaimParts {
    fn is_empty(&self) -> bool {
        *self == ClaimParts::default()
    }

    fn of(attribution: &AttributionSnapshot) -> ClaimParts {
        let mut source = attribution.source.clone();
        source.sort();
        source.dedup();
        let AttributionSnapshot { as_of, marking, confidence, .. } = attribution.clone();
        ClaimParts { source, as_of, marking, confidence, ..ClaimParts::default() }
    }
}

/// Equal in value and parts, wherever the parts come from.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.kind == other.kind && self.parts == other.parts
    }
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Node {
        Node { kind, parts: ClaimParts::default(), own: [false; 4], claim: false }
    }
}

impl Node {
    /// A record: its fields, and as its parts what it says of all of them.
    pub(super) fn record(record: &RecordSnapshot) -> Node {
        let mut path = Pointer::root();
        let fields =
            record.fields.iter().map(|(key, value)| (key.clone(), path.within(key, |path| Node::written(value, path, &record.claims))));
        let mut node = Node { kind: Kind::Map(fields.collect()), parts: ClaimParts::of(&record.own), own: [true; 4], claim: false };
        node.mark_mappings(&mut Pointer::root(), &record.nested);
        node
    }

    /// Notes what the mappings inside a record say of their claims.
    fn mark_mappings(&mut self, path: &mut Pointer, nested: &BTreeMap<Pointer, AttributionSnapshot>) {
        if nested.is_empty() {
            return;
        }
        match &mut self.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.within(index, |path| item.mark_mappings(path, nested));
                }
            }
            Kind::Map(fields) => {
                // A claim that is a mapping has it among its own parts.
                if let Some(said) = nested.get(path).filter(|_| !self.claim) {
                    (self.parts, self.own) = (ClaimParts::of(said), [true; 4]);
                }
                for (key, value) in fields {
                    path.within(key, |path| value.mark_mappings(path, nested));
                }
            }
        }
    }

    /// The same without some fields, dotted where they lie deeper; those of each item where they lie in a list.
    pub(super) fn without(mut self, fields: &[String]) -> Node {
        for field in fields {
            self.remove(&field.split('.').collect::<Vec<_>>());
        }
        self
    }

    fn remove(&mut self, path: &[&str]) {
        match (&mut self.kind, path) {
            (Kind::Map(fields), [last]) => drop(fields.shift_remove(*last)),
            (Kind::Map(fields), [first, rest @ ..]) => {
                if let Some(inner) = fields.get_mut(*first) {
                    inner.remove(rest);
                }
            }
            (Kind::List(items), path) => items.iter_mut().for_each(|item| item.remove(path)),
            _ => {}
        }
    }

    /// A record of no fields, from which an added one grows.
    pub(super) fn empty() -> Node {
        Node::from(Kind::Map(IndexMap::new()))
    }

    fn written(json: &Json, path: &mut Pointer, claims: &BTreeMap<Pointer, AttributionSnapshot>) -> Node {
        if let Some(said) = claims.get(path) {
            return Node::claim(json, said);
        }
        Node::from(match json {
            Json::Array(items) => Kind::List(
                items.iter().enumerate().map(|(index, item)| path.within(index, |path| Node::written(item, path, claims))).collect(),
            ),
            Json::Object(fields) => Kind::Map(
                fields.iter().map(|(key, value)| (key.clone(), path.within(key, |path| Node::written(value, path, claims)))).collect(),
            ),
            scalar => Kind::Scalar(scalar.clone()),
        })
    }

    fn claim(written: &Json, said: &AttributionSnapshot) -> Node {
        let mut parts = ClaimParts::of(said);
        let mut own = [false; 4];
        let bare = match written {
            Json::Object(envelope) => {
                let flag = |key: &str| envelope.get(key) == Some(&Json::Bool(true));
                let (bare, qualifier) = match (envelope.get("range"), envelope.get("unknown")) {
                    (Some(range), _) => (range, Some(Qualifier::Range)),
                    (_, Some(why)) => (why, Some(Qualifier::Unknown)),
                    _ => {
                        let named =
                            [("approximate", Qualifier::Approximate), ("at_least", Qualifier::AtLeast), ("at_most", Qualifier::AtMost)];
                        let qualifier = named.into_iter().find_map(|(key, qualifier)| flag(key).then_some(qualifier));
                        (envelope.get("value").unwrap_or(&Json::Null), qualifier)
                    }
                };
                parts.qualifier = qualifier;
                parts.unit = envelope.get("unit").and_then(Json::as_str).map(str::to_owned);
                own = ["source", "as_of", "marking", "confidence"].map(|key| envelope.contains_key(key));
                bare
            }
            bare => bare,
        };
        Node { parts, own, claim: true, ..Node::bare(bare) }
    }

    fn bare(json: &Json) -> Node {
        Node::written(json, &mut Pointer::root(), &BTreeMap::new())
    }

    /// The bare value, and the parts of the claims in it by pointer; the node's own parts are under the root.
    pub(super) fn to_data(&self) -> (Json, BTreeMap<Pointer, ClaimParts>) {
        let mut claims = BTreeMap::new();
        let json = self.lower(&mut Pointer::root(), &mut claims);
        (json, claims)
    }

    fn lower(&self, path: &mut Pointer, claims: &mut BTreeMap<Pointer, ClaimParts>) -> Json {
        if !self.parts.is_empty() {
            claims.insert(path.clone(), self.parts.clone());
        }
        match &self.kind {
            Kind::Scalar(json) => json.clone(),
            Kind::List(items) => {
                items.iter().enumerate().map(|(index, item)| path.within(index, |path| item.lower(path, claims))).collect()
            }
            Kind::Map(fields) => {
                let lowered: JsonMap<String, Json> =
                    fields.iter().map(|(key, value)| (key.clone(), path.within(key, |path| value.lower(path, claims)))).collect();
                Json::Object(lowered)
            }
        }
    }

    /// What [`Node::to_data`] gave.
    pub(super) fn from_data(json: &Json, claims: &BTreeMap<Pointer, ClaimParts>) -> Node {
        let mut node = Node::bare(json);
        node.lift(&mut Pointer::root(), claims);
        node
    }

    fn lift(&mut self, path: &mut Pointer, claims: &BTreeMap<Pointer, ClaimParts>) {
        if let Some(parts) = claims.get(path) {
            self.parts = parts.clone();
        }
        match &mut self.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.within(index, |path| item.lift(path, claims));
                }
            }
            Kind::Map(fields) => {
                for (key, value) in fields {
                    path.within(key, |path| value.lift(path, claims));
                }
            }
        }
    }

    /// The text or number that it is, as text.
    pub(super) fn key_text(&self) -> Option<String> {
        match &self.kind {
            Kind::Scalar(Json::String(text)) => Some(text.clone()),
            Kind::Scalar(Json::Number(number)) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Puts into order what has none: keys of mappings, lists of mappings, sets. Two nodes are the same content
    /// where their normal forms are equal.
    pub(super) fn normalize(&mut self, at: ShapePosition<'_>) {
        match &mut self.kind {
            Kind::Scalar(_) => {}
            Kind::Map(fields) => {
                for (key, value) in &mut *fields {
                    value.normalize(at.property(key));
                }
                fields.sort_keys();
            }
            Kind::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.normalize(at.item(index));
                }
                if at.unordered(items) {
                    items.sort_by_cached_key(Node::canonical);
                }
            }
        }
    }

    /// A text that is the same for nodes that are equal; of normalized nodes.
    pub(super) fn canonical(&self) -> String {
        let (mut json, claims) = self.to_data();
        json.sort_all_objects();
        format!("{json}{claims:?}")
    }

    /// [`Node::canonical`] of the normal form.
    pub(super) fn identity(&self, at: ShapePosition<'_>) -> String {
        let mut node = self.clone();
        node.normalize(at);
        node.canonical()
    }
}

/// What the schema says of the value at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShapePosition<'a> {
    pub(super) shapes: &'a Shapes,
    pub(super) id: Option<ShapeId>,
}

impl<'a> ShapePosition<'a> {
    pub(super) fn root(shapes: &'a Shapes) -> ShapePosition<'a> {
        ShapePosition { shapes, id: Some(Shapes::ROOT) }
    }

    pub(super) fn property(self, key: &str) -> ShapePosition<'a> {
        ShapePosition { id: self.id.and_then(|id| self.shapes.property(id, key)), ..self }
    }

    pub(super) fn item(self, index: usize) -> ShapePosition<'a> {
        ShapePosition { id: self.id.and_then(|id| self.shapes.item(id, index)), ..self }
    }

    pub(super) fn shape(self) -> Option<&'a crate::model::Shape> {
        self.shapes.get(self.id?)
    }

    /// Whether the order of these items is without meaning: mappings, and what the schema calls unique.
    pub(super) fn unordered(self, items: &[Node]) -> bool {
        let shape = self.shape();
        if shape.is_some_and(|shape| shape.ordered || !shape.prefix.is_empty()) {
            return false;
        }
        shape.is_some_and(|shape| shape.unique) || (!items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Map(_))))
    }
}
