//! The words that brief itself prints, each of which a book may replace under `words:` in `book.yaml`.

use crate::model::{Date, Settings};

/// Key and English text of each word.
pub const WORDS: &[(&str, &str)] = &[
    ("approximate", "about"),
    ("at_least", "at least"),
    ("at_most", "at most"),
    ("range", "–"),
    ("group", ","),
    ("and", "and"),
    ("yes", "yes"),
    ("no", "no"),
    ("not-reported", "not reported"),
    ("not-known", "not known"),
    ("notes", "Notes"),
    ("sources", "Sources"),
    ("source", "Source"),
    ("via", "relayed by"),
    ("retrieved", "retrieved"),
    ("undated", "undated"),
    ("paragraph", "para."),
    ("page", "p."),
    ("article", "art."),
    ("section", "sect."),
    ("annex", "annex"),
    ("paragraphs", "paras."),
    ("pages", "pp."),
    ("articles", "arts."),
    ("sections", "sects."),
    ("inferred", "inferred"),
];

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const SMALL_NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The book's word for a key; a key that is no word's stands for itself, with blanks for hyphens.
pub(crate) fn word(settings: &Settings, key: &str) -> String {
    if let Some(own) = settings.words.get(key) {
        return own.clone();
    }
    match WORDS.iter().find(|(known, _)| *known == key) {
        Some((_, text)) => (*text).to_owned(),
        None => key.replace('-', " "),
    }
}

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateStyle {
    /// `5 November 2025`
    Long,
    /// `5 Nov 2025`
    Short,
    /// `2025-11-05`
    Iso,
    /// `November 2025`
    MonthYear,
}

/// A date in words, as exact as it is given.
pub fn long_date(date: Date, settings: &Settings) -> String {
    self::date(date, DateStyle::Long, settings)
}

pub(crate) fn date(date: Date, style: DateStyle, settings: &Settings) -> String {
    let Some(month) = date.month.filter(|_| style != DateStyle::Iso) else { return date.to_string() };
    let english = MONTHS[usize::try_from(month - 1).unwrap_or(0).min(11)];
    let name = settings.words.get(&english.to_lowercase()).map_or(english, String::as_str);
    let name: String = if style == DateStyle::Short { name.chars().take(3).collect() } else { name.to_owned() };
    match date.day.filter(|_| style != DateStyle::MonthYear) {
        Some(day) => format!("{day} {name} {}", date.year),
        None => format!("{name} {}", date.year),
    }
}

/// A whole number up to twelve in words; others in digits.
pub(crate) fn small_number(n: i64, settings: &Settings) -> String {
    match usize::try_from(n).ok().and_then(|index| SMALL_NUMBERS.get(index)) {
        Some(english) => settings.words.get(*english).cloned().unwrap_or_else(|| (*english).to_owned()),
        None => n.to_string(),
    }
}
