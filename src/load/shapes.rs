//! A schema's annotations as a graph of [`Shapes`], through `$ref`, `allOf` and the other keywords that
//! apply to the same value.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use serde_json::Value as Json;

use super::attribution::marking_of;
use super::schema::subschemas::same_value;
use crate::layout::Pointer;
use crate::model::{Shape, ShapeId, Shapes};

/// The most places that a schema may lead to.
const MAX_SHAPES: usize = 20_000;

/// What lifting needs to know of a schema.
#[derive(Debug, Clone, Default)]
pub(super) struct Annotated {
    pub(super) shapes: Shapes,
    /// Fields that hold dates, where YAML may read a year as a number.
    pub(super) dates: HashSet<ShapeId>,
    /// Claims whose bare value may be a mapping.
    pub(super) mappings: HashSet<ShapeId>,
    /// Values that can contain claims: the reserved keys of such a mapping are for its claims.
    pub(super) claim_holders: HashSet<ShapeId>,
    /// The schemas that speak for those, as pointers into the schema's file.
    pub(super) claims_at: BTreeSet<Pointer>,
    /// All schemas that speak for a value, as pointers into the schema's file: annotations anywhere else say nothing.
    pub(super) speakers: BTreeSet<Pointer>,
    /// Whether the schema leads to more places than it may.
    pub(super) too_many: bool,
}

/// The schemas that speak for one value, as pointers into the schema's file.
type SchemaPointers = BTreeSet<Pointer>;

struct Builder<'a> {
    schema: &'a Json,
    known: HashMap<SchemaPointers, ShapeId>,
    waiting: VecDeque<(ShapeId, SchemaPointers)>,
    annotated: Annotated,
}

/// Reads the annotations of a schema that was found valid.
pub(super) fn annotate(schema: &Json) -> Annotated {
    let mut builder = Builder { schema, known: HashMap::new(), waiting: VecDeque::new(), annotated: Annotated::default() };
    builder.shape([Pointer::root()].into());
    while let Some((id, speakers)) = builder.waiting.pop_front() {
        builder.fill(id, &speakers);
    }
    builder.annotated.claim_holders = claim_holders(&builder.annotated);
    builder.annotated.speakers = builder.known.keys().flatten().cloned().collect();
    let speakers = builder.known.iter().filter(|(_, id)| builder.annotated.claim_holders.contains(*id)).flat_map(|(speakers, _)| speakers);
    builder.annotated.claims_at = speakers.cloned().collect();
    builder.annotated
}

/// The values that can contain claims, and the claims that are mappings themselves.
fn claim_holders(annotated: &Annotated) -> HashSet<ShapeId> {
    let shapes = &annotated.shapes;
    let is_claim = |id: ShapeId| shapes.get(id).is_some_and(|shape| shape.claim);
    let mut holders: HashMap<ShapeId, Vec<ShapeId>> = HashMap::new();
    for (id, shape) in shapes.iter() {
        for inner in shape.inner() {
            holders.entry(inner).or_default().push(id);
        }
    }
    let mut claim_holders: HashSet<ShapeId> = annotated.mappings.iter().copied().filter(|id| is_claim(*id)).collect();
    let mut open: Vec<ShapeId> = shapes.iter().map(|(id, _)| id).filter(|id| is_claim(*id)).collect();
    while let Some(id) = open.pop() {
        open.extend(holders.get(&id).into_iter().flatten().copied().filter(|holder| claim_holders.insert(*holder)));
    }
    claim_holders
}

impl Builder<'_> {
    /// The shape of a value that some schemas speak for, to be filled later if it is new.
    fn shape(&mut self, starts: SchemaPointers) -> Option<ShapeId> {
        let mut speakers = SchemaPointers::new();
        let mut open: Vec<Pointer> = starts.into_iter().collect();
        while let Some(pointer) = open.pop() {
            if let Some(schema) = self.schema.pointer(pointer.as_str())
                && !speakers.contains(&pointer)
            {
                open.extend(same_value(self.schema, schema, &pointer));
                speakers.insert(pointer);
            }
        }
        if let Some(known) = self.known.get(&speakers) {
            return Some(*known);
        }
        if self.known.len() >= MAX_SHAPES {
            self.annotated.too_many = true;
            return None;
        }
        let id = self.annotated.shapes.add();
        self.known.insert(speakers.clone(), id);
        self.waiting.push_back((id, speakers));
        Some(id)
    }

    fn fill(&mut self, id: ShapeId, speakers: &SchemaPointers) {
        let root = self.schema;
        let mut shape = Shape::default();
        let mut properties: BTreeMap<&str, SchemaPointers> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        let (mut items, mut prefix, mut additional) = (SchemaPointers::new(), Vec::<SchemaPointers>::new(), SchemaPointers::new());
        // The value's own schema, the shortest pointer, names it; what it refers to only where it is silent. A definition
        // may hold both: a property of one that refers to another.
        let mut by_nearness: Vec<&Pointer> = speakers.iter().collect();
        let is_definition = |pointer: &Pointer| pointer.segments().nth_back(1).as_deref() == Some("$defs");
        by_nearness.sort_by_key(|pointer| (is_definition(pointer), pointer.as_str().contains("/$defs/"), pointer.as_str().len()));
        for pointer in by_nearness {
            let Some(Json::Object(schema)) = root.pointer(pointer.as_str()) else { continue };
            let text = |key: &str| schema.get(key).and_then(Json::as_str).map(str::to_owned);
            let flag = |key: &str| schema.get(key).and_then(Json::as_bool).unwrap_or(false);
            shape.title = shape.title.or_else(|| text("title"));
            shape.description = shape.description.or_else(|| text("description"));
            shape.claim |= flag("x-claim");
            shape.reference = shape.reference.or_else(|| text("x-ref"));
            shape.key = shape.key.or_else(|| text("x-key"));
            shape.ordered |= flag("x-ordered");
            shape.marking = shape.marking.and(&marking_of(schema, "x-marking"));
            shape.complete |= flag("x-complete");
            shape.withheld = shape.withheld.or_else(|| text("x-withheld"));
            shape.unique |= flag("uniqueItems");
            match schema.get("format").and_then(Json::as_str) {
                Some("markdown") => shape.markdown = true,
                Some("date" | "partial-date") => {
                    self.annotated.dates.insert(id);
                }
                _ => {}
            }
            let takes_mapping = match schema.get("type") {
                Some(Json::String(kind)) => kind == "object",
                Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
                _ => schema.contains_key("properties"),
            };
            if takes_mapping {
                self.annotated.mappings.insert(id);
            }
            for (key, _) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                if !properties.contains_key(key.as_str()) {
                    order.push(key);
                }
                properties.entry(key).or_default().insert(pointer.child("properties").child(key));
            }
            for keyword in ["items", "unevaluatedItems"] {
                if schema.get(keyword).is_some_and(Json::is_object) {
                    items.insert(pointer.child(keyword));
                }
            }
            for index in 0..schema.get("prefixItems").and_then(Json::as_array).map_or(0, Vec::len) {
                if prefix.len() <= index {
                    prefix.push(SchemaPointers::new());
                }
                if let Some(speakers) = prefix.get_mut(index) {
                    speakers.insert(pointer.child("prefixItems").child(index));
                }
            }
            for keyword in ["additionalProperties", "unevaluatedProperties"] {
                if schema.get(keyword).is_some_and(Json::is_object) {
                    additional.insert(pointer.child(keyword));
                }
            }
            for (key, _) in schema.get("patternProperties").and_then(Json::as_object).into_iter().flatten() {
                additional.insert(pointer.child("patternProperties").child(key));
            }
        }
        for key in order {
            if let Some(property) = properties.remove(key).and_then(|speakers| self.shape(speakers)) {
                shape.properties.insert(key.to_owned(), property);
            }
        }
        shape.prefix = prefix.into_iter().filter_map(|speakers| self.shape(speakers)).collect();
        shape.items = (!items.is_empty()).then(|| self.shape(items)).flatten();
        shape.additional = (!additional.is_empty()).then(|| self.shape(additional)).flatten();
        if let Some(place) = self.annotated.shapes.get_mut(id) {
            *place = shape;
        }
    }
}
