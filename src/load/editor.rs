//! The schema that an editor needs: a collection's own, with both forms of a claim spelled out, the keys
//! that every record may have, and the ids that a reference may name.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Map, Value as Json, json};

use super::reserved;
use super::schema::DIALECT;
use super::schema::subschemas::{KeywordKind, each, holds};
use super::shapes::annotate;
use crate::diagnostic::did_you_mean;
use crate::layout::Pointer;
use crate::model::{Book, Collection, SOURCES};

/// How many ids an editor is offered.
const MAX_IDS: usize = 500;

/// The JSON Schema of a collection's files.
pub fn editor_schema(book: &Book, name: &str) -> Result<Json> {
    let Some(collection) = book.collections.get(name) else {
        let help = did_you_mean(name, book.collections.keys().map(String::as_str)).map(|help| format!("; {help}")).unwrap_or_default();
        bail!("there is no collection `{name}`{help}");
    };
    let own = collection.schema.clone().unwrap_or_else(|| json!({ "type": "object" }));
    let is_in_one_file = collection.records.values().next().is_some_and(|record| !record.pointer.is_root());
    let prefix = if is_in_one_file { ["$defs", "record"].into() } else { Pointer::root() };
    let claims_at = annotate(&own).claims_at;
    let mut record = Expansion { book, root: &own, prefix: &prefix, claims_at: &claims_at, reserved: &reserved_keys(book, collection) }
        .expand(&own, &Pointer::root());
    add_id(&mut record, collection);
    if !is_in_one_file {
        if let Json::Object(keywords) = &mut record {
            keywords.entry("$schema").or_insert_with(|| DIALECT.into());
        }
        return Ok(record);
    }
    let title = record.get("title").cloned().unwrap_or_else(|| name.into());
    if let Json::Object(keywords) = &mut record {
        keywords.shift_remove("$schema");
        keywords.shift_remove("$id");
    }
    Ok(json!({
        "$schema": DIALECT,
        "title": title,
        "description": format!("The records of `{name}`: a list, or a mapping by id."),
        "anyOf": [
            { "type": "array", "items": { "$ref": "#/$defs/record" } },
            { "type": "object", "additionalProperties": { "$ref": "#/$defs/record" } },
        ],
        "$defs": { "record": record },
    }))
}

/// The schema of `source`.
fn source(book: &Book) -> Json {
    let ids = ids(book, SOURCES);
    json!({
        "description": "Who says so: a source's id, `id#place`, or a list of these.",
        "anyOf": [
            { "type": "string", "minLength": 1, "examples": ids },
            { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1, "examples": ids } },
        ],
    })
}

fn ids(book: &Book, collection: &str) -> Vec<Json> {
    let records = book.collections.get(collection).map(|collection| &collection.records);
    records.into_iter().flat_map(|records| records.keys()).take(MAX_IDS).map(|id| id.as_str().into()).collect()
}

/// What a claim or record may say of itself.
fn attribution(book: &Book) -> Map<String, Json> {
    let mut keys = Map::new();
    keys.insert("source".to_owned(), source(book));
    keys.insert("as_of".to_owned(), json!({ "description": "The date that it speaks for.", "type": ["string", "integer"] }));
    keys.insert("confidence".to_owned(), json!({ "description": "How sure it is.", "type": "string" }));
    keys
}

/// The keys that brief reads itself in a collection's records.
fn reserved_keys(book: &Book, collection: &Collection) -> Map<String, Json> {
    let mut reserved = attribution(book);
    let allow =
        json!({ "description": "Codes of warnings that are all right here.", "type": ["array", "string"], "items": { "type": "string" } });
    reserved.insert("allow".to_owned(), allow);
    let keys = reserved::keys(&collection.name);
    reserved.retain(|key, _| keys.contains(&key.as_str()));
    reserved
}

/// The records of a list have their id among their fields.
fn add_id(record: &mut Json, collection: &Collection) {
    let is_list = collection.records.values().next().is_some_and(|record| record.is_listed());
    let Json::Object(keywords) = record else { return };
    if let Json::Object(properties) = keywords.entry("properties").or_insert_with(|| json!({}))
        && is_list
        && collection.config.key.is_none()
    {
        properties.entry("id").or_insert_with(|| json!({ "description": "The record's id.", "type": "string" }));
    }
}

/// The expansion of one schema's own keywords.
struct Expansion<'a> {
    book: &'a Book,
    root: &'a Json,
    /// The pointer of the expanded schema in the one that is made.
    prefix: &'a Pointer,
    /// The schemas of mappings that can contain claims.
    claims_at: &'a BTreeSet<Pointer>,
    /// What such a mapping may say of its claims.
    reserved: &'a Map<String, Json>,
}

impl Expansion<'_> {
    fn expand(&self, schema: &Json, pointer: &Pointer) -> Json {
        let Json::Object(keywords) = schema else { return schema.clone() };
        let mut expanded = Map::new();
        for (keyword, value) in keywords {
            let at = pointer.child(keyword);
            let value = match (holds(keyword), value) {
                (_, Json::String(reference)) if matches!(keyword.as_str(), "$ref" | "$dynamicRef") => Json::String(self.moved(reference)),
                (KeywordKind::SchemasByName, Json::Object(children)) => {
                    children.iter().map(|(key, child)| (key.clone(), self.expand(child, &at.child(key)))).collect::<Map<_, _>>().into()
                }
                (KeywordKind::Schemas, Json::Array(children)) => {
                    children.iter().enumerate().map(|(i, child)| self.expand(child, &at.child(i))).collect()
                }
                (KeywordKind::Schema, child) => self.expand(child, &at),
                (_, other) => other.clone(),
            };
            expanded.insert(keyword.clone(), value);
        }
        if matches!(keywords.get("format").and_then(Json::as_str), Some("partial-date")) && keywords.get("type") == Some(&json!("string")) {
            expanded.insert("type".to_owned(), json!(["string", "integer"]));
        }
        if let Some(collection) = keywords.get("x-ref").and_then(Json::as_str) {
            let about = expanded.get("description").and_then(Json::as_str).map(|about| format!("{about} ")).unwrap_or_default();
            expanded.insert("description".to_owned(), format!("{about}The id of a record of `{collection}`.").into());
            let ids = ids(self.book, collection);
            let list = keywords.get("type") == Some(&json!("array"));
            if !ids.is_empty() && !list {
                expanded.insert("examples".to_owned(), ids.into());
            }
        }
        let is_mapping = pointer.is_root() || ["properties", "additionalProperties"].iter().any(|key| keywords.contains_key(*key));
        if is_mapping
            && (pointer.is_root() || self.claims_at.contains(pointer))
            && let Json::Object(properties) = expanded.entry("properties").or_insert_with(|| json!({}))
        {
            for (key, schema) in self.reserved {
                properties.entry(key).or_insert_with(|| schema.clone());
            }
        }
        if is_claim(schema) { self.both_forms(expanded) } else { Json::Object(expanded) }
    }

    /// A claim as a bare value, and in its envelopes.
    fn both_forms(&self, mut bare: Map<String, Json>) -> Json {
        let mut both = Map::new();
        for keyword in ["title", "description", "deprecated"] {
            if let Some(value) = bare.shift_remove(keyword) {
                both.insert(keyword.to_owned(), value);
            }
        }
        let bare = Json::Object(bare);
        let envelope = |holder: &str, schema: Json, qualified: bool| {
            let mut properties = Map::new();
            properties.insert(holder.to_owned(), schema);
            if qualified {
                for (key, about) in
                    [("approximate", "The value is not exact."), ("at_least", "It may be more."), ("at_most", "It may be less.")]
                {
                    properties.insert(key.to_owned(), json!({ "description": about, "type": "boolean" }));
                }
            }
            properties.insert("unit".to_owned(), json!({ "description": "What is counted.", "type": "string" }));
            properties.extend(attribution(self.book));
            json!({ "type": "object", "properties": properties, "required": [holder], "additionalProperties": false })
        };
        let range = json!({ "description": "From and to, both included.", "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
        let unknown = json!({ "description": "Why it is not known.", "type": "string", "minLength": 1, "examples": ["not-reported"] });
        let forms = vec![bare.clone(), envelope("value", bare, true), envelope("range", range, false), envelope("unknown", unknown, false)];
        both.insert("anyOf".to_owned(), forms.into());
        Json::Object(both)
    }

    /// A local reference after the expansion: below a claim it leads through its bare form.
    fn moved(&self, reference: &str) -> String {
        let Some(pointer) = reference.strip_prefix('#').and_then(|pointer| Pointer::parse(pointer).ok()) else {
            return reference.to_owned();
        };
        let mut old = Pointer::root();
        let mut new = self.prefix.clone();
        let mut segments = pointer.segments().peekable();
        while let Some(segment) = segments.next() {
            old.push(&*segment);
            new.push(&*segment);
            if segments.peek().is_some() && self.is_schema_at(&old) && self.root.pointer(old.as_str()).is_some_and(is_claim) {
                new.push("anyOf");
                new.push(0);
            }
        }
        format!("#{new}")
    }

    /// Whether there is a schema at a pointer, rather than a property with the name of a keyword.
    fn is_schema_at(&self, pointer: &Pointer) -> bool {
        let mut found = false;
        each(self.root, &mut |_, at| found |= at == pointer);
        found
    }
}

fn is_claim(schema: &Json) -> bool {
    schema.get("x-claim") == Some(&Json::Bool(true))
}
