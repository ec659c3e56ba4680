//! YAML text to JSON values within limits, and front matter taken off a text: shared by the stages that read YAML.
//!
//! Comes in: the text of one YAML document. Goes out: its value, or the parser's error and which limit or rule stopped
//! it. What that means to a user, and where in a file it is, the callers say.

mod altered;
pub(crate) mod front_matter;
mod line_breaks;
mod number;
mod visit;

use serde::de::DeserializeSeed;
use serde_json::Value as Json;

pub(crate) use altered::{Altered, first_altered, may_be_deeper, may_hold_tags, unknown_tag};
pub(crate) use line_breaks::{Guard, guard};
pub(crate) use number::{is_lost, may_lose};

/// How many values a text may hold beyond one for each of its bytes, once aliases are expanded.
const EXTRA_VALUES: usize = 1_000_000;
/// How many values a text may hold in any case.
pub(crate) const MAX_VALUES: usize = 8_000_000;
/// How many bytes of text aliases may add to a text.
const ALIAS_BYTES: usize = 64 << 20;
/// How many bytes one string may have.
pub(crate) const MAX_STRING: usize = 16 << 20;

/// How much a text may expand to when it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Scalars, lists and mappings, each as often as aliases repeat it.
    values: usize,
    /// Bytes of all strings and keys.
    bytes: usize,
}

impl Limits {
    /// For a whole text of `length` bytes.
    pub(crate) fn of_text(length: usize) -> Limits {
        Limits { values: (EXTRA_VALUES + length).min(MAX_VALUES), bytes: length + ALIAS_BYTES }
    }

    /// For one of the pieces that a text of records is read in, whose aliases may hardly add anything.
    pub(crate) fn of_piece(length: usize) -> Limits {
        Limits { values: length, bytes: 2 * length }
    }

    /// For front matter of `length` bytes.
    pub(crate) fn of_front_matter(length: usize) -> Limits {
        Limits { values: 100_000, bytes: length + (1 << 20) }
    }
}

/// What to do about a key that a mapping has twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DuplicateKeys {
    /// Stop reading.
    Refuse,
    /// Take the last one, and say so in [`Reading::is_suspect`].
    Report,
}

/// A value, and what was noticed while it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) value: Json,
    /// A mapping has the same key twice, or a string holds a character that no output can hold.
    pub(crate) is_suspect: bool,
    /// A number was read as a float.
    pub(crate) has_floats: bool,
}

/// Why a text could not be read.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The parser's error, with its line and column.
    pub(crate) error: serde_yaml::Error,
    /// The limit or rule that the text goes against; `None` if it is not valid YAML.
    pub(crate) stop: Option<Stop>,
}

/// A limit or rule of ours that ends reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There are more values than this limit.
    Values(usize),
    /// Aliases repeat too much text.
    Bytes,
    LongString,
    Tag(String),
    /// The merge key `<<`.
    Merge,
    /// A number that JSON can't hold: too long, infinite or not a number.
    Number,
    /// A key that is a list or mapping.
    Key,
    DuplicateKey(String),
}

/// Reads the one document of a text. An empty text is `null`. `guard` is what [`guard`] gave for it, if it was used.
pub(crate) fn read(text: &str, limits: Limits, guard: Option<Guard>, duplicates: DuplicateKeys) -> Result<Reading, Failure> {
    let reader = visit::Reader::new(limits, guard, duplicates);
    match visit::Node(&reader).deserialize(serde_yaml::Deserializer::from_str(text)) {
        Ok(value) => Ok(Reading { value, is_suspect: reader.is_suspect(), has_floats: reader.has_floats() }),
        Err(error) => {
            let stop = reader.into_stop().or_else(|| is_about_key(&error).then_some(Stop::Key));
            Err(Failure { error, stop })
        }
    }
}

/// Whether a key is a list or mapping: the parser says so before it asks the visitor.
fn is_about_key(error: &serde_yaml::Error) -> bool {
    error.to_string().split(" at line ").next().is_some_and(|problem| problem.ends_with(visit::EXPECTED_KEY))
}

/// Whether no output can hold a character: the control characters except tab and line ends, and the two noncharacters
/// that XML 1.0 leaves out.
pub(crate) fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}
