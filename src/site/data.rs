//! What the site is made from: the versions of a book as data, handed in whole.

use std::collections::BTreeMap;

use serde::Serialize;

use super::history;
use crate::document::Article;

/// The book as a whole, as its newest version describes it, and where its site will be.
#[derive(Debug, Clone)]
pub struct Facts {
    pub title: String,
    pub subtitle: Option<String>,
    pub organization: Option<String>,
    /// BCP 47 language tag.
    pub language: String,
    /// Where the site will be found, with a slash at its end.
    pub base_url: Option<String>,
    /// The way from the site's root to the folder that holds `v1/`, `v2/` …: empty, or with a slash at its end.
    pub files: String,
}

/// A book and all its versions.
#[derive(Debug, Clone)]
pub struct Site {
    pub(super) facts: Facts,
    /// Newest first.
    pub(super) versions: Vec<Version>,
    /// Every record that any version has, by collection and id.
    pub(super) records: Vec<Record>,
    /// Where the newest version prints each record's claims: `missions/kfor` to documents.
    pub(super) printed: BTreeMap<String, Vec<Printing>>,
}

/// One version.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    pub number: u32,
    pub digest: String,
    /// ISO 8601, and as a reader writes it.
    pub date: String,
    pub long_date: String,
    pub as_of: String,
    /// The book's marking in this version, which later versions don't change.
    pub marking: Option<String>,
    /// Whether anyone may see it, and search engines may list it.
    pub clear: bool,
    pub summary: String,
    /// What changed since the version before; nothing where that is not here.
    pub changes: Option<VersionChanges>,
    /// What built it: `commit 1a2b3c4d5e6f`.
    pub commits: Vec<String>,
    pub pruned: bool,
    /// In the order of the book; none where it was pruned.
    #[serde(skip)]
    pub documents: Vec<Document>,
    /// What its records say.
    #[serde(skip)]
    pub records: Vec<RecordValues>,
}

/// What changed between a version and the one before it that is here.
#[derive(Debug, Clone, Serialize)]
pub struct VersionChanges {
    /// The version before.
    pub since: u32,
    /// All changes as HTML.
    #[serde(skip)]
    pub html: String,
    #[serde(skip)]
    pub records: Vec<RecordChange>,
}

/// What happened to a record in a version.
#[derive(Debug, Clone)]
pub struct RecordChange {
    pub collection: String,
    pub id: String,
    /// The id that a renamed record had.
    pub old_id: Option<String>,
    pub name: String,
    pub kind: RecordChangeKind,
    /// The word for the kind: `added`.
    pub verb: String,
    /// What changed in it, each in one line.
    pub fields: Vec<ChangedField>,
}

/// What can happen to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordChangeKind {
    /// It came or went as a whole.
    AddedOrRemoved,
    Changed,
}

/// A changed field of a record, in one line.
#[derive(Debug, Clone)]
pub struct ChangedField {
    pub text: String,
    /// Whether a claim has another value.
    pub is_claim_value: bool,
}

/// A document of a version.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub subtitle: Option<String>,
    /// The version that last revised it, and that version's date.
    pub revised: u32,
    pub revised_date: String,
    /// The PDF's size in bytes, where there is one.
    pub pdf: Option<u64>,
    #[serde(skip)]
    pub article: Article,
    pub claims: Vec<PrintedClaim>,
    /// What it is made of, for comparisons in the browser.
    #[serde(skip)]
    pub made_of: MadeOf,
}

/// What a document is made of, as digests: of the whole, and of its parts where they are known.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MadeOf {
    pub digest: String,
    /// Each by the reason for a difference that it is: `text`, `template`, `settings`, `options`, `theme`, `fonts`, `tools`,
    /// and `image` with the image's path.
    pub parts: Vec<(String, String)>,
}

/// A claim that a document prints.
#[derive(Debug, Clone, Serialize)]
pub struct PrintedClaim {
    /// `precedents/kfor/troops`, or the calculation, and the records that it is of.
    pub claim: String,
    pub records: std::collections::BTreeSet<String>,
    pub printed: String,
    pub sources: Vec<String>,
    pub notes: Vec<usize>,
    pub page: Option<u32>,
}

/// A record's values in one version: rows of pointer, label, part and text.
#[derive(Debug, Clone, Serialize)]
pub struct RecordValues {
    pub collection: String,
    pub id: String,
    pub name: String,
    pub rows: Vec<Row>,
}

/// One value of a record, or what belongs to one.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub path: String,
    pub label: String,
    pub part: String,
    pub text: String,
}

/// A record, with its history through all versions.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Record {
    pub collection: String,
    pub id: String,
    pub name: String,
    /// What it says in the newest version; empty where that has it no more.
    pub rows: Vec<Row>,
    /// Newest first.
    pub history: Vec<Event>,
}

/// What happened to a record in a version.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Event {
    pub version: u32,
    pub date: String,
    /// `added`, `removed`, `changed`, `renamed`.
    pub kind: String,
    pub lines: Vec<String>,
}

/// A document that prints claims of a record.
#[derive(Debug, Clone)]
pub(super) struct Printing {
    /// The document's index in its version.
    pub(super) document: usize,
    /// The first page of the PDF on which it prints one.
    pub(super) page: Option<u32>,
}

impl Site {
    /// The site of a book's versions, newest first.
    pub fn new(facts: Facts, versions: Vec<Version>) -> Site {
        let records = history::records(&versions);
        let printed = printed(&versions);
        Site { facts, versions, records, printed }
    }

    /// The newest version whose files are here.
    pub(super) fn newest(&self) -> Option<&Version> {
        self.versions.iter().find(|version| !version.pruned)
    }

    /// Whether anyone may see what all versions together say.
    pub(super) fn clear(&self) -> bool {
        self.versions.iter().all(|version| version.clear)
    }

    /// The marking of pages that show what several versions say: those of all of them, without what says that anyone may
    /// see it where another doesn't.
    pub(super) fn marking<'a>(&self, versions: impl Iterator<Item = &'a Version>) -> Option<String> {
        let mut above: Vec<&str> = Vec::new();
        let mut clear = None;
        for version in versions {
            match &version.marking {
                Some(marking) if version.clear => clear = clear.or(Some(marking.as_str())),
                Some(marking) if !above.contains(&marking.as_str()) => above.push(marking),
                _ => {}
            }
        }
        if above.is_empty() { clear.map(str::to_owned) } else { Some(above.join(", ")) }
    }

    /// The version of a number.
    pub(super) fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The record of an id; records are sorted.
    pub(super) fn record(&self, collection: &str, id: &str) -> Option<&Record> {
        let found = self.records.binary_search_by(|record| (record.collection.as_str(), record.id.as_str()).cmp(&(collection, id)));
        found.ok().and_then(|at| self.records.get(at))
    }
}

/// Where the newest version prints each record's claims.
fn printed(versions: &[Version]) -> BTreeMap<String, Vec<Printing>> {
    let mut printed: BTreeMap<String, Vec<Printing>> = BTreeMap::new();
    let documents = versions.iter().find(|version| !version.pruned).map(|newest| newest.documents.as_slice()).unwrap_or_default();
    for (index, document) in documents.iter().enumerate() {
        for claim in &document.claims {
            for record in &claim.records {
                let places = printed.entry(record.clone()).or_default();
                if places.last().is_none_or(|last| last.document != index) {
                    places.push(Printing { document: index, page: claim.page });
                }
            }
        }
    }
    printed
}
