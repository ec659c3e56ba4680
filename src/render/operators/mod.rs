//! What a template's operators do: they see through claims and printed text, and refuse what has no sound answer.
//!
//! [`rewrite`](super::rewrite) turns operators into calls of the functions here; tests and filters that compare and
//! calculate use the same code.

mod calculate;
mod compare;
mod operand;
mod text;

use std::sync::Arc;

use minijinja::value::{Rest, Value};
use minijinja::{Environment, State};

use super::rewrite::{BUILT, CALCULATE, CAPTURED, COMPARE, CONCAT, COUNT, ITEM, KEY, LOOP, NEGATE, SLICE, STORED, TEMPLATE, TICK};
use super::values::{ListObject, Pass, storable};

pub(super) use calculate::{calculate, derived, negate, quantity_of, refused};
pub(super) use compare::{Case, Key, holds, key_of};
pub(super) use operand::{as_text, fault, invalid as error, named, plain_value, plain_words, printed_plain};
pub(super) use text::{captured, count, piece_of};

/// Puts the functions that operators become into an environment.
pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_function(COMPARE, move |operands: Rest<Value>| compare::chain(&shared, &operands));
    let shared = pass.clone();
    env.add_function(CALCULATE, move |state: &mut State<'_, '_>, operands: Rest<Value>| {
        let Some((first, rest)) = operands.split_first() else { return Ok(Value::UNDEFINED) };
        rest.chunks_exact(2)
            .try_fold(first.clone(), |left, step| calculate(state, &shared, &left, step[0].as_str().unwrap_or_default(), &step[1]))
    });
    let shared = pass.clone();
    env.add_function(NEGATE, move |operand: Value| negate(&shared, &operand));
    let shared = pass.clone();
    env.add_function(CONCAT, move |state: &mut State<'_, '_>, parts: Rest<Value>| text::concat(state, &shared, &parts));
    let shared = pass.clone();
    env.add_function(ITEM, move |subject: Value, key: Value| text::item(&shared, &subject, &key));
    let shared = pass.clone();
    env.add_function(COUNT, move |subject: Value, name: &str| count(&shared, &subject, name));
    let shared = pass.clone();
    env.add_function(SLICE, move |state: &mut State<'_, '_>, subject: Value, from: Value, to: Value, step: Value| {
        text::slice(state, &shared, &subject, [&from, &to, &step])
    });
    let shared = pass.clone();
    env.add_function(KEY, move |key: Value| text::key(&shared, &key));
    let shared = pass.clone();
    env.add_function(TEMPLATE, move |name: Value| text::template(&shared, &name));
    let shared = pass.clone();
    env.add_function(LOOP, move |items: Value| text::looped(&shared, items));
    let shared = pass.clone();
    env.add_function(BUILT, move |made: Value| ListObject::kept(&shared, made));
    let shared = pass.clone();
    env.add_function(STORED, move |value: Value| storable(&shared, value));
    let shared = pass.clone();
    env.add_function(TICK, move || shared.charge(1));
    let shared = pass.clone();
    env.add_function(CAPTURED, move |value: Value| captured(&shared, value));
    let shared = pass.clone();
    env.add_filter(CAPTURED, move |value: Value| captured(&shared, value));
}
