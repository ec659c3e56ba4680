//! The visitor that `serde_yaml` calls: it builds the tree and keeps the budget.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use super::breaks::Guard;
use super::{ALIAS_BYTES, MAX_NODES, MAX_TEXT, NODES};

/// Why the visitor stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    Nodes(usize),
    Bytes,
    LongText,
    Tag(String),
    Merge,
    /// A number that JSON can't hold: too long, infinite or none.
    Number,
    /// A key that is a list or mapping.
    Key,
}

/// What is counted and noticed while a document is read.
pub(super) struct Reader {
    nodes: Cell<usize>,
    max_nodes: usize,
    bytes: Cell<usize>,
    suspect: Cell<bool>,
    float: Cell<bool>,
    guard: Option<Guard>,
    stop: RefCell<Option<Stop>>,
}

impl Reader {
    pub(super) fn new(length: usize, guard: Option<Guard>) -> Reader {
        Reader {
            guard,
            float: Cell::new(false),
            nodes: Cell::new(0),
            max_nodes: (NODES + length).min(MAX_NODES),
            bytes: Cell::new(length + ALIAS_BYTES),
            suspect: Cell::new(false),
            stop: RefCell::new(None),
        }
    }

    /// For a part of a file, whose aliases may not add anything to speak of.
    pub(super) fn of_piece(length: usize, guard: Option<Guard>) -> Reader {
        Reader { max_nodes: length, bytes: Cell::new(2 * length), ..Reader::new(length, guard) }
    }

    /// Whether a key stands twice in a mapping, or a text holds a forbidden character.
    pub(super) fn is_suspect(&self) -> bool {
        self.suspect.get()
    }

    /// Whether a number was read as a float.
    pub(super) fn has_floats(&self) -> bool {
        self.float.get()
    }

    pub(super) fn into_fault(self) -> Option<Stop> {
        self.stop.into_inner()
    }

    fn stop<E: Error>(&self, why: Stop) -> E {
        *self.stop.borrow_mut() = Some(why);
        E::custom("stopped")
    }

    fn count<E: Error>(&self) -> Result<(), E> {
        let nodes = self.nodes.get() + 1;
        self.nodes.set(nodes);
        if nodes > self.max_nodes { Err(self.stop(Stop::Nodes(self.max_nodes))) } else { Ok(()) }
    }

    fn text<E: Error>(&self, text: &str) -> Result<String, E> {
        if text.len() > MAX_TEXT {
            return Err(self.stop(Stop::LongText));
        }
        match self.bytes.get().checked_sub(text.len()) {
            Some(left) => self.bytes.set(left),
            None => return Err(self.stop(Stop::Bytes)),
        }
        if text.contains(super::text::is_forbidden) {
            self.suspect.set(true);
        }
        Ok(self.guard.map_or_else(|| text.to_owned(), |guard| guard.turn_back(text)))
    }
}

/// Reads any value.
#[derive(Clone, Copy)]
pub(super) struct Node<'a>(pub(super) &'a Reader);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        self.0.count()?;
        Ok(Json::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        self.0.count()?;
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        self.0.count()?;
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        self.0.count()?;
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        self.0.count()?;
        self.0.float.set(true);
        Number::from_f64(value).map(Json::Number).ok_or_else(|| self.0.stop(Stop::Number))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Json, E> {
        Err(self.0.stop(Stop::Number))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Json, E> {
        Err(self.0.stop(Stop::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        self.0.count()?;
        self.0.text(value).map(Json::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        self.0.count()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        self.0.count()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key_seed(Key(self.0))? {
            let value = entries.next_value_seed(self)?;
            if map.insert(key, value).is_some() {
                self.0.suspect.set(true);
            }
        }
        Ok(Json::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Json, A::Error> {
        let (tag, _) = access.variant::<String>()?;
        Err(self.0.stop(Stop::Tag(tag)))
    }
}

/// Reads a mapping's key: a scalar, as the text that it is written as.
struct Key<'a>(&'a Reader);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        if key == "<<" {
            return Err(self.0.stop(Stop::Merge));
        }
        self.0.text(key)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<String, A::Error> {
        Err(self.0.stop(Stop::Key))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<String, A::Error> {
        Err(self.0.stop(Stop::Key))
    }
}
