//! A snapshot's values as rows of text, by the same paths and labels that changes have.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::change::{Change, FieldChange, FieldPart};
use super::compare;
use super::node::{ClaimParts, Qualifier};
use crate::layout::Pointer;
use crate::model::Snapshot;

/// A value longer than this is cut.
const LONG: usize = 20_000;

/// A value of a record, or what belongs to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// [`FieldChange::path`], and below it the way to a claim inside the value.
    pub path: Pointer,
    pub label: String,
    pub part: FieldPart,
    pub text: String,
}

/// All records of a snapshot as if they were new.
pub fn all_as_new(snapshot: &Snapshot) -> Vec<Change> {
    compare(&Snapshot { book: snapshot.book.clone(), collections: Default::default() }, snapshot)
}

/// A field that is new, split into the values in it where these have sources or properties of their own; a list of words or
/// records stays whole. Each value has what belongs to it, or to what it is in.
pub fn leaves(field: FieldChange) -> Vec<FieldChange> {
    let root = Pointer::root();
    let own = field.new_claims.get(&root);
    let is_range = own.is_some_and(|parts| parts.qualifier == Some(Qualifier::Range));
    let children: Vec<(String, &Json)> = match &field.new {
        Some(Json::Object(map)) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Some(Json::Array(items)) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let are_claims = field.new_claims.keys().any(|pointer| !pointer.is_root());
    let are_maps = own.is_none() && children.iter().any(|(_, value)| value.is_object());
    if field.part != FieldPart::Value || is_range || children.is_empty() || !(are_claims || are_maps) {
        return vec![field];
    }
    let child = |(key, value): (String, &Json)| {
        let at = root.child(key.as_str());
        let below = field.new_claims.iter().filter_map(|(pointer, parts)| Some((pointer.below(&at)?, parts.clone())));
        let mut new_claims: BTreeMap<Pointer, ClaimParts> = below.collect();
        if let Some(own) = own.filter(|_| new_claims.is_empty()) {
            new_claims.insert(Pointer::root(), own.clone());
        }
        let [path, head_path] = [&field.path, &field.head_path].map(|path| path.join(&at));
        leaves(FieldChange { path, head_path, new: Some(value.clone()), new_claims, ..field.clone() })
    };
    children.into_iter().flat_map(child).collect()
}

/// The values of a field that is new.
pub fn rows(field: &FieldChange) -> Vec<Shown> {
    let row = |path: Pointer, label: &str, part: FieldPart, text: String| Shown { path, label: label.to_owned(), part, text };
    let text = field.sides(LONG).new.unwrap_or_default();
    let mut rows = vec![row(field.path.clone(), &field.label, field.part, text)];
    let claims: &BTreeMap<Pointer, ClaimParts> = &field.new_claims;
    for (pointer, parts) in claims {
        let path = field.path.join(pointer);
        let said = [
            (FieldPart::Source, Some(parts.source.join(", ")).filter(|sources| !sources.is_empty())),
            (FieldPart::AsOf, parts.as_of.clone()),
            (FieldPart::Marking, parts.marking.clone()),
            (FieldPart::Confidence, parts.confidence.clone()),
        ];
        rows.extend(said.into_iter().filter_map(|(part, text)| Some(row(path.clone(), &field.label, part, text?))));
    }
    rows
}
