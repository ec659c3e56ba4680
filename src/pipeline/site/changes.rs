//! What changed between two versions as the site's data: in readers' words, with texts marked word by word.

use std::collections::BTreeMap;

use super::readers_text::{ReadersText, named, redlined};
use crate::diff::{Change, ChangeKind, ClaimParts, DocumentChange, FieldChange, FieldPart};
use crate::layout::Pointer;
use crate::model::Date;
use crate::site::{ChangedDocument, ChangedField, Language, RecordChange, RecordChangeKind};

/// The longest value that is shown in full, in characters.
const LONG: usize = 20_000;

pub(super) fn changed_document(document: &DocumentChange) -> ChangedDocument {
    ChangedDocument {
        id: document.id.clone(),
        verb: document.kind.verb().to_owned(),
        reasons: document.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
    }
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
            fields: change.fields.iter().map(|field| self.field(&change.collection, field, kind)).collect(),
        }
    }

    fn field(&self, collection: &str, field: &FieldChange, kind: RecordChangeKind) -> ChangedField {
        let text = |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| value.as_str()).map(str::to_owned);
        let (old, new) = (text(&field.old), text(&field.new));
        let is_text = field.part == FieldPart::Value
            && (old.is_some() || new.is_some())
            && (!field.words.is_empty()
                || self.old.is_markdown(collection, &field.base_path)
                || self.new.is_markdown(collection, &field.head_path));
        let (before, after) = match is_text {
            true => (old.as_deref().map(|old| self.old.plain(old)), new.as_deref().map(|new| self.new.plain(new))),
            false => named(Some(&self.old), &self.new, self.date, collection, field).both(LONG),
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
