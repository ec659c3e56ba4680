//! What changed in a version, as readers look for it: figures first, then what many records have in common in one line
//! each, what came and went, texts, and the rest.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::data::{ChangedDocument, ChangedField, RecordChange, RecordChangeKind, VersionChanges};
use super::words::Language;
use super::{long_date, path};
use crate::text::capital;

/// A change that at least this many records have in common is told once.
const COMMON: usize = 3;

/// The changes of a version, sorted for readers.
pub(super) struct ToldChanges<'a> {
    /// What the book says of itself.
    book: Vec<Value>,
    pub(super) figures: Vec<Line<'a>>,
    pub(super) common: Vec<Common<'a>>,
    /// Records that came, went or have another id.
    pub(super) came: Vec<&'a RecordChange>,
    pub(super) texts: Vec<Line<'a>>,
    pub(super) others: Vec<Line<'a>>,
}

/// A changed field.
pub(super) struct Line<'a> {
    pub(super) record: &'a RecordChange,
    pub(super) field: &'a ChangedField,
    pub(super) label: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// The same change in many records.
pub(super) struct Common<'a> {
    pub(super) label: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) records: Vec<&'a RecordChange>,
}

impl<'a> ToldChanges<'a> {
    pub(super) fn of(changes: &'a VersionChanges, language: &Language) -> ToldChanges<'a> {
        let mut common: BTreeMap<Key<'_>, Vec<&RecordChange>> = BTreeMap::new();
        let changed = || changes.records.iter().filter(|change| change.kind == RecordChangeKind::Changed);
        for change in changed() {
            let told = change.fields.iter().filter(|field| !is_told_by_claims(change, field));
            for field in told.filter(|field| !field.is_claim_value && field.prose.is_none()) {
                let records = common.entry(key(field)).or_default();
                // What a record says of its claims changes together with the claims that inherit it.
                if records.last().is_none_or(|last| !std::ptr::eq(*last, change)) {
                    records.push(change);
                }
            }
        }
        common.retain(|_, records| records.len() >= COMMON);
        let book = changes.book.iter().map(|field| {
            context! { label => capital(language.say(&field.label)), before => &field.before, after => &field.after }
        });
        let mut told = ToldChanges {
            book: book.collect(),
            figures: Vec::new(),
            common: Vec::new(),
            came: Vec::new(),
            texts: Vec::new(),
            others: Vec::new(),
        };
        for change in changed() {
            for line in lines(change, language) {
                match line.field {
                    field if field.prose.is_some() => told.texts.push(line),
                    field if field.is_claim_value => told.figures.push(line),
                    field if !common.contains_key(&key(field)) => told.others.push(line),
                    _ => {}
                }
            }
        }
        let came = changes.records.iter().filter(|change| change.kind == RecordChangeKind::AddedOrRemoved || change.old_id.is_some());
        told.came = came.collect();
        told.common = common
            .into_iter()
            .map(|((label, part, before, after), records)| {
                let part = part.replace('_', " ");
                Common {
                    label: capital(if part == "value" { label } else { language.say(&part) }),
                    before: in_words(before, language),
                    after: in_words(after, language),
                    records,
                }
            })
            .collect();
        told
    }

    /// What templates are told.
    pub(super) fn context(&self) -> Value {
        let lines = |lines: &[Line<'_>]| lines.iter().map(Line::context).collect::<Vec<_>>();
        let common = |common: &Common<'_>| {
            context! {
                label => &common.label, before => &common.before, after => &common.after,
                records => common.records.iter().map(|change| record(change)).collect::<Vec<_>>(),
            }
        };
        context! {
            book => &self.book, figures => lines(&self.figures), texts => lines(&self.texts), others => lines(&self.others),
            came => self.came.iter().map(|change| record(change)).collect::<Vec<_>>(),
            common => self.common.iter().map(common).collect::<Vec<_>>(),
        }
    }
}

impl Line<'_> {
    fn context(&self) -> Value {
        context! {
            record => record(self.record), label => &self.label, before => &self.before, after => &self.after,
            prose => self.field.prose.clone().map(Value::from_safe_string),
        }
    }
}

/// Documents that differ in the same way, for the same reasons.
pub(super) struct DocumentGroup<'a> {
    pub(super) verb: &'a str,
    pub(super) reasons: &'a [String],
    pub(super) images: &'a [String],
    pub(super) documents: Vec<&'a ChangedDocument>,
}

/// The documents that differ, those of one kind together, in the order of the first of each.
pub(super) fn document_groups(changes: &VersionChanges) -> Vec<DocumentGroup<'_>> {
    let mut groups: Vec<DocumentGroup<'_>> = Vec::new();
    let mut places: BTreeMap<(&str, &[String], &[String]), usize> = BTreeMap::new();
    for document in &changes.documents {
        let ChangedDocument { verb, reasons, images, .. } = document;
        let at = *places.entry((verb, reasons, images)).or_insert_with(|| {
            groups.push(DocumentGroup { verb, reasons, images, documents: Vec::new() });
            groups.len() - 1
        });
        groups[at].documents.push(document);
    }
    groups
}

impl DocumentGroup<'_> {
    /// What happened to them, and why: `changed (template)`.
    pub(super) fn said(&self, language: &Language) -> String {
        let reasons = self.reasons.iter().map(|reason| language.say(reason));
        let why: Vec<&str> = reasons.chain(self.images.iter().map(String::as_str)).collect();
        let verb = language.say(self.verb);
        if why.is_empty() { verb.to_owned() } else { format!("{verb} ({})", why.join(", ")) }
    }
}

/// What changed in a record, one line each; what its claims inherit is told once.
pub(super) fn lines<'a>(change: &'a RecordChange, language: &Language) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for field in change.fields.iter().filter(|field| !is_told_by_claims(change, field)) {
        let is_told = |line: &Line<'_>| {
            let other = line.field;
            (other.inherited || other.label.is_empty())
                && (&other.part, &other.before, &other.after) == (&field.part, &field.before, &field.after)
        };
        if field.inherited && lines.iter().any(is_told) {
            continue;
        }
        lines.push(Line {
            record: change,
            field,
            label: label(field, language),
            before: in_words(field.before.as_deref(), language),
            after: in_words(field.after.as_deref(), language),
        });
    }
    lines
}

/// Whether a record says something of all its claims now that it didn't say before, which its claims' own changes tell with
/// what it was.
fn is_told_by_claims(change: &RecordChange, field: &ChangedField) -> bool {
    let tells =
        |other: &ChangedField| other.inherited && other.before.is_some() && (&other.part, &other.after) == (&field.part, &field.after);
    !field.inherited && field.label.is_empty() && field.before.is_none() && change.fields.iter().any(tells)
}

fn label(field: &ChangedField, language: &Language) -> String {
    let part = field.part.replace('_', " ");
    let said = if part == "value" { "value" } else { language.say(&part) };
    match (field.label.as_str(), said) {
        (label, "value") => label.to_owned(),
        ("", part) => capital(part),
        (_, part) if field.inherited => capital(part),
        (label, part) => format!("{label}, {part}"),
    }
}

/// A date in words, where a text is one.
fn in_words(text: Option<&str>, language: &Language) -> Option<String> {
    text.map(|text| text.parse().map_or_else(|_| text.to_owned(), |date| long_date(date, language)))
}

type Key<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

fn key(field: &ChangedField) -> Key<'_> {
    // A change of sources, dates or confidence is the same change for every claim.
    let label = if field.part == "value" { field.label.as_str() } else { "" };
    (label, &field.part, field.before.as_deref(), field.after.as_deref())
}

fn record(change: &RecordChange) -> Value {
    context! { name => &change.name, path => path::record(&change.collection, &change.id), verb => &change.verb, id => &change.id, old_id => &change.old_id }
}
