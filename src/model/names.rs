//! What a record names of others, so that who looks for records that name some of a few need not read them all.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::{Citation, Record, Reference, SOURCES, Value, each_value};

/// The name of a record or of a collection, as a number made of it. Two names may make the same number, so that who finds
/// one looks at what is named itself; whoever doesn't find one knows that it is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHash(u64);

impl NameHash {
    /// The name of a record.
    pub fn of_record(collection: &str, id: &str) -> NameHash {
        NameHash::of((collection, id))
    }

    /// The name of a collection.
    pub fn of_collection(collection: &str) -> NameHash {
        NameHash::of(collection)
    }

    fn of(name: impl Hash) -> NameHash {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        NameHash(hasher.finish())
    }
}

/// Names that are looked for.
pub type NameSet = HashSet<NameHash, BuildHasherDefault<Unhashed>>;

/// Takes a number that is a hash already as the hash.
#[derive(Debug, Default)]
pub struct Unhashed(u64);

impl Hasher for Unhashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// What a record names of other records.
#[derive(Debug, Default)]
pub struct Names {
    in_values: Box<[NameHash]>,
    in_texts: Box<[NameHash]>,
    may_hold_blocks: bool,
}

impl Names {
    /// Whether a reference or a source of the record may be one of these.
    pub fn may_refer_to(&self, names: &NameSet) -> bool {
        self.in_values.iter().any(|name| names.contains(name))
    }

    /// Whether a text of the record may name one of these.
    pub fn may_mention(&self, names: &NameSet) -> bool {
        self.in_texts.iter().any(|name| names.contains(name))
    }

    /// Whether a text of the record may hold a block that bears a marking.
    pub fn may_hold_blocks(&self) -> bool {
        self.may_hold_blocks
    }

    /// What a record names.
    pub(super) fn of(record: &Record) -> Names {
        let mut found = Found::default();
        found.sources(&record.own.sources);
        record.nested.values().for_each(|said| found.sources(&said.own.sources));
        record.relays().into_iter().for_each(|id| found.in_values.extend(names(SOURCES, id)));
        each_value(&record.fields, &mut |_, value| match value {
            Value::Reference(Reference { collection, id }) => found.in_values.extend(names(collection, id)),
            Value::Claim(claim) => found.sources(&claim.sources),
            Value::Text(text) => found.may_hold_blocks |= may_hold_blocks(text),
            Value::Markdown(text) => {
                found.may_hold_blocks |= may_hold_blocks(text);
                found.in_texts.extend(mentioned(text));
            }
            _ => (),
        });
        Names { in_values: sorted(found.in_values), in_texts: sorted(found.in_texts), may_hold_blocks: found.may_hold_blocks }
    }
}

#[derive(Default)]
struct Found {
    in_values: Vec<NameHash>,
    in_texts: Vec<NameHash>,
    may_hold_blocks: bool,
}

impl Found {
    fn sources(&mut self, sources: &[Citation]) {
        self.in_values.extend(sources.iter().flat_map(|citation| names(SOURCES, &citation.source)));
    }
}

fn names(collection: &str, id: &str) -> [NameHash; 2] {
    [NameHash::of_collection(collection), NameHash::of_record(collection, id)]
}

fn sorted(mut names: Vec<NameHash>) -> Box<[NameHash]> {
    names.sort_unstable();
    names.dedup();
    names.into()
}

/// Whether a text may hold a block that bears a marking: whether anything in it could begin such a block.
pub fn may_hold_blocks(text: &str) -> bool {
    ["::", "\u{ff1a}"].iter().any(|start| text.contains(start))
}

/// The names in a Markdown text that could be mentions: `[@ap#7; @un]` and `[=precedents/kfor/troops]`, wherever they stand.
pub fn mentioned(text: &str) -> impl Iterator<Item = NameHash> {
    let brackets = text.match_indices('[').filter_map(|(at, _)| {
        let inner = &text[at + 1..];
        Some(&inner[..inner.find([']', '['])?])
    });
    brackets.flat_map(|inner| match inner.as_bytes().first() {
        Some(b'@') => inner.split(';').flat_map(source).collect::<Vec<_>>(),
        Some(b'=') => {
            let mut parts = inner[1..].trim().splitn(3, '/');
            names(parts.next().unwrap_or_default(), parts.next().unwrap_or_default()).to_vec()
        }
        _ => Vec::new(),
    })
}

fn source(citation: &str) -> [NameHash; 2] {
    let id = citation.trim().trim_start_matches('@').split('#').next().unwrap_or_default();
    names(SOURCES, id.trim())
}
