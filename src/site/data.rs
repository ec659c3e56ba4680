//! What the site is made from: the versions of a book as data, handed in whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::words::Language;
use crate::document::Article;

/// The book as a whole, as its newest version describes it, and where its site will be.
#[derive(Debug, Clone)]
pub struct Facts {
    pub title: String,
    pub subtitle: Option<String>,
    pub organization: Option<String>,
    pub language: Language,
    /// Where the site will be found, with a slash at its end.
    pub base_url: Option<String>,
    /// The way from the site's root to the folder that holds `v1/`, `v2/` …: empty, or with a slash at its end.
    pub files: String,
}

/// One version. What is not serialized is needed for the version's own pages, and of the newest for the others.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Version {
    pub number: u32,
    /// The book's title and language in this version.
    pub title: String,
    pub language: Language,
    #[serde(default)]
    pub organization: Option<String>,
    pub digest: String,
    /// ISO 8601, and as a reader writes it.
    pub date: String,
    pub long_date: String,
    pub as_of: String,
    /// What the version bears with all that its records hold, which later versions don't change.
    pub marking: Option<String>,
    /// Whether anyone may see it, and search engines may list it.
    pub clear: bool,
    pub summary: String,
    /// What changed since the version before; nothing where that is not known.
    pub changes: Option<VersionChanges>,
    /// What built it: `commit 1a2b3c4d5e6f`.
    pub commits: Vec<String>,
    /// Its files are not where the site links to.
    pub pruned: bool,
    /// Of a version without changes: the records that it began with, as collection and id.
    pub began_with: Vec<(String, String)>,
    /// Where the site has its data for comparisons; set when its pages are made.
    pub data: Option<String>,
    /// How long the file is that holds all its files, in bytes; nothing where there is none.
    #[serde(default)]
    pub archive: Option<u64>,
    /// The sizes of its documents' redlines from the version before, in bytes, of those that were made.
    #[serde(default)]
    pub redlines: BTreeMap<String, u64>,
    /// The paths of its pages below its folder, and whether one of them says what changed; set when they are made.
    pub places: Vec<String>,
    pub has_changes_page: bool,
    /// What its documents are called, in the order of the book; set by `Version::prepared`.
    #[serde(default)]
    pub titles: Vec<DocumentTitle>,
    /// In the order of the book.
    #[serde(skip)]
    pub documents: Vec<Document>,
    /// What its records say.
    #[serde(skip)]
    pub records: Vec<RecordValues>,
}

/// A document's id, and what it is called among others.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentTitle {
    pub id: String,
    pub title: String,
}

/// What changed between a version and the one before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionChanges {
    /// The version before, its marking, and whether anyone may see it.
    pub since: u32,
    pub since_marking: Option<String>,
    pub since_clear: bool,
    /// Whether all that changed is known, so that a page can tell it.
    pub is_complete: bool,
    pub records: Vec<RecordChange>,
    /// The documents that differ, each with why.
    pub documents: Vec<ChangedDocument>,
    /// What the book says of itself: its title, its subtitle, who makes it.
    #[serde(default)]
    pub book: Vec<ChangedField>,
}

/// What happened to a record in a version.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordChangeKind {
    /// It came or went as a whole.
    AddedOrRemoved,
    Changed,
}

/// A document that differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangedDocument {
    pub id: String,
    /// What it was called, where the version doesn't have it.
    #[serde(default)]
    pub title: Option<String>,
    /// The word for what happened: `changed`.
    pub verb: String,
    pub reasons: Vec<String>,
    /// The images of it that differ, by their paths.
    #[serde(default)]
    pub images: Vec<String>,
}

/// A changed field of a record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ChangedField {
    /// The field as people call it, and what of it changed: `value`, `source`, `as of`, `marking`, `confidence`.
    pub label: String,
    pub part: String,
    /// Both sides in readers' words.
    pub before: Option<String>,
    pub after: Option<String>,
    /// HTML of a text with what was taken out and put in marked.
    #[serde(default)]
    pub prose: Option<String>,
    /// Both sides as numbers of one unit.
    #[serde(default)]
    pub numbers: Option<(f64, f64)>,
    /// Whether a claim has another value.
    pub is_claim_value: bool,
    /// Whether it is the word of what stands around it that changed, of the record, its collection or the book.
    #[serde(default)]
    pub inherited: bool,
}

/// A document of a version.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Document {
    pub id: String,
    pub title: String,
    /// What it is called among others: `Summary`, `Profile: Egypt`.
    pub list_title: String,
    pub subtitle: Option<String>,
    /// What it bears, where anything was said.
    pub marking: Option<String>,
    /// The version that last revised it, and that version's date.
    pub revised: u32,
    pub revised_date: String,
    /// The version of another audience whose stamp its files carry: `public/v3`.
    pub shared: Option<String>,
    /// The PDF's size in bytes, where there is one.
    pub pdf: Option<u64>,
    #[serde(skip)]
    pub article: Article,
    /// Its text, page by page; set by `Version::prepared`.
    #[serde(skip)]
    pub chapters: Vec<Chapter>,
    #[serde(skip)]
    pub claims: Vec<PrintedClaim>,
    /// What it is made of, for comparisons in the browser.
    #[serde(skip)]
    pub made_of: MadeOf,
}

/// A part of a document's text that is a page of its own; of most documents the only one.
#[derive(Debug, Clone, Default)]
pub struct Chapter {
    /// The id of its first heading; empty for the first chapter.
    pub id: String,
    /// What its first heading says.
    pub title: String,
    /// The line of the document's Markdown that it begins in.
    pub line: usize,
    pub html: String,
    /// The ids in its HTML, and the numbers of the marks.
    pub ids: BTreeSet<String>,
    pub marks: BTreeSet<usize>,
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
    pub records: BTreeSet<String>,
    /// What it is, or how it was calculated, in readers' words: `KFOR, Troops`.
    pub title: String,
    pub is_derived: bool,
    pub printed: String,
    pub sources: Vec<String>,
    pub as_of: Option<String>,
    pub confidence: Option<String>,
    pub notes: Vec<usize>,
    /// Line of the document's Markdown.
    pub line: usize,
    pub page: Option<u32>,
}

/// A record's values in one version.
#[derive(Debug, Clone, Serialize)]
pub struct RecordValues {
    pub collection: String,
    /// What people call the collection.
    pub collection_title: String,
    pub id: String,
    pub name: String,
    pub rows: Vec<Row>,
}

/// One value of a record, or what belongs to one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    pub path: String,
    pub label: String,
    /// The title of the field that the value is in, where it isn't one itself; the label is the way from there.
    pub group: Option<String>,
    pub part: String,
    /// In readers' words.
    pub text: String,
    /// Of the part `source` the citations, as written.
    pub sources: Vec<String>,
    /// The records that the value consists of.
    pub references: Vec<RecordName>,
    /// The citations in a text.
    pub cites: Vec<Cite>,
    /// A digest of the value as written, where readers see it otherwise.
    pub written: Option<String>,
}

impl Row {
    /// The label, with the title of what it is in: `Tests, Enough troops`.
    pub(super) fn full_label(&self) -> String {
        full_label(self.group.as_deref(), &self.label)
    }
}

/// A label, with the title of what it is in.
pub(super) fn full_label(group: Option<&str>, label: &str) -> String {
    group.map_or_else(|| label.to_owned(), |group| format!("{group}, {label}"))
}

/// A citation in a text, as written, and the sentence that it stands in, up to there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cite {
    pub citation: String,
    pub sentence: String,
}

impl Cite {
    /// The sentence, and that it goes on where it does.
    pub(super) fn quoted(&self) -> String {
        match self.sentence.strip_suffix([',', ';', ':']) {
            Some(part) => format!("{part} …"),
            None => self.sentence.clone(),
        }
    }
}

/// A record by its place, and what people call it.
#[derive(Debug, Clone, Serialize)]
pub struct RecordName {
    pub collection: String,
    pub id: String,
    pub name: String,
}

/// A record, with its history through all versions.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Record {
    pub collection: String,
    pub collection_title: String,
    pub id: String,
    pub name: String,
    /// What it says in the newest version; empty where that has it no more.
    pub rows: Vec<Row>,
    /// What it said last, where the newest version has it no more.
    pub last_rows: Vec<Row>,
    /// The record that it is in the newest version, where it was renamed.
    pub goes_on_as: Option<RecordName>,
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
    pub lines: Vec<EventLine>,
    #[serde(skip)]
    pub(super) fields: Vec<ChangedField>,
}

/// One thing that changed in a record.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EventLine {
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// HTML of a text with its changes marked.
    pub prose: Option<String>,
}

impl Version {
    /// The same without what only its own pages need.
    #[must_use]
    pub fn without_contents(mut self) -> Version {
        self.documents = Vec::new();
        self.records = Vec::new();
        self
    }
}
