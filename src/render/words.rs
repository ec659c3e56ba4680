//! The words that brief itself prints, each of which a book may replace under `words:` in `book.yaml`.

use crate::model::{Date, Settings};

/// Key and English text of each word.
pub const WORDS: &[(&str, &str)] = &[
    ("approximate", "about"),
    ("at_least", "at least"),
    ("at_most", "at most"),
    ("range", "–"),
    ("and", "and"),
    ("yes", "yes"),
    ("no", "no"),
    ("partly", "partly"),
    ("unknown", "unknown"),
    ("between", "between"),
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
    ("table", "Table"),
    ("figure", "Figure"),
    ("bar_chart", "Bar chart"),
    ("timeline", "Timeline"),
    ("line_chart", "Line chart"),
    ("stacked_bar", "Stacked bar chart"),
    ("graph", "Diagram"),
    ("inexact", "date not exact"),
    ("unknown_date", "date not known"),
    ("floating", "how long is known, not when"),
    ("figure_data", "What the figure shows, as a table"),
    ("figure_rest", "The table below has the rest."),
    ("placeholder", "Placeholder: only drafts show this"),
    ("day", "day"),
    ("days", "days"),
    ("months", "months"),
    ("years", "years"),
    ("before_version", "before this version"),
    ("withheld", "withheld"),
    ("of_what_is_shown", "of what is shown"),
];

/// The keys of all words: those above, months and small numbers.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(key, _)| *key).chain(MONTH_KEYS).chain(SMALL_NUMBERS)
}

const MONTH_KEYS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const SMALL_NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The book's word for a key; an unknown key is printed itself, with spaces for hyphens.
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

/// The date that a book speaks for, in words, and whether it is inferred.
pub fn as_of(settings: &Settings) -> String {
    let date = long_date(settings.as_of, settings);
    if settings.as_of_inferred { format!("{date} ({})", word(settings, "inferred")) } else { date }
}

/// How much older than a version its content is, in words, where that is more than `stale_after` allows: in days up to two
/// months, then in whole calendar months, and from two years on in whole years.
pub fn age(settings: &Settings, version: Date) -> Option<String> {
    let as_of = settings.as_of.last_day();
    let days = as_of.days_until(version)?;
    if i64::from(days) <= i64::from(settings.stale_after?) {
        return None;
    }
    let months = as_of.months_until(version)?;
    let (count, unit) = match months {
        ..2 => (days, if days == 1 { "day" } else { "days" }),
        2..24 => (months, "months"),
        _ => (months / 12, "years"),
    };
    Some(format!("{count} {} {}", word(settings, unit), word(settings, "before_version")))
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

/// A whole number up to twelve in words; no word for others.
pub(crate) fn small_number(n: i64, settings: &Settings) -> Option<String> {
    let english = usize::try_from(n).ok().and_then(|index| SMALL_NUMBERS.get(index))?;
    Some(settings.words.get(*english).cloned().unwrap_or_else(|| (*english).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{age, as_of};
    use crate::model::{Book, Date};

    #[test]
    fn content_is_said_to_be_old_only_when_it_is() {
        let mut settings = Book::empty().settings;
        let on = |text: &str| -> Date { text.parse().expect("a date") };
        assert_eq!(age(&settings, on("2035-01-01")), None, "no limit is set");
        settings.stale_after = Some(30);
        assert_eq!(age(&settings, on("2025-12-05")), None, "thirty days are not more than thirty");
        assert_eq!(age(&settings, on("2025-12-06")).as_deref(), Some("31 days before this version"));
        assert_eq!(age(&settings, on("2026-11-06")).as_deref(), Some("12 months before this version"));
        assert_eq!(age(&settings, on("2028-11-06")).as_deref(), Some("3 years before this version"));
        assert_eq!(age(&settings, on("2020-01-01")), None, "content may speak for a later day");
        // Months are those of the calendar, and none is counted before it is over.
        settings.as_of = on("2026-10-01");
        assert_eq!(age(&settings, on("2026-11-30")).as_deref(), Some("60 days before this version"));
        assert_eq!(age(&settings, on("2026-12-01")).as_deref(), Some("2 months before this version"));
        assert_eq!(age(&settings, on("2027-09-30")).as_deref(), Some("11 months before this version"));
        assert_eq!(age(&settings, on("2027-10-01")).as_deref(), Some("12 months before this version"));
        assert_eq!(age(&settings, on("2028-09-30")).as_deref(), Some("23 months before this version"));
        assert_eq!(age(&settings, on("2028-10-01")).as_deref(), Some("2 years before this version"));
        settings.stale_after = Some(0);
        assert_eq!(age(&settings, on("2026-10-02")).as_deref(), Some("1 day before this version"));
        settings.stale_after = Some(30);
        // A month speaks for all its days.
        settings.as_of = on("2025-11");
        assert_eq!(age(&settings, on("2025-12-30")), None);
        settings.as_of_inferred = true;
        assert_eq!(as_of(&settings), "November 2025 (inferred)");
    }
}
