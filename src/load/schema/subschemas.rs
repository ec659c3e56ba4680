//! Which parts of a schema are schemas themselves, and to which value they apply.

use serde_json::Value as Json;

use crate::layout::Pointer;

/// Keywords that hold one schema for the same value.
const SAME: [&str; 4] = ["if", "then", "else", "not"];
/// Keywords that hold one schema for another value: an item, a property, a property's name.
const OTHER: [&str; 7] =
    ["items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"];
/// Keywords that hold a list of schemas for the same value.
const SAME_LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords that hold schemas by name.
const MAPS: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

/// What a keyword's value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeywordKind {
    Schema,
    Schemas,
    SchemasByName,
    /// No schema.
    Value,
}

/// What the value of a keyword holds.
pub(crate) fn holds(keyword: &str) -> KeywordKind {
    if SAME.contains(&keyword) || OTHER.contains(&keyword) {
        KeywordKind::Schema
    } else if SAME_LISTS.contains(&keyword) || keyword == "prefixItems" {
        KeywordKind::Schemas
    } else if MAPS.contains(&keyword) {
        KeywordKind::SchemasByName
    } else {
        KeywordKind::Value
    }
}

/// The schemas that apply to the same value as `schema`, whose annotations therefore are its own.
pub(crate) fn same_value(root: &Json, schema: &Json, pointer: &Pointer) -> Vec<Pointer> {
    let mut found = applied(root, schema, pointer);
    found.retain(|child| !matches!(child.segments().next_back().as_deref(), Some("not" | "if")));
    found
}

/// The schemas that are applied to the same value as `schema`.
pub(super) fn applied(root: &Json, schema: &Json, pointer: &Pointer) -> Vec<Pointer> {
    let Json::Object(schema) = schema else { return Vec::new() };
    let mut found = Vec::new();
    for keyword in ["$ref", "$dynamicRef"] {
        found.extend(schema.get(keyword).and_then(Json::as_str).and_then(|reference| resolve(root, reference)));
    }
    for keyword in SAME_LISTS {
        let length = schema.get(keyword).and_then(Json::as_array).map_or(0, Vec::len);
        found.extend((0..length).map(|index| pointer.child(keyword).child(index)));
    }
    for keyword in SAME {
        if schema.contains_key(keyword) {
            found.push(pointer.child(keyword));
        }
    }
    for (key, _) in schema.get("dependentSchemas").and_then(Json::as_object).into_iter().flatten() {
        found.push(pointer.child("dependentSchemas").child(key));
    }
    found
}

/// Calls `visit` with each schema in a schema, itself first, and its pointer.
pub(crate) fn each<'a>(root: &'a Json, visit: &mut dyn FnMut(&'a Json, &Pointer)) {
    let mut open = vec![(root, Pointer::root())];
    while let Some((schema, pointer)) = open.pop() {
        visit(schema, &pointer);
        let Json::Object(keywords) = schema else { continue };
        for (keyword, value) in keywords {
            match (holds(keyword), value) {
                (KeywordKind::SchemasByName, Json::Object(children)) => {
                    open.extend(children.iter().map(|(key, child)| (child, pointer.child(keyword).child(key))));
                }
                (KeywordKind::Schemas, Json::Array(children)) => {
                    open.extend(children.iter().enumerate().map(|(i, child)| (child, pointer.child(keyword).child(i))));
                }
                (KeywordKind::Schema, child) => open.push((child, pointer.child(keyword))),
                _ => {}
            }
        }
    }
}

/// The pointer that a local reference leads to: `#`, `#/$defs/amount`, `#amount`.
pub(super) fn resolve(root: &Json, reference: &str) -> Option<Pointer> {
    let fragment = reference.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        let pointer = Pointer::try_from(decode_percent(fragment)?).ok()?;
        return root.pointer(pointer.as_str()).map(|_| pointer);
    }
    let mut found = None;
    each(root, &mut |schema, pointer| {
        if ["$anchor", "$dynamicAnchor"].iter().any(|keyword| schema.get(keyword).and_then(Json::as_str) == Some(fragment)) {
            found.get_or_insert_with(|| pointer.clone());
        }
    });
    found
}

fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_lead_to_pointers_and_anchors() {
        let schema = json!({ "$defs": { "a b/c": { "$anchor": "here" }, "x": { "enum": [{ "$anchor": "data" }] } } });
        assert_eq!(resolve(&schema, "#"), Some(Pointer::root()));
        assert_eq!(resolve(&schema, "#/$defs/a%20b~1c"), Some(Pointer::from(["$defs", "a b/c"])));
        assert_eq!(resolve(&schema, "#here"), Some(Pointer::from(["$defs", "a b/c"])));
        assert_eq!(resolve(&schema, "#data"), None, "what stands in an enum is no schema");
        assert_eq!(resolve(&schema, "#/$defs/gone"), None);
        assert_eq!(resolve(&schema, "#/%zz"), None);
    }

    #[test]
    fn properties_may_be_called_like_keywords() {
        let schema = json!({ "properties": { "items": { "type": "string" }, "properties": { "properties": { "not": true } } } });
        let mut found = Vec::new();
        each(&schema, &mut |_, pointer| found.push(pointer.to_string()));
        found.sort();
        assert_eq!(found, ["", "/properties/items", "/properties/properties", "/properties/properties/properties/not"]);
    }
}
