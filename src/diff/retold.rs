//! What readers of an audience are told of what was there before: nothing of what is gone.
//!
//! A value that they had in a version may bear a marking since then that they aren't cleared for. That it can't be taken
//! back from the version doesn't mean that the next one should print it again. So their lists of changes are made against a
//! base from which everything is taken out that the head doesn't have: what was added is told, and what one value became
//! where both are values of one kind, but no record, field, item, source or word of a text that is gone.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Map as JsonMap, Value as Json};

use super::change::{Changes, FileKind};
use crate::layout::Pointer;
use crate::model::{AttributionSnapshot, BookFacts, CollectionSnapshot, RecordSnapshot, SOURCES, Shape, ShapeId, Shapes, Snapshot};
use crate::text::sequences;
use crate::text::words::{Op, equal_share, words};

/// The base as far as it may be told to readers of an audience who get the head.
#[must_use]
pub fn retold(base: &Snapshot, head: &Snapshot) -> Snapshot {
    let collections = base.collections.iter().filter_map(|(name, old)| {
        let new = head.collections.get(name)?;
        let records = old.records.iter().filter_map(|(id, record)| {
            let told = match new.records.get(id)? {
                same if same == record => record.clone(),
                now => Retelling::record(head, &new.shapes, record, now),
            };
            Some((id.clone(), told))
        });
        let records: IndexMap<String, RecordSnapshot> = records.collect();
        Some((name.clone(), CollectionSnapshot { records, ..new.without_records() }))
    });
    let left = |old: &Option<String>, new: &Option<String>| old.clone().filter(|_| new.is_some());
    let book = BookFacts {
        subtitle: left(&base.book.subtitle, &head.book.subtitle),
        organization: left(&base.book.organization, &head.book.organization),
        ..base.book.clone()
    };
    Snapshot { book, collections: collections.collect() }
}

/// How many records of the base the head doesn't have: all that is told of them.
pub fn gone(base: &Snapshot, head: &Snapshot) -> usize {
    let is_left = |name: &str, id: &str| head.collections.get(name).is_some_and(|collection| collection.records.contains_key(id));
    base.collections.iter().map(|(name, old)| old.records.keys().filter(|id| !is_left(name, id)).count()).sum()
}

impl Changes {
    /// The same without the names of files and documents that are gone, and with the number of records that are.
    #[must_use]
    pub fn for_readers(mut self, removed: usize) -> Changes {
        self.files.retain(|file| file.kind != FileKind::Removed);
        self.documents.retain(|document| document.kind != FileKind::Removed);
        self.removed = removed;
        self
    }
}

/// How much of two passages is the same where one is the other reworded.
const REWORDED: f64 = 0.3;

/// One record of the base on its way to what is told of it.
struct Retelling<'a> {
    head: &'a Snapshot,
    shapes: &'a Shapes,
    /// Where the value stands in the base, and where in what is told of it.
    written: Pointer,
    told: Pointer,
    /// The mappings, lists and values that are told, by the place that they had.
    places: BTreeMap<Pointer, Pointer>,
}

impl<'a> Retelling<'a> {
    fn record(head: &'a Snapshot, shapes: &'a Shapes, old: &RecordSnapshot, new: &RecordSnapshot) -> RecordSnapshot {
        let mut retelling = Retelling { head, shapes, written: Pointer::root(), told: Pointer::root(), places: BTreeMap::new() };
        retelling.places.insert(Pointer::root(), Pointer::root());
        let fields = retelling.mapping(&old.fields, &new.fields, (!shapes.is_empty()).then_some(Shapes::ROOT));
        let places = std::mem::take(&mut retelling.places);
        let attributions = |all: &BTreeMap<Pointer, AttributionSnapshot>| -> BTreeMap<Pointer, AttributionSnapshot> {
            all.iter().filter_map(|(path, said)| Some((places.get(path)?.clone(), retelling.attribution(said)))).collect()
        };
        RecordSnapshot {
            name: new.name.clone(),
            own: retelling.attribution(&old.own),
            nested: attributions(&old.nested),
            claims: attributions(&old.claims),
            markings: old.markings.iter().filter_map(|(path, marking)| Some((places.get(path)?.clone(), marking.clone()))).collect(),
            fields,
        }
    }

    fn shape(&self, id: Option<ShapeId>) -> Option<&'a Shape> {
        self.shapes.get(id?)
    }

    /// Whether the head has the source of a citation.
    fn has_source(&self, citation: &str) -> bool {
        self.has(SOURCES, citation.split('#').next().unwrap_or_default().trim())
    }

    fn has(&self, collection: &str, id: &str) -> bool {
        self.head.collections.get(collection).is_some_and(|collection| collection.records.contains_key(id))
    }

    fn attribution(&self, said: &AttributionSnapshot) -> AttributionSnapshot {
        let source = said.source.iter().filter(|citation| self.has_source(citation)).cloned().collect();
        AttributionSnapshot { source, ..said.clone() }
    }

    fn mapping(&mut self, old: &JsonMap<String, Json>, new: &JsonMap<String, Json>, shape: Option<ShapeId>) -> JsonMap<String, Json> {
        let mut told = JsonMap::new();
        for (key, old) in old {
            let Some(new) = new.get(key) else { continue };
            let inner = shape.and_then(|shape| self.shapes.property(shape, key));
            self.written.push(key);
            self.told.push(key);
            let value = self.value(old, new, inner);
            self.written.pop();
            self.told.pop();
            told.extend(value.map(|value| (key.clone(), value)));
        }
        told
    }

    fn value(&mut self, old: &Json, new: &Json, shape: Option<ShapeId>) -> Option<Json> {
        let told = match self.shape(shape).is_some_and(|shape| shape.claim) {
            true => self.claim(old, new, shape)?,
            false => self.bare(old, new, shape)?,
        };
        self.places.insert(self.written.clone(), self.told.clone());
        Some(told)
    }

    /// A claim as it is written: bare, or in an envelope with what belongs to it.
    fn claim(&mut self, old: &Json, new: &Json, shape: Option<ShapeId>) -> Option<Json> {
        let held = |json: &Json| match json.get("value") {
            Some(value) if json.is_object() => value.clone(),
            _ => json.clone(),
        };
        let Some(value) = old.as_object().and_then(|fields| fields.get("value")) else {
            // A range, an unknown, or a value that needs no envelope.
            let is_envelope = old.is_object();
            return match is_envelope {
                true => Some(self.envelope(old.as_object()?, None)),
                false => self.bare(old, &held(new), shape),
            };
        };
        let value = self.bare(value, &held(new), shape)?;
        Some(self.envelope(old.as_object()?, Some(value)))
    }

    fn envelope(&self, old: &JsonMap<String, Json>, value: Option<Json>) -> Json {
        let mut told = old.clone();
        if let Some(value) = value {
            told.insert("value".to_owned(), value);
        }
        if let Some(Json::Array(sources)) = told.get_mut("source") {
            sources.retain(|source| source.as_str().is_some_and(|citation| self.has_source(citation)));
        }
        told.into()
    }

    fn bare(&mut self, old: &Json, new: &Json, shape: Option<ShapeId>) -> Option<Json> {
        match (old, new) {
            (Json::Object(old), Json::Object(new)) => Some(self.mapping(old, new, shape).into()),
            (Json::Array(old), Json::Array(new)) => Some(self.list(old, new, shape).into()),
            (Json::Object(_) | Json::Array(_), _) => None,
            (Json::String(old), Json::String(new)) => self.text(old, new, self.shape(shape)).map(Json::from),
            // A text in the place of a number may say that the number is withheld.
            (Json::Number(_), Json::String(_)) => None,
            (old, _) => Some(old.clone()),
        }
    }

    fn text(&self, old: &str, new: &str, shape: Option<&Shape>) -> Option<String> {
        let Some(shape) = shape else { return Some(old.to_owned()) };
        if shape.withheld.as_deref() == Some(new) && old != new {
            return None;
        }
        if let Some(collection) = &shape.reference {
            return self.has(collection, old).then(|| old.to_owned());
        }
        if !shape.markdown {
            return Some(old.to_owned());
        }
        let told = passages(old, new);
        // A text that lost words alone would be told as if nothing had happened to it.
        let is_silent = told == new.trim() && old.trim() != new.trim();
        Some(told).filter(|told| !told.is_empty() && !is_silent)
    }

    /// The items that the head has too: as they are, or under the same key.
    fn list(&mut self, old: &[Json], new: &[Json], shape: Option<ShapeId>) -> Vec<Json> {
        let key = self.shape(shape).and_then(|list| list.key.clone());
        let name = |item: &Json| key.as_ref().and_then(|key| held_key(item, key));
        let mut told: Vec<Json> = Vec::new();
        for (index, item) in old.iter().enumerate() {
            let named = name(item);
            let now = new.iter().find(|now| match &named {
                Some(named) => name(now).as_ref() == Some(named),
                None => *now == item,
            });
            let Some(now) = now else { continue };
            let inner = shape.and_then(|shape| self.shapes.item(shape, index));
            self.written.push(index);
            self.told.push(told.len());
            let value = self.value(item, now, inner);
            self.written.pop();
            self.told.pop();
            told.extend(value);
        }
        told
    }
}

/// What is left of a text, passage by passage: those that the new text has too, and of those that were reworded the words that are
/// left. What is gone may stand in a block now that bears a marking. A passage that lost words alone is told as new, as it would
/// seem unchanged.
fn passages(old: &str, new: &str) -> String {
    let [old, new] = [old, new].map(|text| text.split("\n\n").map(str::trim).collect::<Vec<_>>());
    let stays: BTreeSet<&str> = new.iter().copied().collect();
    let mut told: Vec<String> = Vec::new();
    for op in sequences::compare(&old, &new) {
        let (olds, news) = (&old[op.old_range()], &new[op.new_range()]);
        for (index, passage) in olds.iter().enumerate() {
            match news.get(index) {
                _ if stays.contains(passage) => told.push((*passage).to_owned()),
                Some(now) => told.extend(left_of(passage, now)),
                None => {}
            }
        }
    }
    told.join("\n\n")
}

/// The words of a passage that another has too; nothing where nothing came or little is left.
fn left_of(old: &str, new: &str) -> Option<String> {
    let runs = words(old, new);
    let came = runs.iter().any(|run| run.op == Op::Insert);
    let left: String = runs.iter().filter(|run| run.op == Op::Equal).map(|run| run.text.as_str()).collect();
    Some(left.trim().to_owned()).filter(|left| came && !left.is_empty() && equal_share(&runs) >= REWORDED)
}

/// The text by which an item is told apart, dotted where it lies deeper, looking through envelopes.
fn held_key(item: &Json, key: &str) -> Option<String> {
    let mut at = item;
    for part in key.split('.') {
        at = at.get(part)?;
        at = at.get("value").unwrap_or(at);
    }
    match at {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What readers are told that a text was, which became another.
    fn told(old: &str, new: &str) -> Option<String> {
        let shape = Shape { markdown: true, ..Shape::default() };
        let (base, shapes) = (Snapshot::default(), Shapes::default());
        let head = Retelling { head: &base, shapes: &shapes, written: Pointer::root(), told: Pointer::root(), places: BTreeMap::new() };
        head.text(old, new, Some(&shape))
    }

    #[test]
    fn of_a_reworded_text_what_is_left_is_told() {
        let was = "The force holds the northern hill.\n\nThe secret pact binds it.\n";
        assert_eq!(told(was, "The force holds the southern hill.\n\nIt waits.\n").as_deref(), Some("The force holds the hill."));
        let reworded = told("All agreed. Only Ruritania paid in secret.", "All agreed. It was paid.").unwrap_or_default();
        assert!(!reworded.contains("Ruritania") && !reworded.contains("secret"), "{reworded}");
        assert_eq!(told("Withheld words", "Other things"), None);
        // What only lost words is told as new.
        assert_eq!(told("The force may not use weapons.", "The force may use weapons."), None);
        assert_eq!(told("It stays.\n\nThe force may not fire.", "It stays.\n\nThe force may fire.").as_deref(), Some("It stays."));
        assert_eq!(told("It stays.\n\nIt goes.", "It stays."), None);
        assert_eq!(told("It stays.", "It stays.").as_deref(), Some("It stays."));
    }
}
