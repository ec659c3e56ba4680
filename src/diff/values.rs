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
    /// Of the part `source` the citations, as written.
    pub sources: Vec<String>,
}

/// All records of a snapshot as if they were new.
pub fn all_as_new(snapshot: &Snapshot) -> Vec<Change> {
    compare(&Snapshot { book: snapshot.book.clone(), collections: Default::default() }, snapshot)
}

/// A field that is new, split into the values in it where these have sources or properties of their own; a list of words or
/// records stays whole. Each value has what belongs to it, or to what it is in.
pub fn leaves(field: FieldChange) -> Vec<FieldChange> {
    let mut out = Vec::new();
    split(field, &mut out);
    out
}

fn split(mut field: FieldChange, out: &mut Vec<FieldChange>) {
    let own = field.new_claims.get(&Pointer::root());
    let is_range = own.is_some_and(|parts| parts.qualifier == Some(Qualifier::Range));
    let are_claims = field.new_claims.keys().any(|pointer| !pointer.is_root());
    let are_maps = own.is_none()
        && match &field.new {
            Some(Json::Object(map)) => map.values().any(Json::is_object),
            Some(Json::Array(items)) => items.iter().any(Json::is_object),
            _ => false,
        };
    if field.part != FieldPart::Value || is_range || !(are_claims || are_maps) {
        return out.push(field);
    }
    let children: Vec<(String, Json)> = match field.new.take() {
        Some(Json::Object(map)) => map.into_iter().collect(),
        Some(Json::Array(items)) => items.into_iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        other => {
            field.new = other;
            return out.push(field);
        }
    };
    let mut claims: BTreeMap<String, BTreeMap<Pointer, ClaimParts>> = BTreeMap::new();
    let mut own = None;
    for (pointer, parts) in std::mem::take(&mut field.new_claims) {
        let Some(key) = pointer.segments().next().map(|key| key.into_owned()) else {
            own = Some(parts);
            continue;
        };
        let below = pointer.below(&Pointer::root().child(key.as_str())).unwrap_or_default();
        claims.entry(key).or_default().insert(below, parts);
    }
    for (key, value) in children {
        let at = Pointer::root().child(key.as_str());
        let [path, head_path] = [&field.path, &field.head_path].map(|path| path.join(&at));
        let inherited = || own.iter().map(|own| (Pointer::root(), own.clone())).collect();
        let new_claims = claims.remove(&key).unwrap_or_else(inherited);
        split(FieldChange { path, head_path, new: Some(value), new_claims, ..field.clone() }, out);
    }
}

/// The values of a field that is new.
pub fn rows(field: &FieldChange) -> Vec<Shown> {
    let row = |path: Pointer, part: FieldPart, text: String| Shown { path, label: field.label.clone(), part, text, sources: Vec::new() };
    let cited =
        |path: Pointer, sources: Vec<String>| Shown { text: sources.join(", "), sources, ..row(path, FieldPart::Source, String::new()) };
    let mut rows = vec![match field.part {
        FieldPart::Source => cited(field.path.clone(), citations(field.new.as_ref())),
        part => row(field.path.clone(), part, field.sides(LONG).new.unwrap_or_default()),
    }];
    let claims: &BTreeMap<Pointer, ClaimParts> = &field.new_claims;
    for (pointer, parts) in claims {
        let path = field.path.join(pointer);
        if !parts.source.is_empty() {
            rows.push(cited(path.clone(), parts.source.clone()));
        }
        let said = [
            (FieldPart::AsOf, parts.as_of.clone()),
            (FieldPart::Marking, parts.marking.clone()),
            (FieldPart::Confidence, parts.confidence.clone()),
        ];
        rows.extend(said.into_iter().filter_map(|(part, text)| Some(row(path.clone(), part, text?))));
    }
    rows
}

/// The citations that a `source:` consists of.
fn citations(value: Option<&Json>) -> Vec<String> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    match value {
        Some(Json::Array(all)) => all.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(new: Json, claims: Json) -> FieldChange {
        let all = json!({
            "path": "/checks", "label": "Checks", "kind": "added", "part": "value", "base_path": "/checks", "head_path": "/checks",
            "new": new, "new_claims": claims, "text": "",
        });
        serde_json::from_value(all).unwrap()
    }

    fn split(new: Json, claims: Json) -> Vec<(String, String, Vec<String>)> {
        let value = |leaf: FieldChange| {
            let sources = leaf.new_claims.get("").map(|parts| parts.source.clone()).unwrap_or_default();
            (leaf.path.to_string(), leaf.new.unwrap_or_default().to_string(), sources)
        };
        leaves(field(new, claims)).into_iter().map(value).collect()
    }

    fn leaf(path: &str, value: &str, sources: &[&str]) -> (String, String, Vec<String>) {
        (path.to_owned(), value.to_owned(), sources.iter().map(|source| (*source).to_owned()).collect())
    }

    #[test]
    fn each_value_keeps_what_belongs_to_it_or_to_what_it_is_in() {
        let nested = split(
            json!({ "a/b": { "met": "yes", "note": "so" }, "c": [1, { "d": 2 }] }),
            json!({ "/a~1b": { "source": ["x"] }, "/a~1b/met": { "source": ["y"] }, "/c/1/d": { "source": ["z"] } }),
        );
        let expected = [
            leaf("/checks/a~1b/met", "\"yes\"", &["y"]),
            leaf("/checks/a~1b/note", "\"so\"", &["x"]),
            leaf("/checks/c/0", "1", &[]),
            leaf("/checks/c/1/d", "2", &["z"]),
        ];
        assert_eq!(nested, expected);
    }

    #[test]
    fn a_value_without_claims_in_it_stays_whole() {
        assert_eq!(split(json!(["a", "b"]), json!({})), [leaf("/checks", "[\"a\",\"b\"]", &[])]);
        let range = json!({ "": { "qualifier": "range", "source": ["x"] } });
        assert_eq!(split(json!([1, 2]), range), [leaf("/checks", "[1,2]", &["x"])]);
        let claim = json!({ "": { "source": ["x"] } });
        assert_eq!(split(json!({ "a": 1 }), claim), [leaf("/checks", "{\"a\":1}", &["x"])]);
    }

    #[test]
    fn of_many_values_each_is_split_off_once() {
        let claims: serde_json::Map<String, Json> =
            (0..20_000).map(|index| (format!("/{index}"), json!({ "source": [index.to_string()] }))).collect();
        let all = split((0..20_000).collect(), claims.into());
        assert!(
            all.len() == 20_000
                && all.iter().enumerate().all(|(index, (path, value, sources))| {
                    *path == format!("/checks/{index}") && *value == index.to_string() && *sources == [index.to_string()]
                })
        );
    }
}
