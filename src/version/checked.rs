//! Caches which versions match their manifests byte for byte, with the file system's metadata at the time of the check.
//!
//! Kept in `output/.checked.json`, for speed alone: where a file's size, times or place on the disk are not what they
//! were, or the record is absent or damaged, every byte is compared again. `brief verify` never asks it.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::folder::{Health, Version};
use super::{Digest, DigestBuilder};
use crate::layout::{LEDGER, MANIFEST};

const FILE: &str = ".checked.json";
const FORMAT: u32 = 1;
const LARGEST: u64 = 16 << 20;
/// A file that changed this shortly before it was looked at may change again and still bear the same time.
const TICK: Duration = Duration::from_secs(2);

/// The versions that were found intact, by their numbers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct IntactVersions {
    format: u32,
    versions: BTreeMap<u32, Digest>,
    /// Folders beside the versions that are as their lists say, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    folders: BTreeMap<String, Digest>,
}

impl IntactVersions {
    pub(super) fn read(output: &Path, disk: &Disk) -> IntactVersions {
        let bytes = disk.read(&output.join(FILE), LARGEST).unwrap_or_default();
        serde_json::from_slice(&bytes).ok().filter(|checked: &IntactVersions| checked.format == FORMAT).unwrap_or_default()
    }

    /// What was remembered of a folder beside the versions.
    pub(super) fn folder(&self, name: &str) -> Option<Digest> {
        self.folders.get(name).copied()
    }

    /// Remembers a folder beside the versions, once `settle` has waited until it can't change unseen, which is told the file
    /// system's present; where there are no versions, nothing is written.
    pub(super) fn remember_folder(&mut self, name: &str, state: Digest, output: &Path, disk: &Disk, settle: impl FnOnce(SystemTime)) {
        if disk.metadata(&output.join(LEDGER)).is_err() {
            return;
        }
        self.format = FORMAT;
        self.folders.insert(name.to_owned(), state);
        let _ = disk.replace_with(&output.join(FILE), Durability::Scratch, |now| {
            settle(now);
            serde_json::to_vec(self).map_err(io::Error::other)
        });
    }

    /// Whether a version's files are those that were compared.
    pub(super) fn knows(&self, version: &Version, disk: &Disk) -> bool {
        let known = self.versions.get(&version.entry.number);
        known.is_some_and(|known| seen(version, disk).is_ok_and(|(stamp, _)| stamp == *known))
    }

    /// Records versions that are intact, but for those whose files are so young that they could still change unseen. That
    /// they can't be recorded costs the next command time, nothing else.
    pub(super) fn remember(&mut self, intact: &[&Version], output: &Path, disk: &Disk) {
        let seen: Vec<_> = intact.iter().filter_map(|version| Some((version.entry.number, seen(version, disk).ok()?))).collect();
        if seen.is_empty() {
            return;
        }
        self.format = FORMAT;
        let _ = disk.replace_with(&output.join(FILE), Durability::Scratch, |now| {
            let settled = |newest: &SystemTime| newest.checked_add(TICK).is_some_and(|settled| settled < now);
            let old: Vec<_> = seen.iter().filter(|(_, (_, newest))| settled(newest)).collect();
            if old.is_empty() {
                return Err(io::Error::other("the files are too young"));
            }
            self.versions.extend(old.into_iter().map(|(number, (stamp, _))| (*number, *stamp)));
            serde_json::to_vec(self).map_err(io::Error::other)
        });
    }
}

impl Version {
    /// Compares the folder with the manifest. Bytes that were compared before are compared again only where the system
    /// says that a file has changed since: see `IntactVersions`.
    pub fn health(&self) -> Health {
        Version::health_of(std::slice::from_ref(self)).pop().unwrap_or(Health::Missing)
    }

    /// [`Version::health`] of several versions of one output folder, in their order.
    pub fn health_of(versions: &[Version]) -> Vec<Health> {
        let Some((output, disk)) = versions.first().map(|version| (version.output(), version.disk())) else { return Vec::new() };
        let mut checked = IntactVersions::read(output, disk);
        let known = |version: &Version| version.disk().is_folder(version.folder()) && checked.knows(version, version.disk());
        let found: Vec<(bool, Health)> = versions
            .par_iter()
            .map(|version| match known(version) {
                true => (true, Health::Intact),
                false => (false, version.verify()),
            })
            .collect();
        let newly = versions.iter().zip(&found).filter(|(_, (known, health))| !known && *health == Health::Intact);
        checked.remember(&newly.map(|(version, _)| version).collect::<Vec<_>>(), output, disk);
        found.into_iter().map(|(_, health)| health).collect()
    }
}

/// What the file system says of a version's files, and when the youngest of them changed.
fn seen(version: &Version, disk: &Disk) -> io::Result<(Digest, SystemTime)> {
    let manifest = version.manifest().map_err(io::Error::other)?;
    let mut parts = DigestBuilder::new("brief files seen 1");
    parts.add_digest("manifest", version.entry.manifest);
    let mut newest = SystemTime::UNIX_EPOCH;
    for name in manifest.outputs.keys().map(String::as_str).chain([MANIFEST]) {
        let metadata = disk.metadata(&version.folder().join(name))?;
        newest = newest.max(metadata.modified()?);
        parts.add("name", name);
        parts.add("size", metadata.len().to_le_bytes());
        parts.add("modified", format!("{:?}", metadata.modified()?));
        newest = newest.max(add_place(&mut parts, &metadata));
    }
    Ok((parts.finish(), newest))
}

/// Adds which file it is and when anything of it last changed, which no program can set as it likes.
#[cfg(unix)]
fn add_place(parts: &mut DigestBuilder, metadata: &Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;

    parts.add("place", format!("{} {} {} {}", metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()));
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds + 1)).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(not(unix))]
fn add_place(parts: &mut DigestBuilder, metadata: &Metadata) -> SystemTime {
    let created = metadata.created().unwrap_or(SystemTime::UNIX_EPOCH);
    parts.add("place", format!("{created:?}"));
    created
}
