//! A snapshot: a book's records as data, to be kept with a version and compared later.
//!
//! It holds what `data.json` holds: the records as written, each claim as a bare value or an envelope, and
//! beside them what the claims have after the cascade, so that a reader need not run it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as Json};

use super::{Attribution, Book, Claim, Collection, Held, Map, Marking, Record, Reserved, Shapes, Value};
use crate::layout::{Pointer, Segment};

/// A book's facts and records.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    pub book: BookFacts,
    pub collections: IndexMap<String, CollectionSnapshot>,
}

/// What `content/book.yaml` says of the book as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookFacts {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The date the content speaks for.
    pub as_of: String,
    /// Whether that date is inferred, which is said wherever it is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_of_inferred: bool,
    pub language: String,
    /// The book's own words on the reading site, by the English text that they replace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub site_words: BTreeMap<String, String>,
    /// The audience that the version was made for, which may be shown no other's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// What cascades to every claim that nothing nearer speaks for.
    #[serde(default, skip_serializing_if = "AttributionSnapshot::is_empty")]
    pub defaults: AttributionSnapshot,
}

/// The records of one kind, and how to read them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionSnapshot {
    /// The field that holds the id in a file's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The field that holds a record's display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reverse: bool,
    #[serde(default, skip_serializing_if = "AttributionSnapshot::is_empty")]
    pub defaults: AttributionSnapshot,
    /// Fields whose changes aren't worth saying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Json>,
    /// What the schema says beyond validity.
    #[serde(default, skip_serializing_if = "Shapes::is_empty")]
    pub shapes: Shapes,
    /// In their declared order.
    pub records: IndexMap<String, RecordSnapshot>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSnapshot {
    /// Its display name.
    pub name: String,
    /// What the record itself says of its claims.
    #[serde(default, skip_serializing_if = "AttributionSnapshot::is_empty")]
    pub own: AttributionSnapshot,
    /// What mappings inside the record say of the claims in them, by its pointer below `fields`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nested: BTreeMap<Pointer, AttributionSnapshot>,
    /// The fields as written, without reserved keys: a claim is a bare value or an envelope.
    pub fields: JsonMap<String, Json>,
    /// How values in it must be handled after the cascade, by JSON pointer below `fields`, wherever that is more than what
    /// surrounds them says; by the empty pointer the record's own, where it is more than its collection's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub markings: BTreeMap<Pointer, String>,
    /// What each claim has after the cascade, by its JSON pointer below `fields` as bare values would have it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<Pointer, AttributionSnapshot>,
}

/// Who says something, and of when; an [`Attribution`] as data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributionSnapshot {
    /// `id#locator`, each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
}

impl CollectionSnapshot {
    /// The same, of no record: how records of the collection are read.
    #[must_use]
    pub fn without_records(&self) -> CollectionSnapshot {
        CollectionSnapshot {
            key: self.key.clone(),
            label: self.label.clone(),
            sort: self.sort.clone(),
            reverse: self.reverse,
            defaults: self.defaults.clone(),
            ignore: self.ignore.clone(),
            schema: self.schema.clone(),
            shapes: self.shapes.clone(),
            records: IndexMap::new(),
        }
    }
}

impl AttributionSnapshot {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == AttributionSnapshot::default()
    }
}

impl From<&Attribution> for AttributionSnapshot {
    fn from(said: &Attribution) -> AttributionSnapshot {
        AttributionSnapshot {
            source: said.sources.iter().map(ToString::to_string).collect(),
            as_of: said.as_of.map(|date| date.to_string()),
            marking: said.marking.text(),
            confidence: said.confidence.clone(),
        }
    }
}

impl Snapshot {
    /// The snapshot of a book.
    pub fn of(book: &Book) -> Snapshot {
        Snapshot::of_records(book, &|_| true)
    }

    /// The snapshot of some of a book's records.
    pub fn of_records(book: &Book, is_wanted: &dyn Fn(&Record) -> bool) -> Snapshot {
        let settings = &book.settings;
        let facts = BookFacts {
            title: settings.title.clone(),
            subtitle: settings.subtitle.clone(),
            organization: settings.organization.clone(),
            as_of: settings.as_of.to_string(),
            as_of_inferred: settings.as_of_inferred,
            language: settings.language.clone(),
            site_words: settings.site_words.clone(),
            audience: settings.reader.as_ref().map(|reader| reader.name.clone()),
            defaults: AttributionSnapshot::from(&settings.attribution),
        };
        let collections = book
            .collections
            .iter()
            .filter(|(_, collection)| !collection.is_withheld)
            .map(|(name, collection)| (name.clone(), snap_collection(book, collection, is_wanted)))
            .collect();
        Snapshot { book: facts, collections }
    }
}

fn snap_collection(book: &Book, collection: &Collection, is_wanted: &dyn Fn(&Record) -> bool) -> CollectionSnapshot {
    let config = &collection.config;
    let above = config.defaults.or(&book.settings.attribution);
    CollectionSnapshot {
        key: config.key.clone(),
        label: config.label.clone(),
        sort: config.sort.clone(),
        reverse: config.reverse,
        defaults: AttributionSnapshot::from(&config.defaults),
        ignore: config.ignore.clone(),
        schema: collection.schema.clone(),
        shapes: collection.shapes.clone().without_descriptions(),
        records: collection
            .records
            .iter()
            .filter(|(_, record)| is_wanted(record))
            .map(|(id, record)| (id.clone(), snap_record(book, record, &above)))
            .collect(),
    }
}

fn snap_record(book: &Book, record: &Record, above: &Attribution) -> RecordSnapshot {
    let inherited = Attribution { marking: record.marking.clone(), ..record.own.or(above) };
    let mut writer = Writer { inherited, nested: &record.nested, marked: &record.marked, path: Pointer::root(), claims: BTreeMap::new() };
    let fields = writer.fields(&record.fields);
    let nested =
        record.nested.iter().map(|(path, said)| (path.clone(), AttributionSnapshot::from(&said.own))).filter(|(_, said)| !said.is_empty());
    RecordSnapshot {
        name: book.display_name(record).to_owned(),
        own: AttributionSnapshot::from(&record.own),
        nested: nested.collect(),
        markings: markings(record, above),
        fields,
        claims: writer.claims,
    }
}

/// How a record and the values in it must be handled, where that is more than what surrounds them says.
fn markings(record: &Record, above: &Attribution) -> BTreeMap<Pointer, String> {
    let own = (record.marking != record.own.or(above).marking).then(|| (Pointer::root(), record.marking.to_string()));
    own.into_iter().chain(record.marked.iter().map(|(path, marking)| (path.clone(), marking.to_string()))).collect()
}

/// Writes values as content has them, and collects the claims among them.
struct Writer<'a> {
    /// What a claim has that says nothing itself.
    inherited: Attribution,
    /// What the mappings of the record say.
    nested: &'a BTreeMap<Pointer, Reserved>,
    /// What values in the record bear, beyond what surrounds them.
    marked: &'a BTreeMap<Pointer, Marking>,
    path: Pointer,
    claims: BTreeMap<Pointer, AttributionSnapshot>,
}

impl Writer<'_> {
    fn fields(&mut self, fields: &Map) -> JsonMap<String, Json> {
        let outer = self.inherited.clone();
        if let Some(said) = self.nested.get(&self.path) {
            self.inherited = said.own.or(&outer);
        }
        if let Some(marking) = self.marked.get(&self.path) {
            self.inherited.marking = marking.clone();
        }
        let written = fields.iter().map(|(key, value)| (key.clone(), self.below(key, value))).collect();
        self.inherited = outer;
        written
    }

    fn below(&mut self, key: impl Segment, value: &Value) -> Json {
        self.path.push(key);
        let written = self.value(value);
        self.path.pop();
        written
    }

    fn value(&mut self, value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) | Value::Markdown(text) => Json::String(text.clone()),
            Value::Reference(reference) => Json::String(reference.id.clone()),
            Value::Claim(claim) => self.claim(claim),
            Value::List(items) => items.iter().enumerate().map(|(index, item)| self.below(index, item)).collect(),
            Value::Map(fields) => Json::Object(self.fields(fields)),
        }
    }

    fn claim(&mut self, claim: &Claim) -> Json {
        let effective = AttributionSnapshot {
            source: claim.sources.iter().map(ToString::to_string).collect(),
            as_of: claim.as_of.map(|date| date.to_string()),
            marking: claim.marking.text(),
            confidence: claim.confidence.clone(),
        };
        let mut envelope = JsonMap::new();
        match &claim.held {
            Held::Known { value, qualifier } => {
                envelope.insert("value".to_owned(), plain(value));
                if let Some(qualifier) = qualifier {
                    envelope.insert(qualifier.key().to_owned(), Json::Bool(true));
                }
            }
            Held::Range(low, high) => {
                envelope.insert("range".to_owned(), Json::Array(vec![low.clone().into(), high.clone().into()]));
            }
            Held::Unknown(why) => {
                envelope.insert("unknown".to_owned(), Json::from(why.clone()));
            }
        }
        if let Some(unit) = &claim.unit {
            envelope.insert("unit".to_owned(), Json::from(unit.clone()));
        }
        if claim.own_source {
            envelope.insert("source".to_owned(), Json::from(effective.source.clone()));
        }
        let inherited = AttributionSnapshot::from(&self.inherited);
        for (key, own, outer) in [
            ("as_of", &effective.as_of, &inherited.as_of),
            ("marking", &effective.marking, &inherited.marking),
            ("confidence", &effective.confidence, &inherited.confidence),
        ] {
            if let Some(text) = own.as_ref().filter(|_| own != outer) {
                envelope.insert(key.to_owned(), Json::from(text.clone()));
            }
        }
        self.claims.insert(self.path.clone(), effective);
        // A mapping written bare would be taken for an envelope.
        match envelope.get("value") {
            Some(bare) if envelope.len() == 1 && !bare.is_object() => bare.clone(),
            _ => Json::Object(envelope),
        }
    }
}

/// A value without regard to claims in it: what a claim holds.
fn plain(value: &Value) -> Json {
    Writer {
        inherited: Attribution::default(),
        nested: &BTreeMap::new(),
        marked: &BTreeMap::new(),
        path: Pointer::root(),
        claims: BTreeMap::new(),
    }
    .value(value)
}
