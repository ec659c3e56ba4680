//! Verifies every version against its manifest and the ledger, byte for byte, and finds the version that a given file is from.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::manifest::Manifest;
use super::{Digest, Disk, Entry, Health, Ledger, Output, Version};
use crate::layout::{LATEST, version_folder, version_number};

/// What verifying a place of versions found: a folder here, or where versions were published.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// The place, as a person would write it.
    pub place: String,
    /// Newest first.
    pub versions: Vec<VerifiedVersion>,
    /// Faults outside the versions' own files, a sentence each.
    pub faults: Vec<String>,
    /// What people should know that is no fault.
    pub notes: Vec<String>,
}

/// A version that the ledger lists, and how its files were found.
#[derive(Debug, Clone)]
pub struct VerifiedVersion {
    pub entry: Entry,
    /// Nothing where it was pruned, so that there is nothing to compare.
    pub health: Option<Health>,
    /// How many files were compared.
    pub files: usize,
}

impl Verification {
    /// Whether all is as manifests and ledger say.
    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.versions.iter().all(|version| matches!(version.health, None | Some(Health::Intact)))
    }

    /// Compares all versions of an output folder with manifests and ledger, by every byte.
    pub fn of(output: &Path) -> Result<Verification> {
        let (ledger, disk) = (Ledger::read(output)?, Disk::default());
        let mut found = Verification { place: output.display().to_string(), ..Verification::default() };
        for entry in ledger.versions() {
            let folder = output.join(version_folder(entry.number));
            if entry.pruned {
                if disk.is_folder(&folder) {
                    found.notes.push(format!("`{}` is still there, and the ledger lists it as pruned", folder.display()));
                }
                found.versions.push(VerifiedVersion { entry: entry.clone(), health: None, files: 0 });
                continue;
            }
            let version = Version::new(output, entry, &disk);
            let health = version.verify();
            let unlisted = version.unlisted();
            found.faults.extend(unlisted.iter().map(|name| {
                format!("`{}` is in the folder of version {}, and its manifest does not list it", folder.join(name).display(), entry.number)
            }));
            let files = version.manifest().map_or(0, |manifest| manifest.outputs.len() + 1);
            found.versions.push(VerifiedVersion { entry: entry.clone(), health: Some(health), files });
        }
        found.besides(output, &ledger, &disk);
        Ok(found)
    }

    /// Checks the files beside the versions.
    fn besides(&mut self, output: &Path, ledger: &Ledger, disk: &Disk) {
        let mut unknown: Vec<u32> = fs::read_dir(output)
            .into_iter()
            .flatten()
            .filter_map(|entry| version_number(&entry.ok()?.file_name().into_string().ok()?))
            .filter(|number| ledger.get(*number).is_none())
            .collect();
        unknown.sort_unstable();
        self.faults.extend(
            unknown
                .iter()
                .map(|number| format!("`{}` is there, and the ledger does not list it", output.join(version_folder(*number)).display())),
        );
        let latest = output.join(LATEST);
        let Some(newest) = ledger.newest() else { return };
        match disk.linked(&latest).as_deref().and_then(version_number) {
            Some(number) if number == newest.number => {}
            Some(number) => {
                self.faults.push(format!(
                    "`{}` leads to v{number}, and v{} is the newest: `brief build` mends it",
                    latest.display(),
                    newest.number
                ));
            }
            None if latest.symlink_metadata().is_ok() => {
                self.notes.push(format!("`{}` is not brief's; brief leaves it alone", latest.display()));
            }
            None => self.notes.push(format!("there is no `{}`; `brief build` makes it", latest.display())),
        }
    }
}

/// A file of a version that has the bytes of a file in hand.
#[derive(Debug, Clone)]
pub struct Match {
    /// The versions that hold these bytes, newest first.
    pub versions: Vec<Version>,
    /// The file's path in them: the same bytes may be several files, and this is the first by name in the newest version.
    pub name: String,
}

/// The versions that hold a file of these bytes, as their manifests say; and the numbers of those whose manifests can't be
/// read, newest first.
pub fn matches(output: &Path, digest: Digest, size: u64) -> Result<(Option<Match>, Vec<u32>)> {
    let wanted = Output { sha256: digest, size };
    let (mut found, mut unread): (Option<Match>, _) = (None, Vec::new());
    for version in Version::all(output)? {
        let name = match version.manifest() {
            Ok(manifest) => name_of(manifest, &wanted),
            Err(_) => {
                unread.push(version.entry.number);
                continue;
            }
        };
        match (&mut found, name) {
            (_, None) => {}
            (None, Some(name)) => found = Some(Match { versions: vec![version], name }),
            (Some(found), Some(_)) => found.versions.push(version),
        }
    }
    Ok((found, unread))
}

fn name_of(manifest: &Manifest, wanted: &Output) -> Option<String> {
    manifest.outputs.iter().find(|(_, output)| *output == wanted).map(|(name, _)| name.clone())
}
