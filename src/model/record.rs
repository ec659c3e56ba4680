//! A record: one mapping with an id.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Citation, Date, Map, Marking, SOURCES, Value};
use crate::layout::Pointer;

/// The field in which a source names those that relay it.
pub const VIA: &str = "via";

/// One record of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub collection: String,
    pub id: String,
    /// The file that holds it, relative to the book's root: `content/precedents/kfor.yaml`.
    pub file: String,
    /// The way from the file's document to the record: the root, or `/3` or `/kfor`.
    pub pointer: Pointer,
    /// The fields, without reserved keys; for a `.md` file the text is the field `body`.
    /// Shared with what audiences get of the record, as long as that is all of it.
    pub fields: Arc<Map>,
    /// What the record itself says of its fields.
    pub own: Attribution,
    /// Codes of checks that the record's `allow` key silences.
    pub allow: Vec<String>,
    /// What mappings inside the record say of the claims in them, by their pointer, as bare values would have it.
    pub nested: BTreeMap<Pointer, Reserved>,
    /// What the record bears, after the cascade.
    pub marking: Marking,
    /// What values in it bear after the cascade, by their pointer as bare values would have it, wherever that is more than
    /// what surrounds them bears.
    pub marked: BTreeMap<Pointer, Marking>,
}

/// What the reserved keys of a mapping say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reserved {
    /// The pointer of the mapping in the file, below the record.
    pub written: Pointer,
    pub own: Attribution,
    /// Codes of checks that are silenced in the mapping.
    pub allow: Vec<String>,
}

/// The part of a mapping, record, collection or book that cascades to its claims.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attribution {
    pub sources: Vec<Citation>,
    pub as_of: Option<Date>,
    pub marking: Marking,
    pub confidence: Option<String>,
}

impl Attribution {
    /// What holds when `self` leaves something open that `outer` says: the one cascade there is. A marking is not replaced
    /// but raised: what stands in something marked is at least as restricted.
    pub fn or(&self, outer: &Attribution) -> Attribution {
        Attribution {
            sources: if self.sources.is_empty() { outer.sources.clone() } else { self.sources.clone() },
            as_of: self.as_of.or(outer.as_of),
            marking: self.marking.and(&outer.marking),
            confidence: self.confidence.clone().or_else(|| outer.confidence.clone()),
        }
    }
}

impl Record {
    /// `precedents/kfor`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.collection, self.id)
    }

    /// The marking of the value at a pointer below the record.
    pub fn marking_at(&self, pointer: &Pointer) -> &Marking {
        if self.marked.is_empty() {
            return &self.marking;
        }
        // Nested values inherit the markings of their parents.
        pointer.ancestors().find_map(|around| self.marked.get(around)).unwrap_or(&self.marking)
    }

    /// Of a source, the ids of those that relay it.
    pub fn relays(&self) -> Vec<&str> {
        if self.collection != SOURCES {
            return Vec::new();
        }
        fn id(value: &Value) -> Option<&str> {
            match value.bare()? {
                Value::Reference(reference) => Some(&reference.id),
                Value::Text(id) => Some(id),
                _ => None,
            }
        }
        match self.fields.get(VIA).and_then(Value::bare) {
            Some(Value::List(items)) => items.iter().filter_map(id).collect(),
            Some(one) => id(one).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Whether it is an item of a list, which has its id among its fields.
    pub fn is_listed(&self) -> bool {
        self.pointer.index().is_some()
    }

    /// The value at a pointer below the record, looking through claims.
    pub fn at(&self, pointer: &Pointer) -> Option<&Value> {
        let mut segments = pointer.segments();
        let mut value = self.fields.get(&*segments.next()?)?;
        for segment in segments {
            value = match value.bare()? {
                Value::Map(fields) => fields.get(&*segment)?,
                Value::List(items) => items.get(segment.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Calls `visit` with each claim of the record.
    pub fn each_claim<'a>(&'a self, visit: &mut dyn FnMut(&'a super::Claim)) {
        let mut path = Pointer::root();
        for (key, value) in self.fields.iter() {
            path.within(key, |path| value.each_claim(path, &mut |_, claim| visit(claim)));
        }
    }
}
