//! Where a version prints what its records say: values by the ledger of claims, texts by the sentences that cite a source.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::data::{Document, PrintedClaim, RecordValues, Version};
use super::marked::{Marked, anchor};
use super::path;
use crate::text::{Segment, segments};

/// Sentences are looked up by so many of their first words; shorter ones could stand anywhere.
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

/// A word of a text, and whether a sentence ends behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word<'a> {
    text: &'a str,
    ends: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    for segment in segments(text) {
        match (segment, words.last_mut()) {
            (Segment::Word(text), _) => words.push(Word { text, ends: false }),
            (Segment::Mark(mark), Some(last)) => last.ends |= matches!(mark, "." | "!" | "?" | "…" | "。" | "！" | "？" | "؟"),
            _ => {}
        }
    }
    words
}

/// The sentences of texts by their first words.
type Sentences<'a> = HashMap<[&'a str; FIRST_WORDS], Vec<Sentence<'a>>>;

/// A sentence that cites a source, as far as the first mark in it.
struct Sentence<'a> {
    words: Vec<Word<'a>>,
    record: &'a RecordValues,
    path: &'a str,
}

impl Sentence<'_> {
    /// Whether words begin with the sentence: with all of it, where it ends.
    fn begins(&self, words: &[Word<'_>]) -> bool {
        let own = self.words.iter().map(|word| word.text);
        let goes_on = !self.words.last().is_some_and(|last| last.ends);
        let begins = words.len() >= self.words.len() && words.iter().map(|word| word.text).zip(own).all(|(one, other)| one == other);
        begins && (goes_on || words[self.words.len() - 1].ends)
    }
}

/// The sentences that one record has alone: others say nothing of where it is printed.
fn sentences(records: &[RecordValues]) -> Sentences<'_> {
    let mut owners: HashMap<&str, Option<&RecordValues>> = HashMap::new();
    let cites = || {
        let rows = records.iter().flat_map(|record| record.rows.iter().map(move |row| (record, row)));
        rows.flat_map(|(record, row)| row.cites.iter().map(move |cite| (record, row, cite.sentence.as_str())))
    };
    for (record, _, sentence) in cites() {
        let owner = owners.entry(sentence).or_insert(Some(record));
        if owner.is_some_and(|owner| !std::ptr::eq(owner, record)) {
            *owner = None;
        }
    }
    let mut sentences = Sentences::new();
    for (record, row, sentence) in cites().filter(|(_, _, sentence)| owners.get(sentence).is_some_and(Option::is_some)) {
        let words = words(sentence);
        if let Some(first) = first_words(&words) {
            sentences.entry(first).or_default().push(Sentence { words, record, path: &row.path });
        }
    }
    sentences
}

fn first_words<'a>(words: &[Word<'a>]) -> Option<[&'a str; FIRST_WORDS]> {
    let first = words.get(..FIRST_WORDS)?;
    Some(std::array::from_fn(|index| first[index].text))
}

/// The texts whose sentences a document prints, each with the address of the section that has the first.
fn texts(document: &Document, sentences: &Sentences<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut known: HashSet<(&str, &str, &str)> = HashSet::new();
    if sentences.is_empty() {
        return found;
    }
    for section in &document.article.sections {
        let words = words(&section.text);
        let mut address = None;
        for at in 0..words.len() {
            let named = first_words(&words[at..]).and_then(|first| sentences.get(&first));
            for Sentence { record, path, .. } in named.into_iter().flatten().filter(|sentence| sentence.begins(&words[at..])) {
                if known.insert((&record.collection, &record.id, path)) {
                    let address: &String = address.get_or_insert_with(|| path::latest(&document.place(&section.id)));
                    let record = format!("{}/{}", record.collection, record.id);
                    found.push((format!("{record}{path}"), address.clone()));
                    found.push((record, address.clone()));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Article, ArticleSection};
    use crate::site::{Cite, Row};

    fn record(id: &str, sentence: &str) -> RecordValues {
        let cites = vec![Cite { citation: "a#1".to_owned(), sentence: sentence.to_owned() }];
        let row = Row { path: "/text".to_owned(), cites, ..Row::default() };
        let (collection, id, name) = ("notes".to_owned(), id.to_owned(), String::new());
        RecordValues { collection_title: collection.clone(), collection, id, name, rows: vec![row] }
    }

    fn found(records: &[RecordValues], text: &str) -> Vec<String> {
        let section = ArticleSection { id: "s".to_owned(), heading: String::new(), text: text.to_owned() };
        let article = Article { sections: vec![section], ..Article::default() };
        let document = Document { id: "book".to_owned(), article, ..Document::default() };
        texts(&document, &sentences(records)).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_text_is_printed_where_a_whole_sentence_of_it_stands() {
        let one = [record("a", "The troops were withdrawn.")];
        assert_eq!(found(&one, "It began. The troops were withdrawn. It ended."), ["notes/a/text", "notes/a"]);
        assert!(found(&one, "The troops were withdrawn only from the north.").is_empty());
        let begun = [record("a", "The troops were withdrawn from the north,")];
        assert_eq!(found(&begun, "The troops were withdrawn from the north, they say.").len(), 2);
        // What two records say is of neither.
        let two = [record("a", "No figure has been reported."), record("b", "No figure has been reported.")];
        assert!(found(&two, "No figure has been reported.").is_empty());
        assert_eq!(found(&one, &"The troops were withdrawn. ".repeat(3_000)).len(), 2, "each text once");
    }
}
