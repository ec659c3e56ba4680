//! Blocks that bear a marking of their own: a directive `marked`, whose labels are its attributes.

use std::collections::BTreeMap;

/// The directive around them.
pub const MARKED: &str = "marked";

/// The labels of a `marked` directive. One without any, or with attributes of another form, has a label that no book knows.
pub fn marked_labels(attributes: &BTreeMap<String, String>) -> Vec<String> {
    let label = |(key, value): (&String, &String)| if value.is_empty() { key.clone() } else { format!("{key}={value}") };
    match attributes.is_empty() {
        true => vec![String::new()],
        false => attributes.iter().map(label).collect(),
    }
}
