//! Reads a version's folder: complete, or else reported as damaged.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;

use super::manifest::Manifest;
use super::{Digest, Disk, Entry, Ledger};
use crate::layout::{LATEST, MANIFEST, version_folder, version_number};

/// A version that the ledger names.
#[derive(Debug, Clone)]
pub struct Version {
    pub entry: Entry,
    output: PathBuf,
    folder: PathBuf,
    disk: Disk,
    manifest: OnceLock<Manifest>,
}

/// How a version's folder compares with its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Intact,
    /// There is no folder.
    Missing,
    /// The damaged files, each as a sentence that begins with its path.
    Damaged(Vec<String>),
}

impl Version {
    pub(super) fn new(output: &Path, entry: &Entry, disk: &Disk) -> Version {
        Version {
            entry: entry.clone(),
            output: output.to_owned(),
            folder: output.join(version_folder(entry.number)),
            disk: disk.clone(),
            manifest: OnceLock::new(),
        }
    }

    /// The version of a number, read without locking the output folder.
    pub fn find(output: &Path, number: u32) -> Result<Version> {
        let ledger = Ledger::read(output)?;
        let Some(entry) = ledger.get(number) else {
            match ledger.newest() {
                Some(newest) => bail!("there is no version {number} in `{}`: the newest is v{}", output.display(), newest.number),
                None => bail!("there is no version {number} in `{}`: nothing was built there yet", output.display()),
            }
        };
        if entry.pruned {
            bail!("version {number} was pruned from `{}`: its files are gone", output.display());
        }
        Ok(Version::new(output, entry, &Disk::default()))
    }

    /// The newest version, read without locking the output folder.
    pub fn newest(output: &Path) -> Result<Option<Version>> {
        Ok(Ledger::read(output)?.newest().map(|entry| Version::new(output, entry, &Disk::default())))
    }

    /// All versions that were not pruned, newest first, read without locking the output folder.
    pub fn all(output: &Path) -> Result<Vec<Version>> {
        let ledger = Ledger::read(output)?;
        Ok(ledger.versions().iter().filter(|entry| !entry.pruned).map(|entry| Version::new(output, entry, &Disk::default())).collect())
    }

    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The folder that holds it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its manifest, which must be the one that the ledger knows.
    pub fn manifest(&self) -> Result<&Manifest> {
        if let Some(manifest) = self.manifest.get() {
            return Ok(manifest);
        }
        let path = self.folder.join(MANIFEST);
        let bytes = self.disk.read(&path, Manifest::LARGEST).with_context(|| format!("can't read `{}`", path.display()))?;
        if Digest::of(&bytes) != self.entry.manifest {
            return Err(changed(&path));
        }
        let unusable = || format!("can't use `{}`", path.display());
        let manifest = Manifest::parse(&bytes).with_context(unusable)?;
        let Entry { number, digest, date, documents, .. } = &self.entry;
        if (manifest.version, manifest.digest, manifest.date, manifest.documents.len()) != (*number, *digest, *date, *documents) {
            return Err(anyhow!("the manifest does not match the ledger entry of version {number}: it was changed").context(unusable()));
        }
        Ok(self.manifest.get_or_init(|| manifest))
    }

    /// The bytes of one of its files, which must be those that the manifest knows.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.folder.join(name);
        let known = self.manifest()?.outputs.get(name).ok_or_else(|| anyhow!("version {} has no file `{name}`", self.entry.number))?;
        let is_changed = self.disk.metadata(&path).is_ok_and(|metadata| metadata.len() != known.size);
        if is_changed {
            return Err(changed(&path));
        }
        let bytes = self.disk.read(&path, known.size).with_context(|| format!("can't read `{}`", path.display()))?;
        if bytes.len() as u64 != known.size || Digest::of(&bytes) != known.sha256 {
            return Err(changed(&path));
        }
        Ok(bytes)
    }

    /// Compares the folder with the manifest by every byte.
    pub fn verify(&self) -> Health {
        if !self.disk.is_folder(&self.folder) {
            return Health::Missing;
        }
        let manifest = match self.manifest() {
            Ok(manifest) => manifest,
            Err(error) => return Health::Damaged(vec![format!("{error:#}")]),
        };
        let faults: Vec<String> = manifest
            .outputs
            .par_iter()
            .filter_map(|(name, output)| {
                let path = self.folder.join(name);
                match self.disk.digest(&path, output.size) {
                    Ok(Some(digest)) if digest == output.sha256 => None,
                    Ok(_) => Some(changed(&path).to_string()),
                    Err(error) => Some(format!("can't read `{}`: {error}", path.display())),
                }
            })
            .collect();
        if faults.is_empty() { Health::Intact } else { Health::Damaged(faults) }
    }

    /// Files in the folder that the manifest does not list, by their paths in it; none where it can't be read.
    pub fn unlisted(&self) -> Vec<String> {
        let Ok(manifest) = self.manifest() else { return Vec::new() };
        let files = walkdir::WalkDir::new(&self.folder).sort_by_file_name().into_iter().flatten();
        let names = files.filter(|entry| !entry.file_type().is_dir()).map(|entry| name_in(&self.folder, entry.path()));
        names.filter(|name| name != MANIFEST && !manifest.outputs.contains_key(name) && !is_litter(name)).collect()
    }
}

/// The folder of the newest version: `latest` where that leads to it, else by its number, as where there are no links or
/// `latest` is somebody else's.
pub fn latest_folder(output: &Path) -> Result<PathBuf> {
    let latest = output.join(LATEST);
    let linked = Disk::default().linked(&latest).filter(|name| version_number(name).is_some());
    let newest = Ledger::read(output)?.newest().map(|entry| version_folder(entry.number));
    Ok(match (linked, newest) {
        (Some(linked), Some(newest)) if linked == newest && latest.is_dir() => latest,
        (_, Some(newest)) => output.join(newest),
        (Some(linked), None) => output.join(linked),
        (None, None) => latest,
    })
}

/// A path in a folder, with `/` between folders.
pub(super) fn name_in(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether a file is one that desktops and editors create in any folder they show, such as `.DS_Store`.
pub(super) fn is_litter(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini") || (name.starts_with(".~lock.") && name.ends_with('#'))
}

fn changed(path: &Path) -> anyhow::Error {
    anyhow!("`{}` was changed after its version was written", path.display())
}
