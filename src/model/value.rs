//! The value of a field; and a claim: a value, how it is meant, and who says so.

use indexmap::IndexMap;

use super::{Date, Marking};
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

/// The value of a field whose schema says `x-claim: true`.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub held: Held,
    pub unit: Option<String>,
    /// Who says so, after the cascade claim, record, collection, book; never empty in a checked book.
    pub sources: Vec<Citation>,
    pub as_of: Option<Date>,
    pub marking: Marking,
    pub confidence: Option<String>,
    /// The way from the record, as a bare value would have it: `/troops`.
    pub path: Pointer,
    /// Whether it was written as an envelope (`{value: …, source: …}`), so that places can be found.
    pub envelope: bool,
    /// Whether the claim itself names its sources, rather than taking them from the cascade.
    pub own_source: bool,
}

/// What a claim holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    Known {
        value: Value,
        qualifier: Option<Qualifier>,
    },
    /// A range, both ends included.
    Range(Number, Number),
    /// Not known, and why, in words or as a key of the book's words (`not-reported`).
    Unknown(String),
}

/// How exact a known value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    Approximate,
    AtLeast,
    AtMost,
}

impl Qualifier {
    /// The key that says so in an envelope.
    pub fn key(self) -> &'static str {
        match self {
            Qualifier::Approximate => "approximate",
            Qualifier::AtLeast => "at_least",
            Qualifier::AtMost => "at_most",
        }
    }
}

/// A source and the place in it: `spencer-interview#8`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Citation {
    pub source: String,
    pub locator: Option<String>,
}

impl Citation {
    /// Reads `id` or `id#locator`.
    pub fn parse(text: &str) -> Citation {
        match text.split_once('#') {
            Some((source, locator)) => {
                Citation { source: source.trim().to_owned(), locator: Some(locator.trim().to_owned()).filter(|l| !l.is_empty()) }
            }
            None => Citation { source: text.trim().to_owned(), locator: None },
        }
    }
}

impl Citation {
    /// The numbers that the locator names, as first and last: `3, 7-9` are 3 to 3 and 7 to 9. What is no number, such as
    /// `annex B`, names none.
    pub fn numbers(&self) -> Vec<(u64, u64)> {
        // What is too large to be counted is beyond any length.
        let number = |text: &str| {
            let digits = text.trim().trim_end_matches(|c: char| c.is_alphabetic());
            (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().unwrap_or(u64::MAX))
        };
        let parts = self.locator.as_deref().unwrap_or_default().split([',', ';']);
        let ranges = parts.filter_map(|part| match part.split_once(['-', '–', '—']) {
            Some((first, last)) => Some((number(first)?, number(last)?)),
            None => number(part).map(|one| (one, one)),
        });
        ranges.collect()
    }
}

impl std::fmt::Display for Citation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.locator {
            Some(locator) => write!(f, "{}#{locator}", self.source),
            None => f.write_str(&self.source),
        }
    }
}

impl Claim {
    /// The known value, without its qualifier.
    pub fn value(&self) -> Option<&Value> {
        match &self.held {
            Held::Known { value, .. } => Some(value),
            Held::Range(..) | Held::Unknown(_) => None,
        }
    }
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
