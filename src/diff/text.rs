//! A change in one line, for people: `troops: 50,000 → 45,000 (−5,000)`.

use serde_json::Value as Json;

use super::change::{FieldChange, FieldKind, FieldPart};
use super::node::{ClaimParts, Qualifier};
use super::spaces;
use super::words::{Op, Word};
use crate::model::Number;

/// A text longer than this is cut where it is shown whole.
const LONG: usize = 120;
/// As many words are shown on either side of a change in prose.
const AROUND: usize = 4;

/// What a line is made of.
pub(super) struct Line<'a> {
    pub(super) label: &'a str,
    pub(super) kind: FieldKind,
    pub(super) part: FieldPart,
    pub(super) old: Option<(&'a Json, Option<&'a ClaimParts>)>,
    pub(super) new: Option<(&'a Json, Option<&'a ClaimParts>)>,
    pub(super) difference: Option<&'a Number>,
    pub(super) days: Option<i32>,
    pub(super) words: &'a [Word],
    /// Positions from 1, of an item that moved.
    pub(super) moved: Option<(usize, usize)>,
    /// Whether the whole record is new or gone, so that each line need not say so.
    pub(super) whole: bool,
}

impl Line<'_> {
    pub(super) fn paint(&self) -> String {
        let label = head(self.label, self.part);
        let grouping = Grouping::of([self.old, self.new].into_iter().flatten().map(|(value, _)| value));
        let show =
            |side: Option<(&Json, Option<&ClaimParts>)>| side.map(|(value, parts)| show(value, parts, grouping, LONG)).unwrap_or_default();
        let said = match self.kind {
            FieldKind::Added if self.whole => show(self.new),
            FieldKind::Removed if self.whole => show(self.old),
            FieldKind::Added => format!("added {}", show(self.new)),
            FieldKind::Removed => format!("removed {}", show(self.old)),
            FieldKind::Moved => {
                // A mapping is named by the label.
                let what = self.new.filter(|(value, _)| !value.is_object()).map(|new| format!(" {}", show(Some(new)))).unwrap_or_default();
                let places = self.moved.map(|(from, to)| format!(" from {from} to {to}")).unwrap_or_default();
                format!("moved{what}{places}")
            }
            FieldKind::Changed if !self.words.is_empty() => prose(self.words),
            FieldKind::Changed => {
                let (mut old, mut new) = (show(self.old), show(self.new));
                if let (Some((a, before)), Some((b, after))) = (self.old, self.new) {
                    tell_apart((&mut old, a), (&mut new, b), is_known(before) && is_known(after));
                }
                format!("{old} → {new}")
            }
        };
        let mut line = format!("{label}: {said}");
        if let Some(difference) = self.difference {
            line.push_str(&format!(" ({})", signed(difference, grouping)));
        }
        if let Some(days) = self.days {
            line.push_str(&format!(" ({})", days_between(days)));
        }
        line
    }
}

/// The two sides of a change as people read them, for painters that set them apart.
pub(super) struct Sides {
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// The difference of numbers, the days between dates, where an item moved.
    pub(super) note: Option<String>,
}

impl FieldPart {
    /// The part as people call it.
    pub fn name(self) -> &'static str {
        match self {
            FieldPart::Value => "value",
            FieldPart::Source => "source",
            FieldPart::AsOf => "as of",
            FieldPart::Marking => "marking",
            FieldPart::Confidence => "confidence",
        }
    }
}

impl FieldChange {
    /// The line without its label.
    pub(super) fn description(&self) -> &str {
        self.text.strip_prefix(&head(&self.label, self.part)).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&self.text)
    }

    /// What it was and what it is, as people read them, each cut after `limit` letters.
    pub fn both(&self, limit: usize) -> (Option<String>, Option<String>) {
        let sides = self.sides(limit);
        (sides.old, sides.new)
    }

    /// Both sides, each cut after `limit` letters.
    pub(super) fn sides(&self, limit: usize) -> Sides {
        let grouping = Grouping::of([&self.old, &self.new].into_iter().flatten());
        let shown = |value: &Option<Json>, parts: Option<&ClaimParts>| value.as_ref().map(|value| show(value, parts, grouping, limit));
        let (mut old, mut new) = (shown(&self.old, self.old_claims.get("")), shown(&self.new, self.new_claims.get("")));
        if let (Some(one), Some(other), Some(a), Some(b)) = (&mut old, &mut new, &self.old, &self.new) {
            let known = is_known(self.old_claims.get("")) && is_known(self.new_claims.get(""));
            tell_apart((one, a), (other, b), known);
        }
        let difference = self.difference.as_ref().map(|difference| signed(difference, grouping));
        let moved = || (self.kind == FieldKind::Moved).then(|| self.description().to_owned());
        Sides { old, new, note: difference.or_else(|| self.days.map(days_between)).or_else(moved) }
    }
}

/// What a line is about: `troops, source`.
fn head(label: &str, part: FieldPart) -> String {
    match (label, part) {
        (label, FieldPart::Value) => label.to_owned(),
        ("", part) => part.name().to_owned(),
        (label, part) => format!("{label}, {}", part.name()),
    }
}

fn days_between(days: i32) -> String {
    let count = days.unsigned_abs();
    format!("{count} {} {}", if count == 1 { "day" } else { "days" }, if days < 0 { "earlier" } else { "later" })
}

fn is_large(value: &Json) -> bool {
    match value {
        Json::Number(number) => number.as_f64().is_some_and(|number| number.abs() >= 10_000.0),
        Json::Array(items) => items.iter().any(is_large),
        _ => false,
    }
}

/// Says of two values what kind each is, where that is what changed, and names the spaces where they look the same.
///
/// Why a value isn't `known` is a text, whatever kind the value is.
fn tell_apart((old, before): (&mut String, &Json), (new, after): (&mut String, &Json), known: bool) {
    if let (Json::String(before), Json::String(after)) = (before, after) {
        if spaces::look_the_same(before, after) {
            (*old, *new) = spaces::with_named_spaces(before, after);
        }
        return;
    }
    let scalar = |value: &Json| matches!(value, Json::Bool(_) | Json::Number(_) | Json::String(_));
    let kinds = std::mem::discriminant(before) != std::mem::discriminant(after);
    if old == new || (known && kinds && scalar(before) && scalar(after)) {
        for (shown, value) in [(old, before), (new, after)] {
            if let Json::Bool(flag) = value {
                *shown = flag.to_string();
            }
            shown.push_str(&format!(" ({})", form(value)));
        }
    }
}

fn is_known(parts: Option<&ClaimParts>) -> bool {
    parts.and_then(|parts| parts.qualifier) != Some(Qualifier::Unknown)
}

/// What kind of value it is, where two look the same.
fn form(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(number) if number.is_f64() => "a decimal number",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}

/// Whether digits are grouped, which is the same for both states of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    None,
    Thousands,
}

impl Grouping {
    fn of<'a>(mut values: impl Iterator<Item = &'a Json>) -> Grouping {
        if values.any(is_large) { Grouping::Thousands } else { Grouping::None }
    }
}

fn show(value: &Json, parts: Option<&ClaimParts>, grouping: Grouping, limit: usize) -> String {
    let unit = parts.and_then(|parts| parts.unit.as_deref());
    let bare = |value| bare(value, grouping, limit);
    let mut text = match (parts.and_then(|parts| parts.qualifier), value) {
        (Some(Qualifier::Range), Json::Array(ends)) if ends.len() == 2 => format!("{} to {}", bare(&ends[0]), bare(&ends[1])),
        (Some(Qualifier::Unknown), Json::String(why)) => why.replace('-', " "),
        (Some(Qualifier::Approximate), value) => format!("about {}", bare(value)),
        (Some(Qualifier::AtLeast), value) => format!("at least {}", bare(value)),
        (Some(Qualifier::AtMost), value) => format!("at most {}", bare(value)),
        (_, value) => bare(value),
    };
    if let Some(unit) = unit {
        text.push_str(&format!(" {unit}"));
    }
    text
}

fn bare(value: &Json, grouping: Grouping, limit: usize) -> String {
    let inner = |value| bare(value, grouping, limit);
    match value {
        Json::Null => "nothing".to_owned(),
        Json::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => group(&number.to_string(), grouping),
        Json::String(text) => short_to(text, limit),
        Json::Array(items) if items.is_empty() => "nothing".to_owned(),
        Json::Array(items) => short_to(&items.iter().map(inner).collect::<Vec<_>>().join(", "), limit),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", key.replace('_', " "), inner(value)));
            short_to(&fields.collect::<Vec<_>>().join("; "), limit)
        }
    }
}

/// One line of a text, cut where it is long.
pub(super) fn short(text: &str) -> String {
    short_to(text, LONG)
}

fn short_to(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(limit) {
        Some((end, _)) => {
            let cut = text[..end].rfind(' ').filter(|blank| *blank > end / 2).unwrap_or(end);
            format!("{}…", &text[..cut])
        }
        None if text.is_empty() => "nothing".to_owned(),
        None => text,
    }
}

fn group(number: &str, grouping: Grouping) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (whole, rest) = rest.split_at(end);
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if grouping == Grouping::Thousands && index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

fn signed(number: &Number, grouping: Grouping) -> String {
    let text = group(&number.to_string(), grouping);
    if text.starts_with('−') { text } else { format!("+{text}") }
}

/// Prose with what was struck out and put in, and a few words around it.
fn prose(words: &[Word]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let (core, blank) = word.text.split_at(word.text.trim_end().len());
        match word.op {
            Op::Delete => text.push_str(&format!("[-{core}-]{blank}")),
            Op::Insert => text.push_str(&format!("{{+{core}+}}{blank}")),
            Op::Equal => {
                let all: Vec<&str> = word.text.split_inclusive(char::is_whitespace).collect();
                let (first, last) = (index == 0, index + 1 == words.len());
                let (lead, tail) = (if first { 0 } else { AROUND }, if last { 0 } else { AROUND });
                if all.len() <= lead + tail + 2 {
                    text.push_str(&word.text);
                } else {
                    text.push_str(all[..lead].concat().trim_end());
                    text.push_str(if first {
                        "… "
                    } else if last {
                        " …"
                    } else {
                        " … "
                    });
                    text.push_str(&all[all.len() - tail..].concat());
                }
            }
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_where_one_is_large() {
        assert_eq!(group("-1234567.25", Grouping::Thousands), "−1,234,567.25");
        assert_eq!(group("2025", Grouping::None), "2025");
        assert_eq!(signed(&Number::from(-5000), Grouping::Thousands), "−5,000");
    }

    #[test]
    fn prose_shows_what_is_around_a_change() {
        let old = "one two three four five six seven eight nine ten eleven twelve";
        let words = super::super::words(old, &old.replace("ten", "X"));
        assert_eq!(prose(&words), "… six seven eight nine [-ten-] {+X+} eleven twelve");
    }
}
