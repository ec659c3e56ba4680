//! Dates as the site's readers write them.

use super::words::Language;
use crate::model::Date;

/// `5 November 2025`, as the language writes it; in languages without words for it as ISO 8601 has it, which is read
/// everywhere.
pub fn long_date(date: Date, language: &Language) -> String {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let month = date.month.and_then(|month| MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)).filter(|month| language.knows(month));
    let year = date.year;
    match (month.map(|month| language.say(month)), date.day) {
        (Some(month), Some(day)) => language.say_with("{day} {month} {year}", &[("day", &day), ("month", &month), ("year", &year)]),
        (Some(month), None) => language.say_with("{month} {year}", &[("month", &month), ("year", &year)]),
        _ => date.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, long_date};

    #[test]
    fn dates_are_written_as_the_language_writes_them() {
        let long_date = |date, tag: &str| long_date(date, &Language::from(tag));
        let day = "2025-03-05".parse().unwrap();
        assert_eq!(long_date(day, "en-GB"), "5 March 2025");
        assert_eq!(long_date(day, "de"), "5. März 2025");
        assert_eq!(long_date(day, "es"), "5 de marzo de 2025");
        assert_eq!(long_date(day, "fi"), "2025-03-05");
        assert_eq!(long_date("2025-03".parse().unwrap(), "fr"), "mars 2025");
    }
}
