//! A file in hand held against the versions: which of them it is from, whether its bytes are those, and whether there is
//! a newer one.

use std::path::Path;

use anyhow::{Context, Result};

use crate::diff::Snapshot;
use crate::files;
use crate::layout::DATA;
use crate::typeset::{Identity, identity};
use crate::version::{self, Digest, Entry, Ledger, Match, Version};

/// The largest file that is held against versions, in bytes.
const LARGEST: u64 = 1 << 30;

/// What a file in hand is.
#[derive(Debug)]
pub enum Identified {
    /// It has the bytes of a file of a version.
    Known(Box<Known>),
    /// No version that can be read holds its bytes.
    Unknown(Unknown),
}

/// A file of a version.
#[derive(Debug)]
pub struct Known {
    /// The book's title, as the version's records say.
    pub title: Option<String>,
    /// The path of the file in the version's folder.
    pub name: String,
    /// The document that it is, where it is one.
    pub document: Option<String>,
    /// The version that it was made for: later ones may hold it unchanged.
    pub made_for: Entry,
    /// The newest version that holds it.
    pub newest_holder: Entry,
    /// The newest version of all.
    pub newest: Entry,
    /// Whether a version newer than its holders has another file of this name; `None` where it has none.
    pub is_revised: Option<bool>,
}

/// A file whose bytes no version holds.
#[derive(Debug)]
pub struct Unknown {
    /// What it says of itself, which anyone could have written.
    pub said: Option<Identity>,
    /// How the version that it names stands to the ledger.
    pub claim: Claim,
    /// Versions that could not be compared, because they were pruned or their manifests can't be read.
    pub uncompared: Vec<u32>,
}

/// What the ledger says of the version that a file claims to be from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It names none.
    None,
    /// A draft or a redline is of no version.
    Passing,
    /// The ledger has this version, with the digest that the file names.
    Listed(u32),
    /// The ledger has no such version, or has it with another digest.
    Unlisted,
}

/// Holds a file against the versions of an output folder.
pub fn identify(file: &Path, output: &Path) -> Result<Identified> {
    let cannot = || format!("can't read `{}`", file.display());
    // The one who names the file may name a link to it.
    let real = file.canonicalize().with_context(cannot)?;
    let bytes = files::read(&real, LARGEST).with_context(cannot)?;
    let ledger = Ledger::read(output)?;
    let newest = ledger.newest().cloned().with_context(|| {
        format!(
            "there is no version in `{}` to hold `{}` against: name the folder of the versions with `--output`",
            output.display(),
            file.display()
        )
    })?;
    let (found, mut uncompared) = version::matches(output, Digest::of(&bytes), bytes.len() as u64)?;
    if let Some(found) = found {
        return known(found, newest, output).map(Box::new).map(Identified::Known);
    }
    uncompared.extend(ledger.versions().iter().filter(|entry| entry.pruned).map(|entry| entry.number));
    uncompared.sort_unstable_by(|one, other| other.cmp(one));
    let said = identity(&bytes);
    let claim = said.as_ref().map_or(Claim::None, |said| claim(said, &ledger));
    Ok(Identified::Unknown(Unknown { said, claim, uncompared }))
}

fn known(found: Match, newest: Entry, output: &Path) -> Result<Known> {
    let Match { versions, name } = found;
    let (Some(latest), Some(earliest)) = (versions.first(), versions.last()) else { anyhow::bail!("no version holds the file") };
    let title = latest.read(DATA).ok().and_then(|data| Snapshot::from_data_json(&data).ok()).map(|snapshot| snapshot.book.title);
    let document = name.rsplit_once('.').map(|(id, _)| id.to_owned());
    let document = document.filter(|id| latest.manifest().is_ok_and(|manifest| manifest.documents.contains_key(id)));
    let revised = document.as_ref().and_then(|id| Some(latest.manifest().ok()?.documents.get(id)?.revised.version));
    let ledger = Ledger::read(output)?;
    let made_for = revised.and_then(|number| ledger.get(number)).unwrap_or(&earliest.entry).clone();
    let is_current = latest.entry.number == newest.number;
    let holds = |version: &Version| version.manifest().map(|manifest| manifest.outputs.contains_key(&name));
    let is_revised = match is_current {
        true => Some(false),
        false => Version::newest(output)?.and_then(|version| holds(&version).ok()).filter(|held| *held),
    };
    Ok(Known { title, name, document, made_for, newest_holder: latest.entry.clone(), newest, is_revised })
}

fn claim(said: &Identity, ledger: &Ledger) -> Claim {
    let Some(digest) = &said.digest else { return Claim::Passing };
    let number = said.version.strip_prefix('v').and_then(|digits| digits.parse().ok());
    match number.and_then(|number| ledger.get(number)) {
        Some(entry) if entry.digest.short() == *digest => Claim::Listed(entry.number),
        _ => Claim::Unlisted,
    }
}
