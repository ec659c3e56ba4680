//! The text that a claim, a number or a plain value prints as.

use minijinja::value::{Value as Seen, ValueKind};

use super::words::word;
use crate::model::{Book, Claim, Held, Number, Qualifier, Reference, Settings, Value};

/// From this many on, a number's digits are grouped: years stay as they are.
const GROUP_FROM: f64 = 10_000.0;

/// A claim in words: `about 50,000 troops`, `10–20`, `not reported`.
pub(crate) fn claim(claim: &Claim, book: &Book) -> String {
    let settings = &book.settings;
    let text = match &claim.held {
        Held::Known { value, qualifier } => {
            let text = value_text(value, book);
            match qualifier {
                Some(qualifier) => format!("{} {text}", word(settings, Qualifier::key(*qualifier))),
                None => text,
            }
        }
        Held::Range(a, b) => format!("{}{}{}", number(a, settings), word(settings, "range"), number(b, settings)),
        Held::Unknown(why) => return word(settings, why),
    };
    match &claim.unit {
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
    let digits = n.to_string();
    if n.as_f64().is_some_and(|value| value.abs() >= GROUP_FROM) { grouped(&digits, &word(settings, "group")) } else { digits }
}

/// A number that a filter made, in plain digits.
pub(crate) fn number_value(value: &Seen) -> Option<String> {
    (value.kind() == ValueKind::Number).then(|| value.to_string())
}

/// Digits in groups of three before the decimal point.
pub(crate) fn grouped(digits: &str, separator: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let whole_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (whole, fraction) = rest.split_at(whole_end);
    if fraction.contains(['e', 'E']) {
        return digits.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out + fraction
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_before_the_point_only() {
        assert_eq!(grouped("1234567.8912", ","), "1,234,567.8912");
        assert_eq!(grouped("-50000", ","), "-50,000");
        assert_eq!(grouped("999", ","), "999");
        assert_eq!(grouped("1e300", ","), "1e300");
    }
}
