//! Changes put in order for reading: what concerns one field together, what is only inherited apart.

use std::collections::BTreeMap;

use super::super::change::{Change, ChangeKind, Changes, FieldChange, FieldKind, FieldPart};

/// All changes, in order for reading.
pub(super) struct View<'a> {
    /// Records with changes of their own.
    pub(super) records: Vec<Record<'a>>,
    /// What claims take from above them: their record, collection or book.
    pub(super) inherited: Vec<Inherited<'a>>,
    /// Records that changed by that alone.
    pub(super) by_inheritance: Vec<&'a Change>,
    /// The same change in many records, the most first; their records above are without it.
    pub(super) alike: Vec<Alike<'a>>,
}

/// This many records of a collection with the same change are shown together.
const MANY: usize = 5;

/// The same change in many records of one collection.
pub(super) struct Alike<'a> {
    pub(super) collection: &'a str,
    pub(super) example: &'a FieldChange,
    pub(super) records: Vec<&'a Change>,
}

impl Alike<'_> {
    /// `403 members`.
    pub(super) fn who(&self) -> String {
        format!("{} {}", self.records.len(), self.collection)
    }
}

/// What makes two changes the same: collection, label, part, kind and both sides.
type RepeatKey = (String, String, FieldPart, FieldKind, String, String);

fn repeat_key(change: &Change, field: &FieldChange) -> Option<RepeatKey> {
    // A lost source is shown for each claim, and a new place in a list for each item.
    if change.kind != ChangeKind::Changed || is_folded(field) || lost_source(field) || field.kind == FieldKind::Moved {
        return None;
    }
    let side = |side: &Option<serde_json::Value>| side.as_ref().map(ToString::to_string).unwrap_or_default();
    let claims = format!("{:?}{:?}", field.old_claims, field.new_claims);
    Some((change.collection.clone(), field.label.clone(), field.part, field.kind, side(&field.old), side(&field.new) + &claims))
}

/// The changes that many records share, by what makes them the same.
fn alike(changes: &Changes) -> BTreeMap<RepeatKey, Alike<'_>> {
    let mut found: BTreeMap<RepeatKey, Alike<'_>> = BTreeMap::new();
    for change in &changes.records {
        for field in &change.fields {
            let Some(key) = repeat_key(change, field) else { continue };
            let alike = found.entry(key).or_insert_with(|| Alike { collection: &change.collection, example: field, records: Vec::new() });
            if alike.records.last().is_none_or(|last| !std::ptr::eq(*last, change)) {
                alike.records.push(change);
            }
        }
    }
    found.retain(|_, alike| alike.records.len() >= MANY);
    found
}

/// One record's changes.
pub(super) struct Record<'a> {
    pub(super) change: &'a Change,
    pub(super) fields: Vec<Field<'a>>,
}

/// What happened to one field: its value, then what belongs to it.
pub(super) struct Field<'a> {
    pub(super) label: &'a str,
    pub(super) rows: Vec<&'a FieldChange>,
}

/// The same change of the same part in many claims.
pub(super) struct Inherited<'a> {
    pub(super) example: &'a FieldChange,
    pub(super) claims: usize,
    pub(super) records: usize,
}

impl<'a> View<'a> {
    pub(super) fn of(changes: &'a Changes) -> View<'a> {
        let mut view = View { records: Vec::new(), inherited: Vec::new(), by_inheritance: Vec::new(), alike: Vec::new() };
        let alike = alike(changes);
        let mut places: BTreeMap<(FieldPart, String, String), usize> = BTreeMap::new();
        for change in &changes.records {
            let mut fields: Vec<Field<'a>> = Vec::new();
            let mut seen: Vec<usize> = Vec::new();
            let mut shared = false;
            for field in &change.fields {
                if !alike.is_empty() && repeat_key(change, field).is_some_and(|key| alike.contains_key(&key)) {
                    shared = true;
                    continue;
                }
                if is_folded(field) {
                    let side = |side: &Option<serde_json::Value>| side.as_ref().map(ToString::to_string).unwrap_or_default();
                    let place = *places.entry((field.part, side(&field.old), side(&field.new))).or_insert_with(|| {
                        view.inherited.push(Inherited { example: field, claims: 0, records: 0 });
                        view.inherited.len() - 1
                    });
                    view.inherited[place].claims += 1;
                    if !seen.contains(&place) {
                        seen.push(place);
                        view.inherited[place].records += 1;
                    }
                    continue;
                }
                match fields
                    .last_mut()
                    .filter(|last| last.rows.last().is_some_and(|row| row.path == field.path && row.label == field.label))
                {
                    Some(last) => last.rows.push(field),
                    None => fields.push(Field { label: &field.label, rows: vec![field] }),
                }
            }
            if fields.is_empty() && !seen.is_empty() && !shared && change.kind == ChangeKind::Changed {
                view.by_inheritance.push(change);
            } else if !(fields.is_empty() && shared) {
                view.records.push(Record { change, fields });
            }
        }
        view.alike = alike.into_values().collect();
        view.alike.sort_by_key(|alike| std::cmp::Reverse(alike.records.len()));
        view
    }
}

/// Whether a change is shown once for all claims that inherit it. A lost source is shown for each claim.
pub(super) fn is_folded(field: &FieldChange) -> bool {
    field.inherited && !lost_source(field)
}

/// Whether a claim had a source and has none.
pub(super) fn lost_source(field: &FieldChange) -> bool {
    field.claim.is_some() && field.part == FieldPart::Source && field.kind == FieldKind::Removed
}

impl Change {
    /// `precedents/kfor`, of a renamed record with the id it had.
    pub(super) fn place(&self) -> String {
        match &self.old_id {
            Some(old) => format!("{}/{} (was {old})", self.collection, self.id),
            None => format!("{}/{}", self.collection, self.id),
        }
    }
}

impl ChangeKind {
    /// `added`, …
    pub fn verb(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Renamed => "renamed",
        }
    }
}

/// The parts of a claim that was added or removed as a whole: `spencer#8; as of 2025-11-05`.
pub(super) fn behind(field: &FieldChange) -> Option<String> {
    let whole = field.part == FieldPart::Value && field.old.is_some() != field.new.is_some();
    let parts = if field.new.is_some() { field.new_claims.get("") } else { field.old_claims.get("") };
    let parts = parts.filter(|_| whole)?;
    let mut said: Vec<String> = Vec::new();
    if !parts.source.is_empty() {
        said.push(parts.source.join(", "));
    }
    said.extend(parts.as_of.as_ref().map(|date| format!("as of {date}")));
    said.extend(parts.marking.clone());
    said.extend(parts.confidence.as_ref().map(|confidence| format!("confidence {confidence}")));
    if said.is_empty() { None } else { Some(said.join("; ")) }
}
