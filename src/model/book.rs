//! The book: its settings, its collections, the documents it makes.

use indexmap::IndexMap;

use super::{Attribution, Date, Record, Reference, Shapes};

/// What one project builds.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    pub settings: Settings,
    pub collections: IndexMap<String, Collection>,
}

/// What `content/book.yaml` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub title: String,
    pub subtitle: Option<String>,
    pub organization: Option<String>,
    /// The date the content speaks for.
    pub as_of: Date,
    /// BCP 47 language tag.
    pub language: String,
    /// What cascades to every claim that no record or collection speaks for.
    pub attribution: Attribution,
    /// The order of handling labels, least restricted first.
    pub markings: Vec<String>,
    pub paper: String,
    pub notes: NotesPlacement,
    pub pdf: PdfOptions,
    /// Words that brief itself prints, by key, where the book has its own.
    pub words: IndexMap<String, String>,
    pub documents: Vec<DocumentPlan>,
    /// Collections' settings as declared; a collection need not be declared to exist.
    pub collections: IndexMap<String, CollectionConfig>,
    /// The audiences' declarations, kept for the audience stage.
    pub audiences: serde_json::Value,
}

/// Where a document's notes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotesPlacement {
    #[default]
    End,
    Page,
}

/// PDF export settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfOptions {
    /// Standards in typst's own spelling: `a-3a`, `ua-1`.
    pub standards: Vec<String>,
}

/// What `book.yaml` says of a collection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CollectionConfig {
    /// File or folder below `content/`, where it isn't the collection's name.
    pub path: Option<String>,
    /// The field that holds the id in a file's list, dotted: `id.code`.
    pub key: Option<String>,
    /// The field to sort by; `reverse` turns it round.
    pub sort: Option<String>,
    pub reverse: bool,
    /// The field that holds a record's display name.
    pub label: Option<String>,
    pub defaults: Attribution,
}

/// Records of one kind, in their declared order.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    pub name: String,
    pub config: CollectionConfig,
    /// The schema as JSON, where there is one.
    pub schema: Option<serde_json::Value>,
    pub shapes: Shapes,
    pub records: IndexMap<String, Record>,
}

/// One entry of `documents:` in `book.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPlan {
    /// The document's id, or with `each` a template for it: `precedents/{{ record.id }}`.
    pub id: String,
    pub template: String,
    /// The collection for each of whose records a document is made.
    pub each: Option<String>,
    pub title: Option<String>,
    pub notes: Option<NotesPlacement>,
}

impl Book {
    /// A book without records, for tests.
    #[cfg(test)]
    pub(crate) fn empty() -> Book {
        let settings = Settings {
            title: "A book".to_owned(),
            subtitle: None,
            organization: None,
            as_of: Date { year: 2025, month: Some(11), day: Some(5) },
            language: "en".to_owned(),
            attribution: Attribution::default(),
            markings: Vec::new(),
            paper: "a4".to_owned(),
            notes: NotesPlacement::End,
            pdf: PdfOptions { standards: Vec::new() },
            words: IndexMap::new(),
            documents: Vec::new(),
            collections: IndexMap::new(),
            audiences: serde_json::Value::Null,
        };
        Book { settings, collections: IndexMap::new() }
    }

    /// The record that a reference names.
    pub fn record(&self, reference: &Reference) -> Option<&Record> {
        self.collections.get(&reference.collection)?.records.get(&reference.id)
    }

    /// A record's display name: its label field, else `name`, `title`, `term`, else its id.
    pub fn display_name<'a>(&'a self, record: &'a Record) -> &'a str {
        let label = self.collections.get(&record.collection).and_then(|c| c.config.label.as_deref());
        label
            .into_iter()
            .chain(["name", "title", "term"])
            .find_map(|field| record.fields.get(field)?.bare()?.as_str())
            .unwrap_or(&record.id)
    }

    /// Every record, collection by collection.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.collections.values().flat_map(|c| c.records.values())
    }
}
