//! A change, as data: `changes.json`, what templates see, and what painters draw from.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::node::ClaimParts;
use super::words::Word;
use crate::layout::Pointer;
use crate::model::{Date, Number};

/// The JSON Schema of `changes.json`.
pub const SCHEMA: &str = include_str!("changes.schema.json");
/// The format that is written; format 1 had no documents, and did not say whether it was complete.
const FORMAT: u32 = 2;

/// `changes.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    format: u32,
    /// What is compared with; nothing for a first version.
    pub since: Option<Since>,
    /// Sorted by collection and id.
    pub records: Vec<Change>,
    /// How many records are gone of which nothing else is told, since readers of an audience get the list.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: usize,
    /// Changes outside the records, sorted by path.
    pub files: Vec<FileChange>,
    /// The documents that a reader finds changed, sorted by id.
    #[serde(default)]
    pub documents: Vec<DocumentChange>,
    /// Whether all of both sides was compared.
    #[serde(default = "yes")]
    pub complete: bool,
    /// What was not compared, in a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The collections that were compared, where it was some and no documents; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The version that changes are counted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The version's number, where it is a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// `v7`, or the name of a git revision or folder.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// What happened to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub collection: String,
    /// The id; of a renamed record the new one.
    pub id: String,
    /// The id that a renamed record had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_id: Option<String>,
    /// The display name; of a removed record the last it had.
    pub name: String,
    pub kind: ChangeKind,
    /// What changed in it; all fields of a record that was added or removed.
    pub fields: Vec<FieldChange>,
}

/// What can happen to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    Renamed,
}

/// What happened to one part of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The way from the record, on which items that have a key are named by it: `/units/alpha/strength`; the root for what
    /// the record says of all its claims.
    pub path: Pointer,
    /// The field as people call it.
    pub label: String,
    pub kind: FieldKind,
    pub part: FieldPart,
    /// The path of the claim that the value is, or is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Pointer>,
    /// The plain pointer to the value in the base; where it wasn't there, to where it was put (`/units/-`).
    pub base_path: Pointer,
    /// The plain pointer to the value in the head; where it isn't there, to where it was taken from.
    pub head_path: Pointer,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub old: Option<Json>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub new: Option<Json>,
    /// What belongs to the claims in `old`, by their pointer below it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub old_claims: BTreeMap<Pointer, ClaimParts>,
    /// What belongs to the claims in `new`, by their pointer below it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub new_claims: BTreeMap<Pointer, ClaimParts>,
    /// New less old, of two numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Number>,
    /// From old to new, of two dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// Prose, word by word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Whether the claim says nothing of this itself, before and after: what changed is the record's word, its
    /// collection's or the book's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
    /// The change in one line.
    pub text: String,
}

/// What can happen to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    Added,
    Removed,
    Changed,
    /// An item of a list whose order has a meaning moved in it.
    Moved,
}

/// Which part of a value changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldPart {
    Value,
    Source,
    AsOf,
    Marking,
    Confidence,
}

/// A change outside the records: of the book's settings, a schema, a template, an asset or a font.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    pub path: String,
    pub kind: FileKind,
    /// The documents whose text it alters, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// A document that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentChange {
    pub id: String,
    pub kind: FileKind,
    /// What of that which it is made of differs; empty for a document that came or went, and where a version does not
    /// say what its documents are made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The images that differ, as documents name them: `assets/map.svg`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
}

/// What a document is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// Its text differs, and so do records.
    Records,
    /// Its text or its paper differs, and so does `content/book.yaml` or a schema.
    Settings,
    /// Its text differs, and so does its template or a part of it.
    Template,
    Image,
    Theme,
    Fonts,
    /// The versions of brief and typst.
    Tools,
}

/// What can happen to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Added,
    Removed,
    Changed,
}

impl Changes {
    /// Changes since a version, or for a first version since nothing.
    pub fn new(since: Option<Since>, records: Vec<Change>, files: Vec<FileChange>) -> Changes {
        Changes {
            format: FORMAT,
            since,
            records,
            removed: 0,
            files,
            documents: Vec::new(),
            complete: true,
            missing: Vec::new(),
            collections: Vec::new(),
        }
    }

    /// The same with the documents that differ.
    #[must_use]
    pub fn with_documents(mut self, mut documents: Vec<DocumentChange>) -> Changes {
        documents.sort_by(|a, b| a.id.cmp(&b.id));
        self.documents = documents;
        self
    }

    /// The same with what was not compared, in a sentence each.
    #[must_use]
    pub fn without(mut self, missing: Vec<String>) -> Changes {
        self.complete &= missing.is_empty();
        self.missing.extend(missing);
        self
    }

    /// The same, of these collections alone.
    #[must_use]
    pub fn only(mut self, collections: &[String]) -> Changes {
        self.collections = collections.to_vec();
        self
    }

    /// Whether no difference was found; it is certain that there is none only if `complete` is true as well.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.removed == 0 && self.files.is_empty() && self.documents.is_empty()
    }

    /// The text of `changes.json`.
    pub fn to_json(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads `changes.json`.
    pub fn parse(bytes: &[u8]) -> Result<Changes> {
        let changes: Changes = serde_json::from_slice(bytes).context("the list of changes is damaged")?;
        if !(1..=FORMAT).contains(&changes.format) {
            bail!("the list of changes is of format {}, and this brief reads up to {FORMAT}", changes.format);
        }
        Ok(changes)
    }
}

/// Keeps `null`, which is a value, apart from no value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}
