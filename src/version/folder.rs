//! One version's folder, as it is read again: whole, or else named as damaged.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};

use super::manifest::{self, Manifest};
use super::{Digest, Disk, Entry, Ledger};

/// A version that the ledger names.
#[derive(Debug, Clone)]
pub struct Version {
    pub entry: Entry,
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
    /// What is wrong, file by file, each with its path.
    Damaged(Vec<String>),
}

impl Version {
    pub(super) fn new(output: &Path, entry: &Entry, disk: &Disk) -> Version {
        Version { entry: entry.clone(), folder: output.join(folder_name(entry.number)), disk: disk.clone(), manifest: OnceLock::new() }
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

    /// The folder that holds it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its manifest, which must be the one that the ledger knows.
    pub fn manifest(&self) -> Result<&Manifest> {
        if let Some(manifest) = self.manifest.get() {
            return Ok(manifest);
        }
        let path = self.folder.join(manifest::FILE);
        let bytes = self.disk.read(&path).with_context(|| format!("can't read `{}`", path.display()))?;
        if Digest::of(&bytes) != self.entry.manifest {
            return Err(changed(&path));
        }
        let manifest = Manifest::parse(&bytes).with_context(|| format!("can't use `{}`", path.display()))?;
        Ok(self.manifest.get_or_init(|| manifest))
    }

    /// The bytes of one of its files, which must be those that the manifest knows.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.folder.join(name);
        let known = self.manifest()?.outputs.get(name).ok_or_else(|| anyhow!("version {} has no file `{name}`", self.entry.number))?;
        let bytes = self.disk.read(&path).with_context(|| format!("can't read `{}`", path.display()))?;
        if bytes.len() as u64 != known.size || Digest::of(&bytes) != known.sha256 {
            return Err(changed(&path));
        }
        Ok(bytes)
    }

    /// Compares the folder with the manifest by the files' sizes, without reading them.
    pub fn health(&self) -> Health {
        if !self.disk.is_folder(&self.folder) {
            return Health::Missing;
        }
        self.faults(|path, size, _| match self.disk.size(path) {
            Ok(found) if found == size => None,
            Ok(_) => Some(changed(path).to_string()),
            Err(error) => Some(format!("can't read `{}`: {error}", path.display())),
        })
    }

    /// Compares the folder with the manifest by every byte.
    pub fn verify(&self) -> Health {
        if !self.disk.is_folder(&self.folder) {
            return Health::Missing;
        }
        self.faults(|path, _, name| {
            self.read(name).err().map(|error| if error.chain().len() > 1 { format!("{error:#}") } else { changed(path).to_string() })
        })
    }

    fn faults(&self, fault: impl Fn(&Path, u64, &str) -> Option<String>) -> Health {
        let faults: Vec<String> = match self.manifest() {
            Ok(manifest) => {
                manifest.outputs.iter().filter_map(|(name, output)| fault(&self.folder.join(name), output.size, name)).collect()
            }
            Err(error) => vec![format!("{error:#}")],
        };
        if faults.is_empty() { Health::Intact } else { Health::Damaged(faults) }
    }
}

/// `v7`.
pub(super) fn folder_name(number: u32) -> String {
    format!("v{number}")
}

fn changed(path: &Path) -> anyhow::Error {
    anyhow!("`{}` was changed after its version was written", path.display())
}
