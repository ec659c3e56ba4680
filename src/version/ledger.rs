//! The ledger: `versions.json`, the list of versions, newest first.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Digest, Disk};
use crate::layout::LEDGER;
use crate::model::Date;

/// The largest ledger that is read, in bytes: tens of thousands of versions.
const LARGEST: u64 = 64 << 20;
/// The newest format that this brief reads, and the one it writes.
const FORMAT: u32 = 1;

/// The list of versions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    /// Newest first.
    pub(super) versions: Vec<Entry>,
    /// The number of the newest version that readers were given.
    pub(super) published: Option<u32>,
}

/// What the ledger says of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub number: u32,
    /// Of the content, as [`super::book_digest`] takes it.
    pub digest: Digest,
    pub date: Date,
    /// What changed, in one sentence.
    pub summary: String,
    /// How many documents it holds.
    pub documents: usize,
    /// The SHA-256 of its `manifest.json`.
    pub manifest: Digest,
    /// The commits that gave this digest, in the order in which they were built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<Commit>,
    /// Whether its folder was deleted on request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pruned: bool,
}

/// What a ledger that others published must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedHistory {
    /// At least one version.
    Versions,
    /// Nothing: the first version is about to be built.
    Nothing,
}

/// A commit that a version was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    pub id: String,
    /// Whether the files that the book is read from were as committed.
    pub clean: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerFile {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<u32>,
    versions: Vec<Entry>,
}

#[derive(Deserialize)]
struct FormatNumber {
    format: u32,
}

impl Ledger {
    /// Reads the ledger of an output folder without locking it; where there is none, an empty one.
    pub fn read(output: &Path) -> Result<Ledger> {
        Ledger::read_through(output, &Disk::default())
    }

    pub(super) fn read_through(output: &Path, disk: &Disk) -> Result<Ledger> {
        let path = output.join(LEDGER);
        match disk.read(&path, LARGEST) {
            Ok(bytes) => Ledger::parse(&bytes).with_context(|| format!("can't use the ledger `{}`", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Ledger::default()),
            Err(error) => Err(error).with_context(|| format!("can't read the ledger `{}`", path.display())),
        }
    }

    /// Reads the ledger's text.
    pub fn parse(bytes: &[u8]) -> Result<Ledger> {
        const DAMAGED: &str = "it is damaged; nothing was written. Restore it, from a copy or from version control";
        let FormatNumber { format } = serde_json::from_slice(bytes).context(DAMAGED)?;
        if format > FORMAT {
            bail!("it is of format {format}, and this brief reads up to {FORMAT}; use the brief that wrote it, or a newer one");
        }
        let file: LedgerFile = serde_json::from_slice(bytes).context(DAMAGED)?;
        if format == 0 {
            bail!("{DAMAGED} (it has no format)");
        }
        // No number is left out and none given twice, so that none is further than the list is long.
        let numbers = (1..=u32::try_from(file.versions.len())?).rev();
        if let Some((entry, number)) = file.versions.iter().zip(numbers).find(|(entry, number)| entry.number != *number) {
            bail!("{DAMAGED} (its numbers are out of order: v{} stands where v{number} belongs)", entry.number);
        }
        if let Some(published) = file.published.filter(|number| file.versions.iter().all(|entry| entry.number != *number)) {
            bail!("{DAMAGED} (it says that v{published} was published, and does not list it)");
        }
        Ok(Ledger { versions: file.versions, published: file.published })
    }

    /// The ledger's text: pretty JSON that reads well in a review.
    pub fn to_json(&self) -> Result<String> {
        let mut text =
            serde_json::to_string_pretty(&LedgerFile { format: FORMAT, published: self.published, versions: self.versions.clone() })?;
        text.push('\n');
        Ok(text)
    }

    /// All versions, newest first.
    pub fn versions(&self) -> &[Entry] {
        &self.versions
    }

    /// The newest version.
    pub fn newest(&self) -> Option<&Entry> {
        self.versions.first()
    }

    /// The version of a number.
    pub fn get(&self, number: u32) -> Option<&Entry> {
        self.versions.iter().find(|entry| entry.number == number)
    }

    /// The newest version that readers were given.
    pub fn published(&self) -> Option<&Entry> {
        self.published.and_then(|number| self.get(number))
    }

    /// Records that readers were given a version, unless a newer one was.
    pub fn mark_published(&mut self, number: u32) {
        self.published = self.published.max(Some(number));
    }

    /// The version before one.
    pub fn before(&self, number: u32) -> Option<&Entry> {
        self.versions.iter().find(|entry| entry.number < number)
    }

    /// The number that the next version gets.
    pub fn next_number(&self) -> u32 {
        self.newest().map_or(1, |entry| entry.number.saturating_add(1))
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.versions.insert(0, entry);
    }

    /// Adds a commit to the newest version, unless it says as much already; a clean build of a commit replaces
    /// what an unclean one said. Returns whether anything changed.
    pub(super) fn add_commit(&mut self, commit: &Commit) -> bool {
        self.versions.first_mut().is_some_and(|newest| newest.add_commit(commit))
    }

    pub(super) fn mark_pruned(&mut self, numbers: &[u32]) {
        for entry in self.versions.iter_mut().filter(|entry| numbers.contains(&entry.number)) {
            entry.pruned = true;
        }
    }
}

impl Entry {
    /// [`Ledger::add_commit`] for one version.
    pub(super) fn add_commit(&mut self, commit: &Commit) -> bool {
        match self.commits.iter_mut().find(|known| known.id == commit.id) {
            Some(known) => {
                let better = commit.clean && !known.clean;
                known.clean |= commit.clean;
                better
            }
            None => {
                self.commits.push(commit.clone());
                true
            }
        }
    }
}
