//! Parts of settings that may be absent or of another type.

use std::sync::LazyLock;

use serde_json::{Map as JsonMap, Value as Json};

/// A text under a key.
pub(super) fn text_of(json: &JsonMap<String, Json>, key: &str) -> Option<String> {
    json.get(key)?.as_str().map(str::to_owned)
}

/// The items of a list.
pub(super) fn list(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    json.and_then(Json::as_array).into_iter().flatten()
}

/// The entries of a mapping of mappings; an entry without a value is an empty mapping.
pub(super) fn objects(json: Option<&Json>) -> impl Iterator<Item = (&str, &JsonMap<String, Json>)> {
    static EMPTY: LazyLock<JsonMap<String, Json>> = LazyLock::new(JsonMap::new);
    json.and_then(Json::as_object).into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_object().unwrap_or(&EMPTY)))
}
