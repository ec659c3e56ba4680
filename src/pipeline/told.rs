//! What changed as templates tell it to readers: `changes.json`, with names for ids, dates in words, and the two sides of
//! each change as text, so that a template can say in its own language that one became the other.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value as Json, json};

use super::content::Prepared;
use super::front;
use crate::diff::{Change, ChangeKind, Changes, DocumentChange, FieldChange, FieldPart, FileKind, Op, Reason, Snapshot, Word};
use crate::document::{Inline, plain_text, walk};
use crate::layout::Pointer;
use crate::markdown;
use crate::model::{Date, ShapeId, Shapes};

/// A value longer than this is cut.
const LONG: usize = 240;
/// As many changed passages of a text are shown.
const PASSAGES: usize = 4;
/// As many unchanged words are shown before and after a changed passage.
const AROUND: [usize; 2] = [4, 3];

/// What names and texts are taken from.
pub(super) struct Telling<'a> {
    pub(super) base: Option<&'a Snapshot>,
    pub(super) head: &'a Snapshot,
    /// A source and the place in it, in words; nothing where the book does not know the source.
    pub(super) citation: &'a dyn Fn(&str) -> Option<String>,
    /// A date in words.
    pub(super) date: &'a dyn Fn(Date) -> String,
    pub(super) documents: &'a [Prepared],
}

/// The changes as templates see them.
pub(super) fn told(changes: &Changes, telling: &Telling<'_>) -> Result<Json> {
    let mut all = serde_json::to_value(changes)?;
    for (index, change) in changes.records.iter().enumerate() {
        let record = &mut all["records"][index];
        record["collection_title"] = telling.collection_title(&change.collection).into();
        for (index, field) in change.fields.iter().enumerate() {
            telling.field(&change.collection, field, &mut record["fields"][index]);
        }
    }
    all["other_documents"] = telling.documents(changes);
    Ok(all)
}

impl Telling<'_> {
    fn sides(&self) -> impl Iterator<Item = &Snapshot> {
        [Some(self.head), self.base].into_iter().flatten()
    }

    pub(super) fn collection_title(&self, name: &str) -> String {
        let schemas = self.sides().filter_map(|side| side.collections.get(name)?.schema.as_ref());
        let title = schemas.filter_map(|schema| schema.get("title")?.as_str()).next();
        title.map_or_else(|| name.replace(['-', '_'], " "), str::to_owned)
    }

    fn record_name(&self, collection: &str, id: &str) -> Option<String> {
        self.sides().find_map(|side| Some(side.collections.get(collection)?.records.get(id)?.name.clone()))
    }

    /// A field's change with names for ids and dates in words.
    pub(super) fn named(&self, collection: &str, field: &FieldChange) -> FieldChange {
        let mut named = field.clone();
        let shapes = self.sides().filter_map(|side| Some(&side.collections.get(collection)?.shapes)).find(|shapes| !shapes.is_empty());
        match field.part {
            FieldPart::Source => {
                for side in [&mut named.old, &mut named.new].into_iter().flatten() {
                    self.citations(side);
                }
            }
            FieldPart::AsOf => [&mut named.old, &mut named.new].into_iter().flatten().for_each(|side| self.dates(side)),
            FieldPart::Value => {
                let none = Shapes::default();
                let shapes = shapes.unwrap_or(&none);
                for (side, path) in [(&mut named.old, &field.base_path), (&mut named.new, &field.head_path)] {
                    if let Some(side) = side {
                        self.names(side, shapes, at(shapes, path));
                    }
                }
            }
            FieldPart::Marking | FieldPart::Confidence => {}
        }
        named
    }

    /// Adds to a field's change what readers are told of it.
    fn field(&self, collection: &str, field: &FieldChange, out: &mut Json) {
        let (before, after) = self.named(collection, field).both(LONG);
        let passages = passages(&field.words);
        out["title"] = match (field.label.as_str(), field.part) {
            (label, FieldPart::Value) => label.to_owned(),
            ("", part) => part.name().to_owned(),
            (label, part) => format!("{label}, {}", part.name()),
        }
        .into();
        out["before"] = before.into();
        out["after"] = after.into();
        out["inherited"] = field.inherited.into();
        out["more"] = passages.len().saturating_sub(PASSAGES).into();
        out["passages"] = passages.into_iter().take(PASSAGES).collect();
        let place = |path: &Pointer| path.index().map(|index| index + 1);
        (out["from"], out["to"]) = (json!(place(&field.base_path)), json!(place(&field.head_path)));
    }

    /// Names for the ids of records that a value refers to, titles for its keys, and dates in words.
    fn names(&self, value: &mut Json, shapes: &Shapes, at: Option<ShapeId>) {
        let shape = at.and_then(|at| shapes.get(at));
        match value {
            Json::String(id) => match shape.and_then(|shape| self.record_name(shape.reference.as_ref()?, id)) {
                Some(name) => *id = name,
                None => self.dates(value),
            },
            Json::Array(items) => {
                items.iter_mut().enumerate().for_each(|(index, item)| self.names(item, shapes, at.and_then(|at| shapes.item(at, index))))
            }
            Json::Object(fields) => {
                let titled = std::mem::take(fields).into_iter().map(|(key, mut value)| {
                    let below = at.and_then(|at| shapes.property(at, &key));
                    self.names(&mut value, shapes, below);
                    let title = below.and_then(|below| shapes.get(below)?.title.clone());
                    (title.unwrap_or(key), value)
                });
                *fields = titled.collect();
            }
            _ => {}
        }
    }

    fn dates(&self, value: &mut Json) {
        if let Json::String(text) = value
            && let Ok(date) = text.parse::<Date>()
        {
            *text = (self.date)(date);
        }
    }

    fn citations(&self, value: &mut Json) {
        for item in value.as_array_mut().into_iter().flatten() {
            if let Json::String(citation) = item {
                let name = (self.citation)(citation).or_else(|| {
                    let (id, place) = citation.split_once('#').map_or((citation.as_str(), ""), |(id, place)| (id, place));
                    let name = self.record_name("sources", id)?;
                    Some(if place.is_empty() { name } else { format!("{name}, {place}") })
                });
                if let Some(name) = name {
                    *citation = name;
                }
            }
        }
    }

    /// The documents that came or went by themselves, or differ by more than their records: those for the same reason
    /// together.
    fn documents(&self, changes: &Changes) -> Json {
        // The sheet of a record that came or went is no news beside it.
        let of_record = |document: &DocumentChange| {
            let name = document.id.rsplit('/').next().unwrap_or_default();
            let ids = |change: &Change| change.id == name || change.old_id.as_deref() == Some(name);
            document.id.contains('/') && changes.records.iter().any(|change| change.kind != ChangeKind::Changed && ids(change))
        };
        let prepared: BTreeMap<&str, &Prepared> = self.documents.iter().map(|prepared| (prepared.planned.id.as_str(), prepared)).collect();
        let title = |id: &str| prepared.get(id).and_then(|prepared| front::title(&prepared.document)).unwrap_or_else(|| id.to_owned());
        let mut groups: BTreeMap<(&str, &[Reason]), Vec<String>> = BTreeMap::new();
        for document in &changes.documents {
            let is_told = match document.kind {
                FileKind::Changed => document.reasons != [Reason::Records],
                FileKind::Added | FileKind::Removed => !of_record(document),
            };
            if is_told {
                groups.entry((document.kind.verb(), &document.reasons)).or_default().push(title(&document.id));
            }
        }
        let all = [Reason::Records, Reason::Settings, Reason::Template, Reason::Image, Reason::Theme, Reason::Fonts, Reason::Tools];
        let group = |((kind, reasons), titles): ((&str, &[Reason]), Vec<String>)| {
            let mut group = json!({ "kind": kind, "titles": titles, "known": !reasons.is_empty() });
            all.iter().for_each(|reason| group[reason.name()] = reasons.contains(reason).into());
            group
        };
        groups.into_iter().map(group).collect()
    }
}

/// The shape at a pointer.
pub(super) fn at(shapes: &Shapes, pointer: &Pointer) -> Option<ShapeId> {
    pointer.segments().try_fold(Shapes::ROOT, |at, segment| {
        let item = || segment.parse().ok().or((segment == "-").then_some(0)).and_then(|index| shapes.item(at, index));
        shapes.property(at, &segment).or_else(item)
    })
}

/// The changed passages of a text, each as it was and as it is, with a few words around it.
fn passages(words: &[Word]) -> Vec<Json> {
    let mut out = Vec::new();
    let mut index = 0;
    while index < words.len() {
        if words[index].op == Op::Equal {
            index += 1;
            continue;
        }
        let end = (index..words.len()).find(|at| words[*at].op == Op::Equal).unwrap_or(words.len());
        let lead = index.checked_sub(1).map_or("", |at| last_words(&words[at].text, AROUND[0]));
        let tail = words.get(end).map_or("", |word| first_words(&word.text, AROUND[1]));
        let of = |left_out: Op| -> String {
            let changed = words[index..end].iter().filter(|word| word.op != left_out).map(|word| word.text.as_str());
            plain(&std::iter::once(lead).chain(changed).chain([tail]).collect::<String>())
        };
        let (before, after) = (of(Op::Insert), of(Op::Delete));
        // What differs may be nothing that a reader sees: a citation, whose source is told by itself.
        out.push(match before == after {
            true => json!({ "before": null, "after": after.trim_end_matches('.'), "cited": true }),
            false => json!({ "before": before, "after": after, "cited": false }),
        });
        index = end;
    }
    out
}

fn last_words(text: &str, count: usize) -> &str {
    let starts: Vec<usize> = text
        .split_inclusive(char::is_whitespace)
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len();
            Some(start)
        })
        .collect();
    starts.len().checked_sub(count).and_then(|first| starts.get(first)).map_or(text, |start| &text[*start..])
}

fn first_words(text: &str, count: usize) -> &str {
    let end: usize = text.split_inclusive(char::is_whitespace).take(count).map(str::len).sum();
    &text[..end]
}

/// A piece of Markdown as its reader sees it: without marks, citations and the names of claims.
pub(super) fn plain(text: &str) -> String {
    let out = without_citations(text);
    let parsed = markdown::parse(&out).document;
    let mut said = String::new();
    walk::blocks(&parsed.blocks, &mut |block| {
        use crate::document::BlockKind;
        if let BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } = &block.kind {
            said.push_str(&plain_text(content));
            said.push(' ');
        }
    });
    let said = if said.trim().is_empty() { plain_text(&[Inline::Text(out)]) } else { said };
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without the citations in it, and with `…` for the names of claims.
pub(super) fn without_citations(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(start) = rest.find("[@").into_iter().chain(rest.find("[=")).min() {
        out.push_str(&rest[..start]);
        let Some(end) = rest[start..].find(']') else { break };
        if rest[start..].starts_with("[=") {
            out.push('…');
        }
        rest = &rest[start + end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_stand_among_their_words() {
        let words = crate::diff::words(
            "The force **monitors** the line and reports every breach of it to the council.[@report#7]",
            "The force **monitors** the line and reports each serious breach of it to the council.[@letter#7]",
        );
        assert_eq!(
            passages(&words),
            [
                json!({ "before": "the line and reports every breach of it", "after": "the line and reports each serious breach of it", "cited": false }),
                json!({ "before": null, "after": "of it to the council", "cited": true }),
            ]
        );
        assert_eq!(plain("see [=missions/kfor/troops] and [the report](a.pdf)"), "see … and the report");
    }
}
