//! What happened to each record, version by version.

use std::collections::BTreeMap;

use super::changes::{self, Line};
use super::data::{ChangedField, Event, EventLine, Record, RecordChange, RecordChangeKind, RecordName, Row, Version};
use crate::text::capital;

type Records = BTreeMap<(String, String), Record>;

/// All records that any version has, each with what it says now and its history, newest first.
pub(super) fn records(versions: &[Version]) -> Vec<Record> {
    let mut records = Records::new();
    for held in versions.iter().find(|version| !version.pruned).map(|newest| newest.records.as_slice()).unwrap_or_default() {
        let title = held.collection_title.clone();
        let record = Record { rows: held.rows.clone(), collection_title: title, ..empty(&held.collection, &held.id, &held.name) };
        records.insert((held.collection.clone(), held.id.clone()), record);
    }
    let mut later = LaterIds::new();
    for version in versions {
        match &version.changes {
            Some(changes) => {
                changes.records.iter().for_each(|change| add(&mut records, &later, version, change));
                let renamed = changes.records.iter().filter_map(|change| Some((change, change.old_id.clone()?)));
                let renamed: Vec<_> =
                    renamed.map(|(change, old)| (key(change, &old), later_key(&later, key(change, &change.id)))).collect();
                // What had an id before a record came anew under it is another record.
                changes
                    .records
                    .iter()
                    .filter(|change| change.verb == "added")
                    .for_each(|change| drop(later.remove(&key(change, &change.id))));
                later.extend(renamed);
            }
            // The history begins with what the oldest known version holds.
            None => {
                for held in &version.began_with {
                    if let Some(record) = records.get_mut(&later_key(&later, held.clone())) {
                        record.history.push(event(version, "in the book", Vec::new()));
                    }
                }
            }
        }
    }
    records.into_values().collect()
}

/// Under which collection and id a record was known in an older version, and under which it goes on.
type LaterIds = BTreeMap<(String, String), (String, String)>;

fn key(change: &RecordChange, id: &str) -> (String, String) {
    (change.collection.clone(), id.to_owned())
}

fn later_key(later: &LaterIds, key: (String, String)) -> (String, String) {
    later.get(&key).cloned().unwrap_or(key)
}

/// Adds what happened to a record in a version; `later` has the ids that records got in newer ones.
fn add(records: &mut Records, later: &LaterIds, version: &Version, change: &RecordChange) {
    let lines = match change.kind {
        RecordChangeKind::AddedOrRemoved => Vec::new(),
        RecordChangeKind::Changed => changes::lines(change, &version.language).into_iter().map(event_line).collect(),
    };
    let mut record_event = |key: (String, String), event: Event| {
        let record = records.entry(key).or_insert_with_key(|(collection, id)| empty(collection, id, &change.name));
        // The newest event comes first, so a removed record said last what it said when it was removed.
        if record.rows.is_empty() && record.history.is_empty() && change.verb == "removed" {
            record.last_rows = change.fields.iter().filter_map(last_row).collect();
        }
        record.history.push(event);
    };
    let fields = if change.kind == RecordChangeKind::Changed { change.fields.clone() } else { Vec::new() };
    let language = &version.language;
    let kind = match &change.old_id {
        Some(old) => language.say_with("renamed from {id}", &[("id", old)]),
        None => change.verb.clone(),
    };
    let goes_on_as = later_key(later, key(change, &change.id));
    record_event(goes_on_as.clone(), Event { fields, ..event(version, &kind, lines) });
    if let Some(old) = &change.old_id {
        let renamed = event(version, &language.say_with("renamed to {id}", &[("id", &change.id)]), Vec::new());
        record_event(key(change, old), renamed);
        let (collection, id) = goes_on_as;
        let held = records.get(&(collection, id)).filter(|record| !record.rows.is_empty());
        let goes_on_as = held.map(|held| RecordName { collection: held.collection.clone(), id: held.id.clone(), name: held.name.clone() });
        if let Some(record) = records.get_mut(&key(change, old)).filter(|record| record.rows.is_empty()) {
            record.goes_on_as = goes_on_as;
        }
    }
}

fn event_line(line: Line<'_>) -> EventLine {
    EventLine { prose: line.field.prose.clone(), label: line.label, before: line.before, after: line.after }
}

fn event(version: &Version, kind: &str, lines: Vec<EventLine>) -> Event {
    Event { version: version.number, date: version.long_date.clone(), kind: kind.to_owned(), lines, fields: Vec::new() }
}

fn empty(collection: &str, id: &str, name: &str) -> Record {
    Record {
        collection: collection.to_owned(),
        collection_title: capital(&collection.replace(['-', '_'], " ")),
        id: id.to_owned(),
        name: name.to_owned(),
        rows: Vec::new(),
        last_rows: Vec::new(),
        goes_on_as: None,
        history: Vec::new(),
    }
}

fn last_row(field: &ChangedField) -> Option<Row> {
    let text = field.before.clone()?;
    Some(Row { label: field.label.clone(), part: field.part.clone(), text, ..Row::default() })
}
