//! The visitor that `serde_yaml` calls: it builds the value and keeps to the limits.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use super::{DuplicateKeys, Guard, Limits, MAX_STRING, Stop, is_forbidden};

/// What is counted and noticed while a document is read.
pub(super) struct Reader {
    limits: Limits,
    guard: Option<Guard>,
    duplicates: DuplicateKeys,
    values: Cell<usize>,
    bytes_left: Cell<usize>,
    is_suspect: Cell<bool>,
    has_floats: Cell<bool>,
    stop: RefCell<Option<Stop>>,
}

impl Reader {
    pub(super) fn new(limits: Limits, guard: Option<Guard>, duplicates: DuplicateKeys) -> Reader {
        Reader {
            limits,
            guard,
            duplicates,
            values: Cell::new(0),
            bytes_left: Cell::new(limits.bytes),
            is_suspect: Cell::new(false),
            has_floats: Cell::new(false),
            stop: RefCell::new(None),
        }
    }

    /// Whether a mapping has a key twice, or a string holds a forbidden character.
    pub(super) fn is_suspect(&self) -> bool {
        self.is_suspect.get()
    }

    /// Whether a number was read as a float.
    pub(super) fn has_floats(&self) -> bool {
        self.has_floats.get()
    }

    pub(super) fn into_stop(self) -> Option<Stop> {
        self.stop.into_inner()
    }

    fn stop<E: Error>(&self, why: Stop) -> E {
        *self.stop.borrow_mut() = Some(why);
        E::custom("stopped")
    }

    fn count<E: Error>(&self) -> Result<(), E> {
        let values = self.values.get() + 1;
        self.values.set(values);
        if values > self.limits.values { Err(self.stop(Stop::Values(self.limits.values))) } else { Ok(()) }
    }

    fn text<E: Error>(&self, text: &str) -> Result<String, E> {
        if text.len() > MAX_STRING {
            return Err(self.stop(Stop::LongString));
        }
        match self.bytes_left.get().checked_sub(text.len()) {
            Some(left) => self.bytes_left.set(left),
            None => return Err(self.stop(Stop::Bytes)),
        }
        if text.contains(is_forbidden) {
            self.is_suspect.set(true);
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
        self.0.has_floats.set(true);
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
            if self.0.duplicates == DuplicateKeys::Refuse && map.contains_key(&key) {
                return Err(self.0.stop(Stop::DuplicateKey(key)));
            }
            let value = entries.next_value_seed(self)?;
            if map.insert(key, value).is_some() {
                self.0.is_suspect.set(true);
            }
        }
        Ok(Json::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Json, A::Error> {
        let (tag, _) = access.variant::<String>()?;
        Err(self.0.stop(Stop::Tag(tag)))
    }
}

/// How the parser's error about a key ends.
pub(super) const EXPECTED_KEY: &str = "expected a key";

/// Reads a mapping's key: a scalar, as it is written.
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
        f.write_str(EXPECTED_KEY.trim_start_matches("expected "))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        if key == "<<" {
            return Err(self.0.stop(Stop::Merge));
        }
        self.0.text(key)
    }
}
