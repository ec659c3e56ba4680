//! Tests of templates: they see through claims and printed text.

use std::sync::Arc;

use minijinja::Environment;
use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use crate::model::{Exact, Quantity};
use crate::render::operators::{error, fault, holds, named, plain_value, quantity_of};
use crate::render::values::{ClaimObject, Pass, exact};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
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
            let shared = pass.clone();
            env.add_test(*name, move |left: &Value, right: &Value| holds(&shared, left, operator, right));
        }
    }
    env.add_test("known", |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => claim.is_known(),
        None => !value.is_none() && !value.is_undefined(),
    });
    for (name, kinds) in [
        ("number", &[ValueKind::Number][..]),
        ("string", &[ValueKind::String]),
        ("boolean", &[ValueKind::Bool]),
        ("sequence", &[ValueKind::Seq]),
        ("mapping", &[ValueKind::Map]),
        ("iterable", &[ValueKind::Seq, ValueKind::Iterable, ValueKind::Map, ValueKind::String]),
    ] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value| -> Result<bool, Error> { Ok(kinds.contains(&plain_value(&shared, value)?.kind())) });
    }
    for (name, wants_whole) in [("integer", true), ("int", true), ("float", false)] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value| -> Result<bool, Error> {
            let plain = plain_value(&shared, value)?;
            Ok(plain.kind() == ValueKind::Number && plain.is_integer() == wants_whole)
        });
    }
    for (name, wanted) in [("true", true), ("false", false)] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value| -> Result<bool, Error> {
            let plain = plain_value(&shared, value)?;
            Ok(plain.kind() == ValueKind::Bool && plain.is_true() == wanted)
        });
    }
    for (name, rest) in [("even", 0), ("odd", 1)] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value| Ok::<_, Error>(remainder(&shared, value, &Value::from(2), name)? == Exact::from(rest)));
    }
    let shared = pass.clone();
    env.add_test("divisibleby", move |value: &Value, by: &Value| Ok::<_, Error>(remainder(&shared, value, by, "divisibleby")?.is_zero()));
    for (name, begins) in [("startingwith", true), ("endingwith", false)] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value, part: &Value| {
            let (text, part) = (text(&shared, value, name)?, text(&shared, part, name)?);
            Ok::<_, Error>(if begins { text.starts_with(&part) } else { text.ends_with(&part) })
        });
    }
    for (name, fits) in [("lower", char::is_uppercase as fn(char) -> bool), ("upper", char::is_lowercase)] {
        let shared = pass.clone();
        env.add_test(name, move |value: &Value| Ok::<_, Error>(!text(&shared, value, name)?.contains(fits)));
    }
}

fn text(pass: &Arc<Pass>, value: &Value, test: &str) -> Result<String, Error> {
    fault(test, &[value])?;
    let plain = plain_value(pass, value)?;
    plain.as_str().map(str::to_owned).ok_or_else(|| error(format!("`is {test}` takes a text, not {}", named(value))))
}

/// The remainder of a whole number that is known exactly.
fn remainder(pass: &Arc<Pass>, value: &Value, by: &Value, test: &str) -> Result<Exact, Error> {
    let number = |side: &Value| -> Result<Exact, Error> {
        fault(test, &[side])?;
        if side.downcast_object_ref::<ClaimObject>().is_some() {
            let Quantity { low, high, approximate, .. } = quantity_of(side, &format!("is {test}"))?;
            let exactly = low.filter(|low| !approximate && high.as_ref() == Some(low));
            return exactly.ok_or_else(|| error(format!("{} is not exact, so `is {test}` has no answer", named(side))));
        }
        let plain = plain_value(pass, side)?;
        exact(&plain).ok_or_else(|| error(format!("`is {test}` takes a number, not {}", named(side))))
    };
    let (n, by) = (number(value)?, number(by)?);
    let whole = n.over(&by).ok_or_else(|| error(format!("`is {test}` can't divide by zero")))?.floor();
    whole.times(&by).and_then(|taken| n.minus(&taken)).ok_or_else(|| error(format!("`is {test}` takes numbers within bounds")))
}
