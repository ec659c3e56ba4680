//! Where a version prints what its records say: values by the ledger of claims, texts by the sentences that cite a source.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::data::{Document, PrintedClaim, RecordValues, Version};
use super::marked::{Marked, anchor};
use super::path;
use crate::text::words_of;

/// Sentences are found by so many of their first words; shorter ones could stand anywhere.
const FIRST_WORDS: usize = 4;

/// A document that prints something, and the first place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrintedPlace {
    /// The document's place in its version.
    pub(super) document: usize,
    /// The address, which leads to the newest version: `latest/book.chapter-costs.html#troops`.
    pub(super) path: String,
}

/// The places by what is printed there: a record (`missions/kfor`), or a value of one (`missions/kfor/troops`).
pub(super) type PrintedPlaces = BTreeMap<String, Vec<PrintedPlace>>;

pub(super) fn printed(version: &Version) -> PrintedPlaces {
    let sentences = sentences(&version.records);
    let in_document = |(place, document): (usize, &Document)| (place, values(document), texts(document, &sentences));
    let found: Vec<_> = version.documents.par_iter().enumerate().map(in_document).collect();
    let mut printed = PrintedPlaces::new();
    for (document, values, texts) in found {
        for (name, path) in values.into_iter().chain(texts) {
            let places = printed.entry(name).or_default();
            if places.last().is_none_or(|last| last.document != document) {
                places.push(PrintedPlace { document, path });
            }
        }
    }
    printed
}

/// The values that a document prints, each with the address of its mark, where it has one.
fn values(document: &Document) -> Vec<(String, String)> {
    let marked = Marked::of(document);
    let mut found = Vec::new();
    for (chapter, claims) in document.chapters.iter().zip(&marked.by_chapter) {
        let page = path::latest(&path::chapter_below_version(&document.id, &chapter.id));
        for claim in claims {
            let id = anchor(claim);
            let path = if marked.named.contains_key(&id) { format!("{page}#{id}") } else { page.clone() };
            found.extend(names(claim).map(|name| (name.to_owned(), path.clone())));
        }
    }
    found
}

/// What a printed claim is of: its records, and itself.
fn names(claim: &PrintedClaim) -> impl Iterator<Item = &str> {
    claim.records.iter().chain([&claim.claim]).map(String::as_str)
}

/// The sentences of texts by their first words.
type Sentences<'a> = HashMap<Vec<&'a str>, Vec<Sentence<'a>>>;

/// A sentence that cites a source.
struct Sentence<'a> {
    words: Vec<&'a str>,
    record: &'a RecordValues,
    path: &'a str,
}

fn sentences(records: &[RecordValues]) -> Sentences<'_> {
    let mut sentences = Sentences::new();
    for record in records {
        for row in &record.rows {
            for cite in &row.cites {
                let words: Vec<&str> = words_of(&cite.sentence).collect();
                if let Some(first) = words.get(..FIRST_WORDS) {
                    sentences.entry(first.to_vec()).or_default().push(Sentence { words, record, path: &row.path });
                }
            }
        }
    }
    sentences
}

/// The texts whose sentences a document prints, each with the address of the section.
fn texts(document: &Document, sentences: &Sentences<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if sentences.is_empty() {
        return found;
    }
    for section in &document.article.sections {
        let words: Vec<&str> = words_of(&section.text).collect();
        for (at, window) in words.windows(FIRST_WORDS).enumerate() {
            let known = sentences.get(window).map(Vec::as_slice).unwrap_or_default();
            for sentence in known.iter().filter(|sentence| words[at..].starts_with(&sentence.words)) {
                let path = path::latest(&document.place(&section.id));
                let record = format!("{}/{}", sentence.record.collection, sentence.record.id);
                found.push((format!("{record}{}", sentence.path), path.clone()));
                found.push((record, path));
            }
        }
    }
    found
}
