//! What a collection's schema says of each field, beyond validity.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Marking;
use crate::layout::Pointer;

/// The schema's annotations as a graph: `$ref` may lead back to where it came from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shapes {
    nodes: Vec<Shape>,
}

/// A place in [`Shapes`]; the record itself is [`Shapes::ROOT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShapeId(usize);

impl ShapeId {
    /// Its number among the shapes.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What the schema says of one value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `x-claim: true`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub claim: bool,
    /// `x-ref: <collection>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// `format: markdown`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub markdown: bool,
    /// `x-key`: the field that identifies the items of this list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `x-ordered: true`: the order of this list has a meaning.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// `uniqueItems: true`: this list is a set.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// `x-marking`: how such a value must be handled.
    #[serde(skip_serializing_if = "Marking::is_empty")]
    pub marking: Marking,
    /// `x-withheld`: printed in place of the value for an audience that may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// `x-complete: true`: nothing in it bears more than the book itself, so that every audience sees all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub properties: IndexMap<String, ShapeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<ShapeId>,
    /// `prefixItems`: the shapes of the first items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<ShapeId>,
    /// `additionalProperties`, where it is a schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional: Option<ShapeId>,
}

impl Shape {
    /// The shapes of what such a value may hold.
    pub fn inner(&self) -> impl Iterator<Item = ShapeId> {
        self.properties.values().chain(&self.items).chain(&self.prefix).chain(&self.additional).copied()
    }
}

impl Shapes {
    pub const ROOT: ShapeId = ShapeId(0);

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether any field is a claim.
    pub fn has_claims(&self) -> bool {
        self.nodes.iter().any(|shape| shape.claim)
    }

    /// The same without what is only meant for editors.
    #[must_use]
    pub fn without_descriptions(mut self) -> Shapes {
        for shape in &mut self.nodes {
            shape.description = None;
        }
        self
    }

    /// Whether the schema says of a value, or of what it stands in, that every audience sees all of it.
    pub fn is_complete_at(&self, pointer: &Pointer) -> bool {
        let is_complete = |pointer: &Pointer| self.at(pointer).is_some_and(|shape| shape.complete);
        let mut around = Some(pointer.clone());
        while let Some(pointer) = around {
            if is_complete(&pointer) {
                return true;
            }
            around = pointer.split_last().map(|(outer, _)| outer);
        }
        false
    }

    /// Every shape.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (ShapeId, &Shape)> {
        self.nodes.iter().enumerate().map(|(index, shape)| (ShapeId(index), shape))
    }

    /// Adds an empty shape, to be filled through [`Shapes::get_mut`].
    pub fn add(&mut self) -> ShapeId {
        self.nodes.push(Shape::default());
        ShapeId(self.nodes.len() - 1)
    }

    pub fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.nodes.get(id.0)
    }

    pub fn get_mut(&mut self, id: ShapeId) -> Option<&mut Shape> {
        self.nodes.get_mut(id.0)
    }

    /// The record's own shape, where there is a schema.
    pub fn root(&self) -> Option<&Shape> {
        self.get(Self::ROOT)
    }

    /// The shape of a mapping's field.
    pub fn property(&self, of: ShapeId, key: &str) -> Option<ShapeId> {
        let shape = self.get(of)?;
        shape.properties.get(key).copied().or(shape.additional)
    }

    /// The shape of a list's item.
    pub fn item(&self, of: ShapeId, index: usize) -> Option<ShapeId> {
        let shape = self.get(of)?;
        shape.prefix.get(index).copied().or(shape.items)
    }

    /// The shape of the value at a pointer below the record.
    pub fn at(&self, pointer: &Pointer) -> Option<&Shape> {
        let mut id = Self::ROOT;
        for key in pointer.segments() {
            id = match key.parse::<usize>() {
                Ok(index) if !self.get(id)?.properties.contains_key(&*key) => self.item(id, index).or_else(|| self.property(id, &key))?,
                _ => self.property(id, &key)?,
            };
        }
        self.get(id)
    }
}
