//! Arithmetic: claims calculate as quantities, numbers exactly, texts and lists as in Jinja.

use std::collections::HashSet;
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::operand::{fault, invalid, named, plain_words, printed_plain};
use super::text::concat;
use crate::model::{Exact, NoAnswer, NotAQuantity, Operation, Quantity};
use crate::render::values::{
    BareObject, ClaimObject, Derived, ListObject, Origin, PartialKind, PartialObject, Pass, coverage, exact, exact_number,
};

/// The maximum length of a written calculation, in characters.
const LONGEST_ACCOUNT: usize = 1_000;

/// `left operator right`.
pub(in crate::render) fn calculate(
    state: &mut State<'_, '_>,
    pass: &Arc<Pass>,
    left: &Value,
    operator: &str,
    right: &Value,
) -> Result<Value, Error> {
    fault(operator, &[left, right])?;
    let partial = |value: &Value| value.downcast_object_ref::<PartialObject>().cloned();
    if let Some(partial) = partial(left).or_else(|| partial(right)) {
        let [left, right] = [operand(left)?, operand(right)?];
        return Ok(partial.with(calculate(state, pass, &left, operator, &right)?));
    }
    let bare = |value: &Value| value.downcast_object_ref::<BareObject>().map(|bare| (bare.inner.clone(), bare.of.clone()));
    match (bare(left), bare(right)) {
        (None, None) => {}
        (Some((inner, of)), None) => return Ok(BareObject::wrap(calculate(state, pass, &inner, operator, right)?, &of)),
        (None, Some((inner, of))) => return Ok(BareObject::wrap(calculate(state, pass, left, operator, &inner)?, &of)),
        (Some((left, of)), Some((right, _))) => return Ok(BareObject::wrap(calculate(state, pass, &left, operator, &right)?, &of)),
    }
    let is_claim = |value: &Value| value.downcast_object_ref::<ClaimObject>().is_some();
    if is_claim(left) || is_claim(right) {
        return claims(state, pass, left, operator, right);
    }
    if left.kind() == ValueKind::Number && right.kind() == ValueKind::Number {
        return numbers(left, operator, right);
    }
    others(state, pass, left, operator, right)
}

/// The operand to calculate with: for a value made of a list, whether that is of what is shown.
fn operand(value: &Value) -> Result<Value, Error> {
    match value.downcast_object_ref::<PartialObject>() {
        Some(partial) if partial.kind == PartialKind::Placeholder => {
            Err(invalid(format!("nothing can be calculated with {}", named(value))))
        }
        Some(partial) => partial.value().cloned(),
        None => Ok(value.clone()),
    }
}

/// `-operand`.
pub(in crate::render) fn negate(pass: &Arc<Pass>, operand: &Value) -> Result<Value, Error> {
    fault("-", &[operand])?;
    if let Some(partial) = operand.downcast_object_ref::<PartialObject>() {
        return Ok(partial.with(negate(pass, &self::operand(operand)?)?));
    }
    if let Some(bare) = operand.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(negate(pass, &bare.inner)?, &bare.of));
    }
    if let Some(claim) = operand.downcast_object_ref::<ClaimObject>() {
        let quantity = quantity_of(operand, "-")?;
        return Ok(derived(pass, quantity.negated(), format!("-{}", claim.path()), &[claim]));
    }
    match exact(operand) {
        // A float stays one, as in Jinja.
        Some(n) if operand.is_integer() => Ok(exact_number(&n.negated())),
        Some(n) => Ok(Value::from(-n.to_f64())),
        None => Err(invalid(format!("`-` takes a number, not {}", named(operand)))),
    }
}

/// The quantity of a claim or number; an error that names it if it has none.
pub(in crate::render) fn quantity_of(value: &Value, operator: &str) -> Result<Quantity, Error> {
    let Some(claim) = value.downcast_object_ref::<ClaimObject>() else {
        let n = exact(value).ok_or_else(|| invalid(format!("`{operator}` takes numbers, not {}", named(value))))?;
        return Ok(Quantity::exactly(n));
    };
    claim.quantity().map_err(|why| {
        let path = claim.path();
        invalid(match why {
            NotAQuantity::Unknown(_) => format!("`{path}` is not known, so `{operator}` has no answer; test it with `is known` first"),
            NotAQuantity::Kind(kind) => format!("`{path}` is {kind}, not a number, so `{operator}` has no answer"),
            NotAQuantity::OutOfBounds => format!("`{path}` has too many digits to calculate with"),
        })
    })
}

/// A figure that was made from claims, with all their sources.
pub(in crate::render) fn derived(pass: &Arc<Pass>, quantity: Quantity, how: String, from: &[&ClaimObject]) -> Value {
    let claims = match from {
        // A total that a loop adds to, one by one.
        [total, one] if one.claims.len() == 1 => {
            let mut claims = total.claims.clone();
            let is_new = !claims.iter().any(|known| known.0 == one.claims[0].0);
            claims.extend(one.claims.iter().filter(|_| is_new).cloned());
            claims
        }
        _ => {
            let mut seen: HashSet<(&str, &str, &str)> = HashSet::new();
            let mut claims = Vec::new();
            for stated in from.iter().flat_map(|claim| &claim.claims) {
                let Origin { record: (collection, id), path } = &stated.0;
                if seen.insert((collection, id, path.as_str())) {
                    claims.push(stated.clone());
                }
            }
            claims
        }
    };
    let how = match how.char_indices().nth(LONGEST_ACCOUNT) {
        Some((end, _)) => format!("{}…", &how[..end]),
        None => how,
    };
    let uncited = from.iter().all(|claim| claim.uncited);
    Value::from_object(ClaimObject { pass: pass.clone(), claims, text: None, derived: Some(Arc::new(Derived { quantity, how })), uncited })
}

/// The message of a calculation that has no answer, with both operands.
pub(in crate::render) fn refused(why: NoAnswer, left: &Value, operator: &str, right: &Value, units: [Option<&str>; 2]) -> Error {
    let (a, b) = (named(left), named(right));
    let unit = |name: &str, unit: Option<&str>| match unit {
        Some(unit) => format!("{name} is in {unit}"),
        None => format!("{name} has no unit"),
    };
    invalid(match why {
        NoAnswer::UnlikeUnits => format!("{} and {}, so `{operator}` has no answer", unit(&a, units[0]), unit(&b, units[1])),
        NoAnswer::NoSuchUnit => {
            format!("{} and {}, and there is no unit for what `{operator}` makes of them", unit(&a, units[0]), unit(&b, units[1]))
        }
        NoAnswer::AnyNumber => format!("{a} and {b} have no bound in common, so `{operator}` could be any number"),
        NoAnswer::DivisionByZero => format!("{b} is zero, so {a} can't be divided by it"),
        NoAnswer::DivisorMayBeZero => format!("{b} may be zero, so {a} can't be divided by it"),
        NoAnswer::NotExact => format!("{a} and {b} are not both exact, so `{operator}` has no answer"),
        NoAnswer::Exponent => format!("{b} can't be the exponent of {a}: it must be an exact whole number without a unit"),
        NoAnswer::TooLarge => format!("`{operator}` of {a} and {b} has too many digits"),
        NoAnswer::Overlap => {
            format!("{a} and {b} overlap, so whether `{operator}` holds is not known; compare their `.value` to take each at its word")
        }
    })
}

fn claims(state: &mut State<'_, '_>, pass: &Arc<Pass>, left: &Value, operator: &str, right: &Value) -> Result<Value, Error> {
    let operation = match operator {
        "+" => Operation::Add,
        "-" => Operation::Subtract,
        "*" => Operation::Multiply,
        "/" => Operation::Divide,
        "//" => Operation::FloorDivide,
        "%" => Operation::Remainder,
        "**" => Operation::Power,
        other => return Err(invalid(format!("unknown operator `{other}`"))),
    };
    for (side, other) in [(left, right), (right, left)] {
        let is_quantity = match side.downcast_object_ref::<ClaimObject>() {
            Some(claim) => claim.quantity().is_ok(),
            None => side.kind() == ValueKind::Number,
        };
        if !is_quantity {
            let why = match quantity_of(side, operator) {
                Err(error) if side.downcast_object_ref::<ClaimObject>().is_some() => error.detail().unwrap_or_default().to_owned(),
                _ => format!("`{operator}` can't be done with {}", named(side)),
            };
            return Err(invalid(format!("{why} (the other operand is {})", named(other))));
        }
    }
    let (a, b) = (quantity_of(left, operator)?, quantity_of(right, operator)?);
    let answer = a.calculate(operation, &b).map_err(|why| refused(why, left, operator, right, [a.unit.as_deref(), b.unit.as_deref()]))?;
    let account = |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        // Sums are extended; anything else is put in parentheses.
        Some(claim) if claim.derived.is_some() && !(operator == "+" && is_sum(&claim.path())) => format!("({})", claim.path()),
        Some(claim) => claim.path(),
        None => value.to_string(),
    };
    let how = format!("{} {operator} {}", account(left), account(right));
    let from: Vec<&ClaimObject> = [left, right].into_iter().filter_map(|side| side.downcast_object_ref::<ClaimObject>()).collect();
    let operands: usize = from.iter().map(|claim| claim.claims.len()).sum();
    state.consume_fuel(operands as u64 / 4)?;
    Ok(derived(pass, answer, how, &from))
}

/// Whether a calculation is a plain sum.
fn is_sum(how: &str) -> bool {
    !how.contains(['(', '*', '%', '^', '/']) || how.split(" + ").all(|part| !part.contains(' '))
}

fn numbers(left: &Value, operator: &str, right: &Value) -> Result<Value, Error> {
    let too_large = || invalid(format!("`{operator}` of {} and {} has too many digits", named(left), named(right)));
    let zero = || invalid("tried to divide by zero");
    let (Some(a), Some(b)) = (exact(left), exact(right)) else { return Err(too_large()) };
    let whole = left.is_integer() && right.is_integer();
    let result = match operator {
        "+" => a.plus(&b),
        "-" => a.minus(&b),
        "*" => a.times(&b),
        "/" | "//" | "%" if b.is_zero() => return Err(zero()),
        "/" => a.over(&b),
        "//" => a.over(&b).map(|n| n.floor()),
        "%" => a.over(&b).and_then(|n| n.floor().times(&b)).and_then(|taken| a.minus(&taken)),
        "**" => match b.as_i64() {
            Some(exponent) => a.power(exponent),
            None => return root(&a, &b).ok_or_else(too_large),
        },
        other => return Err(invalid(format!("unknown operator `{other}`"))),
    };
    let result = result.ok_or_else(too_large)?;
    match whole && operator != "/" && result.is_whole() {
        true if result.as_i128().is_none() => Err(too_large()),
        true => Ok(exact_number(&result)),
        false => Ok(Value::from(result.to_f64())).and_then(|n| if exact(&n).is_some() { Ok(n) } else { Err(too_large()) }),
    }
}

/// An exponent that isn't a whole number has no exact result.
fn root(a: &Exact, b: &Exact) -> Option<Value> {
    Some(a.to_f64().powf(b.to_f64())).filter(|n| n.is_finite()).map(Value::from)
}

/// Texts and lists: `+` joins them, `*` repeats them.
fn others(state: &mut State<'_, '_>, pass: &Arc<Pass>, left: &Value, operator: &str, right: &Value) -> Result<Value, Error> {
    let is_list = |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    let is_text = |value: &Value| -> Result<bool, Error> { Ok(value.as_str().is_some() || printed_plain(pass, value)?.is_some()) };
    let impossible = || invalid(format!("`{operator}` can't be done with {} and {}", named_with_kind(left), named_with_kind(right)));
    match operator {
        "+" if is_list(left) && is_list(right) => {
            let items: Vec<Value> = left.try_iter()?.chain(right.try_iter()?).collect();
            state.consume_fuel(items.len() as u64)?;
            ListObject::covering(items, coverage(left).max(coverage(right)))
        }
        "+" if is_text(left)? && is_text(right)? => concat(state, pass, &[left.clone(), right.clone()]),
        "*" => {
            let (repeated, times) = if left.kind() == ValueKind::Number { (right, left) } else { (left, right) };
            let Ok(times) = i64::try_from(times.clone()).map(|n| usize::try_from(n).unwrap_or(0)) else { return Err(impossible()) };
            let length = repeated.as_str().map(str::len).or_else(|| repeated.len()).ok_or_else(impossible)?.saturating_mul(times);
            match repeated.as_str() {
                Some(_) => pass.prints.check_length(length)?,
                None => ListObject::check_size(length)?,
            }
            state.consume_fuel(length as u64 / if repeated.as_str().is_some() { 64 } else { 1 })?;
            if let Some(text) = repeated.as_str() {
                let made = text.repeat(times);
                return Ok(if repeated.is_safe() { Value::from_safe_string(made) } else { Value::from(made) });
            }
            if !is_list(repeated) {
                return Err(impossible());
            }
            let items: Vec<Value> = repeated.try_iter()?.collect();
            ListObject::wrap((0..times).flat_map(|_| items.iter().cloned()).collect())
        }
        _ => Err(impossible()),
    }
}

fn named_with_kind(value: &Value) -> String {
    match value.kind() {
        ValueKind::Number | ValueKind::String => named(value),
        _ => plain_words(value).to_owned(),
    }
}
