//! What changed between two versions as the site's data: in readers' words, with texts marked word by word.

use std::collections::BTreeMap;

use super::readers_text::{ReadersText, named, redlined};
use crate::diff::{Change, ChangeKind, ClaimParts, DocumentChange, FieldChange, FieldPart};
use crate::layout::Pointer;
use crate::model::{BookFacts, Date};
use crate::site::{ChangedDocument, ChangedField, Language, RecordChange, RecordChangeKind};

/// The longest value that is shown in full, in characters.
const LONG: usize = 20_000;

/// A document that differs; `title` is what it was called where it is gone.
pub(super) fn changed_document(document: &DocumentChange, title: Option<String>) -> ChangedDocument {
    ChangedDocument {
        id: document.id.clone(),
        title,
        images: document.images.clone(),
        verb: document.kind.verb().to_owned(),
        reasons: document.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
    }
}

/// What a book says otherwise of itself than in the version before.
pub(super) fn changed_book(old: &BookFacts, new: &BookFacts) -> Vec<ChangedField> {
    let fields = [
        ("title", Some(&old.title), Some(&new.title)),
        ("subtitle", old.subtitle.as_ref(), new.subtitle.as_ref()),
        ("organization", old.organization.as_ref(), new.organization.as_ref()),
    ];
    let changed = fields.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(label, old, new)| ChangedField {
            label: label.to_owned(),
            part: FieldPart::Value.name().to_owned(),
            before: old.cloned(),
            after: new.cloned(),
            ..ChangedField::default()
        })
        .collect()
}

/// Two versions that were compared, and how a date is written.
#[derive(Clone, Copy)]
pub(super) struct TwoVersions<'a> {
    pub(super) old: ReadersText<'a>,
    pub(super) new: ReadersText<'a>,
    pub(super) date: &'a dyn Fn(Date) -> String,
    pub(super) language: &'a Language,
}

impl TwoVersions<'_> {
    pub(super) fn record_change(&self, change: &Change) -> RecordChange {
        let kind = match change.kind {
            ChangeKind::Added | ChangeKind::Removed => RecordChangeKind::AddedOrRemoved,
            ChangeKind::Changed | ChangeKind::Renamed => RecordChangeKind::Changed,
        };
        RecordChange {
            collection: change.collection.clone(),
            id: change.id.clone(),
            old_id: change.old_id.clone(),
            name: change.name.clone(),
            kind,
            verb: change.kind.verb().to_owned(),
            fields: change.fields.iter().map(|field| self.field(change, field, kind)).collect(),
        }
    }

    fn field(&self, change: &Change, field: &FieldChange, kind: RecordChangeKind) -> ChangedField {
        let collection = change.collection.as_str();
        let text = |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| value.as_str()).map(str::to_owned);
        let (old, new) = (text(&field.old), text(&field.new));
        let is_text = field.part == FieldPart::Value
            && (old.is_some() || new.is_some())
            && (!field.words.is_empty()
                || self.old.is_markdown(collection, &field.base_path)
                || self.new.is_markdown(collection, &field.head_path));
        let (before, after) = match is_text {
            true => (old.as_deref().map(|old| self.old.plain(old)), new.as_deref().map(|new| self.new.plain(new))),
            false => {
                let (before, after) = named(Some(&self.old), &self.new, self.date, collection, field).both(LONG);
                let said = |of: &ReadersText<'_>, id: &str, value: &Option<serde_json::Value>, text: String| {
                    if of.is_inferred(collection, id, field, value.as_ref()) { self.language.inferred(&text) } else { text }
                };
                let old_id = change.old_id.as_ref().unwrap_or(&change.id);
                (
                    before.map(|text| said(&self.old, old_id, &field.old, text)),
                    after.map(|text| said(&self.new, &change.id, &field.new, text)),
                )
            }
        };
        let is_marked = is_text && kind == RecordChangeKind::Changed;
        let side = |text: Option<&str>, of: &ReadersText<'_>| text.map(|text| of.markdown(text)).unwrap_or_default();
        let number = |value: &Option<serde_json::Value>| value.as_ref().and_then(serde_json::Value::as_f64);
        let unit = |claims: &BTreeMap<Pointer, ClaimParts>| claims.get("").and_then(|parts| parts.unit.clone());
        let has_one_unit = unit(&field.old_claims) == unit(&field.new_claims);
        ChangedField {
            label: field.label.clone(),
            part: field.part.name().to_owned(),
            before,
            after,
            prose: is_marked.then(|| redlined(&side(old.as_deref(), &self.old), &side(new.as_deref(), &self.new), self.language)),
            numbers: number(&field.old).zip(number(&field.new)).filter(|_| has_one_unit),
            is_claim_value: field.claim.is_some() && field.part == FieldPart::Value && !is_text,
            inherited: field.inherited,
        }
    }
}
