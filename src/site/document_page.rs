//! The pages of a document: its text with what each mark in it stands for, and the claims that it prints.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use minijinja::{Value, context};
use rayon::prelude::*;

use super::anchors::with_claims;
use super::data::{Chapter, PrintedClaim};
use super::facts::{KnownSource, citation, known_sources};
use super::marked::{Marked, anchor, notes};
use super::{Document, Version, asset, path};

/// The most headings that each page of a document in chapters lists; of a document with more, only those that begin a chapter.
const LISTED: usize = 60;

/// A version, indexed for the pages of its documents.
pub(super) struct IndexedVersion<'a> {
    pub(super) version: &'a Version,
    /// What every page of a document is told of the version.
    told: Value,
    /// Its records, by collection and id.
    records: BTreeSet<(&'a str, &'a str)>,
    sources: BTreeMap<&'a str, KnownSource<'a>>,
    /// The chapters of each document in chapters, by the ids of their places.
    chapters_by_id: Vec<HashMap<&'a str, &'a Chapter>>,
    /// What the marks of each document stand for.
    marked: Vec<Marked<'a>>,
    /// Where the script is that knows in which chapter each place is.
    chapters: Option<String>,
}

/// A page of a document: the document's place in the version, and the chapter's in the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaceOfChapter {
    pub(super) document: usize,
    pub(super) chapter: usize,
}

impl<'a> IndexedVersion<'a> {
    pub(super) fn new(version: &'a Version) -> IndexedVersion<'a> {
        let mut indexed = IndexedVersion {
            version,
            told: context! {
                number => version.number, long_date => &version.long_date, pruned => version.pruned, digest => &version.digest,
            },
            records: version.records.iter().map(|record| (record.collection.as_str(), record.id.as_str())).collect(),
            sources: known_sources(&version.records, &version.language),
            chapters_by_id: version.documents.iter().map(chapters_by_id).collect(),
            marked: version.documents.par_iter().map(Marked::of).collect(),
            chapters: None,
        };
        indexed.chapters = indexed.chapters_script().map(|script| script.path);
        indexed
    }

    /// A document by its place in the version, which [`super::views::of_version`] gave.
    pub(super) fn document(&self, place: usize) -> &'a Document {
        &self.version.documents[place]
    }

    pub(super) fn chapter(&self, place: PlaceOfChapter) -> &'a Chapter {
        &self.document(place.document).chapters[place.chapter]
    }

    /// What a page of a document is called: `Costs – Profile: Egypt`.
    pub(super) fn title(&self, place: PlaceOfChapter) -> String {
        let (document, chapter) = (self.document(place.document), self.chapter(place));
        if chapter.id.is_empty() { document.list_title.clone() } else { format!("{} – {}", chapter.title, document.list_title) }
    }

    /// The claims that a chapter prints.
    pub(super) fn claims(&self, place: PlaceOfChapter) -> &[&'a PrintedClaim] {
        self.marked[place.document].by_chapter.get(place.chapter).map(Vec::as_slice).unwrap_or_default()
    }

    /// The path of a chapter's page from its version's folder.
    pub(super) fn page(&self, place: PlaceOfChapter) -> String {
        path::chapter_below_version(&self.document(place.document).id, &self.chapter(place).id)
    }

    /// The script that knows in which chapter each place of the documents in chapters is.
    pub(super) fn chapters_script(&self) -> Option<super::Page> {
        let parted: Vec<usize> = (0..self.version.documents.len()).filter(|place| self.document(*place).is_parted()).collect();
        let pages = parted.into_iter().map(|document| {
            let marked = &self.marked[document];
            let pages = self.document(document).chapters.iter().enumerate().map(|(chapter, held)| {
                let claims = marked.anchors.iter().filter(|(mark, _)| held.marks.contains(mark)).map(|(_, id)| id);
                let ids: Vec<&str> = held.ids.iter().chain(claims).map(String::as_str).collect();
                (self.page(PlaceOfChapter { document, chapter }), ids.join(" "))
            });
            (path::below_version(&self.document(document).id), pages.collect())
        });
        let pages: BTreeMap<String, BTreeMap<String, String>> = pages.collect();
        (!pages.is_empty()).then(|| asset::chapters(self.version.number, &pages))
    }

    fn document_value(&self, place: usize) -> Value {
        let document = self.document(place);
        context! {
            id => &document.id, title => &document.title, list_title => &document.list_title, subtitle => &document.subtitle, shared => &document.shared,
            revised => document.revised, revised_date => &document.revised_date, pdf => document.pdf,
        }
    }
}

/// Empty for a document on one page, whose places need not be looked up.
fn chapters_by_id(document: &Document) -> HashMap<&str, &Chapter> {
    if document.is_parted() { document.chapters_by_id() } else { HashMap::new() }
}

/// What a document's template is told.
pub(super) fn told(indexed: &IndexedVersion<'_>, place: PlaceOfChapter) -> Value {
    let (version, document, chapter) = (indexed.version, indexed.document(place.document), indexed.chapter(place));
    let folder = path::version(version.number);
    let (previous, next) = around(indexed, place);
    let marked = &indexed.marked[place.document];
    let shown = marked.shown(document, place.chapter);
    let notes = notes(&indexed.sources, document, marked, &shown);
    let is_parted = document.is_parted();
    context! {
        version => indexed.told.clone(),
        document => indexed.document_value(place.document),
        html => Value::from_safe_string(with_claims(&chapter.html, &marked.anchors, &marked.opened, &version.language)),
        previous => previous,
        next => next,
        organization => &version.organization,
        contents => contents(indexed, place),
        marks => marked.context(document, &shown, &notes),
        notes => notes.into_values().collect::<Vec<_>>(),
        count => indexed.claims(place).len(),
        claims_path => format!("{folder}/{}", path::claims_below_version(&document.id, &chapter.id)),
        chapter => (!chapter.id.is_empty()).then_some(&chapter.title),
        document_path => path::document(version.number, &document.id),
        document_page => is_parted.then(|| path::below_version(&document.id)),
        chapters => indexed.chapters.as_ref().filter(|_| is_parted),
    }
}

/// The pages before and after: chapters of the same document, then the documents before and after it.
fn around(indexed: &IndexedVersion<'_>, place: PlaceOfChapter) -> (Option<Value>, Option<Value>) {
    let (version, document) = (indexed.version, indexed.document(place.document));
    let folder = path::version(version.number);
    let other = |place: Option<usize>| {
        let other = version.documents.get(place?)?;
        Some(context! { title => &other.list_title, path => path::document(version.number, &other.id) })
    };
    let chapter = |place: Option<usize>| {
        let chapter = document.chapters.get(place?)?;
        let title = if chapter.id.is_empty() { &document.list_title } else { &chapter.title };
        Some(context! { title => title, path => format!("{folder}/{}", path::chapter_below_version(&document.id, &chapter.id)) })
    };
    let previous = chapter(place.chapter.checked_sub(1)).or_else(|| other(place.document.checked_sub(1)));
    let next = chapter(Some(place.chapter + 1)).or_else(|| other(Some(place.document + 1)));
    (previous, next)
}

/// The headings in a page's contents. Of a document in chapters these are the headings that begin one, and the page's own
/// headings in more detail.
fn contents(indexed: &IndexedVersion<'_>, place: PlaceOfChapter) -> Vec<Value> {
    let (document, own) = (indexed.document(place.document), indexed.chapter(place));
    let folder = path::version(indexed.version.number);
    let chapters = &indexed.chapters_by_id[place.document];
    let of_level_2 = document.article.headings.iter().filter(|heading| heading.level <= 2).count();
    let chapter_of = |id: &str| chapters.get(id).copied().filter(|chapter| chapter.id != own.id);
    let listed = document.article.headings.iter().filter_map(|heading| {
        let (level, id) = (heading.level, heading.id.as_str());
        let other = chapter_of(id);
        let is_listed = match other {
            None => level <= 3 || own.id == id,
            Some(chapter) => chapter.id == id || (level <= 2 && of_level_2 <= LISTED),
        };
        if !is_listed {
            return None;
        }
        let path = other.map(|chapter| format!("{folder}/{}#{id}", path::chapter_below_version(&document.id, &chapter.id)));
        Some(context! { level => level.min(3), id => id, text => &heading.text, path => path })
    });
    listed.collect()
}

/// What the template of a chapter's claims is told.
pub(super) fn claims_told(indexed: &IndexedVersion<'_>, place: PlaceOfChapter) -> Value {
    let (version, document, chapter) = (indexed.version, indexed.document(place.document), indexed.chapter(place));
    let marked = &indexed.marked[place.document];
    let folder = path::version(version.number);
    let others = (0..document.chapters.len()).map(|chapter| PlaceOfChapter { document: place.document, chapter });
    let others = others.filter(|other| other.chapter != place.chapter && !indexed.claims(*other).is_empty()).map(|other| {
        let chapter = indexed.chapter(other);
        let title = if chapter.id.is_empty() { &document.list_title } else { &chapter.title };
        context! { title => title, path => format!("{folder}/{}", path::claims_below_version(&document.id, &chapter.id)) }
    });
    context! {
        version => indexed.told.clone(),
        document => indexed.document_value(place.document),
        document_path => format!("{folder}/{}", indexed.page(place)),
        chapter => (!chapter.id.is_empty()).then_some(&chapter.title),
        others => others.collect::<Vec<_>>(),
        claims => indexed.claims(place).iter().map(|claim| claim_row(indexed, document, claim, marked)).collect::<Vec<_>>(),
    }
}

fn claim_row(indexed: &IndexedVersion<'_>, document: &Document, claim: &PrintedClaim, marked: &Marked<'_>) -> Value {
    // A figure calculated from several records links to none of them.
    let only = claim.records.first().filter(|_| claim.records.len() == 1);
    let record = only.and_then(|record| record.split_once('/')).filter(|record| indexed.records.contains(record));
    let anchor = anchor(claim);
    let mark = marked.named.get(&anchor);
    let chapter = mark.and_then(|mark| document.chapters.iter().find(|chapter| chapter.marks.contains(mark)));
    let place = chapter.map(|chapter| {
        format!("{}/{}#{anchor}", path::version(indexed.version.number), path::chapter_below_version(&document.id, &chapter.id))
    });
    context! {
        printed => &claim.printed,
        name => if claim.title.is_empty() { &claim.claim } else { &claim.title },
        path => record.map(|(collection, id)| path::record(collection, id)),
        place => place,
        sources => claim.sources.iter().map(|source| citation(&indexed.sources, source)).collect::<Vec<_>>(),
        page => &claim.page,
    }
}
