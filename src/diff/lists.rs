//! Which items of two lists are the same item.

use std::collections::HashMap;

use similar::DiffOp;

use super::likeness::{self, Features};
use super::node::{Kind, Node, ShapePosition};
use crate::text::sequences;
use serde_json::Value as Json;

/// Which items of two lists are the same item.
#[derive(Debug)]
pub(super) struct Matching {
    /// Pairs of indices, by head.
    pub(super) pairs: Vec<Pair>,
    /// Base indices that have no pair.
    pub(super) removed: Vec<usize>,
    /// Head indices that have no pair.
    pub(super) added: Vec<usize>,
    naming: Naming,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) base: usize,
    pub(super) head: usize,
    /// Whether it moved in a list whose order has a meaning.
    pub(super) moved: bool,
}

/// How items are named in a path.
#[derive(Debug)]
enum Naming {
    Keys { base: Vec<String>, head: Vec<String> },
    Indices,
}

/// How far on an item is looked for that was changed where others were put in or taken out.
const WINDOW: usize = 32;

impl Matching {
    /// Matches the items of two lists.
    pub(super) fn of(base: &[Node], head: &[Node], at: ShapePosition<'_>) -> Matching {
        let shape = at.shape();
        let ordered = shape.is_some_and(|shape| shape.ordered);
        if shape.is_some_and(|shape| !shape.prefix.is_empty()) {
            return Matching::new(
                base,
                head,
                (0..base.len().min(head.len())).map(|index| (index, index)).collect(),
                false,
                Naming::Indices,
            );
        }
        if base.iter().chain(head).all(|item| matches!(item.kind, Kind::Map(_))) {
            let keys = shape.and_then(|shape| shape.key.as_deref()).into_iter().chain(["id", "name"]);
            for key in keys {
                if let (Some(base_keys), Some(head_keys)) = (keys_of(base, key), keys_of(head, key)) {
                    return Matching::keyed(base, head, base_keys, head_keys, ordered);
                }
            }
            return Matching::new(base, head, by_likeness(base, head, at), ordered, Naming::Indices);
        }
        let (base_values, head_values) = (bare_texts(base, at), bare_texts(head, at));
        if shape.is_some_and(|shape| shape.unique) && all_different(&base_values) && all_different(&head_values) {
            return Matching::keyed(base, head, base_values, head_values, ordered);
        }
        let mut pairs = in_sequence(base, head, &base_values, &head_values);
        with_moved(&mut pairs, &base_values, &head_values);
        Matching::new(base, head, pairs, true, Naming::Indices)
    }

    fn keyed(base: &[Node], head: &[Node], base_keys: Vec<String>, head_keys: Vec<String>, ordered: bool) -> Matching {
        let places: HashMap<&str, usize> = base_keys.iter().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
        let pairs = head_keys.iter().enumerate().filter_map(|(index, key)| Some((*places.get(key.as_str())?, index))).collect();
        Matching::new(base, head, pairs, ordered, Naming::Keys { base: base_keys, head: head_keys })
    }

    fn new(base: &[Node], head: &[Node], mut pairs: Vec<(usize, usize)>, ordered: bool, naming: Naming) -> Matching {
        pairs.sort_by_key(|(_, head)| *head);
        let stays = if ordered { longest_increasing(&pairs) } else { vec![true; pairs.len()] };
        let (mut in_base, mut in_head) = (vec![false; base.len()], vec![false; head.len()]);
        for (one, other) in &pairs {
            (in_base[*one], in_head[*other]) = (true, true);
        }
        let absent = |present: Vec<bool>| (0..present.len()).filter(|index| !present[*index]).collect();
        Matching {
            pairs: pairs.iter().zip(stays).map(|(&(base, head), stays)| Pair { base, head, moved: !stays }).collect(),
            removed: absent(in_base),
            added: absent(in_head),
            naming,
        }
    }

    /// What an item of the base is called in a path, and whether that is a key.
    pub(super) fn base_name(&self, index: usize) -> (String, bool) {
        match &self.naming {
            Naming::Keys { base, .. } => (base[index].clone(), true),
            Naming::Indices => (index.to_string(), false),
        }
    }

    /// What an item of the head is called in a path, and whether that is a key.
    pub(super) fn head_name(&self, index: usize) -> (String, bool) {
        match &self.naming {
            Naming::Keys { head, .. } => (head[index].clone(), true),
            Naming::Indices => (index.to_string(), false),
        }
    }
}

/// The items' values of a key, where each has one and no two the same.
fn keys_of(items: &[Node], key: &str) -> Option<Vec<String>> {
    let keys: Option<Vec<String>> = items
        .iter()
        .map(|item| match &item.kind {
            Kind::Map(fields) => fields.get(key)?.key_text(),
            _ => None,
        })
        .collect();
    keys.filter(|keys| all_different(keys))
}

fn all_different(texts: &[String]) -> bool {
    let mut sorted: Vec<&String> = texts.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

/// Each item's bare value as text: attribution does not identify items.
fn bare_texts(items: &[Node], at: ShapePosition<'_>) -> Vec<String> {
    let text = |(index, item): (usize, &Node)| {
        let mut node = item.clone();
        node.normalize(at.item(index));
        match node.to_data().0 {
            Json::String(text) => text,
            mut other => {
                other.sort_all_objects();
                other.to_string()
            }
        }
    };
    items.iter().enumerate().map(text).collect()
}

fn by_likeness(base: &[Node], head: &[Node], at: ShapePosition<'_>) -> Vec<(usize, usize)> {
    let mut waiting: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, item) in base.iter().enumerate().rev() {
        waiting.entry(item.identity(at.item(index))).or_default().push(index);
    }
    let mut pairs = Vec::new();
    let mut head_rest = Vec::new();
    for (index, item) in head.iter().enumerate() {
        match waiting.get_mut(&item.identity(at.item(index))).and_then(Vec::pop) {
            Some(same) => pairs.push((same, index)),
            None => head_rest.push(index),
        }
    }
    let mut taken = vec![false; base.len()];
    pairs.iter().for_each(|(index, _)| taken[*index] = true);
    let base_rest: Vec<usize> = (0..base.len()).filter(|index| !taken[*index]).collect();
    let features = |items: &[Node], indices: &[usize]| -> Vec<Features> {
        indices.iter().map(|index| Features::of(&items[*index].to_data().0)).collect()
    };
    let like = likeness::pair_up(&features(base, &base_rest), &features(head, &head_rest));
    pairs.extend(like.into_iter().map(|(one, other)| (base_rest[one], head_rest[other])));
    pairs
}

/// Pairs in the order of both lists: equal items, and where items give way to others, those that are alike.
fn in_sequence(base: &[Node], head: &[Node], base_texts: &[String], head_texts: &[String]) -> Vec<(usize, usize)> {
    let start = base_texts.iter().zip(head_texts).take_while(|(a, b)| a == b).count();
    let ends = base_texts[start..].iter().rev().zip(head_texts[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (base_end, head_end) = (base.len() - ends, head.len() - ends);
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|index| (index, index)).collect();
    pairs.extend((0..ends).map(|index| (base_end + index, head_end + index)));
    let (base_texts, head_texts) = (&base_texts[start..base_end], &head_texts[start..head_end]);
    let ops = sequences::compare(base_texts, head_texts);
    for op in ops {
        match op {
            DiffOp::Equal { old_index, new_index, len } => pairs.extend((0..len).map(|n| (start + old_index + n, start + new_index + n))),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let (mut old, mut new) = (start + old_index, start + new_index);
                let (old_end, new_end) = (old + old_len, new + new_len);
                let in_step = old_len == new_len;
                let window = if in_step { 1 } else { WINDOW };
                while old < old_end && new < new_end {
                    match (new..new_end.min(new + window)).find(|new| alike(&base[old], &head[*new], in_step)) {
                        Some(found) => {
                            pairs.push((old, found));
                            new = found + 1;
                        }
                        None if in_step => new += 1,
                        None => {}
                    }
                    old += 1;
                }
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => {}
        }
    }
    pairs
}

/// Adds pairs of equal items that stand elsewhere: of those that found none in sequence, each with the first that is left.
fn with_moved(pairs: &mut Vec<(usize, usize)>, base_texts: &[String], head_texts: &[String]) {
    let (mut in_base, mut in_head) = (vec![false; base_texts.len()], vec![false; head_texts.len()]);
    for (base, head) in pairs.iter() {
        (in_base[*base], in_head[*head]) = (true, true);
    }
    let mut waiting: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, text) in base_texts.iter().enumerate().rev().filter(|(index, _)| !in_base[*index]) {
        waiting.entry(text).or_default().push(index);
    }
    for (index, text) in head_texts.iter().enumerate().filter(|(index, _)| !in_head[*index]) {
        if let Some(same) = waiting.get_mut(text.as_str()).and_then(Vec::pop) {
            pairs.push((same, index));
        }
    }
}

/// Whether an item at the place of another is that one, changed.
fn alike(old: &Node, new: &Node, in_step: bool) -> bool {
    match (&old.kind, &new.kind) {
        (Kind::Scalar(Json::String(old)), Kind::Scalar(Json::String(new))) => likeness::of_texts(old, new) >= 0.4,
        (Kind::Scalar(Json::Number(_)), Kind::Scalar(Json::Number(_))) | (Kind::List(_), Kind::List(_)) => in_step,
        _ => false,
    }
}

/// Which pairs, sorted by head, form the longest run that is sorted by base too.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<bool> {
    // For each length the pair that ends the run with the least base, and before each pair the one it follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (base, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *base);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut stays = vec![false; pairs.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        stays[index] = true;
        next = before[index];
    }
    stays
}
