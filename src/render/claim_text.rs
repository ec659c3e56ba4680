//! The text that a claim, a number or a plain value prints as.

use super::words::word;
use crate::model::{Book, Claim, Exact, Held, Number, Qualifier, Quantity, Reference, Rounding, Settings, Value};

/// From this many on, a number's digits are grouped: years stay as they are.
const GROUP_FROM: f64 = 10_000.0;
/// A number that would take more digits than this is written with its exponent.
const MOST_DIGITS: usize = 40;

/// How the numbers of a claim are written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// A fixed number of decimals, instead of those written.
    pub(crate) decimals: Option<usize>,
    /// Groups digits in every number, not only in large ones.
    pub(crate) always_grouped: bool,
}

/// A claim in words: `about 50,000 troops`, `10–20`, `not reported`.
pub(crate) fn claim(claim: &Claim, book: &Book) -> String {
    claim_as(claim, book, Figures::default())
}

/// A claim in words, its numbers written in a way of their own.
pub(crate) fn claim_as(claim: &Claim, book: &Book, figures: Figures) -> String {
    let settings = &book.settings;
    let text = match &claim.held {
        Held::Known { value, qualifier } => {
            let text = match (value, qualifier) {
                (Value::Number(n), None | Some(Qualifier::Approximate)) => number_as(n, settings, figures, Rounding::Nearest),
                (Value::Number(n), Some(Qualifier::AtLeast)) => number_as(n, settings, figures, Rounding::Down),
                (Value::Number(n), Some(Qualifier::AtMost)) => number_as(n, settings, figures, Rounding::Up),
                (other, _) => value_text(other, book),
            };
            match qualifier {
                Some(qualifier) => format!("{} {text}", word(settings, Qualifier::key(*qualifier))),
                None => text,
            }
        }
        Held::Range(a, b) => {
            let high = number_as(b, settings, figures, Rounding::Up);
            range(&number_as(a, settings, figures, Rounding::Down), &high, settings)
        }
        Held::Unknown(why) => return word(settings, why),
    };
    with_unit(text, claim.unit.as_deref())
}

/// A quantity in words.
pub(crate) fn quantity(quantity: &Quantity, settings: &Settings) -> String {
    quantity_as(quantity, settings, Figures::default())
}

/// A quantity in words, its numbers written in a way of their own.
pub(crate) fn quantity_as(quantity: &Quantity, settings: &Settings, figures: Figures) -> String {
    let write = |n: &Exact, rounding| exact_as(n, settings, figures, rounding);
    let about = if quantity.approximate { format!("{} ", word(settings, "approximate")) } else { String::new() };
    let text = match (&quantity.low, &quantity.high) {
        (Some(low), Some(high)) if low == high => format!("{about}{}", write(low, Rounding::Nearest)),
        (Some(low), Some(high)) => format!("{about}{}", range(&write(low, Rounding::Down), &write(high, Rounding::Up), settings)),
        (Some(low), None) => format!("{} {about}{}", word(settings, "at_least"), write(low, Rounding::Down)),
        (None, Some(high)) => format!("{} {about}{}", word(settings, "at_most"), write(high, Rounding::Up)),
        (None, None) => word(settings, "not-known"),
    };
    with_unit(text, quantity.unit.as_deref())
}

/// `10–20`; before a minus sign, with spaces.
fn range(low: &str, high: &str, settings: &Settings) -> String {
    let between = word(settings, "range");
    let space = if high.starts_with('-') && !between.contains(' ') { " " } else { "" };
    format!("{low}{space}{between}{space}{high}")
}

fn with_unit(text: String, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("{text} {unit}"),
        None => text,
    }
}

/// A value as text: lists joined with commas.
pub(crate) fn value_text(value: &Value, book: &Book) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => word(&book.settings, if *yes { "yes" } else { "no" }),
        Value::Number(n) => number(n, &book.settings),
        Value::Text(text) | Value::Markdown(text) => text.clone(),
        Value::Reference(reference) => reference_name(reference, book),
        Value::Claim(inner) => claim(inner, book),
        Value::List(items) => items.iter().map(|item| value_text(item, book)).collect::<Vec<_>>().join(", "),
        Value::Map(fields) => fields.values().map(|field| value_text(field, book)).collect::<Vec<_>>().join(", "),
    }
}

fn reference_name(reference: &Reference, book: &Book) -> String {
    book.record(reference).map_or_else(|| reference.id.clone(), |record| book.display_name(record).to_owned())
}

/// A number with its digits grouped from 10,000 up.
pub(crate) fn number(n: &Number, settings: &Settings) -> String {
    number_as(n, settings, Figures::default(), Rounding::Nearest)
}

/// A number as written, or with a fixed number of decimals.
fn number_as(n: &Number, settings: &Settings, figures: Figures, rounding: Rounding) -> String {
    let written = n.to_string();
    match Exact::parse(&written) {
        Some(exact) if figures.decimals.is_some() || written.contains(['e', 'E']) => exact_as(&exact, settings, figures, rounding),
        _ => digits(&written, settings, figures),
    }
}

/// An exact number in digits.
pub(crate) fn exact_as(n: &Exact, settings: &Settings, figures: Figures, rounding: Rounding) -> String {
    let text = match figures.decimals {
        Some(places) => n.rounded(i32::try_from(places).unwrap_or(i32::MAX), rounding).to_fixed(places),
        None => n.to_string(),
    };
    match text.len() > MOST_DIGITS && n.to_f64().is_normal() {
        true => digits(&format!("{:e}", n.to_f64()), settings, figures),
        false => digits(&text, settings, figures),
    }
}

/// Decimal digits in the book's style, grouped where the number is large or all numbers are.
pub(crate) fn digits(text: &str, settings: &Settings, figures: Figures) -> String {
    let is_large = text.parse::<f64>().is_ok_and(|n| n.abs() >= GROUP_FROM);
    settings.numbers.write(text, figures.always_grouped || is_large)
}
