//! The labels of a version's records and documents, and which of them are above clear: who may see those is for people to
//! say, and brief asks before it hands them on.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::markdown;
use crate::model::{Marking, MarkingScheme, RecordSnapshot, Snapshot};

/// Another number whenever other things count as marked: pages that were made before that are made anew.
pub(crate) const RULE: u32 = 4;

/// What a block is reported as that says `:::marked` and no label.
const NO_LABEL: &str = ":::marked";

/// The labels in a version that don't say that anyone may see it: the book's own, those of its collections and records, of
/// whatever stands in these, and of blocks in their texts.
pub(crate) fn labels_above_clear(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    let mut add = |marking: &str| {
        labels.extend(Marking::parse(marking).labels().filter(|label| !is_clear(label)).map(str::to_owned));
    };
    let defaults = snapshot.collections.values().map(|collection| &collection.defaults).chain([&snapshot.book.defaults]);
    defaults.filter_map(|said| said.marking.as_deref()).for_each(&mut add);
    snapshot.collections.values().flat_map(|collection| collection.records.values()).for_each(|record| of_record(record, &mut add));
    labels
}

/// The labels above clear among those that documents bear.
pub(crate) fn above_clear<'a>(markings: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let markings: Vec<Marking> = markings.map(Marking::parse).collect();
    markings.iter().flat_map(Marking::labels).filter(|label| !is_clear(label)).map(str::to_owned).collect()
}

/// What a version bears whose content or documents bear these labels above clear; else what the book bears.
pub(crate) fn of_version(above: BTreeSet<String>, snapshot: &Snapshot) -> Option<String> {
    let above: Marking = above.into_iter().collect();
    // A version doesn't say in which order its labels stand; those of the protocol are known.
    MarkingScheme::tlp().highest(&above).text().or_else(|| snapshot.book.defaults.marking.clone())
}

/// The markings of a record, of whatever stands in it, and of blocks in its texts.
pub(crate) fn of_record(record: &RecordSnapshot, add: &mut impl FnMut(&str)) {
    let RecordSnapshot { own, nested, markings, claims, fields, name: _ } = record;
    let said = std::iter::once(own).chain(nested.values()).chain(claims.values());
    said.filter_map(|said| said.marking.as_deref()).chain(markings.values().map(String::as_str)).for_each(&mut *add);
    fields.values().for_each(|value| blocks(value, add));
}

/// The labels of the blocks in a value's texts. Whether a text is Markdown doesn't matter: at worst, somebody is asked.
fn blocks(value: &Json, add: &mut impl FnMut(&str)) {
    match value {
        Json::String(text) => {
            for label in markdown::marked_blocks(text).iter().flat_map(|block| &block.labels) {
                add(if label.trim().is_empty() { NO_LABEL } else { label });
            }
        }
        Json::Array(items) => items.iter().for_each(|item| blocks(item, add)),
        Json::Object(fields) => fields.values().for_each(|value| blocks(value, add)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Whether a label says that anyone may see what bears it. Of a book's own labels nobody said that, so it is none of them.
fn is_clear(label: &str) -> bool {
    matches!(label.trim().to_lowercase().as_str(), "" | "clear" | "tlp:clear" | "white" | "tlp:white")
}
