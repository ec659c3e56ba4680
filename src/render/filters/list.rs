//! Filters of lists, and `default`.

use std::sync::Arc;

use minijinja::filters;
use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State};

use super::operand::{items, keep_safe, whole, wrong_kind};
use super::print::to_token;
use crate::render::operators::{count, error, piece_of, plain_value, printed_plain};
use crate::render::token::unshield;
use crate::render::values::{BareObject, ClaimObject, Coverage, ListObject, PartialKind, PartialObject, Pass, TextObject, coverage};
use crate::render::words::word;

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    for name in ["default", "d"] {
        env.add_filter(name, |value: &Value, fallback: Option<Value>, falsy: Option<bool>| {
            let missing = value.is_undefined() || value.is_none() || (falsy == Some(true) && !value.is_true());
            if missing { fallback.unwrap_or_else(|| Value::from("")) } else { value.clone() }
        });
    }
    let shared = pass.clone();
    env.add_filter("list", move |values: &Value| {
        let and = word(&shared.book.settings, "and");
        joined(&shared, values, "list", and.len() + 4, |items| match items {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
        })
    });
    let shared = pass.clone();
    env.add_filter("join", move |values: &Value, separator: Option<Value>| -> Result<Value, Error> {
        let separator = match separator {
            None => String::new(),
            Some(separator) => match separator.as_str() {
                Some(plain) if plain.trim_matches([' ', ',', ';', '\n']).is_empty() => plain.to_owned(),
                _ => to_token(&shared, &separator)?,
            },
        };
        joined(&shared, values, "join", separator.len(), |items| items.join(&separator))
    });
    for name in ["length", "count"] {
        let shared = pass.clone();
        env.add_filter(name, move |value: &Value| -> Result<Value, Error> {
            if value.downcast_object_ref::<ClaimObject>().is_some_and(|claim| claim.quantity().is_ok() || !claim.is_known()) {
                return Err(wrong_kind("length", value, "a list or a text"));
            }
            let plain = plain_value(&shared, value)?;
            shared.charge_text(plain.as_str().map_or(0, str::len))?;
            let length = plain.as_str().map(|s| unshield(s).chars().count()).or_else(|| plain.len());
            let length = length.ok_or_else(|| wrong_kind("length", value, "a list or a text"))?;
            Ok(PartialObject::of(Value::from(length), "length", coverage(value)))
        });
    }
    env.add_filter("of_what_is_shown", of_what_is_shown);
    engine_filters(env, pass);
}

/// A list, or a value made of one, that says so when printed if its reader may not see all of it.
fn of_what_is_shown(value: &Value) -> Result<Value, Error> {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(of_what_is_shown(&bare.inner)?, &bare.of));
    }
    match value.downcast_object_ref::<PartialObject>() {
        Some(PartialObject { inner, kind: PartialKind::Withheld(_) }) => {
            return Ok(Value::from_object(PartialObject { inner: inner.clone(), kind: PartialKind::Shown }));
        }
        _ if coverage(value) != Coverage::Part => return Ok(value.clone()),
        _ => {}
    }
    ListObject::covering(value.try_iter()?.collect(), Coverage::Shown)
}

/// Filters of the engine that pass a list's items through; their other arguments are unwrapped.
fn engine_filters(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    env.add_filter("!attr", filters::attr);
    env.add_filter("!batch", filters::batch);
    env.add_filter("!chain", filters::chain);
    env.add_filter("!first", filters::first);
    env.add_filter("!items", filters::items);
    env.add_filter("!last", filters::last);
    env.add_filter("!map", filters::map);
    env.add_filter("!reject", filters::reject);
    env.add_filter("!rejectattr", filters::rejectattr);
    env.add_filter("!reverse", filters::reverse);
    env.add_filter("!select", filters::select);
    env.add_filter("!selectattr", filters::selectattr);
    env.add_filter("!slice", filters::slice);
    env.add_filter("!zip", filters::zip);
    for (name, own, takes_number) in [
        ("attr", "!attr", false),
        ("batch", "!batch", true),
        ("chain", "!chain", false),
        ("first", "!first", false),
        ("items", "!items", false),
        ("last", "!last", false),
        ("map", "!map", false),
        ("reject", "!reject", false),
        ("rejectattr", "!rejectattr", false),
        ("reverse", "!reverse", false),
        ("select", "!select", false),
        ("selectattr", "!selectattr", false),
        ("slice", "!slice", true),
        ("zip", "!zip", false),
    ] {
        let shared = pass.clone();
        env.add_filter(name, move |state: &mut State<'_, '_>, value: Value, rest: Rest<ValueOrKwargs>| -> Result<Value, Error> {
            let value = listed(&shared, name, value)?;
            let mut source = coverage(&value);
            let mut args = vec![value];
            args.extend(rest.into_values());
            for arg in args.iter_mut().skip(1).take(usize::from(takes_number)) {
                if !arg.is_kwargs() {
                    let number = whole(&shared, name, arg)?;
                    ListObject::check_size(usize::try_from(number).unwrap_or_default())?;
                    *arg = Value::from(number);
                }
            }
            for arg in args.iter_mut().skip(1) {
                // A name, such as an attribute's, may be printed text composed by the template.
                if let Some(plain) = printed_plain(&shared, arg)? {
                    *arg = Value::from(plain);
                }
            }
            if let ("attr", [subject, key]) = (name, args.as_slice())
                && let Some(key) = key.as_str()
            {
                return count(&shared, subject, key);
            }
            state.consume_fuel(args.iter().map(|arg| arg.len().unwrap_or(0) as u64).sum())?;
            if matches!(name, "chain" | "zip") {
                source = args.iter().map(coverage).max().unwrap_or_default();
            }
            let made = state.apply_filter(own, &args)?;
            if matches!(name, "attr" | "first" | "last") { Ok(made) } else { ListObject::kept_of(&shared, made, source) }
        });
    }
}

/// The input of a list filter: text with claims is refused, since its characters would be pieces of figures.
fn listed(pass: &Arc<Pass>, filter: &str, value: Value) -> Result<Value, Error> {
    let value = piece_of(pass, &value, &format!("`{filter}`"))?.unwrap_or(value);
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>().filter(|_| filter != "attr")
        && (claim.bare().kind() != ValueKind::Seq || claim.quantity().is_ok())
    {
        return Err(error(format!("`{filter}` takes a list, not the claim `{}`", claim.path())));
    }
    let inner = value.downcast_object_ref::<BareObject>().map(|bare| &bare.inner);
    let kind = inner.unwrap_or(&value).kind();
    let is_fit = match filter {
        "items" => kind == ValueKind::Map,
        "attr" => true,
        _ => matches!(kind, ValueKind::Seq | ValueKind::Iterable | ValueKind::Map) || kind == ValueKind::String && inner.is_none(),
    };
    match is_fit {
        true => Ok(value),
        false => Err(wrong_kind(filter, &value, if filter == "items" { "a mapping" } else { "a list" })),
    }
}

/// The items of a list joined as printed text.
fn joined(pass: &Arc<Pass>, values: &Value, filter: &str, between: usize, join: impl Fn(&[String]) -> String) -> Result<Value, Error> {
    let mut of = None;
    let mut printed = Vec::new();
    let mut length = 0;
    for item in items(values, filter)? {
        let item = match item.downcast_object_ref::<BareObject>() {
            Some(bare) => {
                of.get_or_insert_with(|| bare.of.clone());
                bare.inner.clone()
            }
            None => item,
        };
        let token = to_token(pass, &item)?;
        length += token.len() + between;
        pass.charge(8)?;
        pass.prints.check_length(length)?;
        printed.push(token);
    }
    pass.charge_text(length)?;
    let joined = join(&printed);
    let text = match joined.is_empty() {
        true => keep_safe(&Value::from_safe_string(String::new()), joined),
        false => TextObject::wrap(pass, joined),
    };
    Ok(match of {
        Some(of) => BareObject::wrap(text, &of),
        None => text,
    })
}
