//! A version's values in its readers' words: names for ids, dates in words, and texts as they print.

use std::collections::BTreeMap;

use crate::diff::{ChangePresenter, FieldChange, FieldPart, ReaderText, Snapshot, shape_at};
use crate::layout::Pointer;
use crate::markdown;
use crate::model::{CollectionSnapshot, Date, RecordSnapshot, SOURCES, ShapeId, Shapes};
use crate::redline::{self, RedlineNames};
use crate::render::{Mention, parts_of_text};
use crate::site::{self, Language, RecordName};
use crate::text::last_sentence;
use crate::version::{ClaimLedger, ClaimRow};

/// One version's texts for its readers.
#[derive(Clone, Copy)]
pub(super) struct ReadersText<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// What the version prints for each claim.
    pub(super) printed: &'a BTreeMap<String, String>,
    pub(super) language: &'a Language,
}

/// What a version prints for each claim, where it prints it first.
pub(super) fn printed_texts(claims: &ClaimLedger) -> BTreeMap<String, String> {
    let mut printed = BTreeMap::new();
    for row in claims.documents.values().flatten() {
        if let Some(claim) = &row.claim {
            printed.entry(claim.clone()).or_insert_with(|| row.printed.clone());
        }
    }
    printed
}

/// Where a source has its date.
pub(super) const DATE: &str = "/date";

impl ReadersText<'_> {
    /// Whether a record is a source whose date is inferred, as it says itself.
    pub(super) fn has_inferred_date(&self, collection: &str, id: &str) -> bool {
        let says_so = |record: &RecordSnapshot| record.fields.get("date_inferred") == Some(&serde_json::Value::Bool(true));
        let collection = self.snapshot.collections.get(collection).filter(|_| collection == SOURCES);
        collection.and_then(|sources| sources.records.get(id)).is_some_and(says_so)
    }

    /// Whether the date that a record's claims speak for is the book's, which is inferred. Of a claim that says the very date of the
    /// book itself that can't be told.
    pub(super) fn has_inferred_as_of(&self, collection: &str, id: &str, date: &str) -> bool {
        let book = &self.snapshot.book;
        let says_own = |collection: &CollectionSnapshot| {
            let record = collection
                .records
                .get(id)
                .is_some_and(|record| std::iter::once(&record.own).chain(record.nested.values()).any(|said| said.as_of.is_some()));
            record || collection.defaults.as_of.is_some()
        };
        book.as_of_inferred && date == book.as_of && !self.snapshot.collections.get(collection).is_some_and(says_own)
    }

    /// The same for a printed claim; a figure that was calculated has the date of those that it was calculated from.
    pub(super) fn is_inferred_in(&self, row: &ClaimRow, date: &str) -> bool {
        let mut claims = row.claims().filter_map(|claim| claim.split_once('/')).peekable();
        claims.peek().is_some()
            && claims.all(|(collection, rest)| self.has_inferred_as_of(collection, rest.split('/').next().unwrap_or_default(), date))
    }

    /// Whether a value that changed in a record is a date that is inferred.
    pub(super) fn is_inferred(&self, collection: &str, id: &str, field: &FieldChange, value: Option<&serde_json::Value>) -> bool {
        match field.part {
            FieldPart::AsOf => value.and_then(|value| value.as_str()).is_some_and(|date| self.has_inferred_as_of(collection, id, date)),
            FieldPart::Value => field.path == DATE && self.has_inferred_date(collection, id),
            FieldPart::Source | FieldPart::Marking | FieldPart::Confidence => false,
        }
    }

    /// A field's Markdown as it prints, without its citations.
    pub(super) fn markdown(&self, text: &str) -> String {
        let part = |part: Mention<'_>| match part {
            Mention::Text(text) => text.to_owned(),
            Mention::Cite(_) => String::new(),
            Mention::Print { record: (collection, id), path } => markdown::escape(&self.value(collection, id, &path)),
        };
        parts_of_text(text).into_iter().map(part).collect()
    }

    /// A field's Markdown as plain text.
    pub(super) fn plain(&self, text: &str) -> String {
        markdown::plain_text(&self.markdown(text))
    }

    fn value(&self, collection: &str, id: &str, path: &Pointer) -> String {
        if let Some(printed) = self.printed.get(&format!("{collection}/{id}{path}")) {
            return printed.clone();
        }
        let Some(record) = self.snapshot.collections.get(collection).and_then(|collection| collection.records.get(id)) else {
            return "…".to_owned();
        };
        if path.is_root() {
            return record.name.clone();
        }
        // A claim that no document prints by itself is written as it stands in the record.
        let value = path.segments().try_fold(None, |value: Option<&serde_json::Value>, segment| {
            let value = match value {
                None => record.fields.get(&*segment),
                Some(value) => value.get(&*segment).or_else(|| value.get(segment.parse::<usize>().ok()?)),
            };
            value.map(Some)
        });
        let value = value.flatten().map(|value| value.get("value").unwrap_or(value));
        match value {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(serde_json::Value::Number(number)) => number.to_string(),
            _ => "…".to_owned(),
        }
    }

    /// A source and the place in it: `The letter, 2`.
    pub(super) fn citation(&self, citation: &str) -> Option<String> {
        let (id, place) = citation.split_once('#').map_or((citation, None), |(id, place)| (id, Some(place)));
        let source = self.snapshot.collections.get(SOURCES)?.records.get(id)?;
        let unit = source.fields.get("locator").and_then(|unit| unit.as_str());
        let place = place.map(|place| self.language.place_in_source(unit, place));
        Some(place.map_or_else(|| source.name.clone(), |place| format!("{}, {place}", source.name)))
    }

    /// The citations in a text, as written, each with the sentence before it as it prints.
    pub(super) fn cites(&self, text: &str) -> Vec<site::Cite> {
        let mut before = String::new();
        let mut cites = Vec::new();
        for part in parts_of_text(text) {
            match part {
                Mention::Text(text) => before.push_str(text),
                Mention::Print { record: (collection, id), path } => before.push_str(&markdown::escape(&self.value(collection, id, &path))),
                Mention::Cite(sources) => {
                    let paragraph = before.rsplit("\n\n").next().unwrap_or_default();
                    let sentence = last_sentence(&markdown::plain_text(end_of(paragraph))).to_owned();
                    cites.extend(sources.into_iter().map(|source| site::Cite { citation: source.to_owned(), sentence: sentence.clone() }));
                }
            }
        }
        cites
    }

    /// Whether a field holds Markdown.
    pub(super) fn is_markdown(&self, collection: &str, path: &Pointer) -> bool {
        self.shapes(collection)
            .is_some_and(|shapes| shape_at(shapes, path).and_then(|id| shapes.get(id)).is_some_and(|shape| shape.markdown))
    }

    /// How sure a claim is, in the version's own words.
    pub(super) fn confidence(&self, claim: &str) -> Option<String> {
        let (record, path) = self.record(claim)?;
        record.claims.get(path.as_str())?.confidence.clone()
    }

    /// A claim or a calculation with names for the claims' paths: `KFOR, Troops + UNIFIL, Troops`.
    pub(super) fn title(&self, how: &str, row: &ClaimRow) -> String {
        // The longest first, for one path can begin another.
        let mut claims: Vec<&str> = row.claims().collect();
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.len()));
        claims.into_iter().fold(how.to_owned(), |how, claim| {
            let name = self.record(claim).map(|(record, path)| {
                let collection = claim.split('/').next().unwrap_or_default();
                [record.name.clone(), self.place(collection, &path)].join(", ")
            });
            name.map_or(how.clone(), |name| how.replace(claim, &name))
        })
    }

    /// The record that a claim is of, and the way to it there.
    fn record(&self, claim: &str) -> Option<(&RecordSnapshot, Pointer)> {
        let mut parts = claim.splitn(3, '/');
        let (collection, id, path) = (parts.next()?, parts.next()?, parts.next()?);
        Some((self.snapshot.collections.get(collection)?.records.get(id)?, Pointer::parse(&format!("/{path}")).ok()?))
    }

    pub(super) fn collection_title(&self, name: &str) -> String {
        self.schema_title(name).unwrap_or_else(|| name.replace(['-', '_'], " "))
    }

    /// What a collection's schema calls a record.
    pub(super) fn schema_title(&self, collection: &str) -> Option<String> {
        self.snapshot.collections.get(collection)?.schema.as_ref()?.get("title")?.as_str().map(str::to_owned)
    }

    /// The records that a field's value consists of.
    pub(super) fn references(&self, collection: &str, field: &FieldChange) -> Vec<RecordName> {
        let Some(shapes) = self.shapes(collection) else { return Vec::new() };
        let Some(shape) = shape_at(shapes, &field.head_path) else { return Vec::new() };
        let target = |shape: ShapeId| shapes.get(shape).and_then(|shape| shape.reference.clone());
        let name = |target: Option<String>, id: &serde_json::Value| -> Option<RecordName> {
            let (collection, id) = (target?, id.as_str()?.to_owned());
            let name = self.snapshot.collections.get(&collection)?.records.get(&id)?.name.clone();
            Some(RecordName { collection, id, name })
        };
        match &field.new {
            Some(serde_json::Value::Array(items)) => {
                let all: Option<Vec<RecordName>> =
                    items.iter().enumerate().map(|(index, id)| name(shapes.item(shape, index).and_then(target), id)).collect();
                all.unwrap_or_default()
            }
            Some(id) => name(target(shape), id).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The titles on the way to a value: `Units, 2, Strength`.
    fn place(&self, collection: &str, path: &Pointer) -> String {
        self.titles(collection, path).join(", ")
    }

    /// The titles on the way to a value, the outermost first; of an item of a list its number.
    pub(super) fn titles(&self, collection: &str, path: &Pointer) -> Vec<String> {
        let shapes = self.shapes(collection);
        let mut known = shapes.map(|_| Shapes::ROOT);
        let mut names = Vec::new();
        for segment in path.segments() {
            let index = segment.parse::<usize>().ok();
            let below = shapes.zip(known).and_then(|(shapes, of)| {
                shapes.property(of, &segment).or_else(|| index.and_then(|index| shapes.item(of, index))).or_else(|| shapes.item(of, 0))
            });
            let title = shapes.zip(below).and_then(|(shapes, below)| shapes.get(below)?.title.clone());
            names.push(match (title, index) {
                (_, Some(index)) => (index + 1).to_string(),
                (Some(title), None) => title,
                (None, None) => segment.replace(['-', '_'], " "),
            });
            known = below;
        }
        names
    }

    fn shapes(&self, collection: &str) -> Option<&Shapes> {
        self.snapshot.collections.get(collection).map(|collection| &collection.shapes).filter(|shapes| !shapes.is_empty())
    }
}

/// As much of a paragraph is searched for its last sentence, in bytes: a paragraph may hold a citation after each word.
const SEARCHED: usize = 2_000;

/// The end of a long paragraph, from where a sentence seems to begin.
fn end_of(paragraph: &str) -> &str {
    let Some(from) = paragraph.len().checked_sub(SEARCHED) else { return paragraph };
    let end = &paragraph[paragraph.ceil_char_boundary(from)..];
    end.split_once(". ").map_or(end, |(_, rest)| rest)
}

/// What a text became, as HTML with the differences marked.
pub(super) fn redlined(old: &str, new: &str, language: &Language) -> String {
    let parsed = |text: &str| markdown::parse(text).document;
    let words = |key: &str| match key {
        "inserted" => Some(language.say("inserted:").to_owned()),
        "deleted" => Some(language.say("deleted:").to_owned()),
        _ => None,
    };
    redline::text_fragment(&redline::redline(&parsed(old), &parsed(new), RedlineNames::new("", "")), &words)
}

/// A field's change with the names of what it refers to.
pub(super) fn named(
    old: Option<&ReadersText<'_>>,
    new: &ReadersText<'_>,
    date: &dyn Fn(Date) -> String,
    collection: &str,
    field: &FieldChange,
) -> FieldChange {
    let reader = VersionsReader { old, new, date };
    ChangePresenter { base: old.map(|old| old.snapshot), head: new.snapshot, reader: &reader }.named(collection, field)
}

/// A date in words, said to be inferred where it is.
pub(super) fn dated(text: &str, is_inferred: bool, language: &Language) -> String {
    let date = text.parse().map_or_else(|_| text.to_owned(), |date| site::long_date(date, language));
    if is_inferred { language.inferred(&date) } else { date }
}

/// The readers of two versions.
struct VersionsReader<'a> {
    old: Option<&'a ReadersText<'a>>,
    new: &'a ReadersText<'a>,
    date: &'a dyn Fn(Date) -> String,
}

impl ReaderText for VersionsReader<'_> {
    fn citation(&self, citation: &str) -> Option<String> {
        self.new.citation(citation).or_else(|| self.old?.citation(citation))
    }

    fn date(&self, date: Date) -> String {
        (self.date)(date)
    }

    fn document_title(&self, _: &str) -> Option<String> {
        None
    }

    fn plain_text(&self, markdown: &str) -> String {
        markdown::plain_text(markdown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_of_a_long_paragraph_is_found_at_its_end() {
        assert_eq!(end_of("One. Two"), "One. Two");
        let long = format!("{}Two – three", "Ä sentence of some length. ".repeat(100));
        assert!(long.len() > SEARCHED && end_of(&long).starts_with("Ä sentence of some length. "));
        assert_eq!(last_sentence(end_of(&long)), "Two – three");
        assert_eq!(end_of(&"ä".repeat(SEARCHED)).len(), SEARCHED);
    }
}
