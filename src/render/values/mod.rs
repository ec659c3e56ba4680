//! What templates see: collections, records, claims and the version, as objects of the engine.

use std::cmp::Ordering;
use std::fmt;
use std::sync::atomic::{self, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::claim_text;
use super::token::{Prints, shield, unshield};
use crate::document::StampField;
use crate::model::{self, Book, Claim, Held, Qualifier, Record};

/// What one render shares: the book, what was printed, and the last name that wasn't there.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) book: Arc<Book>,
    pub(crate) prints: Prints,
    /// The last field that was asked for and isn't there: who lacks it, its name, the names there are.
    missed: Mutex<Option<Miss>>,
    /// The record whose field was read last, as the indexes of collection and record, from 1.
    looked: AtomicU64,
    /// Whether the template looked at `changes`.
    pub(crate) saw_changes: atomic::AtomicBool,
}

/// A field that was asked for and isn't there.
#[derive(Debug, Clone)]
pub(crate) struct Miss {
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) known: Vec<String>,
}

impl Pass {
    pub(crate) fn new(book: Arc<Book>) -> Arc<Pass> {
        Arc::new(Pass { book, prints: Prints::default(), missed: Mutex::new(None), looked: AtomicU64::new(0), saw_changes: false.into() })
    }

    pub(crate) fn missed(&self) -> Option<Miss> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The record whose field was read last.
    pub(crate) fn looked_at(&self) -> Option<&Record> {
        let looked = self.looked.load(atomic::Ordering::Relaxed).checked_sub(1)?;
        let (_, collection) = self.book.collections.get_index(usize::try_from(looked >> 32).ok()?)?;
        collection.records.get_index(usize::try_from(looked & u64::from(u32::MAX)).ok()?).map(|(_, record)| record)
    }

    fn miss(&self, owner: impl fmt::Display, name: &str, known: impl Iterator<Item = String>) {
        let miss = Miss { owner: owner.to_string(), name: name.to_owned(), known: known.collect() };
        *self.missed.lock().unwrap_or_else(PoisonError::into_inner) = Some(miss);
    }
}

/// Something that was printed, and that `resolve` puts into the document.
#[derive(Debug, Clone)]
pub(crate) enum Printed {
    Text(String),
    Claim(Arc<ClaimObject>),
    Record {
        collection: String,
        id: String,
        name: String,
    },
    Markdown {
        text: String,
        origin: Origin,
    },
    Stamp(StampField),
    /// A mark for sources, without a claim.
    Cite(Vec<model::Citation>),
    Notes,
    Sources,
}

/// Which value of which record this is, for messages and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Collection and id.
    pub(crate) record: (String, String),
    /// JSON pointer below the record.
    pub(crate) path: String,
}

/// A collection: iterates over its records in order, and has each as an attribute.
#[derive(Debug)]
pub(crate) struct CollectionObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) index: usize,
}

impl CollectionObject {
    fn collection(&self) -> &model::Collection {
        &self.pass.book.collections[self.index]
    }

    fn record(&self, index: usize) -> Value {
        Value::from_object(RecordObject { pass: self.pass.clone(), collection: self.index, index })
    }
}

impl Object for CollectionObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(index) = key.as_usize() {
            return (index < self.collection().records.len()).then(|| self.record(index));
        }
        let id = key.as_str()?;
        match self.collection().records.get_index_of(id) {
            Some(index) => Some(self.record(index)),
            None => {
                let collection = self.collection();
                self.pass.miss(format_args!("collection `{}`", collection.name), id, collection.records.keys().cloned());
                None
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let this = self.clone();
        Enumerator::Iter(Box::new((0..self.collection().records.len()).map(move |index| this.record(index))))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.collection().records.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.collection().name)
    }
}

/// A record: its fields as attributes; prints as its name, linked.
#[derive(Debug)]
pub(crate) struct RecordObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) collection: usize,
    pub(crate) index: usize,
}

impl RecordObject {
    /// The record that a reference names.
    pub(crate) fn find(pass: &Arc<Pass>, collection: &str, id: &str) -> Option<RecordObject> {
        let (at, _, found) = pass.book.collections.get_full(collection)?;
        let index = found.records.get_index_of(id)?;
        Some(RecordObject { pass: pass.clone(), collection: at, index })
    }

    pub(crate) fn record(&self) -> &Record {
        &self.pass.book.collections[self.collection].records[self.index]
    }

    pub(crate) fn id(&self) -> &str {
        &self.record().id
    }

    pub(crate) fn printed(&self) -> Printed {
        let record = self.record();
        Printed::Record {
            collection: record.collection.clone(),
            id: record.id.clone(),
            name: self.pass.book.display_name(record).to_owned(),
        }
    }
}

impl Object for RecordObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let record = self.record();
        self.pass.looked.store(((self.collection as u64) << 32 | self.index as u64) + 1, atomic::Ordering::Relaxed);
        if let Some(value) = record.fields.get(key) {
            let origin = Origin { record: (record.collection.clone(), record.id.clone()), path: format!("/{}", escape(key)) };
            return Some(to_value(&self.pass, value, origin));
        }
        let collection = &self.pass.book.collections[self.collection];
        let declared = collection.shapes.root().is_some_and(|root| root.properties.contains_key(key));
        match key {
            _ if declared => Some(Value::from(())),
            "id" => Some(text(&record.id)),
            "collection" => Some(text(&record.collection)),
            "sources" => {
                Some(citations(&self.pass, &record.own.or(&collection.config.defaults).or(&self.pass.book.settings.attribution).sources))
            }
            "as_of" => Some(record.own.as_of.map_or(Value::from(()), |date| Value::from(date.to_string()))),
            "marking" => Some(optional(record.own.marking.as_deref())),
            "confidence" => Some(optional(record.own.confidence.as_deref())),
            "body" if record.file.ends_with(".md") => Some(Value::from(())),
            _ => {
                let declared = collection.shapes.root().into_iter().flat_map(|root| root.properties.keys()).chain(record.fields.keys());
                let known = declared.map(String::as_str).chain(["id", "sources"]).map(str::to_owned);
                self.pass.miss(format_args!("{} `{}`", record.collection, record.id), key, known);
                None
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.record().fields.keys().map(|key| text(key)).collect())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<RecordObject>()?;
        Some((self.collection, self.index).cmp(&(other.collection, other.index)))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed()))
    }
}

/// A claim: prints as its value in words, cited; its parts are attributes.
#[derive(Debug, Clone)]
pub(crate) struct ClaimObject {
    pub(crate) pass: Arc<Pass>,
    /// The claim, and every claim that it was made from.
    pub(crate) claims: Vec<(Origin, Claim)>,
    /// The text that a filter made of it, where one did.
    pub(crate) text: Option<String>,
    /// The value that a filter made of it, where one did.
    pub(crate) derived: Option<Value>,
    pub(crate) uncited: bool,
}

impl ClaimObject {
    pub(crate) fn claim(&self) -> &Claim {
        &self.claims[0].1
    }

    /// `precedents/kfor/troops`, as messages name it.
    pub(crate) fn path(&self) -> String {
        let (Origin { record: (collection, id), path }, _) = &self.claims[0];
        format!("{collection}/{id}{path}")
    }

    /// The value without its qualifier; none where it is unknown.
    pub(crate) fn bare(&self) -> Value {
        if let Some(value) = &self.derived {
            return value.clone();
        }
        match &self.claim().held {
            Held::Known { value, .. } => to_value(&self.pass, value, self.claims[0].0.clone()),
            Held::Range(a, b) => Value::from(vec![number(a), number(b)]),
            Held::Unknown(_) => Value::from(()),
        }
    }

    /// The text it prints as.
    pub(crate) fn printed_text(&self) -> String {
        match (&self.text, &self.derived) {
            (Some(text), _) => text.clone(),
            (None, Some(value)) => claim_text::number_value(value).unwrap_or_else(|| value.to_string()),
            (None, None) => claim_text::claim(self.claim(), &self.pass.book),
        }
    }

    /// The same claim with another text.
    pub(crate) fn with_text(&self, text: String) -> Value {
        Value::from_object(ClaimObject { text: Some(text), ..self.clone() })
    }

    fn items(&self) -> Option<&[model::Value]> {
        match &self.claim().held {
            Held::Known { value: model::Value::List(items), .. } if self.derived.is_none() => Some(items),
            _ => None,
        }
    }

    /// One item of a claim that is a list, a claim by the same sources.
    fn item(&self, index: usize) -> Option<Value> {
        let (origin, claim) = &self.claims[0];
        let value = self.items()?.get(index)?.clone();
        let path = format!("{}/{index}", origin.path);
        let item = Claim { held: Held::Known { value, qualifier: None }, path: path.clone(), ..claim.clone() };
        let origin = Origin { path, ..origin.clone() };
        Some(Value::from_object(ClaimObject { claims: vec![(origin, item)], text: None, derived: None, ..self.clone() }))
    }
}

impl Object for ClaimObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.items().is_some() { ObjectRepr::Seq } else { ObjectRepr::Plain }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(index) = key.as_usize() {
            return self.item(index);
        }
        let claim = self.claim();
        let qualifier = match &claim.held {
            Held::Known { qualifier, .. } => *qualifier,
            _ => None,
        };
        Some(match key.as_str()? {
            "value" => self.bare(),
            "unknown" => match &claim.held {
                Held::Unknown(why) => text(why),
                _ => Value::from(()),
            },
            "range" => match &claim.held {
                Held::Range(..) => self.bare(),
                _ => Value::from(()),
            },
            "approximate" => Value::from(qualifier == Some(Qualifier::Approximate)),
            "at_least" => Value::from(qualifier == Some(Qualifier::AtLeast)),
            "at_most" => Value::from(qualifier == Some(Qualifier::AtMost)),
            "unit" => optional(claim.unit.as_deref()),
            "sources" => citations(&self.pass, &claim.sources),
            "as_of" => claim.as_of.map_or(Value::from(()), |date| Value::from(date.to_string())),
            "marking" => optional(claim.marking.as_deref()),
            "confidence" => optional(claim.confidence.as_deref()),
            other => {
                const PARTS: [&str; 11] = [
                    "value",
                    "sources",
                    "as_of",
                    "unknown",
                    "approximate",
                    "at_least",
                    "at_most",
                    "range",
                    "unit",
                    "marking",
                    "confidence",
                ];
                self.pass.miss(format_args!("claim `{}`", self.path()), other, PARTS.iter().map(|part| (*part).to_owned()));
                return None;
            }
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.items() {
            Some(items) => Enumerator::Seq(items.len()),
            None => Enumerator::NonEnumerable,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<ClaimObject>()?;
        Some(self.bare().cmp(&other.bare()))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.bare().is_true()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(Printed::Claim(self.clone())))
    }
}

/// A text of a field whose schema says `format: markdown`.
#[derive(Debug)]
pub(crate) struct MarkdownObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

impl MarkdownObject {
    pub(crate) fn printed(&self) -> Printed {
        Printed::Markdown { text: self.text.clone(), origin: self.origin.clone() }
    }
}

impl Object for MarkdownObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("value")).then(|| text(&self.text))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.text.trim().is_empty()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed()))
    }
}

/// A field of the version, which can be printed but not compared.
#[derive(Debug)]
pub(crate) struct StampObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) field: StampField,
}

impl Object for StampObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(Printed::Stamp(self.field)))
    }
}

/// A mark or a place for generated text: `cite("report#3")`, `notes()`.
#[derive(Debug)]
pub(crate) struct MarkObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) printed: Printed,
}

impl Object for MarkObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed.clone()))
    }
}

/// A mapping inside a record; a field that the schema declares and that is absent is none.
#[derive(Debug)]
struct MapObject {
    pass: Arc<Pass>,
    fields: model::Map,
    origin: Origin,
}

impl Object for MapObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let path = format!("{}/{}", self.origin.path, escape(key));
        if let Some(value) = self.fields.get(key) {
            return Some(to_value(&self.pass, value, Origin { path, record: self.origin.record.clone() }));
        }
        let collection = self.pass.book.collections.get(&self.origin.record.0)?;
        if collection.shapes.at(&path).is_some() {
            return Some(Value::from(()));
        }
        let shape = collection.shapes.at(&self.origin.path);
        let known = shape.into_iter().flat_map(|shape| shape.properties.keys()).chain(self.fields.keys()).cloned();
        let (collection, id) = &self.origin.record;
        self.pass.miss(format_args!("{collection} `{id}`, `{}`,", self.origin.path), key, known);
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.fields.keys().map(|key| text(key)).collect())
    }
}

/// A value of a record as the engine sees it.
pub(crate) fn to_value(pass: &Arc<Pass>, value: &model::Value, origin: Origin) -> Value {
    match value {
        model::Value::Null => Value::from(()),
        model::Value::Bool(yes) => Value::from(*yes),
        model::Value::Number(n) => number(n),
        model::Value::Text(plain) => text(plain),
        model::Value::Markdown(markdown) => Value::from_object(MarkdownObject { pass: pass.clone(), text: markdown.clone(), origin }),
        model::Value::Reference(reference) => match RecordObject::find(pass, &reference.collection, &reference.id) {
            Some(record) => Value::from_object(record),
            None => text(&reference.id),
        },
        model::Value::Claim(claim) => Value::from_object(ClaimObject {
            pass: pass.clone(),
            claims: vec![(origin, (**claim).clone())],
            text: None,
            derived: None,
            uncited: false,
        }),
        model::Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| to_value(pass, item, Origin { path: format!("{}/{index}", origin.path), record: origin.record.clone() }))
            .collect::<Vec<Value>>()
            .into(),
        model::Value::Map(fields) => Value::from_object(MapObject { pass: pass.clone(), fields: fields.clone(), origin }),
    }
}

/// A value as plain text, where no Markdown stands: a claim's value, a record's id.
pub(crate) fn plain(value: &Value) -> Result<String, Error> {
    let bare = match (value.downcast_object_ref::<ClaimObject>(), value.downcast_object_ref::<RecordObject>()) {
        (Some(claim), _) => claim.bare(),
        (_, Some(record)) => text(record.id()),
        _ => value.clone(),
    };
    match bare.kind() {
        ValueKind::String | ValueKind::Number => Ok(unshield(&bare.to_string()).into_owned()),
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => Err(Error::new(ErrorKind::InvalidOperation, "the field is absent or not known")),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "only a text or a number can stand here")),
    }
}

/// Data as a text value: what could be taken for a token is shielded.
pub(crate) fn text(plain: &str) -> Value {
    Value::from(shield(plain))
}

pub(crate) fn optional(plain: Option<&str>) -> Value {
    plain.map_or(Value::from(()), text)
}

pub(crate) fn number(n: &model::Number) -> Value {
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(n), ..) => Value::from(n),
        (_, Some(n), _) => Value::from(n),
        (.., float) => Value::from(float.unwrap_or(f64::NAN)),
    }
}

/// Citations as templates see them: each with `source` (a record), `id`, `locator`.
fn citations(pass: &Arc<Pass>, citations: &[model::Citation]) -> Value {
    let seen = citations.iter().map(|citation| {
        let record = RecordObject::find(pass, model::SOURCES, &citation.source);
        Value::from_pairs([
            ("id", text(&citation.source)),
            ("source", record.map_or(Value::from(()), Value::from_object)),
            ("locator", optional(citation.locator.as_deref())),
        ])
    });
    seen.collect::<Vec<Value>>().into()
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl StampObject {
    /// The version's date in another style.
    pub(crate) fn dated(&self, style: super::words::DateStyle) -> Value {
        let field = match (self.field, style) {
            (StampField::Date | StampField::LongDate, super::words::DateStyle::Iso) => StampField::Date,
            (StampField::Date | StampField::LongDate, _) => StampField::LongDate,
            (other, _) => other,
        };
        Value::from_object(StampObject { pass: self.pass.clone(), field })
    }
}
