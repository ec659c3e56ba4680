//! What documents say of the version that they are made for: its name, date and digest.

use anyhow::{Result, anyhow, ensure};

use super::audiences;
use super::options::BuildOptions;
use crate::document::Stamp;
use crate::layout::{DRAFT, version_folder};
use crate::model::{Book, Date, Settings};
use crate::render::long_date;
use crate::tree::revision::GitFacts;
use crate::version::Digest;

/// The last year of which typst puts a date into a PDF.
const LAST_YEAR: i16 = 9998;

/// The date of a version: as asked for, else of the environment, the clean commit, or today.
pub(crate) fn date(options: &BuildOptions, git: Option<&GitFacts>) -> Result<Date> {
    let seconds = options.environment.source_date_epoch.or_else(|| git.filter(|git| git.clean).map(|git| git.commit_time));
    let date = match (options.date, seconds) {
        (Some(date), _) => date,
        (None, Some(seconds)) => Date::from_unix(seconds).map_err(|_| anyhow!("{seconds} seconds since 1970 is no date of a calendar"))?,
        (None, None) => options.environment.today,
    };
    ensure!(
        date.year <= LAST_YEAR,
        "{date} can't be the date of a version: a PDF holds no date after {LAST_YEAR}; name another with `--date YYYY-MM-DD`"
    );
    Ok(date)
}

/// The stamp of a version; one of an audience says of which.
pub(crate) fn of_version(number: u32, date: Date, digest: Digest, book: &Book) -> Stamp {
    let name = audiences::qualified(book, &version_folder(number));
    Stamp { number: Some(number), digest: digest.short(), ..named(name, date, &book.settings) }
}

/// The stamp of a draft: no number, no digest.
pub(crate) fn of_draft(date: Date, settings: &Settings) -> Stamp {
    Stamp { draft: true, ..named(DRAFT.to_owned(), date, settings) }
}

/// A stamp that is of no version.
pub(crate) fn named(name: String, date: Date, settings: &Settings) -> Stamp {
    Stamp { number: None, name, date: date.to_string(), long_date: long_date(date, settings), digest: String::new(), draft: false }
}
