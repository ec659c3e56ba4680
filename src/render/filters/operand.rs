//! What a filter is given: the items of a list, a whole number, a value at a path; or the error that it has the wrong kind.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use crate::render::operators::{error, named, plain_value, plain_words};
use crate::render::token::has_token;
use crate::render::values::{BareObject, ClaimObject, Pass, TextObject, exact};

/// The items of a list that a filter takes.
pub(super) fn items(values: &Value, filter: &str) -> Result<minijinja::value::ValueIter, Error> {
    let is_one = matches!(values.kind(), ValueKind::String | ValueKind::None | ValueKind::Undefined);
    // `list` and `join` take none as an empty list.
    let is_refused = is_one && !matches!(filter, "list" | "join") || values.is_undefined() || values.as_str().is_some_and(has_token);
    let items = if is_refused { None } else { values.try_iter().ok() };
    items.ok_or_else(|| wrong_kind(filter, values, "a list"))
}

pub(super) fn keep_safe(like: &Value, out: String) -> Value {
    if like.is_safe() { Value::from_safe_string(out) } else { Value::from(out) }
}

pub(super) fn wrong_kind(filter: &str, value: &Value, wanted: &str) -> Error {
    if value.is_undefined() {
        return Error::from(ErrorKind::UndefinedError);
    }
    let found = if value.downcast_object_ref::<ClaimObject>().is_some() {
        format!("the claim {}", named(value))
    } else if value.downcast_object_ref::<BareObject>().is_some() || value.downcast_object_ref::<TextObject>().is_some() {
        named(value)
    } else {
        match value.kind() {
            ValueKind::Map | ValueKind::Plain => "a mapping or record".to_owned(),
            _ => plain_words(value).to_owned(),
        }
    };
    Error::new(ErrorKind::InvalidOperation, format!("`{filter}` takes {wanted}, not {found}"))
}

/// A whole number as a filter's argument.
pub(super) fn whole(pass: &Pass, filter: &str, value: &Value) -> Result<i64, Error> {
    if value.downcast_object_ref::<ClaimObject>().is_some() {
        let detail = format!("`{filter}` takes a whole number here, not the claim {}; take its `.value`", named(value));
        return Err(error(detail));
    }
    let plain = plain_value(pass, value)?;
    exact(&plain).and_then(|n| n.as_i64()).ok_or_else(|| error(format!("`{filter}` takes a whole number here, not {}", named(value))))
}

/// The value at a dotted path below a value, or undefined.
pub(super) fn at_path(value: &Value, path: &str) -> Result<Value, Error> {
    let mut value = value.clone();
    for segment in path.split('.') {
        if value.is_undefined() || value.is_none() {
            return Ok(Value::UNDEFINED);
        }
        value = match segment.parse::<usize>() {
            Ok(index) => value.get_item(&Value::from(index))?,
            Err(_) => value.get_attr(segment)?,
        };
    }
    Ok(value)
}
