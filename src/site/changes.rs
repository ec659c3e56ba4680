//! What changed in a version, as readers look for it: figures first, then what came and went, then texts; what many
//! records have in common is one line.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::data::{ChangedField, RecordChange, RecordChangeKind, VersionChanges};
use super::{long_date, path};
use crate::text::capital;

/// A change that this many records have in common is told once.
const COMMON: usize = 3;

/// What the page of changes is told.
pub(super) fn told(changes: &VersionChanges, language: &str) -> Value {
    let in_words = |text: Option<&str>| text.map(|text| text.parse().map_or_else(|_| text.to_owned(), |date| long_date(date, language)));
    let mut common: BTreeMap<(&str, &str, Option<&str>, Option<&str>), Vec<&RecordChange>> = BTreeMap::new();
    let fields = |change: &'_ RecordChange| change.kind == RecordChangeKind::Changed;
    for change in changes.records.iter().filter(|change| fields(change)) {
        for field in change.fields.iter().filter(|field| !field.is_claim_value && field.words.is_empty()) {
            let records = common.entry(key(field)).or_default();
            // The record's own word and that of its claims change together.
            if records.last().is_none_or(|last| !std::ptr::eq(*last, change)) {
                records.push(change);
            }
        }
    }
    common.retain(|_, records| records.len() >= COMMON);
    let (mut figures, mut texts, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes.records.iter().filter(|change| fields(change)) {
        for field in &change.fields {
            let line = line(change, field, in_words(field.before.as_deref()), in_words(field.after.as_deref()));
            match field {
                field if field.is_claim_value && field.words.is_empty() => figures.push(line),
                field if !field.words.is_empty() => texts.push(line),
                field if !common.contains_key(&key(field)) => others.push(line),
                _ => {}
            }
        }
    }
    let came: Vec<Value> = changes.records.iter().filter(|change| !fields(change) || change.old_id.is_some()).map(record).collect();
    let common: Vec<Value> = common
        .into_iter()
        .map(|((label, part, before, after), records)| {
            let shown = if part == "value" { label.to_owned() } else { part.replace('_', " ") };
            context! { label => capital(&shown), before => in_words(before), after => in_words(after), records => records.into_iter().map(record).collect::<Vec<_>>() }
        })
        .collect();
    context! { figures => figures, came => came, texts => texts, others => others, common => common }
}

fn key(field: &ChangedField) -> (&str, &str, Option<&str>, Option<&str>) {
    // What belongs to a claim is the same change whichever claim it is of.
    let label = if field.part == "value" { field.label.as_str() } else { "" };
    (label, &field.part, field.before.as_deref(), field.after.as_deref())
}

fn record(change: &RecordChange) -> Value {
    context! { name => &change.name, path => path::record(&change.collection, &change.id), verb => &change.verb }
}

fn line(change: &RecordChange, field: &ChangedField, before: Option<String>, after: Option<String>) -> Value {
    let label = match (field.label.as_str(), field.part.as_str()) {
        (label, "value") => label.to_owned(),
        ("", part) => part.replace('_', " "),
        (label, part) => format!("{label}, {}", part.replace('_', " ")),
    };
    context! {
        record => record(change), label => label, before => before, after => after,
        words => field.words.iter().map(|(op, text)| context! { op => op, text => text }).collect::<Vec<_>>(),
    }
}
