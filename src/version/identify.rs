//! Identifies a file: which version contains it, and whether a newer version has another.

use std::path::Path;

use anyhow::{Context, Result};

use super::verify::{Match, matches};
use super::{Digest, Entry, Ledger, Shared, Version};
use crate::document::Identity;
use crate::files;
use crate::layout::{DATA, version_number};
use crate::model::Snapshot;

/// The largest file that is compared with versions, in bytes.
const LARGEST: u64 = 1 << 30;

/// The result of identifying a file.
#[derive(Debug)]
pub enum Identified {
    /// A version contains it.
    Known(Box<KnownFile>),
    /// No version that can be read contains it.
    Unknown(UnknownFile),
}

/// A file of a version.
#[derive(Debug)]
pub struct KnownFile {
    /// The book's title, as the version's records say.
    pub title: Option<String>,
    /// The path of the file in the version's folder.
    pub name: String,
    /// The document that it is, where it is one.
    pub document: Option<String>,
    /// The version that it was made for: later ones may contain it unchanged.
    pub made_for: Entry,
    /// The version of another audience whose stamp it carries, which gets the same document.
    pub shared: Option<Shared>,
    /// The newest version that contains it.
    pub newest_holder: Entry,
    /// The newest version of all.
    pub newest: Entry,
    /// The file of this name in the newest version.
    pub in_newest: InNewest,
}

/// The file of the same name in the newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InNewest {
    /// The same file.
    Same,
    /// Another file.
    Revised,
    /// There is none, or the version can't be read.
    Absent,
}

/// A file that no version contains.
#[derive(Debug)]
pub struct UnknownFile {
    /// What it says of itself, which anyone could have written.
    pub identity: Option<Identity>,
    /// What the ledger says of the version that it names.
    pub claim: ClaimedVersion,
    /// Versions that could not be compared, because they were pruned or their manifests can't be read.
    pub uncompared: Vec<u32>,
}

/// What the ledger says of the version that a file claims to be from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimedVersion {
    /// It names none.
    None,
    /// It is a draft or a redline, of no version.
    Passing,
    /// The ledger has this version, with the digest that the file names.
    Listed(u32),
    /// The ledger has no such version, or has it with another digest.
    Unlisted,
}

/// Identifies a file among the versions of an output folder. `read_identity` reads what a file says of itself.
pub fn identify(file: &Path, output: &Path, read_identity: impl Fn(&[u8]) -> Option<Identity>) -> Result<Identified> {
    let cannot = || format!("can't read `{}`", file.display());
    // A link may be named, too.
    let real = file.canonicalize().with_context(cannot)?;
    let bytes = files::read(&real, LARGEST).with_context(cannot)?;
    let ledger = Ledger::read(output)?;
    let newest = ledger.newest().cloned().with_context(|| {
        format!(
            "there is no version in `{}` to compare `{}` with: name the folder of the versions with `--output`",
            output.display(),
            file.display()
        )
    })?;
    let (found, mut uncompared) = matches(output, Digest::of(&bytes), bytes.len() as u64)?;
    if let Some(found) = found {
        return known(found, newest, output).map(Box::new).map(Identified::Known);
    }
    uncompared.extend(ledger.versions().iter().filter(|entry| entry.pruned).map(|entry| entry.number));
    uncompared.sort_unstable_by(|one, other| other.cmp(one));
    let identity = read_identity(&bytes);
    let claim = identity.as_ref().map_or(ClaimedVersion::None, |identity| claim(identity, &ledger));
    Ok(Identified::Unknown(UnknownFile { identity, claim, uncompared }))
}

fn known(found: Match, newest: Entry, output: &Path) -> Result<KnownFile> {
    let Match { versions, name } = found;
    let (Some(latest), Some(earliest)) = (versions.first(), versions.last()) else { anyhow::bail!("no version holds the file") };
    let title = latest.read(DATA).ok().and_then(|data| Snapshot::from_data_json(&data).ok()).map(|snapshot| snapshot.book.title);
    let document = name.rsplit_once('.').map(|(id, _)| id.to_owned());
    let document = document.filter(|id| latest.manifest().is_ok_and(|manifest| manifest.documents.contains_key(id)));
    let entry = document.as_ref().and_then(|id| latest.manifest().ok()?.documents.get(id));
    let ledger = Ledger::read(output)?;
    let made_for = entry.and_then(|entry| ledger.get(entry.revised.version)).unwrap_or(&earliest.entry).clone();
    let is_current = latest.entry.number == newest.number;
    let holds = |version: &Version| version.manifest().map(|manifest| manifest.outputs.contains_key(&name));
    let in_newest = if is_current {
        InNewest::Same
    } else if Version::newest(output)?.is_some_and(|version| holds(&version).unwrap_or(false)) {
        InNewest::Revised
    } else {
        InNewest::Absent
    };
    let shared = entry.and_then(|entry| entry.shared.clone());
    Ok(KnownFile { title, name, document, made_for, shared, newest_holder: latest.entry.clone(), newest, in_newest })
}

fn claim(identity: &Identity, ledger: &Ledger) -> ClaimedVersion {
    let Some(digest) = &identity.digest else { return ClaimedVersion::Passing };
    // A version of an audience is named with it.
    let version = identity.version.rsplit_once('/').map_or(identity.version.as_str(), |(_, version)| version);
    match version_number(version).and_then(|number| ledger.get(number)) {
        Some(entry) if entry.digest.short() == *digest => ClaimedVersion::Listed(entry.number),
        _ => ClaimedVersion::Unlisted,
    }
}
