//! Dates as the site's readers write them.

use crate::model::Date;

/// `5 November 2025` in English; elsewhere as ISO 8601 has it, which is read everywhere.
pub fn long_date(date: Date, language: &str) -> String {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let month = date.month.and_then(|month| MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?));
    match (language.split('-').next() == Some("en"), month, date.day) {
        (true, Some(month), Some(day)) => format!("{day} {month} {}", date.year),
        (true, Some(month), None) => format!("{month} {}", date.year),
        _ => date.to_string(),
    }
}
