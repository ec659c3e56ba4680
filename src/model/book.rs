//! The book: its settings, its collections, the documents it makes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::layout::Pointer;

use super::{
    Attribution, Audience, Citation, Date, Marking, MarkingScheme, NumberStyle, Record, Reference, SOURCES, Shapes, SharedRecord,
    ThemeOptions, Value, field_at,
};

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
    /// Whether that date is inferred rather than stated by the material.
    pub as_of_inferred: bool,
    /// After how many days a version made later says how old its content is.
    pub stale_after: Option<u32>,
    /// BCP 47 language tag.
    pub language: String,
    /// How numbers are written.
    pub numbers: NumberStyle,
    /// What cascades to every claim that no record or collection speaks for.
    pub attribution: Attribution,
    /// The handling labels, and which covers which.
    pub markings: MarkingScheme,
    /// What a record bears for which neither it nor its collection says anything.
    pub default_marking: Marking,
    /// Whether each page bears the marking of what stands on it, rather than the document's.
    pub page_marking: bool,
    /// Whether each paragraph begins with its marking.
    pub portion_marks: bool,
    pub theme: ThemeOptions,
    pub notes: NotesPlacement,
    pub pdf: PdfOptions,
    /// Words that brief itself prints, by key, where the book has its own.
    pub words: IndexMap<String, String>,
    /// The same for the reading site, by the English text that is replaced.
    pub site_words: BTreeMap<String, String>,
    pub documents: Vec<DocumentPlan>,
    /// Collections' settings as declared; a collection need not be declared to exist.
    pub collections: IndexMap<String, CollectionConfig>,
    /// For whom the book was made, where it isn't all of it.
    pub reader: Option<Audience>,
    /// Who versions are made for, in the order declared; none where there is one kind of reader, who sees everything.
    pub audiences: Vec<Audience>,
}

/// Where a document's notes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotesPlacement {
    /// In a list at the document's end.
    #[default]
    End,
    /// At the foot of the page, as footnotes.
    Page,
    /// In the margin, beside the line, and in the list at the document's end.
    Margin,
}

/// PDF export settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfOptions {
    /// Standards in typst's own spelling: `a-3a`, `ua-1`.
    pub standards: Vec<String>,
}

impl PdfOptions {
    /// Whether PDFs are to meet PDF/UA.
    pub fn are_accessible(&self) -> bool {
        self.standards.iter().any(|standard| standard.starts_with("ua-"))
    }
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
    /// The field that holds a record's display name, dotted where it lies deeper.
    pub label: Option<String>,
    pub defaults: Attribution,
    /// Fields whose changes aren't worth saying, dotted where they lie deeper.
    pub ignore: Vec<String>,
}

/// Records of one kind, in their declared order.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    pub name: String,
    pub config: CollectionConfig,
    /// The schema as JSON, where there is one.
    pub schema: Option<serde_json::Value>,
    pub shapes: Shapes,
    pub records: IndexMap<String, SharedRecord>,
    /// Whether its reader may not know that it exists. It has no records then, no schema, and no place in what a version keeps.
    pub is_withheld: bool,
}

impl Collection {
    /// The records in their declared order, sorted where the settings say so; those without the field come last.
    pub fn order(config: &CollectionConfig, records: &mut IndexMap<String, SharedRecord>) {
        if let Some(field) = &config.sort {
            records.sort_by(|_, a, _, b| compare(field_at(&a.fields, field), field_at(&b.fields, field)));
        }
        if config.reverse {
            records.reverse();
        }
    }
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

impl Settings {
    /// What the book's own text bears: its title, and what templates say.
    pub fn text_marking(&self) -> Marking {
        if self.attribution.marking.is_empty() { self.default_marking.clone() } else { self.attribution.marking.clone() }
    }
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
            as_of_inferred: false,
            stale_after: None,
            language: "en".to_owned(),
            numbers: NumberStyle::default(),
            attribution: Attribution::default(),
            markings: MarkingScheme::tlp(),
            default_marking: Marking::default(),
            page_marking: false,
            portion_marks: false,
            theme: ThemeOptions::default(),
            notes: NotesPlacement::End,
            pdf: PdfOptions { standards: Vec::new() },
            words: IndexMap::new(),
            site_words: BTreeMap::new(),
            documents: Vec::new(),
            collections: IndexMap::new(),
            reader: None,
            audiences: Vec::new(),
        };
        Book { settings, collections: IndexMap::new() }
    }

    /// The record that a reference names.
    pub fn record(&self, reference: &Reference) -> Option<&Record> {
        self.collections.get(&reference.collection)?.records.get(&reference.id).map(|record| &**record)
    }

    /// The record of a source.
    pub fn source(&self, id: &str) -> Option<&Record> {
        self.collections.get(SOURCES)?.records.get(id).map(|record| &**record)
    }

    /// How many paragraphs a source has, or what else its `locator` counts, where it says so.
    pub fn source_length(&self, id: &str) -> Option<u64> {
        match self.source(id)?.fields.get("length")?.bare()? {
            Value::Number(number) => number.as_u64().filter(|length| *length > 0),
            _ => None,
        }
    }

    /// What is wrong with a citation's locator by its source's length, in words that follow "but".
    pub fn locator_fault(&self, citation: &Citation) -> Option<String> {
        let length = self.source_length(&citation.source)?;
        let counted = self.source(&citation.source)?.fields.get("locator").and_then(|field| field.bare()?.as_str()).unwrap_or("paragraph");
        let plural = if length == 1 { "" } else { "s" };
        let has = format!("`{}` has {length} {counted}{plural}", citation.source);
        citation.numbers().into_iter().find_map(|(first, last)| match () {
            () if first == 0 => Some(format!("{counted}s are counted from 1")),
            () if first > length || last > length => Some(has.clone()),
            () if first > last => Some(format!("{first}-{last} runs backwards")),
            () => None,
        })
    }

    /// A record's display name: its label field, else `name`, `title`, `term`, else its id.
    pub fn display_name<'a>(&'a self, record: &'a Record) -> &'a str {
        self.named_by(record).map_or(&record.id, |(_, name)| name)
    }

    /// What a record's display name bears.
    pub fn marking_of_name(&self, record: &Record) -> Marking {
        let field = self.named_by(record).map(|(field, _)| field.split('.').collect::<Pointer>());
        field.map_or(&record.marking, |field| record.marking_at(&field)).clone()
    }

    /// What a value of a record bears, by the record's collection and id.
    pub fn marking_of(&self, (collection, id): &(String, String), path: &Pointer) -> Marking {
        let record = self.collections.get(collection).and_then(|collection| collection.records.get(id));
        record.map(|record| record.marking_at(path).clone()).unwrap_or_default()
    }

    fn named_by<'a>(&'a self, record: &'a Record) -> Option<(&'a str, &'a str)> {
        let label = self.collections.get(&record.collection).and_then(|c| c.config.label.as_deref());
        let mut fields = label.into_iter().chain(["name", "title", "term"]);
        fields.find_map(|field| Some((field, field_at(&record.fields, field)?.as_str()?)))
    }

    /// Every record, collection by collection.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.collections.values().flat_map(|c| c.records.values().map(|record| &**record))
    }
}

/// Numbers by size, then texts by their characters; what has no value comes last.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let text = |value: &Value| match value {
        Value::Reference(reference) => reference.id.clone(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(Value::Number(a)), Some(Value::Number(b))) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
        },
        (Some(Value::Number(_)), Some(_)) => Ordering::Less,
        (Some(_), Some(Value::Number(_))) => Ordering::Greater,
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (Some(a), Some(b)) => text(a).cmp(&text(b)),
    }
}
