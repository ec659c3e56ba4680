//! The pages of a document: its text with what each mark in it stands for, and the claims that it prints.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::anchors::{with_anchors, with_claims};
use super::data::PrintedClaim;
use super::facts::{KnownSource, citation, known_sources, parts};
use super::{Document, Version, path};
use crate::document::{ArticleMark, ArticleNote, note_numbers};
use crate::model::SOURCES;

/// As many printed claims are shown with a mark.
const SHOWN: usize = 6;

/// A version with what its documents' pages look up.
pub(super) struct IndexedVersion<'a> {
    pub(super) version: &'a Version,
    /// Its records, by collection and id.
    records: BTreeSet<(&'a str, &'a str)>,
    sources: BTreeMap<&'a str, KnownSource<'a>>,
}

impl<'a> IndexedVersion<'a> {
    pub(super) fn new(version: &'a Version) -> IndexedVersion<'a> {
        IndexedVersion {
            version,
            records: version.records.iter().map(|record| (record.collection.as_str(), record.id.as_str())).collect(),
            sources: known_sources(&version.records),
        }
    }

    /// The document at a place that [`super::views::of_version`] gave.
    pub(super) fn document(&self, place: usize) -> &'a Document {
        &self.version.documents[place]
    }
}

/// What a document's template is told.
pub(super) fn told(indexed: &IndexedVersion<'_>, place: usize) -> Value {
    let (version, document) = (indexed.version, indexed.document(place));
    let neighbour = |place: Option<usize>| {
        let other = version.documents.get(place?)?;
        Some(context! { title => &other.list_title, path => path::document(version.number, &other.id) })
    };
    let notes = notes(indexed, document);
    let marked = Marked::of(document);
    let headings = document.article.headings.iter().filter(|heading| heading.level <= 3);
    context! {
        version => Value::from(Serde(version)),
        document => Value::from(Serde(document)),
        html => Value::from_safe_string(with_claims(&with_anchors(&document.article.html, &version.language), &marked.anchors, &marked.opened, &version.language)),
        previous => neighbour(place.checked_sub(1)),
        next => neighbour(Some(place + 1)),
        organization => &version.organization,
        headings => headings.map(|heading| context! { level => heading.level, id => &heading.id, text => &heading.text }).collect::<Vec<_>>(),
        marks => marked.context(document, &notes),
        notes => notes.into_values().collect::<Vec<_>>(),
        count => document.claims.len(),
        claims_path => path::claims(version.number, &document.id),
    }
}

/// What the template of a document's claims is told.
pub(super) fn claims_told(indexed: &IndexedVersion<'_>, place: usize) -> Value {
    let (version, document) = (indexed.version, indexed.document(place));
    let marked = Marked::of(document);
    context! {
        version => Value::from(Serde(version)),
        document => Value::from(Serde(document)),
        document_path => path::document(version.number, &document.id),
        claims => document.claims.iter().map(|claim| claim_row(indexed, claim, &marked)).collect::<Vec<_>>(),
    }
}

/// What the marks of a document stand for.
struct Marked<'a> {
    /// The claims at each mark.
    claims: Vec<Vec<&'a PrintedClaim>>,
    /// The ids under which claims can be linked to in the text, by the number of the mark that bears it.
    anchors: BTreeMap<usize, String>,
    /// The mark whose note each opens: of marks that say the same the first.
    opened: Vec<usize>,
}

impl<'a> Marked<'a> {
    fn of(document: &'a Document) -> Marked<'a> {
        let mut by_line: BTreeMap<usize, Vec<&PrintedClaim>> = BTreeMap::new();
        for claim in &document.claims {
            by_line.entry(claim.line).or_default().push(claim);
        }
        let marks = &document.article.marks;
        let mut alike: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        marks.iter().for_each(|mark| *alike.entry((mark.line, mark.label.as_str())).or_default() += 1);
        let mut turns: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        let mut at_mark = |mark: &'a ArticleMark| {
            let numbers = note_numbers(&mark.label).unwrap_or_default();
            let of_line = by_line.get(&mark.line).map(Vec::as_slice).unwrap_or_default();
            let claims: Vec<&PrintedClaim> =
                of_line.iter().copied().filter(|claim| claim.notes.iter().any(|note| numbers.contains(note))).collect();
            let key = (mark.line, mark.label.as_str());
            let turn = turns.entry(key).or_default();
            *turn += 1;
            // As many claims as marks of the same notes in a line: each mark is of the claim in its place.
            match claims.get(*turn - 1) {
                Some(own) if alike.get(&key) == Some(&claims.len()) => vec![*own],
                _ => claims,
            }
        };
        let claims: Vec<Vec<&PrintedClaim>> = marks.iter().map(&mut at_mark).collect();
        let mut named = BTreeSet::new();
        let mut anchors = BTreeMap::new();
        for (index, claims) in claims.iter().enumerate() {
            if let Some(id) = claims.iter().map(|claim| anchor(claim)).find(|id| !named.contains(id)) {
                named.insert(id.clone());
                anchors.insert(index + 1, id);
            }
        }
        let opened = opened(marks, &claims, &anchors);
        Marked { claims, anchors, opened }
    }

    fn context(&self, document: &Document, notes: &BTreeMap<usize, Value>) -> Vec<Value> {
        let labels: BTreeMap<&str, usize> =
            document.article.notes.iter().enumerate().map(|(index, note)| (note.label.as_str(), index)).collect();
        let marks = document.article.marks.iter().zip(&self.claims).enumerate();
        marks
            .filter(|(index, _)| self.opened.get(*index) == Some(&(index + 1)))
            .map(|(index, (mark, claims))| {
                let printed = claims.iter().take(SHOWN).map(|claim| {
                    context! { text => &claim.printed, as_of => &claim.as_of, confidence => &claim.confidence }
                });
                context! {
                    number => index + 1,
                    printed => printed.collect::<Vec<_>>(),
                    more => claims.len().saturating_sub(SHOWN),
                    anchor => self.anchors.get(&(index + 1)),
                    note => labels.get(mark.label.as_str()).and_then(|index| notes.get(index)),
                }
            })
            .collect()
    }
}

/// The mark whose note each mark opens: of those that say the same the first.
fn opened(marks: &[ArticleMark], claims: &[Vec<&PrintedClaim>], anchors: &BTreeMap<usize, String>) -> Vec<usize> {
    let mut first = BTreeMap::new();
    let mut opened = Vec::new();
    for (index, (mark, claims)) in marks.iter().zip(claims).enumerate() {
        let said: Vec<_> = claims.iter().map(|claim| (&claim.printed, &claim.as_of, &claim.confidence)).collect();
        let key = (&mark.label, said, anchors.get(&(index + 1)));
        opened.push(*first.entry(key).or_insert(index + 1));
    }
    opened
}

/// The id of a claim on a page: `c-missions-kfor-troops`.
fn anchor(claim: &PrintedClaim) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match claim.is_derived {
        true => format!("c-{}", path::short(claim.claim.as_bytes())),
        false => format!("c-{}", claim.claim.chars().map(|c| if plain(c) { c } else { '-' }).collect::<String>()),
    }
}

/// A document's notes by their places, each with the sources that its claims name.
fn notes(indexed: &IndexedVersion<'_>, document: &Document) -> BTreeMap<usize, Value> {
    let mut sources: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for claim in &document.claims {
        // A claim with as many notes as sources: each note is of the source in its place.
        for (note, source) in claim.notes.iter().zip(&claim.sources) {
            let (id, _) = parts(source);
            let known = sources.entry(*note).or_default();
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }
    let note = |note: &ArticleNote| {
        let numbers = note_numbers(&note.label).unwrap_or_default();
        let mut ids: Vec<&str> = Vec::new();
        for id in numbers.iter().filter_map(|number| sources.get(number)).flatten() {
            if !ids.contains(id) {
                ids.push(id);
            }
        }
        let link = |id: &&str| {
            let source = indexed.sources.get(id)?;
            Some(context! { name => source.name, path => path::record(SOURCES, id) })
        };
        // A note of one source leads there itself, where it is a line without links.
        let line = note.html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
        let links: Vec<Value> = ids.iter().filter_map(link).collect();
        let line = line.filter(|line| links.len() == 1 && !line.contains("<a ") && !line.contains("<p>"));
        let shown = if numbers.is_empty() { note.label.clone() } else { note.label.replace(['-', '+'], ", ") };
        context! {
            label => &note.label, shown => shown, line => line.map(|line| Value::from_safe_string(line.to_owned())), html => Value::from_safe_string(note.html.clone()),
            sources => links,
        }
    };
    document.article.notes.iter().map(note).enumerate().collect()
}

fn claim_row(indexed: &IndexedVersion<'_>, claim: &PrintedClaim, marked: &Marked<'_>) -> Value {
    // A figure that was calculated from several records leads to none of them.
    let only = claim.records.first().filter(|_| claim.records.len() == 1);
    let record = only.and_then(|record| record.split_once('/')).filter(|record| indexed.records.contains(record));
    let anchor = anchor(claim);
    let has_anchor = marked.anchors.values().any(|known| *known == anchor);
    context! {
        printed => &claim.printed,
        name => if claim.title.is_empty() { &claim.claim } else { &claim.title },
        path => record.map(|(collection, id)| path::record(collection, id)),
        anchor => has_anchor.then_some(anchor),
        sources => claim.sources.iter().map(|source| citation(&indexed.sources, source)).collect::<Vec<_>>(),
        page => &claim.page,
    }
}
