//! Filters of numbers and dates; a claim stays a claim, with its qualifier, its unit and its sources.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, State};

use super::operand::{at_path, items, whole, wrong_kind};
use crate::model::{Date, Exact, NotAQuantity, Operation, Quantity, Rounding};
use crate::render::claim_text::{Figures, claim_as, exact_as, quantity_as};
use crate::render::operators::{self, Case, calculate, derived, error, named, plain_value, quantity_of, refused};
use crate::render::token::unshield;
use crate::render::values::{
    BareObject, ClaimObject, Coverage, PartialKind, PartialObject, Pass, StampObject, coverage, exact, exact_number, text,
};
use crate::render::words::{self, DateStyle};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_filter("number", move |value: Value, options: Kwargs| -> Result<Value, Error> {
        let decimals = options.get::<Option<Value>>("decimals")?;
        options.assert_all_used()?;
        let decimals = decimals.map(|places| whole(&shared, "number", &places)).transpose()?;
        let decimals = match decimals {
            Some(places @ 0..=20) => Some(usize::try_from(places).unwrap_or_default()),
            Some(places) => return Err(error(format!("`number` writes 0 to 20 decimals, not {places}"))),
            None => None,
        };
        write(&shared, &value, Figures { decimals, always_grouped: true })
    });
    let shared = pass.clone();
    env.add_filter("words", move |value: Value| in_words(&shared, &value));
    for (name, change) in [("abs", Quantity::abs as fn(&Quantity) -> Quantity), ("int", Quantity::truncated), ("float", Quantity::clone)] {
        let shared = pass.clone();
        env.add_filter(name, move |value: Value, rest: Rest<ValueOrKwargs>| changed(&shared, &value, name, &rest.into_values(), &change));
    }
    let shared = pass.clone();
    env.add_filter("round", move |value: Value, arguments: Rest<ValueOrKwargs>| round(&shared, &value, &arguments.into_values()));
    let shared = pass.clone();
    env.add_filter("sum", move |state: &mut State<'_, '_>, values: Value, arguments: Rest<ValueOrKwargs>| -> Result<Value, Error> {
        let total = sum(state, &shared, &values, &arguments.into_values())?;
        Ok(PartialObject::of(total, "sum", coverage(&values)))
    });
    for (name, which) in [("min", Extreme::Least), ("max", Extreme::Most)] {
        let shared = pass.clone();
        env.add_filter(name, move |values: Value, options: Kwargs| -> Result<Value, Error> {
            let found = extreme(&shared, name, &values, &options, which)?;
            // An empty result says nothing of what isn't shown.
            Ok(if found.is_undefined() { found } else { PartialObject::of(found, name, coverage(&values)) })
        });
    }
    let shared = pass.clone();
    env.add_filter("date", move |value: Value, style: Option<&str>| date(&shared, &value, style));
    let shared = pass.clone();
    env.add_filter("plural", move |count: Value, one: Value, many: Option<Value>| plural(&shared, &count, &one, many.as_ref()));
}

/// Applies what a filter does to what was taken out of a claim, or made of a list that isn't shown whole; what comes out is so, too.
fn through_bare(value: &Value, filter: impl Fn(&Value) -> Result<Value, Error>) -> Option<Result<Value, Error>> {
    if let Some(partial) = value.downcast_object_ref::<PartialObject>() {
        return Some(match partial.kind {
            PartialKind::Placeholder => Ok(value.clone()),
            _ => filter(&partial.inner).map(|made| partial.with(made)),
        });
    }
    let bare = value.downcast_object_ref::<BareObject>()?;
    Some(filter(&bare.inner).map(|made| BareObject::wrap(made, &bare.of)))
}

fn write(pass: &Arc<Pass>, value: &Value, figures: Figures) -> Result<Value, Error> {
    if let Some(made) = through_bare(value, |inner| write(pass, inner, figures)) {
        return made;
    }
    let settings = &pass.book.settings;
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return match (claim.quantity(), &claim.derived) {
            (Ok(quantity), Some(_)) => Ok(claim.with_text(quantity_as(&quantity, settings, figures))),
            (Ok(_), None) => Ok(claim.with_text(claim_as(claim.claim(), &pass.book, figures))),
            (Err(NotAQuantity::Unknown(_)), _) => Ok(value.clone()),
            (Err(_), _) => Err(wrong_kind("number", value, "a number")),
        };
    }
    let n = exact(value).ok_or_else(|| wrong_kind("number", value, "a number"))?;
    Ok(Value::from(exact_as(&n, settings, figures, Rounding::Nearest)))
}

fn in_words(pass: &Arc<Pass>, value: &Value) -> Result<Value, Error> {
    if let Some(made) = through_bare(value, |inner| in_words(pass, inner)) {
        return made;
    }
    let spelled = |n: &Exact| n.as_i64().and_then(|n| words::small_number(n, &pass.book.settings));
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        let quantity = match claim.quantity() {
            Ok(quantity) => quantity,
            Err(NotAQuantity::Unknown(_)) => return Ok(value.clone()),
            Err(_) => return Err(wrong_kind("words", value, "a number")),
        };
        let Some((n, spelled)) = quantity.named_by().and_then(|n| Some((n, spelled(n)?))) else { return Ok(value.clone()) };
        // The qualifier and the unit stay around the word.
        let digits = exact_as(n, &pass.book.settings, Figures::default(), Rounding::Nearest);
        let text = quantity_as(&quantity, &pass.book.settings, Figures::default());
        return Ok(claim.with_text(text.replacen(&digits, &spelled, 1)));
    }
    let n = exact(value).ok_or_else(|| wrong_kind("words", value, "a number"))?;
    let digits = || exact_as(&n, &pass.book.settings, Figures::default(), Rounding::Nearest);
    Ok(Value::from(spelled(&n).unwrap_or_else(digits)))
}

/// `abs`, `int` and `float`: a claim's number changed; of a text that is no claim, the number that it spells.
fn changed(
    pass: &Arc<Pass>,
    value: &Value,
    filter: &'static str,
    rest: &[Value],
    change: &dyn Fn(&Quantity) -> Quantity,
) -> Result<Value, Error> {
    if let Some(made) = through_bare(value, |inner| changed(pass, inner, filter, rest, change)) {
        return made;
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        let before = quantity_of(value, filter)?;
        let after = change(&before);
        return Ok(match before == after {
            true => value.clone(),
            false => derived(pass, after, format!("{filter}({})", claim.path()), &[claim]),
        });
    }
    let fallback = match rest {
        [] => None,
        arguments => {
            let (positional, kwargs): (Option<Value>, Kwargs) = from_args(arguments)?;
            let fallback = positional.or(kwargs.get("default")?);
            kwargs.assert_all_used()?;
            fallback
        }
    };
    let number = match value.kind() {
        ValueKind::Number => exact(value),
        ValueKind::Bool if filter != "abs" => Some(Exact::from(i64::from(value.is_true()))),
        ValueKind::String if filter != "abs" => Exact::parse(unshield(value.as_str().unwrap_or_default()).trim()),
        _ => None,
    };
    let Some(number) = number else {
        return fallback.ok_or_else(|| match value.kind() {
            ValueKind::String => error(format!("`{filter}` takes a number, not {}", named(value))),
            _ => wrong_kind(filter, value, "a number"),
        });
    };
    let made = change(&Quantity::exactly(number));
    let made = made.point().cloned().unwrap_or_else(Exact::zero);
    Ok(if filter == "float" || filter == "abs" && !value.is_integer() { Value::from(made.to_f64()) } else { exact_number(&made) })
}

fn round(pass: &Arc<Pass>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    if let Some(made) = through_bare(value, |inner| round(pass, inner, arguments)) {
        return made;
    }
    let (places, method, options): (Option<Value>, Option<String>, Kwargs) = from_args(arguments)?;
    let places = places.or(options.get("precision")?).map_or(Ok(0), |places| whole(pass, "round", &places))?;
    let method = method.or(options.get("method")?);
    options.assert_all_used()?;
    let rounding = match method.as_deref() {
        None | Some("common") => Rounding::Nearest,
        Some("floor") => Rounding::Down,
        Some("ceil") => Rounding::Up,
        Some(other) => return Err(error(format!("`round` knows the methods `common`, `floor` and `ceil`, not `{other}`"))),
    };
    let places = i32::try_from(places).ok().filter(|places| places.abs() <= 100);
    let places = places.ok_or_else(|| error("`round` takes 100 places at most"))?;
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        let before = quantity_of(value, "round")?;
        let after = before.rounded(places, rounding);
        return Ok(match before == after {
            true => value.clone(),
            false => derived(pass, after, format!("round({}, {places})", claim.path()), &[claim]),
        });
    }
    let n = exact(value).ok_or_else(|| wrong_kind("round", value, "a number"))?;
    let rounded = n.rounded(places, rounding);
    Ok(if value.is_integer() { exact_number(&rounded) } else { Value::from(rounded.to_f64()) })
}

/// The items of a list, or one attribute of each; those that lack it are left out, as in Jinja.
fn attributes(values: &Value, filter: &str, attribute: Option<&str>) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for item in items(values, filter)? {
        let value = match attribute {
            None => item,
            Some(path) => match at_path(&item, path)? {
                value if value.is_undefined() => continue,
                value => value,
            },
        };
        found.push(value);
    }
    Ok(found)
}

fn sum(state: &mut State<'_, '_>, pass: &Arc<Pass>, values: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let (attribute, start, options): (Option<String>, Option<Value>, Kwargs) = from_args(arguments)?;
    let attribute = attribute.or(options.get("attribute")?);
    let start = start.or(options.get("start")?);
    options.assert_all_used()?;
    let items = attributes(values, "sum", attribute.as_deref())?;
    state.consume_fuel(8 * items.len() as u64)?;
    let items: Vec<Value> = start.into_iter().chain(items).collect();
    if let Some(total) = sum_of_claims(pass, &items)? {
        return Ok(total);
    }
    let items = items.into_iter();
    let total = items.map(Ok::<Value, Error>).reduce(|total, item| {
        let (total, item) = (total?, item?);
        let is_number = |value: &Value| match value.downcast_object_ref::<BareObject>() {
            Some(bare) => bare.inner.kind() == ValueKind::Number || bare.inner.downcast_object_ref::<ClaimObject>().is_some(),
            None => value.kind() == ValueKind::Number || value.downcast_object_ref::<ClaimObject>().is_some(),
        };
        if item.is_none() || is_number(&total) != is_number(&item) {
            return Err(error(format!("`sum` can't add {} to {}", named(&item), named(&total))));
        }
        calculate(state, pass, &total, "+", &item)
    });
    match total {
        None => Ok(Value::from(0)),
        Some(total) => {
            let total = total?;
            // Even in a list of one, only a number is a sum.
            if total.downcast_object_ref::<ClaimObject>().is_some() {
                quantity_of(&total, "sum")?;
            } else if !matches!(plain_value(pass, &total)?.kind(), ValueKind::Number | ValueKind::Seq | ValueKind::Iterable) {
                return Err(error(format!("`sum` takes numbers, not {}", named(&total))));
            }
            Ok(total)
        }
    }
}

/// The sum of a list of claims, computed at once; none if the list has other items or the sum has no answer.
fn sum_of_claims(pass: &Arc<Pass>, items: &[Value]) -> Result<Option<Value>, Error> {
    let claims: Option<Vec<&ClaimObject>> = items.iter().map(|item| item.downcast_object_ref::<ClaimObject>()).collect();
    let Some(claims) = claims.filter(|claims| claims.len() > 1) else { return Ok(None) };
    let Ok(quantities) = claims.iter().map(|claim| claim.quantity()).collect::<Result<Vec<_>, _>>() else { return Ok(None) };
    let mut total = quantities[0].clone();
    for quantity in &quantities[1..] {
        let Ok(sum) = total.calculate(Operation::Add, quantity) else { return Ok(None) };
        total = sum;
    }
    // Limits the written calculation; all claims are listed with it anyway.
    let shown: Vec<String> = claims.iter().take(50).map(|claim| claim.path()).collect();
    let more = if claims.len() > shown.len() { format!(" + … ({} in all)", claims.len()) } else { String::new() };
    Ok(Some(derived(pass, total, shown.join(" + ") + &more, &claims)))
}

/// Which of several values is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extreme {
    Least,
    Most,
}

/// `min` and `max`: the first item that certainly no other exceeds.
fn extreme(pass: &Arc<Pass>, filter: &'static str, values: &Value, options: &Kwargs, extreme: Extreme) -> Result<Value, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    let case = Case::of(options)?;
    options.assert_all_used()?;
    let items: Vec<Value> = items(values, filter)?.collect();
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let value = match &attribute {
            Some(path) => at_path(&item, path)?,
            None => item.clone(),
        };
        if value.downcast_object_ref::<ClaimObject>().is_some_and(|claim| !claim.is_known()) {
            quantity_of(&value, filter)?;
        }
        let goes_beyond = match &best {
            None => true,
            Some((known, _)) => beyond(pass, filter, &value, known, extreme, case)?,
        };
        if goes_beyond {
            best = Some((value, item));
        }
    }
    Ok(best.map_or(Value::UNDEFINED, |(_, item)| item))
}

/// Whether a value exceeds the best so far; an error that names both if that isn't certain or they can't be compared.
fn beyond(pass: &Arc<Pass>, filter: &str, value: &Value, best: &Value, extreme: Extreme, case: Case) -> Result<bool, Error> {
    let (low, high) = match extreme {
        Extreme::Least => (value, best),
        Extreme::Most => (best, value),
    };
    let is_claim = |value: &Value| value.downcast_object_ref::<ClaimObject>().is_some();
    if is_claim(value) || is_claim(best) {
        let (a, b) = (quantity_of_any(low, filter)?, quantity_of_any(high, filter)?);
        if let Some((a, b)) = a.zip(b) {
            // A plain number takes the claim's unit.
            if !a.has_unit_of(&b) && is_claim(low) && is_claim(high) {
                let units = [a.unit.as_deref(), b.unit.as_deref()];
                return Err(refused(crate::model::NoAnswer::UnlikeUnits, low, filter, high, units));
            }
            // The value exceeds the best, unless the best is certainly at least as extreme.
            return match b.is_at_most(&a) {
                Ok(at_most) => Ok(!at_most),
                Err(_) if a.is_at_most(&b) == Ok(true) => Ok(true),
                Err(why) => Err(refused(why, low, filter, high, [None, None])),
            };
        }
    }
    let (a, b) = (operators::key_of(pass, low, filter, case)?, operators::key_of(pass, high, filter, case)?);
    super::sort::comparable(&[(&a, low), (&b, high)], filter)?;
    Ok(super::sort::order(&a, &b).is_lt())
}

fn quantity_of_any(value: &Value, filter: &str) -> Result<Option<Quantity>, Error> {
    match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => match claim.quantity() {
            Ok(quantity) => Ok(Some(quantity)),
            Err(NotAQuantity::Kind(_)) => Ok(None),
            Err(_) => quantity_of(value, filter).map(Some),
        },
        None => Ok(exact(value).map(Quantity::exactly)),
    }
}

fn date(pass: &Arc<Pass>, value: &Value, style: Option<&str>) -> Result<Value, Error> {
    if let Some(made) = through_bare(value, |inner| date(pass, inner, style)) {
        return made;
    }
    let style = match style {
        None | Some("long") => DateStyle::Long,
        Some("short") => DateStyle::Short,
        Some("iso") => DateStyle::Iso,
        Some("month-year") => DateStyle::MonthYear,
        Some(other) => return Err(error(format!("`date` knows the styles `long`, `short`, `iso` and `month-year`, not `{other}`"))),
    };
    if let Some(stamp) = value.downcast_object_ref::<StampObject>() {
        return Ok(stamp.dated(style));
    }
    let claim = value.downcast_object_ref::<ClaimObject>();
    if claim.is_some_and(|claim| !claim.is_known()) {
        return Ok(value.clone());
    }
    let plain = plain_value(pass, value)?;
    let wrong = || wrong_kind("date", value, "a date such as 2025-11-05");
    let read: Date = unshield(plain.as_str().ok_or_else(wrong)?).parse().map_err(|_| wrong())?;
    Ok(match claim {
        None => text(&words::date(read, style, &pass.book.settings)),
        Some(claim) => Value::from_object(claim.with_date(read, style)),
    })
}

/// The word that goes with a count: of exactly one, the first.
fn plural(pass: &Arc<Pass>, count: &Value, one: &Value, many: Option<&Value>) -> Result<Value, Error> {
    let word = |value: &Value| -> Result<String, Error> {
        plain_value(pass, value)?.as_str().map(str::to_owned).ok_or_else(|| wrong_kind("plural", value, "words in quotation marks"))
    };
    let (one, many) = (word(one)?, many.map(word).transpose()?);
    let is_withheld = |partial: &PartialObject| matches!(partial.kind, PartialKind::Withheld(_));
    if coverage(count) == Coverage::Part || count.downcast_object_ref::<PartialObject>().is_some_and(is_withheld) {
        // The choice of the word reveals the count.
        return Ok(Value::from(many.unwrap_or_else(|| format!("{one}s"))));
    }
    let count = count.downcast_object_ref::<PartialObject>().map_or(count, |partial| &partial.inner);
    let is_one = match count.downcast_object_ref::<ClaimObject>() {
        Some(claim) if claim.quantity().is_ok() || !claim.is_known() => {
            let quantity = quantity_of(count, "plural")?;
            quantity.named_by() == Some(&Exact::from(1))
        }
        _ => {
            let plain = plain_value(pass, count)?;
            let length = plain.as_str().is_none().then(|| plain.len()).flatten();
            match (exact(&plain), length) {
                (Some(n), _) => n == Exact::from(1),
                (None, Some(length)) => length == 1,
                (None, None) => return Err(wrong_kind("plural", count, "a number or a list")),
            }
        }
    };
    Ok(Value::from(if is_one { one } else { many.unwrap_or_else(|| format!("{one}s")) }))
}
