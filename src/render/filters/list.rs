//! Filters of lists, and what stands for nothing.

use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::operand::{bare, items, wrong_kind};
use super::print::to_token;
use crate::render::token::{has_token, unshield};
use crate::render::values::{Pass, Printed};
use crate::render::words::word;

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    env.add_filter("default", |value: &Value, fallback: Option<Value>, falsy: Option<bool>| {
        let missing = value.is_undefined() || value.is_none() || (falsy == Some(true) && !value.is_true());
        if missing { fallback.unwrap_or_else(|| Value::from("")) } else { value.clone() }
    });
    let shared = pass.clone();
    env.add_filter("list", move |values: &Value| -> Result<Value, Error> {
        let items: Vec<String> = items(values, "list")?.map(|item| to_token(&shared, &item)).collect::<Result<_, _>>()?;
        let and = word(&shared.book.settings, "and");
        let joined = match items.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
        };
        Ok(Value::from_safe_string(joined))
    });
    let shared = pass.clone();
    env.add_filter("join", move |values: &Value, separator: Option<&str>| -> Result<Value, Error> {
        let items: Vec<String> = items(values, "join")?.map(|item| to_token(&shared, &item)).collect::<Result<_, _>>()?;
        let separator = separator.unwrap_or_default();
        let separator = if separator.trim_matches([' ', ',', ';', '\n']).is_empty() {
            separator.to_owned()
        } else {
            shared.prints.token(Printed::Text(unshield(separator).into_owned()))
        };
        Ok(Value::from_safe_string(items.join(&separator)))
    });
    for name in ["length", "count"] {
        env.add_filter(name, |value: &Value| -> Result<usize, Error> {
            if value.as_str().is_some_and(has_token) {
                return Err(Error::new(ErrorKind::InvalidOperation, "the length of printed text isn't known while a template runs"));
            }
            let value = bare(value);
            value
                .as_str()
                .map(|s| unshield(s).chars().count())
                .or_else(|| value.len())
                .ok_or_else(|| wrong_kind("length", &value, "a list or a text"))
        });
    }
}
