//! A note for somebody who has a version: what changed since, with the redline behind it, and without making a version.

use anyhow::{Context, Result, bail};

use super::compare::{Asked, Comparison, compare};
use super::redline::Redlined;
use super::side::Side;
use crate::assembly::options::BookFolders;
use crate::model::Date;
use crate::redline::Cover;
use crate::render::long_date;
use crate::version::{Ledger, Version};

/// Whose changes are marked.
#[derive(Debug, Clone, Copy)]
pub enum SinceDocuments<'a> {
    /// The book's first document that both versions have.
    First,
    Named(&'a str),
    /// Each that both versions have and whose text differs.
    Changed,
}

/// What changed in documents since a version that somebody has.
#[derive(Debug)]
pub struct SinceCopy {
    /// Sorted by the documents' ids.
    pub redlined: Vec<Redlined>,
    pub comparison: Comparison,
    /// The versions' numbers.
    pub old: u32,
    pub new: u32,
}

/// Compares a version that somebody has, that before where none is named, with a later one, else the newest.
pub fn since_copy(folders: &BookFolders<'_>, since: Option<u32>, to: Option<u32>, documents: SinceDocuments<'_>) -> Result<SinceCopy> {
    let output = &folders.versions();
    let new = match to {
        Some(number) => Version::find(output, number)?,
        None => match Version::newest(output)? {
            Some(newest) => Version::find(output, newest.entry.number)?,
            None => bail!("there is no version in `{}`", output.display()),
        },
    };
    let number = new.entry.number;
    let since = match since {
        Some(since) => since,
        None => Ledger::read(output)?
            .versions()
            .iter()
            .find(|entry| entry.number < number && !entry.pruned)
            .map(|entry| entry.number)
            .with_context(|| format!("there is no version before v{number}, so nothing has changed since"))?,
    };
    let old = Version::find(output, since)?;
    if number == since {
        let newest = if to.is_none() { "the newest version" } else { "the same version" };
        bail!("v{since} is {newest}: nothing has changed since");
    }
    if number < since {
        bail!("v{number} is older than v{since}: say `brief since v{number} --to v{since}` for what changed from the one to the other");
    }
    let (base, head) = (Side::version(old)?, Side::version(new)?);
    let comparison = compare(base, head, &[], Asked::OneAudience)?;
    let mut redlined = match documents {
        SinceDocuments::First => vec![Redlined::of(&comparison, None, folders)?],
        SinceDocuments::Named(id) => vec![Redlined::of(&comparison, Some(id), folders)?],
        SinceDocuments::Changed => Redlined::of_changed(&comparison, folders)?,
    };
    for redlined in &mut redlined {
        let settings = redlined.settings();
        let dated = |date: Option<Date>| date.map(|date| long_date(date, settings)).unwrap_or_default();
        let others = comparison.changes.documents.iter().filter(|document| document.id != redlined.id);
        let cover = Cover {
            old: since.to_string(),
            new: number.to_string(),
            old_date: dated(comparison.base.since.date),
            new_date: dated(comparison.head.since.date),
            others: others.map(|document| document.id.clone()).collect(),
        };
        redlined.cover(&cover);
    }
    Ok(SinceCopy { redlined, comparison, old: since, new: number })
}
