//! Values that merge as one: a claim and its attribution, in its envelope or in the mapping around it.

use super::outline::Value;

/// The keys that say what a mapping's claims rest on, and who may see them.
const ATTRIBUTION: [&str; 4] = ["source", "as_of", "confidence", "marking"];

/// The keys that make a mapping a claim's envelope.
const ENVELOPE: [&str; 3] = ["value", "range", "unknown"];

/// Whether a mapping is the envelope of a claim.
pub(super) fn is_envelope(value: &Value) -> bool {
    matches!(value, Value::Mapping(entries) if ENVELOPE.iter().any(|key| entries.contains_key(*key)))
}

/// The attribution of a mapping that one branch changed while the other changed what takes its own from there.
pub(super) fn reattributed(base: &Value, one: &Value, other: &Value) -> Option<&'static str> {
    let (Value::Mapping(was), Value::Mapping(one), Value::Mapping(other)) = (base, one, other) else { return None };
    let changed: Vec<&'static str> = ATTRIBUTION
        .into_iter()
        .filter(|key| one.get(*key) != was.get(*key) && one.get(*key) != other.get(*key))
        // A record may have such a name.
        .filter(|key| ![was.get(*key), one.get(*key)].iter().flatten().any(|value| matches!(value, Value::Mapping(_))))
        .collect();
    if changed.is_empty() {
        return None;
    }
    let takes = |(key, value): (&String, &Value)| !ATTRIBUTION.contains(&key.as_str()) && takes_another(was.get(key), value, &changed);
    if other.iter().any(takes) { changed.first().copied() } else { None }
}

/// Whether something new in `value` has no attribution of its own.
fn takes_another(was: Option<&Value>, value: &Value, attribution: &[&str]) -> bool {
    if was == Some(value) {
        return false;
    }
    match value {
        Value::Scalar(..) => true,
        Value::List(items) => {
            let before: &[Value] = if let Some(Value::List(before)) = was { before } else { &[] };
            items.iter().any(|item| !before.contains(item) && takes_another(None, item, attribution))
        }
        Value::Mapping(entries) => {
            if attribution.iter().all(|key| entries.contains_key(*key)) {
                return false;
            }
            let before = |key: &String| if let Some(Value::Mapping(before)) = was { before.get(key) } else { None };
            entries.iter().any(|(key, entry)| !ATTRIBUTION.contains(&key.as_str()) && takes_another(before(key), entry, attribution))
        }
    }
}
