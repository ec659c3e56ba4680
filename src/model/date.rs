//! A date that may leave out its day or month, as ISO 8601 allows: `2025-11-05`, `2025-11`, `2025`.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Serialize};

/// A calendar date, a month, or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    pub year: i16,
    pub month: Option<i8>,
    pub day: Option<i8>,
}

/// A text that is no date; its message says what a date looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date of the form YYYY-MM-DD, YYYY-MM or YYYY")
    }
}

impl std::error::Error for NotADate {}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Date, NotADate> {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, width: usize| -> Result<i16, NotADate> {
            if part.len() == width && part.bytes().all(|b| b.is_ascii_digit()) { part.parse().map_err(|_| NotADate) } else { Err(NotADate) }
        };
        let (year, month, day) = match parts[..] {
            [y] => (digits(y, 4)?, None, None),
            [y, m] => (digits(y, 4)?, Some(digits(m, 2)? as i8), None),
            [y, m, d] => (digits(y, 4)?, Some(digits(m, 2)? as i8), Some(digits(d, 2)? as i8)),
            _ => return Err(NotADate),
        };
        civil::Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| NotADate)?;
        Ok(Date { year, month, day })
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Date, NotADate> {
        text.parse()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl Date {
    /// A full date.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Date, NotADate> {
        civil::Date::new(year, month, day).map_err(|_| NotADate)?;
        Ok(Date { year, month: Some(month), day: Some(day) })
    }

    /// The UTC date of a Unix time in seconds.
    pub fn from_unix(seconds: i64) -> Result<Date, NotADate> {
        let stamp = jiff::Timestamp::from_second(seconds).map_err(|_| NotADate)?;
        let date = stamp.to_zoned(jiff::tz::TimeZone::UTC).date();
        Date::new(date.year(), date.month(), date.day())
    }

    /// Midnight UTC of the date (of its first day, where it is a month or year) in Unix seconds.
    pub fn unix(self) -> i64 {
        let date = self.civil();
        let epoch = civil::date(1970, 1, 1);
        i64::from(days_between(epoch, date)) * 86_400
    }

    /// The date itself, or the last day of a month or year.
    #[must_use]
    pub fn last_day(self) -> Date {
        let date = self.civil();
        let date = match (self.month, self.day) {
            (Some(_), Some(_)) => return self,
            (Some(_), None) => date.last_of_month(),
            _ => date.last_of_year(),
        };
        Date { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }

    /// Whole days from `self` to `later`; `None` where either lacks its day.
    pub fn days_until(self, later: Date) -> Option<i32> {
        (self.day.is_some() && later.day.is_some()).then(|| days_between(self.civil(), later.civil()))
    }

    /// Whole calendar months from `self` to `later`, rounded down; `None` where either lacks its day.
    pub fn months_until(self, later: Date) -> Option<i32> {
        self.days_until(later)?;
        let span = self.civil().until((jiff::Unit::Month, later.civil())).ok()?;
        Some(span.get_months())
    }

    fn civil(self) -> civil::Date {
        civil::Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(civil::Date::ZERO)
    }
}

fn days_between(from: civil::Date, to: civil::Date) -> i32 {
    (to - from).get_days()
}
