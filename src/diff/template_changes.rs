//! Changes as templates see them: `changes.json` with names in place of ids, dates in words, and both states of each changed
//! field as text. Templates write the sentences, in the book's language.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Change, ChangeKind, Changes, DocumentChange, FieldChange, FieldPart, FileKind, Op, Reason, Snapshot, Word};
use crate::layout::Pointer;
use crate::model::{Date, ShapeId, Shapes};

/// The number of characters after which a value is cut.
const LONGEST_VALUE: usize = 240;
/// The number of changed passages of a text that are shown.
const PASSAGES: usize = 4;
/// The number of unchanged words that are shown before and after a changed passage.
const WORDS_AROUND: [usize; 2] = [4, 3];

/// What a reader calls things, and how a reader sees Markdown.
pub trait ReaderText {
    /// A source and the place in it, as a note names them; `None` if the book doesn't have the source.
    fn citation(&self, citation: &str) -> Option<String>;
    /// A date in words.
    fn date(&self, date: Date) -> String;
    /// The title of a document of the book.
    fn document_title(&self, id: &str) -> Option<String>;
    /// A piece of Markdown without its markup.
    fn plain_text(&self, markdown: &str) -> String;
}

/// Presents changes between two states of a book to templates.
pub struct ChangePresenter<'a> {
    pub base: Option<&'a Snapshot>,
    pub head: &'a Snapshot,
    pub reader: &'a dyn ReaderText,
}

impl ChangePresenter<'_> {
    /// The changes as templates see them.
    pub fn present(&self, changes: &Changes) -> serde_json::Result<Json> {
        let mut all = serde_json::to_value(changes)?;
        for (index, change) in changes.records.iter().enumerate() {
            let record = &mut all["records"][index];
            record["collection_title"] = self.collection_title(&change.collection).into();
            for (index, field) in change.fields.iter().enumerate() {
                self.field(&change.collection, field, &mut record["fields"][index]);
            }
        }
        all["other_documents"] = self.documents(changes);
        Ok(all)
    }

    fn sides(&self) -> impl Iterator<Item = &Snapshot> {
        [Some(self.head), self.base].into_iter().flatten()
    }

    /// What readers call a collection.
    pub fn collection_title(&self, name: &str) -> String {
        let schemas = self.sides().filter_map(|side| side.collections.get(name)?.schema.as_ref());
        let title = schemas.filter_map(|schema| schema.get("title")?.as_str()).next();
        title.map_or_else(|| name.replace(['-', '_'], " "), str::to_owned)
    }

    fn record_name(&self, collection: &str, id: &str) -> Option<String> {
        self.sides().find_map(|side| Some(side.collections.get(collection)?.records.get(id)?.name.clone()))
    }

    /// A field's change with names for ids and dates in words.
    pub fn named(&self, collection: &str, field: &FieldChange) -> FieldChange {
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
                        self.names(side, shapes, shape_at(shapes, path));
                    }
                }
            }
            FieldPart::Marking | FieldPart::Confidence => {}
        }
        named
    }

    /// Adds to a field's change what readers see of it.
    fn field(&self, collection: &str, field: &FieldChange, out: &mut Json) {
        let (before, after) = self.named(collection, field).both(LONGEST_VALUE);
        let passages = passages(&field.words, |text| self.reader.plain_text(text));
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
            *text = self.reader.date(date);
        }
    }

    fn citations(&self, value: &mut Json) {
        for item in value.as_array_mut().into_iter().flatten() {
            if let Json::String(citation) = item {
                let name = self.reader.citation(citation).or_else(|| {
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

    /// The documents that were added or removed without a record, or that differ by more than their records, grouped by
    /// kind and reasons.
    fn documents(&self, changes: &Changes) -> Json {
        // The document of an added or removed record is left out: the record itself is listed.
        let of_record = |document: &DocumentChange| {
            let name = document.id.rsplit('/').next().unwrap_or_default();
            let ids = |change: &Change| change.id == name || change.old_id.as_deref() == Some(name);
            document.id.contains('/') && changes.records.iter().any(|change| change.kind != ChangeKind::Changed && ids(change))
        };
        let title = |id: &str| self.reader.document_title(id).unwrap_or_else(|| id.to_owned());
        let mut groups: BTreeMap<(&str, &[Reason]), Vec<String>> = BTreeMap::new();
        for document in &changes.documents {
            let is_listed = match document.kind {
                FileKind::Changed => document.reasons != [Reason::Records],
                FileKind::Added | FileKind::Removed => !of_record(document),
            };
            if is_listed {
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
pub fn shape_at(shapes: &Shapes, pointer: &Pointer) -> Option<ShapeId> {
    pointer.segments().try_fold(Shapes::ROOT, |at, segment| {
        let item = || segment.parse().ok().or((segment == "-").then_some(0)).and_then(|index| shapes.item(at, index));
        shapes.property(at, &segment).or_else(item)
    })
}

/// The changed passages of a text, each in both states, with a few words around it.
fn passages(words: &[Word], plain: impl Fn(&str) -> String) -> Vec<Json> {
    let mut out = Vec::new();
    let mut index = 0;
    while index < words.len() {
        if words[index].op == Op::Equal {
            index += 1;
            continue;
        }
        let end = (index..words.len()).find(|at| words[*at].op == Op::Equal).unwrap_or(words.len());
        let lead = index.checked_sub(1).map_or("", |at| last_words(&words[at].text, WORDS_AROUND[0]));
        let tail = words.get(end).map_or("", |word| first_words(&word.text, WORDS_AROUND[1]));
        let of = |left_out: Op| -> String {
            let changed = words[index..end].iter().filter(|word| word.op != left_out).map(|word| word.text.as_str());
            plain(&std::iter::once(lead).chain(changed).chain([tail]).collect::<String>())
        };
        let (before, after) = (of(Op::Insert), of(Op::Delete));
        // Without visible difference it is a citation that changed, and the source is listed as a field of its own.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_shown_with_words_around_them() {
        let words = crate::text::words::words(
            "The force **monitors** the line and reports every breach of it to the council.[@report#7]",
            "The force **monitors** the line and reports each serious breach of it to the council.[@letter#7]",
        );
        assert_eq!(
            passages(&words, crate::markdown::plain_text),
            [
                json!({ "before": "the line and reports every breach of it", "after": "the line and reports each serious breach of it", "cited": false }),
                json!({ "before": null, "after": "of it to the council", "cited": true }),
            ]
        );
    }
}
