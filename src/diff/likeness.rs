//! Finds renamed things by how similar their values are.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value as Json;

use crate::text::similarity::{heaviest_pairs, proposals, shared, similarity};
use crate::text::words_of;

/// The features of a value: hashes of its scalars with their paths, of prose by runs of three words. Sorted.
pub(super) struct Features(Vec<u64>);

/// Values at least this similar are taken for the same thing.
const ENOUGH: f64 = 0.5;

impl Features {
    pub(super) fn of(value: &Json) -> Features {
        let mut hashes = Vec::new();
        collect(value, hash(&0_u8, 0), &mut hashes);
        hashes.sort_unstable();
        Features(hashes)
    }

    pub(super) fn of_fields(fields: &serde_json::Map<String, Json>) -> Features {
        let mut hashes = Vec::new();
        collect_fields(fields, hash(&0_u8, 0), &mut hashes);
        hashes.sort_unstable();
        Features(hashes)
    }
}

/// How similar two texts are by their words, from 0 to 1.
pub(super) fn of_texts(a: &str, b: &str) -> f64 {
    let hashes = |text: &str| {
        let mut words: Vec<u64> = words_of(text).map(|word| hash(&word, 0)).collect();
        words.sort_unstable();
        words
    };
    similarity(&hashes(a), &hashes(b))
}

/// Pairs similar values, each at most once, the most similar first; sorted by the first index.
pub(super) fn pair_up<'a>(base: &'a [Features], head: &'a [Features]) -> Vec<(usize, usize)> {
    let features = |values: &'a [Features]| values.iter().map(|features| &features.0[..]).collect::<Vec<_>>();
    let mut candidates = Vec::new();
    for (one, other) in proposals(&features(base), &features(head)).pairs {
        let (old, new) = (&base[one].0, &head[other].0);
        let similarity = similarity(old, new);
        if similarity >= 1.0 || (similarity >= ENOUGH && shared(old, new) >= 2) {
            candidates.push((one, other, (similarity * 1e9) as u64));
        }
    }
    let mut pairs = heaviest_pairs(candidates);
    pairs.sort_unstable();
    pairs
}

fn collect(value: &Json, path: u64, out: &mut Vec<u64>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, hash(&"[]", path), out)),
        Json::Object(fields) => collect_fields(fields, path, out),
        Json::String(text) => {
            let words: Vec<&str> = words_of(text).collect();
            if words.len() < 5 {
                out.push(hash(text, path));
            } else {
                out.extend(words.windows(3).map(|run| hash(&run, path)));
            }
        }
        scalar => out.push(hash(&scalar.to_string(), path)),
    }
}

fn collect_fields(fields: &serde_json::Map<String, Json>, path: u64, out: &mut Vec<u64>) {
    for (key, value) in fields {
        collect(value, hash(key, path), out);
    }
}

fn hash(value: &(impl Hash + ?Sized), seed: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}
