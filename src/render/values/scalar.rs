//! Texts and numbers of the data as values of the engine.

use minijinja::value::Value;

use crate::model;
use crate::render::token::shield;

/// Data as a text value: what could be taken for a token is shielded.
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

pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
