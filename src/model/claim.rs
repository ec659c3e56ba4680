//! A claim: a value, how it is meant, and who says so.

use super::{Date, Marking, Number, Value};
use crate::layout::Pointer;

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
