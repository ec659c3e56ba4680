//! The order of entries merged from three lists or mappings.

use std::collections::{BTreeMap, BTreeSet};

use similar::DiffOp;

use super::outline::Value;
use crate::text::sequences;

/// The keys of three lists, where each has a name for every entry and no name twice.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) base: Vec<String>,
    pub(super) ours: Vec<String>,
    pub(super) theirs: Vec<String>,
    /// Whether the names are the entries' own, so that both branches' new ones may follow each other.
    pub(super) are_own: bool,
    /// Whether they are those of a mapping, whose order says nothing.
    pub(super) in_mapping: bool,
}

impl Keys {
    /// The names of items by the field that holds their id.
    pub(super) fn by_field(base: &[Value], ours: &[Value], theirs: &[Value], field: &str) -> Option<Keys> {
        let keys = |items: &[Value]| -> Option<Vec<String>> {
            let keys: Vec<String> = items.iter().map(|item| item.at(field).map(name)).collect::<Option<_>>()?;
            (keys.iter().collect::<BTreeSet<_>>().len() == keys.len()).then_some(keys)
        };
        Some(Keys { base: keys(base)?, ours: keys(ours)?, theirs: keys(theirs)?, are_own: true, in_mapping: false })
    }

    /// Names for items without any: an item of a branch is that of the base to which it is equal, in order; or that in whose
    /// place, if as many items were changed.
    pub(super) fn by_likeness(base: &[Value], ours: &[Value], theirs: &[Value]) -> Keys {
        let new = |side: &str, items: &[Value], mine: &[Value]| -> Vec<String> {
            let mut keys: Vec<String> = (0..mine.len()).map(|index| format!("{side}{index}")).collect();
            for op in sequences::compare(items, mine) {
                let (old, new) = (op.old_range(), op.new_range());
                if matches!(op, DiffOp::Equal { .. }) || old.len() == new.len() {
                    new.zip(old).for_each(|(new, old)| keys[new] = format!("base{old}"));
                }
            }
            keys
        };
        Keys {
            base: (0..base.len()).map(|index| format!("base{index}")).collect(),
            ours: new("ours", base, ours),
            theirs: new("theirs", base, theirs),
            are_own: false,
            in_mapping: false,
        }
    }

    /// All keys in the order of the merged list: that of the branch which moved entries, with the other's own entries behind
    /// those that they follow, what the first put into the same place before it. Nothing where both moved the
    /// items of a list, or put new ones without a name into the same place.
    pub(super) fn merged(&self) -> Option<Vec<&str>> {
        let set = |keys: &'_ [String]| -> BTreeSet<String> { keys.iter().cloned().collect() };
        let (in_base, in_ours, in_theirs) = (set(&self.base), set(&self.ours), set(&self.theirs));
        let in_all = |key: &&String| in_base.contains(*key) && in_ours.contains(*key) && in_theirs.contains(*key);
        let order = |keys: &'_ [String]| keys.iter().filter(in_all).cloned().collect::<Vec<_>>();
        let (base, ours, theirs) = (order(&self.base), order(&self.ours), order(&self.theirs));
        let (first, second, in_first, in_second) = if base == theirs || ours == theirs || (self.in_mapping && base != ours) {
            (&self.ours, &self.theirs, &in_ours, &in_theirs)
        } else if base == ours {
            (&self.theirs, &self.ours, &in_theirs, &in_ours)
        } else {
            return None;
        };
        let mut behind: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        let mut before = None;
        for key in second {
            match in_first.contains(key) {
                true => before = Some(key.as_str()),
                false => behind.entry(before).or_default().push(key),
            }
        }
        let is_new = |key: &str| !in_base.contains(key);
        let mut merged = Vec::with_capacity(first.len() + second.len());
        let mut waiting = behind.remove(&None).unwrap_or_default();
        for key in first {
            if is_new(key) && !in_second.contains(key) {
                if !self.are_own && waiting.iter().any(|key| is_new(key)) {
                    return None;
                }
            } else {
                merged.append(&mut waiting);
                waiting = behind.remove(&Some(key.as_str())).unwrap_or_default();
            }
            merged.push(key.as_str());
        }
        merged.append(&mut waiting);
        Some(merged)
    }
}

/// The name of an item: the text of its id field.
fn name(id: &Value) -> String {
    match id {
        Value::Scalar(text, _) => text.clone(),
        Value::List(items) => items.iter().map(name).collect::<Vec<_>>().join("."),
        Value::Mapping(entries) => entries.values().map(name).collect::<Vec<_>>().join("."),
    }
}

/// Entries by their key.
pub(super) fn by_key<T>(keys: &[String], entries: impl IntoIterator<Item = T>) -> BTreeMap<&str, T> {
    keys.iter().map(String::as_str).zip(entries).collect()
}
