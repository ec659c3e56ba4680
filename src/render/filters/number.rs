//! Filters of numbers and dates; a claim stays a claim.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::operand::{bare, items, wrong_kind};
use crate::model::{Date, Settings};
use crate::render::claim_text::grouped;
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, Pass, StampObject, text};
use crate::render::words::{self, DateStyle, word};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let book = pass.book.clone();
    env.add_filter("number", move |value: &Value, options: Kwargs| -> Result<Value, Error> {
        let decimals: Option<usize> = options.get("decimals")?;
        options.assert_all_used()?;
        let separator = word(&book.settings, "group");
        map_number(value, "number", |n| {
            let digits = match decimals {
                Some(places) => format!("{:.*}", places.min(20), f64::try_from(n.clone()).unwrap_or(f64::NAN)),
                None => n.to_string(),
            };
            Ok(grouped(&digits, &separator))
        })
    });
    let book = pass.book.clone();
    env.add_filter("words", move |value: &Value| {
        map_number(value, "words", |n| Ok(words::small_number(i64::try_from(n.clone())?, &book.settings)))
    });
    // The engine's own, under names that no template uses.
    env.add_filter("brief_abs", minijinja::filters::abs);
    env.add_filter("brief_int", minijinja::filters::int);
    env.add_filter("brief_float", minijinja::filters::float);
    env.add_filter("brief_round", minijinja::filters::round);
    env.add_filter("brief_sum", minijinja::filters::sum);
    for (name, own) in [("abs", "brief_abs"), ("int", "brief_int"), ("float", "brief_float"), ("round", "brief_round")] {
        env.add_filter(name, move |state: &mut State<'_, '_>, value: &Value, rest: Rest<Value>| -> Result<Value, Error> {
            let args: Vec<Value> = std::iter::once(bare(value)).chain(rest.iter().cloned()).collect();
            let made = state.apply_filter(own, &args)?;
            Ok(match value.downcast_object_ref::<ClaimObject>() {
                Some(claim) => Value::from_object(ClaimObject { derived: Some(made), text: None, ..claim.clone() }),
                None => made,
            })
        });
    }
    let shared = pass.clone();
    env.add_filter("sum", move |state: &mut State<'_, '_>, values: &Value, options: Kwargs| -> Result<Value, Error> {
        let attribute: Option<String> = options.get("attribute")?;
        options.assert_all_used()?;
        let items = items(values, "sum")?.map(|item| match &attribute {
            Some(name) => item.get_attr(name),
            None => Ok(item),
        });
        let items: Vec<Value> = items.collect::<Result<_, _>>()?;
        let claims: Vec<_> = items.iter().filter_map(|item| item.downcast_object_ref::<ClaimObject>()).collect();
        if let Some(unknown) = claims.iter().find(|claim| claim.bare().is_none()) {
            let path = unknown.path();
            return Err(Error::new(ErrorKind::InvalidOperation, format!("`{path}` is not known, so it can't be added up")));
        }
        let total = state.apply_filter("brief_sum", &[items.iter().map(bare).collect::<Vec<_>>().into()])?;
        Ok(match claims.is_empty() {
            true => total,
            false => Value::from_object(ClaimObject {
                pass: shared.clone(),
                claims: claims.iter().flat_map(|claim| claim.claims.clone()).collect(),
                text: None,
                derived: Some(total),
                uncited: claims.iter().all(|claim| claim.uncited),
            }),
        })
    });
    let book = pass.book.clone();
    env.add_filter("date", move |value: &Value, style: Option<&str>| -> Result<Value, Error> {
        let style = match style {
            None | Some("long") => DateStyle::Long,
            Some("short") => DateStyle::Short,
            Some("iso") => DateStyle::Iso,
            Some("month-year") => DateStyle::MonthYear,
            Some(other) => {
                let detail = format!("`date` knows the styles `long`, `short`, `iso` and `month-year`, not `{other}`");
                return Err(Error::new(ErrorKind::InvalidOperation, detail));
            }
        };
        if let Some(stamp) = value.downcast_object_ref::<StampObject>() {
            return Ok(stamp.dated(style));
        }
        map_text(value, "date", |plain| {
            let date: Date = plain.parse().map_err(|_| wrong_kind("date", value, "a date such as 2025-11-05"))?;
            Ok(words::date(date, style, &book.settings))
        })
    });
}

fn map_number(value: &Value, filter: &str, make: impl Fn(&Value) -> Result<String, Error>) -> Result<Value, Error> {
    let claim = value.downcast_object_ref::<ClaimObject>();
    let n = bare(value);
    if let (Some(claim), true) = (claim, n.is_none()) {
        return Ok(Value::from_object(claim.clone()));
    }
    if n.kind() != ValueKind::Number {
        return Err(wrong_kind(filter, value, "a number"));
    }
    let made = make(&n)?;
    Ok(match claim {
        Some(claim) => {
            // The qualifier and unit of the claim stay around the number.
            let settings = &claim.pass.book.settings;
            claim.with_text(dressed(claim, made, settings))
        }
        None => Value::from(made),
    })
}

fn dressed(claim: &ClaimObject, number: String, settings: &Settings) -> String {
    use crate::model::Held;
    let held = claim.claim();
    let qualified = match &held.held {
        Held::Known { qualifier: Some(qualifier), .. } => format!("{} {number}", word(settings, qualifier.key())),
        _ => number,
    };
    match &held.unit {
        Some(unit) => format!("{qualified} {unit}"),
        None => qualified,
    }
}

fn map_text(value: &Value, filter: &str, make: impl Fn(&str) -> Result<String, Error>) -> Result<Value, Error> {
    let claim = value.downcast_object_ref::<ClaimObject>();
    let plain = bare(value);
    if let (Some(claim), true) = (claim, plain.is_none()) {
        return Ok(Value::from_object(claim.clone()));
    }
    let made = make(&unshield(plain.as_str().ok_or_else(|| wrong_kind(filter, value, "a text"))?))?;
    Ok(match claim {
        Some(claim) => claim.with_text(made),
        None => text(&made),
    })
}
