//! Text that holds printed values: joined, looked into, taken apart.

use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::operand::{as_text, charge, fault, invalid, named, plain_value};
use crate::render::filters::{number_text, to_token};
use crate::render::token::{CUTS, has_token, unshield};
use crate::render::values::{BareObject, ClaimObject, ListObject, Pass, RecordObject, TextObject, coverage, exact, is_loop, turns};

/// The output of a call or block, as a value.
pub(in crate::render) fn captured(pass: &Arc<Pass>, value: Value) -> Result<Value, Error> {
    let Some(text) = value.as_str() else { return Ok(value) };
    pass.charge_text(text.len())?;
    Ok(if has_token(text) { TextObject::wrap(pass, text.to_owned()) } else { value })
}

/// `a ~ b ~ c`. A value taken out of a claim with `.value` stays uncited.
pub(super) fn concat(state: &mut State<'_, '_>, pass: &Arc<Pass>, parts: &[Value]) -> Result<Value, Error> {
    fault("~", &parts.iter().filter(|part| part.is_undefined()).collect::<Vec<_>>())?;
    let mut of = None;
    let parts: Vec<Value> = parts
        .iter()
        .map(|part| match part.downcast_object_ref::<BareObject>() {
            Some(bare) => {
                of.get_or_insert_with(|| bare.of.clone());
                bare.inner.clone()
            }
            None => part.clone(),
        })
        .collect();
    let is_printed = |part: &Value| part.is_safe() || part.as_str().is_none_or(has_token) && part.kind() != ValueKind::Number;
    let mut text = String::new();
    let prints = parts.iter().any(is_printed);
    for part in &parts {
        match (prints, part.as_str(), exact(part)) {
            (true, ..) => text.push_str(&to_token(pass, part)?),
            (false, Some(plain), _) => text.push_str(plain),
            (false, None, Some(_)) => text.push_str(&number_text(pass, part)),
            (false, None, None) => text.push_str(&to_token(pass, part)?),
        }
        pass.prints.check_length(text.len())?;
    }
    state.consume_fuel(text.len() as u64 / 64)?;
    if has_token(&text) {
        // The text that a token stands for was copied, so charge for it.
        pass.charge_text(pass.prints.length(&text))?;
    }
    let joined = if prints { TextObject::wrap(pass, text) } else { Value::from(text) };
    Ok(of.map_or(joined.clone(), |of| BareObject::wrap(joined, &of)))
}

/// Printed text that is about to be split: an error if it contains a claim, since part of a figure is another figure.
pub(in crate::render) fn piece_of(pass: &Arc<Pass>, subject: &Value, what: &str) -> Result<Option<Value>, Error> {
    let Some(text) = as_text(pass, subject)? else { return Ok(None) };
    let text = TextObject { pass: pass.clone(), text };
    if text.has_claim() {
        return Err(invalid(format!("{what} {CUTS}; use the field itself, or its `.value`, which needs `| uncited` to be printed")));
    }
    pass.loosen(&text.marking());
    Ok(Some(Value::from(text.plain()?)))
}

/// `subject[key]`.
pub(super) fn item(pass: &Arc<Pass>, subject: &Value, key: &Value) -> Result<Value, Error> {
    fault("[…]", &[subject, key])?;
    let key = key_in(pass, key)?;
    if let Some(bare) = subject.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(item(pass, &bare.inner, &key)?, &bare.of));
    }
    if let Some(claim) = subject.downcast_object_ref::<ClaimObject>().filter(|_| key.kind() == ValueKind::Number) {
        // A claim that is a list has items, which are claims; a negative index counts from its end.
        let is_list = matches!(claim.bare().kind(), ValueKind::Seq) && claim.quantity().is_err();
        return match is_list {
            true => subject.get_item(&from_end(&key, subject.len())),
            false => {
                Err(invalid(format!("`[…]` can't take {} apart; its `.value` can be, and needs `| uncited` to be printed", named(subject))))
            }
        };
    }
    match piece_of(pass, subject, "`[…]`")? {
        Some(plain) => plain.get_item(&key),
        None => subject.get_item(&key),
    }
}

/// An attribute of a value; for `loop`, the number of iterations or those left.
pub(in crate::render) fn count(pass: &Pass, subject: &Value, name: &str) -> Result<Value, Error> {
    let found = subject.get_attr(name)?;
    let counted = match name {
        _ if !is_loop(subject) => return Ok(found),
        "length" => "loop.length",
        "revindex" => "loop.revindex",
        "revindex0" => "loop.revindex0",
        _ => return Ok(found),
    };
    Ok(turns(pass, found, counted))
}

fn from_end(key: &Value, length: Option<usize>) -> Value {
    match (i64::try_from(key.clone()), length) {
        (Ok(index), Some(length)) if index < 0 => Value::from(length as i64 + index),
        _ => key.clone(),
    }
}

/// `subject[from:to:step]`.
pub(super) fn slice(state: &mut State<'_, '_>, pass: &Arc<Pass>, subject: &Value, bounds: [&Value; 3]) -> Result<Value, Error> {
    fault("[…]", &[subject])?;
    if let Some(bare) = subject.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(slice(state, pass, &bare.inner, bounds)?, &bare.of));
    }
    let mut numbers = [None; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        let plain = plain_value(pass, bound)?;
        if bound.downcast_object_ref::<ClaimObject>().is_some() || !plain.is_none() && i64::try_from(plain.clone()).is_err() {
            return Err(invalid(format!("`[…]` takes whole numbers, not {}", named(bound))));
        }
        *number = i64::try_from(plain).ok();
    }
    let [from, to, step] = numbers;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(invalid("`[…]` can't go in steps of zero"));
    }
    if subject.downcast_object_ref::<ClaimObject>().is_some_and(|claim| claim.quantity().is_ok() || claim.bare().kind() != ValueKind::Seq) {
        return Err(invalid(format!(
            "`[…]` can't take {} apart; its `.value` can be, and needs `| uncited` to be printed",
            named(subject)
        )));
    }
    let plain = piece_of(pass, subject, "`[…]`")?;
    let subject = plain.as_ref().unwrap_or(subject);
    if let Some(text) = subject.as_str() {
        let characters: Vec<char> = text.chars().collect();
        state.consume_fuel(characters.len() as u64 / 64)?;
        let cut: String = picked(characters.len(), from, to, step).map(|at| characters[at]).collect();
        return Ok(if subject.is_safe() { Value::from_safe_string(cut) } else { Value::from(cut) });
    }
    if subject.is_none() {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    let is_list = matches!(subject.kind(), ValueKind::Seq | ValueKind::Iterable);
    let items = subject
        .try_iter()
        .ok()
        .filter(|_| is_list)
        .ok_or_else(|| invalid(format!("`[…:…]` takes a list or a text, not {}", named(subject))))?;
    let items: Vec<Value> = items.collect();
    state.consume_fuel(items.len() as u64)?;
    ListObject::kept_of(pass, picked(items.len(), from, to, step).map(|at| items[at].clone()).collect::<Vec<_>>().into(), coverage(subject))
}

/// The indexes of a slice, as Python has them.
fn picked(length: usize, from: Option<i64>, to: Option<i64>, step: i64) -> Box<dyn Iterator<Item = usize>> {
    let length = length as i64;
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |n: i64| if n < 0 { (n.saturating_add(length)).max(lowest) } else { n.min(highest) };
    let (first, last) = if step > 0 { (0, length) } else { (length - 1, -1) };
    let (from, to) = (from.map_or(first, bound), to.map_or(last, bound));
    let width = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    match step > 0 {
        true => Box::new((from..to).step_by(width).map(|at| at as usize)),
        false => Box::new((to + 1..=from).rev().step_by(width).map(|at| at as usize)),
    }
}

/// The key of a mapping that a template writes.
pub(super) fn key(pass: &Arc<Pass>, key: &Value) -> Result<Value, Error> {
    if key.downcast_object_ref::<ClaimObject>().is_some() || key.downcast_object_ref::<BareObject>().is_some() {
        let detail = format!("{} can't be a key of a mapping, where its source would be lost; use `.value | uncited`", named(key));
        return Err(invalid(detail));
    }
    key_in(pass, key)
}

/// A key to look something up with.
fn key_in(pass: &Arc<Pass>, key: &Value) -> Result<Value, Error> {
    let plain = plain_value(pass, key)?;
    charge(pass, &plain)?;
    match plain.downcast_object_ref::<RecordObject>() {
        Some(record) => Ok(Value::from(record.id())),
        None => Ok(plain),
    }
}

/// The name of a template, or several of which the first that exists is meant.
pub(super) fn template(pass: &Arc<Pass>, name: &Value) -> Result<Value, Error> {
    fault("include", &[name])?;
    pass.charge(1)?;
    let plain = plain_value(pass, name)?;
    if let Some(text) = plain.as_str() {
        return Ok(Value::from(unshield(text).into_owned()));
    }
    let names = plain.try_iter().ok().filter(|_| matches!(plain.kind(), ValueKind::Seq | ValueKind::Iterable));
    let names = names.ok_or_else(|| invalid(format!("a template is named by a text, not by {}", named(name))))?;
    let names = names.map(|name| template(pass, &name)).collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Err(invalid("an empty list names no template"));
    }
    Ok(Value::from(names))
}

/// The value that a loop iterates over.
pub(super) fn looped(pass: &Arc<Pass>, items: Value) -> Result<Value, Error> {
    if let Some(plain) = piece_of(pass, &items, "a loop")? {
        return Ok(plain);
    }
    match items.downcast_object_ref::<ClaimObject>() {
        Some(claim) if claim.quantity().is_ok() || claim.bare().kind() != ValueKind::Seq => {
            Err(invalid(format!("a loop takes a list, not the claim `{}`", claim.path())))
        }
        _ => Ok(items),
    }
}
