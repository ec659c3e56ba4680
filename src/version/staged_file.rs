//! A file of a stage whose bytes come piece by piece, so that none is held in memory whole.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

use super::disk::Disk;
use super::{Digest, Output};

/// A file on its way into a stage; [`super::Stage::finish`] enters it.
#[derive(Debug)]
pub struct StagedFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// Its destination, for messages.
    pub(super) shown: PathBuf,
    pub(super) file: File,
    pub(super) disk: Disk,
    hasher: Sha256,
    size: u64,
}

impl StagedFile {
    pub(super) fn new(name: &str, path: PathBuf, shown: PathBuf, file: File, disk: Disk) -> StagedFile {
        StagedFile { name: name.to_owned(), path, shown, file, disk, hasher: Sha256::new(), size: 0 }
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.disk.append(&self.path, &mut self.file, bytes).with_context(|| format!("can't write `{}`", self.shown.display()))?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Deletes the staged file.
    pub fn restart(&mut self) -> Result<()> {
        let empty = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        empty.with_context(|| format!("can't write `{}`", self.shown.display()))?;
        (self.hasher, self.size) = (Sha256::new(), 0);
        Ok(())
    }

    pub(super) fn output(&self) -> Output {
        Output { sha256: Digest::from_sha256(self.hasher.clone()), size: self.size }
    }
}
