//! A staging folder: written beside its destination, and renamed into place when it is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::disk::{Disk, Durability};
use super::manifest::is_inside;
use super::{Output, StagedFile, Version};

/// A version or a draft in the making. Files may be written from several threads; a stage that is dropped
/// before it is published leaves nothing behind.
#[derive(Debug)]
pub struct Stage {
    folder: PathBuf,
    /// What the folder will be called, for messages.
    target: PathBuf,
    number: u32,
    durability: Durability,
    disk: Disk,
    outputs: Mutex<BTreeMap<String, Output>>,
    folders: Mutex<BTreeSet<PathBuf>>,
    /// The files of the folder that this one will replace.
    before: BTreeMap<String, Output>,
    done: bool,
}

impl Stage {
    pub(super) fn new(folder: PathBuf, target: PathBuf, number: u32, durability: Durability, disk: &Disk) -> Result<Stage> {
        disk.create_new_folder(&folder).with_context(|| format!("can't make the folder `{}`", folder.display()))?;
        let folders = Mutex::new(BTreeSet::from([folder.clone()]));
        Ok(Stage {
            folder,
            target,
            number,
            durability,
            disk: disk.clone(),
            outputs: Mutex::default(),
            folders,
            before: BTreeMap::new(),
            done: false,
        })
    }

    /// Where it is written.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The number of the version in the making.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Writes a file; `name` is its path from the version's folder, with `/` between folders.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path_of(name)?;
        let write = || {
            self.make_folders(&path)?;
            self.disk.write_new(&path, bytes, self.durability)
        };
        write().with_context(|| format!("can't write `{}`", self.target.join(name).display()))?;
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Output::of(bytes));
        Ok(())
    }

    /// Writes the list of the files, which is none of them, whole or not at all.
    pub(super) fn write_list(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path_of(name)?;
        let cannot = || format!("can't write `{}`", self.target.join(name).display());
        self.disk.replace(&path, bytes, self.durability).with_context(cannot)
    }

    /// Begins a file whose bytes come piece by piece; `name` is as for [`Stage::write`].
    pub fn begin(&self, name: &str) -> Result<StagedFile> {
        let path = self.path_of(name)?;
        let shown = self.target.join(name);
        let create = || {
            self.make_folders(&path)?;
            self.disk.create_new(&path)
        };
        let file = create().with_context(|| format!("can't write `{}`", shown.display()))?;
        Ok(StagedFile::new(name, path, shown, file, self.disk.clone()))
    }

    /// Enters a file that has come whole.
    pub fn finish(&self, file: StagedFile) -> Result<()> {
        if self.durability == Durability::Synced {
            self.disk.sync_file(&file.path, &file.file).with_context(|| format!("can't write `{}`", file.shown.display()))?;
        }
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(file.name.clone(), file.output());
        Ok(())
    }

    /// Takes a file over from an earlier version, byte for byte.
    pub fn keep(&self, name: &str, from: &Version) -> Result<()> {
        self.write(name, &from.read(name)?)
    }

    /// With the files of the folder that this one will replace, each compared with its digest.
    pub(super) fn replacing(mut self, before: BTreeMap<String, Output>) -> Stage {
        self.before = before;
        self
    }

    /// A file of the folder that this one will replace; nothing where it has none of that name.
    pub fn read_before(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(output) = self.before.get(name) else { return Ok(None) };
        let path = self.target.join(name);
        self.disk.read(&path, output.size).map(Some).with_context(|| format!("can't read `{}`", path.display()))
    }

    /// Whether the folder that this one will replace has a file.
    pub fn has_before(&self, name: &str) -> bool {
        self.before.contains_key(name)
    }

    /// Takes a file over, unread, from the folder that this one will replace; `false` where that has none of this name.
    pub fn take_over(&self, name: &str) -> Result<bool> {
        let Some(output) = self.before.get(name) else { return Ok(false) };
        let path = self.path_of(name)?;
        let take = || {
            self.make_folders(&path)?;
            self.disk.link_or_copy(&self.target.join(name), &path)
        };
        take().with_context(|| format!("can't write `{}`", self.target.join(name).display()))?;
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), *output);
        Ok(true)
    }

    /// Writes a file, or takes it over where the folder that this one will replace has the same.
    pub fn write_or_take_over(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let is_same = |before: &Output| before.size == bytes.len() as u64 && *before == Output::of(bytes);
        if self.before.get(name).is_some_and(is_same) {
            return self.take_over(name).map(drop);
        }
        self.write(name, bytes)
    }

    /// The bytes of a file that was written.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let size = self.outputs.lock().unwrap_or_else(PoisonError::into_inner).get(name).map_or(0, |output| output.size);
        self.disk.read(&self.path_of(name)?, size).with_context(|| format!("can't read `{}`", self.target.join(name).display()))
    }

    fn path_of(&self, name: &str) -> Result<PathBuf> {
        if !is_inside(name) {
            bail!("`{name}` can't be a file in `{}`: it leads out of the folder", self.target.display());
        }
        Ok(self.folder.join(name))
    }

    fn make_folders(&self, path: &Path) -> std::io::Result<()> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains(parent) {
            self.disk.create_folder(parent)?;
            folders.extend(parent.ancestors().take_while(|folder| folder.starts_with(&self.folder)).map(Path::to_path_buf));
        }
        Ok(())
    }

    pub(super) fn outputs(&self) -> BTreeMap<String, Output> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Syncs the folders and renames the whole into place.
    pub(super) fn move_into_place(&mut self) -> Result<()> {
        let sync_and_rename = || {
            if self.durability == Durability::Synced {
                let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
                // Inner folders first, so that each is whole when the one above it is synced.
                folders.iter().rev().try_for_each(|folder| self.disk.sync_folder(folder))?;
            }
            self.disk.rename(&self.folder, &self.target)
        };
        sync_and_rename().with_context(|| format!("can't put `{}` into place", self.target.display()))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.done {
            // The next build removes what this can't.
            let _ = self.disk.remove(&self.folder);
        }
    }
}
