//! The value of a field.

use indexmap::IndexMap;

use super::Claim;
use crate::layout::Pointer;

/// A JSON number: what YAML's core schema calls an integer or a float.
pub type Number = serde_json::Number;

/// Fields in the order in which they were written.
pub type Map = IndexMap<String, Value>;

/// The value of a field, with what its schema says of it already applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    /// Plain text: never markup.
    Text(String),
    /// Text of a field whose schema says `format: markdown`.
    Markdown(String),
    /// One id in a field whose schema says `x-ref`.
    Reference(Reference),
    /// A field whose schema says `x-claim`.
    Claim(Box<Claim>),
    List(Vec<Value>),
    Map(Map),
}

/// A record's id in a named collection; whether that record exists is for `check` to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    pub collection: String,
    pub id: String,
}

impl Value {
    /// The text, if this is plain or Markdown text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Markdown(text) => Some(text),
            _ => None,
        }
    }

    /// What a claim holds, or the value itself; `None` for a claim that is unknown.
    pub fn bare(&self) -> Option<&Value> {
        match self {
            Value::Claim(claim) => claim.value(),
            other => Some(other),
        }
    }

    /// How many bytes it takes, with what is in it; about.
    pub fn size(&self) -> usize {
        let size = match self {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::Text(text) | Value::Markdown(text) => text.len(),
            Value::Reference(reference) => reference.id.len(),
            Value::Claim(claim) => claim.value().map_or(0, Value::size),
            Value::List(items) => items.iter().map(Value::size).sum(),
            Value::Map(fields) => fields.iter().map(|(key, value)| key.len() + value.size()).sum(),
        };
        size + 16
    }

    /// Calls `visit` with each claim in this value, and its pointer below this value (`/tasks/0`).
    pub fn each_claim<'a>(&'a self, path: &mut Pointer, visit: &mut dyn FnMut(&Pointer, &'a Claim)) {
        match self {
            Value::Claim(claim) => visit(path, claim),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.within(index, |path| item.each_claim(path, visit));
                }
            }
            Value::Map(fields) => {
                for (key, value) in fields {
                    path.within(key, |path| value.each_claim(path, visit));
                }
            }
            _ => {}
        }
    }
}

/// The value of a field, dotted where it lies deeper (`name.short`), without its claim; nothing for a field without a value.
pub fn field_at<'a>(fields: &'a Map, dotted: &str) -> Option<&'a Value> {
    let mut segments = dotted.split('.');
    let mut value = fields.get(segments.next()?)?.bare()?;
    for segment in segments {
        let Value::Map(fields) = value else { return None };
        value = fields.get(segment)?.bare()?;
    }
    (*value != Value::Null).then_some(value)
}

/// Calls `visit` with each value below some fields, claims included and what they hold, and its JSON pointer.
pub fn each_value<'a>(fields: &'a Map, visit: &mut dyn FnMut(&Pointer, &'a Value)) {
    let mut path = Pointer::root();
    for (key, value) in fields {
        path.within(key, |path| within(value, path, visit));
    }
}

fn within<'a>(value: &'a Value, path: &mut Pointer, visit: &mut dyn FnMut(&Pointer, &'a Value)) {
    visit(path, value);
    match value {
        Value::Claim(claim) => {
            if let Some(held) = claim.value() {
                within(held, path, visit);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.within(index, |path| within(item, path, visit));
            }
        }
        Value::Map(fields) => {
            for (key, value) in fields {
                path.within(key, |path| within(value, path, visit));
            }
        }
        _ => {}
    }
}
