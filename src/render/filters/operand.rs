//! What a filter was given: the value in it, or the message that it is of the wrong kind.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use crate::render::values::ClaimObject;

/// A claim's value, or the value itself.
pub(super) fn bare(value: &Value) -> Value {
    value.downcast_object_ref::<ClaimObject>().map_or_else(|| value.clone(), ClaimObject::bare)
}

/// The items of a list that a filter takes.
pub(super) fn items(values: &Value, filter: &str) -> Result<minijinja::value::ValueIter, Error> {
    let is_one = matches!(values.kind(), ValueKind::String | ValueKind::None | ValueKind::Undefined);
    let items = if values.is_undefined() || is_one && filter != "list" && filter != "join" { None } else { values.try_iter().ok() };
    items.ok_or_else(|| wrong_kind(filter, values, "a list"))
}

pub(super) fn keep_safe(like: &Value, out: String) -> Value {
    if like.is_safe() { Value::from_safe_string(out) } else { Value::from(out) }
}

pub(super) fn wrong_kind(filter: &str, value: &Value, wanted: &str) -> Error {
    if value.is_undefined() {
        return Error::from(ErrorKind::UndefinedError);
    }
    let found = match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => format!("the claim `{}`", claim.path()),
        None => match value.kind() {
            ValueKind::None => "an absent field".to_owned(),
            ValueKind::Bool => "yes or no".to_owned(),
            ValueKind::Number => "a number".to_owned(),
            ValueKind::String => "a text".to_owned(),
            ValueKind::Seq | ValueKind::Iterable => "a list".to_owned(),
            _ => "a mapping or record".to_owned(),
        },
    };
    Error::new(ErrorKind::InvalidOperation, format!("`{filter}` takes {wanted}, not {found}"))
}
