//! Comparisons: of claims as quantities, of printed text as a reader sees it; what has no certain answer is an error.

use std::cmp::Ordering;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::calculate::{quantity_of, refused};
use super::operand::{charge, fault, invalid, named, plain_value, plain_words};
use crate::model::{Exact, NoAnswer, Quantity};
use crate::render::values::{BareObject, ClaimObject, Pass, RecordObject, exact};

/// `a < b <= c`: operands with operators between them.
pub(super) fn chain(pass: &Arc<Pass>, operands: &[Value]) -> Result<bool, Error> {
    for step in operands.windows(3).step_by(2) {
        if !holds(pass, &step[0], step[1].as_str().unwrap_or_default(), &step[2])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether `left operator right`.
pub(in crate::render) fn holds(pass: &Arc<Pass>, left: &Value, operator: &str, right: &Value) -> Result<bool, Error> {
    fault(operator, &[left, right])?;
    Ok(match operator {
        "==" => equal(pass, left, operator, right)?,
        "!=" => !equal(pass, left, operator, right)?,
        "in" => contains(pass, right, left)?,
        "not in" => !contains(pass, right, left)?,
        "<" => !at_most(pass, right, left, operator)?,
        ">" => !at_most(pass, left, right, operator)?,
        "<=" => at_most(pass, left, right, operator)?,
        ">=" => at_most(pass, right, left, operator)?,
        other => return Err(invalid(format!("unknown comparison `{other}`"))),
    })
}

/// The claim in a value, if it is one.
fn claim(value: &Value) -> Option<&ClaimObject> {
    value.downcast_object_ref::<ClaimObject>()
}

/// Two quantities ready to be compared: a plain number takes the claim's unit.
fn quantities(left: &Value, operator: &str, right: &Value) -> Result<Option<(Quantity, Quantity)>, Error> {
    let says_number = |value: &Value| match claim(value) {
        Some(claim) => claim.quantity().is_ok(),
        None => value.kind() == ValueKind::Number && exact(value).is_some(),
    };
    if !says_number(left) || !says_number(right) {
        return Ok(None);
    }
    let (mut a, mut b) = (quantity_of(left, operator)?, quantity_of(right, operator)?);
    match (claim(left), claim(right)) {
        (None, _) => a.unit = b.unit.clone(),
        (_, None) => b.unit = a.unit.clone(),
        _ => {}
    }
    if !a.has_unit_of(&b) {
        return Err(refused(NoAnswer::UnlikeUnits, left, operator, right, [a.unit.as_deref(), b.unit.as_deref()]));
    }
    Ok(Some((a, b)))
}

/// An unknown claim can only be compared with none.
fn unknown(left: &Value, operator: &str, right: &Value) -> Result<(), Error> {
    for (side, other) in [(left, right), (right, left)] {
        if let Some(claim) = claim(side).filter(|claim| !claim.is_known()) {
            let against = if self::claim(other).is_some() { format!(" (compared with {})", named(other)) } else { String::new() };
            return Err(invalid(format!(
                "`{}` is not known, so `{operator}` has no answer; test it with `is known` first{against}",
                claim.path()
            )));
        }
    }
    Ok(())
}

/// Whether two values are equal.
fn equal(pass: &Arc<Pass>, left: &Value, operator: &str, right: &Value) -> Result<bool, Error> {
    let is_nothing = |value: &Value| value.is_none() || claim(value).is_some_and(|claim| !claim.is_known());
    if left.is_none() || right.is_none() {
        return Ok(is_nothing(left) && is_nothing(right));
    }
    unknown(left, operator, right)?;
    if (claim(left).is_some() || claim(right).is_some())
        && let Some((a, b)) = quantities(left, operator, right)?
    {
        return match a.compare(&b) {
            Ok(order) => Ok(order == Ordering::Equal),
            Err(why) => Err(refused(why, left, operator, right, [None, None])),
        };
    }
    let (a, b) = sides(pass, left, right)?;
    let is_strict = claim(left).is_some() || claim(right).is_some();
    if is_strict && !a.is_none() && !b.is_none() && a.kind() != b.kind() {
        return Err(mismatch(left, operator, right));
    }
    same(pass, &a, &b)
}

/// Whether `left` is at most `right`; an error if that isn't certain.
fn at_most(pass: &Arc<Pass>, left: &Value, right: &Value, operator: &str) -> Result<bool, Error> {
    unknown(left, operator, right)?;
    // Messages name the operands as they stand in the template.
    let (first, second) = if matches!(operator, "<" | ">=") { (right, left) } else { (left, right) };
    if (claim(left).is_some() || claim(right).is_some())
        && let Some((a, b)) = quantities(first, operator, second)?
    {
        let (a, b) = if matches!(operator, "<" | ">=") { (b, a) } else { (a, b) };
        return a.is_at_most(&b).map_err(|why| refused(why, first, operator, second, [None, None]));
    }
    let (a, b) = sides(pass, left, right)?;
    if a.is_none() || b.is_none() {
        return Err(invalid(format!("`{operator}` has no answer where a value is absent; test it first")));
    }
    if a.kind() != b.kind() || !matches!(a.kind(), ValueKind::Number | ValueKind::String | ValueKind::Bool) {
        return Err(mismatch(first, operator, second));
    }
    Ok(ordered(&a, &b).is_some_and(Ordering::is_le))
}

/// Both sides unwrapped; a record compared with a text counts as its id.
fn sides(pass: &Arc<Pass>, left: &Value, right: &Value) -> Result<(Value, Value), Error> {
    let (mut a, mut b) = (plain_value(pass, left)?, plain_value(pass, right)?);
    let id = |value: &Value| value.downcast_object_ref::<RecordObject>().map(|record| Value::from(record.id()));
    if b.as_str().is_some() {
        a = id(&a).unwrap_or(a);
    }
    if a.as_str().is_some() {
        b = id(&b).unwrap_or(b);
    }
    Ok((a, b))
}

fn same(pass: &Pass, a: &Value, b: &Value) -> Result<bool, Error> {
    charge(pass, a)?;
    charge(pass, b)?;
    Ok(match (exact(a), exact(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    })
}

fn ordered(a: &Value, b: &Value) -> Option<Ordering> {
    match (exact(a), exact(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.partial_cmp(b),
    }
}

fn contains(pass: &Arc<Pass>, container: &Value, item: &Value) -> Result<bool, Error> {
    let plain = plain_value(pass, container)?;
    if let Some(text) = plain.as_str() {
        let (part, _) = sides(pass, item, &plain)?;
        return match part.as_str() {
            Some(part) => {
                pass.charge_text(text.len())?;
                Ok(text.contains(part))
            }
            None => Err(mismatch(item, "in", container)),
        };
    }
    let is_record = plain.downcast_object_ref::<RecordObject>().is_some();
    if plain.kind() == ValueKind::Map || is_record {
        let key = plain_value(pass, item)?;
        return Ok(plain.get_item(&key).is_ok_and(|found| !found.is_undefined()));
    }
    let members = plain.try_iter().map_err(|_| invalid(format!("`in` takes a list or a text, not {}", named(container))))?;
    for member in members {
        if is_member(pass, &member, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a list item equals the value searched for; values of different kinds never do.
fn is_member(pass: &Arc<Pass>, member: &Value, item: &Value) -> Result<bool, Error> {
    let (a, b) = sides(pass, member, item)?;
    let is_number = a.kind() == ValueKind::Number && b.kind() == ValueKind::Number;
    match is_number || claim(member).is_some_and(|m| m.quantity().is_ok()) && claim(item).is_some_and(|i| i.quantity().is_ok()) {
        true => equal(pass, member, "in", item),
        false => same(pass, &a, &b),
    }
}

fn mismatch(left: &Value, operator: &str, right: &Value) -> Error {
    let side = |value: &Value| match claim(value) {
        Some(claim) => format!("the claim `{}`, {},", claim.path(), plain_words(&claim.bare())),
        None => match value.downcast_object_ref::<BareObject>() {
            Some(bare) => format!("{}, {},", named(value), plain_words(&bare.inner)),
            None => plain_words(value).to_owned(),
        },
    };
    invalid(format!("{} can't be compared with {} by `{operator}`", side(left), side(right)))
}

/// What a value is sorted and grouped by.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) enum Key {
    Nothing,
    No,
    Yes,
    Number(Exact, Option<String>),
    Text(String),
    /// A record, by its place in its collection.
    Record(usize, usize),
    List(Vec<Key>),
    /// A claim that is not known, and why.
    Unknown(String),
}

/// Whether capital letters differ from small ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Case {
    Sensitive,
    Insensitive,
}

impl Case {
    /// What a filter's option `case_sensitive` asks for; capital and small letters are the same without it.
    pub(in crate::render) fn of(options: &Kwargs) -> Result<Case, Error> {
        let is_sensitive = options.get::<Option<bool>>("case_sensitive")?.unwrap_or(false);
        Ok(if is_sensitive { Case::Sensitive } else { Case::Insensitive })
    }
}

/// The key of a value; of a claim's, its number or the lower bound. Values that have no order have no key.
pub(in crate::render) fn key_of(pass: &Arc<Pass>, value: &Value, filter: &str, case: Case) -> Result<Key, Error> {
    // A key takes memory as well.
    pass.charge(20)?;
    if value.is_undefined() || value.is_none() {
        return Ok(Key::Nothing);
    }
    if let Some(claim) = claim(value) {
        if !claim.is_known() {
            return Ok(Key::Unknown(claim.printed_text()));
        }
        if let Ok(quantity) = claim.quantity() {
            let number = quantity.low.clone().or(quantity.high.clone()).unwrap_or_else(Exact::zero);
            return Ok(Key::Number(number, quantity.unit));
        }
    }
    let plain = plain_value(pass, value)?;
    if let Some(record) = plain.downcast_object_ref::<RecordObject>() {
        return Ok(Key::Record(record.collection, record.index));
    }
    Ok(match plain.kind() {
        ValueKind::None | ValueKind::Undefined => Key::Nothing,
        ValueKind::Bool if plain.is_true() => Key::Yes,
        ValueKind::Bool => Key::No,
        ValueKind::Number => Key::Number(exact(&plain).ok_or_else(|| invalid(format!("`{filter}` takes numbers within bounds")))?, None),
        ValueKind::String => {
            let text = plain.as_str().unwrap_or_default();
            pass.charge_text(text.len())?;
            Key::Text(match case {
                Case::Sensitive => text.to_owned(),
                Case::Insensitive => text.to_lowercase(),
            })
        }
        ValueKind::Seq | ValueKind::Iterable => {
            Key::List(plain.try_iter()?.map(|item| key_of(pass, &item, filter, case)).collect::<Result<_, _>>()?)
        }
        _ => return Err(invalid(format!("`{filter}` takes texts and numbers, not {}", named(value)))),
    })
}
