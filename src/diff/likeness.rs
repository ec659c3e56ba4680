//! Finds what is the same thing under another name: by how much two values have in common.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value as Json;

/// What a value is made of: hashes of its scalars with their paths, prose by runs of three words. Sorted.
pub(super) struct Features(Vec<u64>);

/// Pairs of at least this likeness are taken for the same thing.
const ENOUGH: f64 = 0.5;
/// A feature that so many values have tells none of them apart, where there are many.
const COMMON: usize = 64;

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

    fn likeness(&self, other: &Features, shared: usize) -> f64 {
        2.0 * shared as f64 / (self.0.len() + other.0.len()) as f64
    }

    fn shared(&self, other: &Features) -> usize {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(left.next()),
                std::cmp::Ordering::Greater => drop(right.next()),
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    left.next();
                    right.next();
                }
            }
        }
        shared
    }
}

/// How much two texts have in common, from 0 to 1.
pub(super) fn of_texts(a: &str, b: &str) -> f64 {
    let features = |text: &str| {
        let mut words: Vec<u64> = text.split_whitespace().map(|word| hash(&word, 0)).collect();
        words.sort_unstable();
        Features(words)
    };
    let (a, b) = (features(a), features(b));
    if a.0.is_empty() || b.0.is_empty() { 0.0 } else { a.likeness(&b, a.shared(&b)) }
}

/// Pairs values that are like each other, each at most once, the likest first; sorted by the first index.
pub(super) fn pair_up(base: &[Features], head: &[Features]) -> Vec<(usize, usize)> {
    let few = base.len().saturating_mul(head.len()) <= 10_000;
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, features) in head.iter().enumerate() {
        let mut last = None;
        for feature in &features.0 {
            if last.replace(feature) != Some(feature) {
                holders.entry(*feature).or_default().push(index);
            }
        }
    }
    let mut candidates: Vec<(f64, usize, usize)> = Vec::new();
    for (index, features) in base.iter().enumerate() {
        let mut likely: Vec<usize> = features
            .0
            .iter()
            .filter_map(|feature| holders.get(feature))
            .filter(|held| few || held.len() <= COMMON)
            .flatten()
            .copied()
            .collect();
        likely.sort_unstable();
        likely.dedup();
        for other in likely {
            let shared = features.shared(&head[other]);
            let likeness = features.likeness(&head[other], shared);
            if likeness >= 1.0 || (likeness >= ENOUGH && shared >= 2) {
                candidates.push((likeness, index, other));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let (mut taken, mut given) = (vec![false; base.len()], vec![false; head.len()]);
    let mut pairs = Vec::new();
    for (_, one, other) in candidates {
        if !taken[one] && !given[other] {
            (taken[one], given[other]) = (true, true);
            pairs.push((one, other));
        }
    }
    pairs.sort_unstable();
    pairs
}

fn collect(value: &Json, path: u64, out: &mut Vec<u64>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, hash(&"[]", path), out)),
        Json::Object(fields) => collect_fields(fields, path, out),
        Json::String(text) => {
            let words: Vec<&str> = text.split_whitespace().collect();
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
