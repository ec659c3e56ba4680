//! The ticks of a timeline between dates: first days of years or of months, or days, each where it is.

use crate::model::{Date, Settings};
use crate::render::words::long_date;

/// So many stretches between ticks have room for their labels: years in digits, months and days in words.
const MOST_YEARS: i64 = 8;
const MOST_WORDS: i64 = 4;

/// Steps from one tick to the next. Those of years divide ten thousand, so that no tick is behind the last year of a date.
const YEARS: [i64; 12] = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000];
const MONTHS: [i64; 4] = [1, 2, 3, 6];
const DAYS: [i64; 5] = [1, 2, 5, 7, 14];

/// The ticks that have the days from `first` until before `last` between them, in the smallest steps that there is room
/// for: each with its day, counted from 1970, and its label.
pub(super) fn ticks(first: i64, last: i64, settings: &Settings) -> Vec<(i64, String)> {
    if let Some(step) = DAYS.into_iter().find(|step| first + step * MOST_WORDS >= last) {
        let count = (last - first + step - 1) / step;
        let label = |day| date_of(day).map(|date| long_date(date, settings)).unwrap_or_default();
        return (0..=count).map(|index| first + index * step).map(|day| (day, label(day))).collect();
    }
    // The last days of all have no time that could be told.
    let month = |day| date_of(day).map_or(LAST_MONTH, |date| i64::from(date.year) * 12 + i64::from(date.month.unwrap_or(1)) - 1);
    let (from, to) = (month(first), month(last - 1) + 1);
    let in_steps_of = |step: i64| (from.div_euclid(step), (to + step - 1).div_euclid(step));
    let fits = |step: &i64, most: i64| {
        let (from, to) = in_steps_of(*step);
        to - from <= most
    };
    if let Some(step) = MONTHS.into_iter().find(|step| fits(step, MOST_WORDS)) {
        let (from, to) = in_steps_of(step);
        return (from..=to).map(|index| (first_day(index * step), month_label(index * step, settings))).collect();
    }
    let Some(step) = YEARS.into_iter().map(|years| 12 * years).find(|step| fits(step, MOST_YEARS)) else { return Vec::new() };
    let (from, to) = in_steps_of(step);
    (from..=to).map(|index| (first_day(index * step), (index * step / 12).to_string())).collect()
}

/// December 9999, counted from January of the year 0.
const LAST_MONTH: i64 = 9999 * 12 + 11;

fn date_of(day: i64) -> Option<Date> {
    Date::from_unix(day * 86_400).ok()
}

/// A month, counted from January of the year 0.
fn month_of(count: i64) -> Option<Date> {
    let date = Date::new(i16::try_from(count.div_euclid(12)).ok()?, i8::try_from(count.rem_euclid(12) + 1).ok()?, 1).ok()?;
    Some(Date { day: None, ..date })
}

fn month_label(count: i64, settings: &Settings) -> String {
    month_of(count).map(|month| long_date(month, settings)).unwrap_or_default()
}

/// The first day of a month; behind the last year of a date, the day after it.
fn first_day(count: i64) -> i64 {
    match month_of(count) {
        Some(month) => month.unix() / 86_400,
        None => Date { year: 9999, month: None, day: None }.last_day().unix() / 86_400 + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::ticks;
    use crate::model::{Book, Date};

    /// The labels between two dates, and whether each stands at the day that it names.
    fn labels(first: &str, last: &str) -> Vec<String> {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let (first, last) = (day(first).unix() / 86_400, day(last).last_day().unix() / 86_400 + 1);
        let ticks = ticks(first, last, &Book::empty().settings);
        assert!(ticks.first().is_some_and(|tick| tick.0 <= first) && ticks.last().is_some_and(|tick| tick.0 >= last), "{ticks:?}");
        for (at, label) in &ticks {
            if let Ok(year) = label.parse::<Date>() {
                assert_eq!(*at, year.unix() / 86_400, "{label}");
            }
        }
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_stand_at_the_days_that_they_name() {
        assert_eq!(labels("2025-01-15", "2027"), ["2025", "2026", "2027", "2028"]);
        assert_eq!(labels("1999", "2023"), ["1995", "2000", "2005", "2010", "2015", "2020", "2025"]);
        assert_eq!(labels("2025-01-15", "2025-11"), ["January 2025", "April 2025", "July 2025", "October 2025", "January 2026"]);
        assert_eq!(labels("2025-11-05", "2025-11-06"), ["5 November 2025", "6 November 2025", "7 November 2025"]);
        assert_eq!(labels("9990", "9999").len(), 6);
        assert!(labels("0001", "9999").len() <= 9);
    }
}
