//! Texts and numbers of the data as values of the engine.

use minijinja::value::{Value, ValueKind};

use crate::model::{self, Exact};
use crate::render::token::shield;

/// Data as a string value, with token delimiters shielded.
pub(crate) fn text(plain: &str) -> Value {
    Value::from(shield(plain))
}

pub(crate) fn optional(plain: Option<&str>) -> Value {
    plain.map_or(Value::from(()), text)
}

pub(crate) fn number(n: &model::Number) -> Value {
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(n), ..) => Value::from(n),
        (_, Some(n), _) => Value::from(n),
        (.., float) => Value::from(float.unwrap_or(f64::NAN)),
    }
}

/// A number of the engine, exactly; none for infinity and the like.
pub(crate) fn exact(value: &Value) -> Option<Exact> {
    if value.kind() != ValueKind::Number {
        return None;
    }
    // The shortest representation of a float is what its author wrote.
    Exact::parse(&value.to_string())
}

/// An exact number as the nearest number of the engine.
pub(crate) fn exact_number(n: &Exact) -> Value {
    match (n.as_i64(), n.as_i128()) {
        (Some(n), _) => Value::from(n),
        (_, Some(n)) => Value::from(n),
        _ => Value::from(n.to_f64()),
    }
}
