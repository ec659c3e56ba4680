//! Tests of templates, and the operators that compare.

use minijinja::Environment;
use minijinja::value::{Rest, Value, ValueKind};

use super::operand::bare;
use crate::render::compare;
use crate::render::values::ClaimObject;

pub(super) fn install(env: &mut Environment<'_>) {
    env.add_function(compare::FUNCTION, |operands: Rest<Value>| compare::compare(&operands));
    for (names, operator) in [
        (&["eq", "equalto", "=="][..], "=="),
        (&["ne", "!="], "!="),
        (&["lt", "lessthan", "<"], "<"),
        (&["le", "<="], "<="),
        (&["gt", "greaterthan", ">"], ">"),
        (&["ge", ">="], ">="),
        (&["in"], "in"),
    ] {
        for name in names {
            env.add_test(*name, move |left: &Value, right: &Value| compare::holds(left, operator, right));
        }
    }
    env.add_test("known", |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => !claim.bare().is_none(),
        None => !value.is_none() && !value.is_undefined(),
    });
    for (name, kind) in [("number", ValueKind::Number), ("string", ValueKind::String)] {
        env.add_test(name, move |value: &Value| bare(value).kind() == kind);
    }
}
