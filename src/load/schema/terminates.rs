//! Whether validation by a schema ends, and soon: schemas that apply to the same value may not come
//! back to themselves, nor multiply.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::subschemas::{applied, each};
use crate::layout::Pointer;

/// How many schemas one value may be checked against.
const MAX_APPLIED: u64 = 10_000;

/// How far the walk over a schema has come.
enum Mark {
    Open,
    /// Done, and how many schemas apply to a value together with this one.
    Done(u64),
}

/// The place and reason, if a schema may not end.
pub(super) fn endless(root: &Json) -> Option<(Pointer, String)> {
    let mut marks = HashMap::new();
    let mut pointers = Vec::new();
    each(root, &mut |_, pointer| pointers.push(pointer.clone()));
    pointers.sort();
    pointers.iter().find_map(|pointer| visit(root, pointer, &mut marks, 0).err())
}

fn visit(root: &Json, pointer: &Pointer, marks: &mut HashMap<Pointer, Mark>, depth: usize) -> Result<u64, (Pointer, String)> {
    match marks.get(pointer) {
        Some(Mark::Done(count)) => return Ok(*count),
        Some(Mark::Open) => return Err((pointer.clone(), "the schema applies to the same value again without end".to_owned())),
        None => {}
    }
    if depth > 500 {
        return Err((pointer.clone(), "more than 500 schemas lead from one to the next".to_owned()));
    }
    marks.insert(pointer.clone(), Mark::Open);
    let mut count: u64 = 1;
    if let Some(schema) = root.pointer(pointer.as_str()) {
        for child in applied(root, schema, pointer) {
            count = count.saturating_add(visit(root, &child, marks, depth + 1)?);
        }
    }
    if count > MAX_APPLIED {
        return Err((pointer.clone(), format!("the schema applies more than {MAX_APPLIED} schemas to one value")));
    }
    marks.insert(pointer.clone(), Mark::Done(count));
    Ok(count)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::endless;

    #[test]
    fn schemas_may_recur_below_but_not_at_the_same_value() {
        assert_eq!(endless(&json!({ "properties": { "next": { "$ref": "#" } }, "items": { "$ref": "#" } })), None);
        assert!(endless(&json!({ "$ref": "#" })).is_some());
        assert!(endless(&json!({ "properties": { "a": { "allOf": [{ "$ref": "#/properties/a" }] } } })).is_some());
        assert!(endless(&json!({ "dependentSchemas": { "a": { "$ref": "#" } } })).is_some());
        assert!(endless(&json!({ "if": { "$ref": "#/then" }, "then": { "$ref": "#/if" } })).is_some());
    }
}
