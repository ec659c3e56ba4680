//! Folders that are made anew as a whole, the draft and the pages: written beside, then put in the place of the one before.
//!
//! Each holds a list of its files, so that what somebody else put there, or changed, is never deleted: where there is
//! any, the folder stays as it is, and the files are named.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::folder::{is_litter, name_in};
use super::{Output, Stage};
use crate::files::Guard;

const FORMAT: u32 = 1;
/// The largest list that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// How many files a message names.
const NAMED: usize = 3;

/// The files that brief put into a folder, by their paths in it.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    format: u32,
    files: BTreeMap<String, Output>,
}

/// A folder that is made anew as a whole, and where the one before waits until the new one stands.
#[derive(Debug)]
pub(super) struct Replaced<'a> {
    pub(super) target: PathBuf,
    pub(super) old: PathBuf,
    /// The name under which the one before is removed.
    pub(super) gone: PathBuf,
    /// The file that lists the others.
    pub(super) list: &'static str,
    pub(super) disk: &'a Disk,
}

/// Makes a folder anew: `write` fills it, and until all is written the one before stays as it is.
///
/// `list` is the name of the file that lists the others; a folder with other people's files in it is not touched.
pub fn replace_folder(target: &Path, list: &'static str, write: impl FnOnce(&Stage) -> Result<()>) -> Result<()> {
    replace_folder_on(target, list, &Disk::default(), write)
}

/// [`replace_folder`] on a disk of one's own.
pub fn replace_folder_on(target: &Path, list: &'static str, disk: &Disk, write: impl FnOnce(&Stage) -> Result<()>) -> Result<()> {
    let cannot = || format!("can't write `{}`", target.display());
    if target.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        bail!("`{}` is a link, and what it leads to is not brief's to replace: remove the link, or name a folder", target.display());
    }
    let target = Guard::of_site().check(target)?;
    let (staging, old, gone) = (beside(&target, "new")?, beside(&target, "old")?, beside(&target, "gone")?);
    let parent = target.parent().unwrap_or(Path::new("."));
    disk.create_folder(parent).with_context(cannot)?;
    let _lock = lock_folder(parent);
    let replaced = Replaced { target, old, gone, list, disk };
    replaced.recover()?;
    replaced.check()?;
    let stage = Stage::new(staging, replaced.target.clone(), 0, Durability::Scratch, disk)?;
    write(&stage)?;
    replaced.put(stage)
}

impl Replaced<'_> {
    /// Puts away what a run left that stopped between its two renames.
    pub(super) fn recover(&self) -> Result<()> {
        self.disk.remove(&self.gone).with_context(|| format!("can't remove `{}`", self.gone.display()))?;
        if !is_there(&self.old) {
            return Ok(());
        }
        if is_there(&self.target) {
            return self.discard_old();
        }
        let cannot = || format!("can't bring back `{}`", self.target.display());
        self.disk.rename(&self.old, &self.target).with_context(cannot)
    }

    /// An error where the folder holds anything that brief did not write, or that was changed since.
    pub(super) fn check(&self) -> Result<()> {
        let target = &self.target;
        if is_there(target) && !self.disk.is_folder(target) {
            bail!("`{}` is in the way: brief did not make it, and it is no folder", target.display());
        }
        let foreign = self.foreign(target)?;
        if foreign.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = foreign.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = if foreign.len() > NAMED { format!(" and {} more", foreign.len() - NAMED) } else { String::new() };
        bail!(
            "`{}` is replaced as a whole, and holds files that brief did not put there, or that were changed since: {}{more}; \
             move them away, and run this again",
            target.display(),
            names.join(", ")
        )
    }

    /// Puts what is staged into the folder's place, and its list with it.
    pub(super) fn put(&self, mut stage: Stage) -> Result<()> {
        let listing = Listing { format: FORMAT, files: stage.outputs() };
        stage.write(self.list, (serde_json::to_string_pretty(&listing)? + "\n").as_bytes())?;
        self.check()?;
        let is_there = is_there(&self.target);
        if is_there {
            let cannot = || format!("can't replace `{}`", self.target.display());
            self.disk.rename(&self.target, &self.old).with_context(cannot)?;
        }
        if let Err(error) = stage.settle() {
            // The folder before comes back if it can; if not, the next run brings it.
            let _ = self.disk.rename(&self.old, &self.target);
            return Err(error);
        }
        if is_there { self.discard_old() } else { Ok(()) }
    }

    /// Removes the folder before; what came into it in the last moment is kept, and said.
    fn discard_old(&self) -> Result<()> {
        match self.foreign(&self.old) {
            Ok(foreign) if !foreign.is_empty() => {}
            // What can't be looked at or removed is left to the next run.
            Ok(_) => {
                // Under another name, so that nobody looks into what is half removed.
                let _ = self.disk.rename(&self.old, &self.gone).and_then(|()| self.disk.remove(&self.gone));
                return Ok(());
            }
            Err(_) => return Ok(()),
        }
        let aside = (1..).map(|turn| self.target.with_extension(format!("kept-{turn}"))).find(|path| !is_there(path)).unwrap_or_default();
        let cannot = || format!("can't move `{}` to `{}`", self.old.display(), aside.display());
        self.disk.rename(&self.old, &aside).with_context(cannot)?;
        bail!(
            "`{}` was replaced, and files that brief did not put there came into it meanwhile: they are in `{}`",
            self.target.display(),
            aside.display()
        )
    }

    /// The files in a folder that brief did not write, or that were changed since, sorted.
    fn foreign(&self, folder: &Path) -> Result<Vec<String>> {
        if !self.disk.is_folder(folder) {
            return Ok(if is_there(folder) { vec![folder.display().to_string()] } else { Vec::new() });
        }
        let list = folder.join(self.list);
        let bytes = match list.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {
                self.disk.read(&list, LARGEST).with_context(|| format!("can't read `{}`", list.display()))?
            }
            _ => Vec::new(),
        };
        let list = serde_json::from_slice(&bytes).ok().filter(|list: &Listing| list.format == FORMAT);
        let known = list.map(|list| list.files).unwrap_or_default();
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.with_context(|| format!("can't list `{}`", folder.display()))?;
            let name = name_in(folder, entry.path());
            if !entry.file_type().is_dir() && !is_litter(&name) && name != self.list {
                found.push((known.get(&name).filter(|_| entry.file_type().is_file()), name));
            }
        }
        let foreign = found.into_par_iter().filter_map(|(listed, name)| {
            let Some(output) = listed else { return Some(Ok(name)) };
            let path = folder.join(&name);
            match self.disk.digest(&path, output.size).with_context(|| format!("can't read `{}`", path.display())) {
                Ok(digest) => (digest != Some(output.sha256)).then_some(Ok(name)),
                Err(error) => Some(Err(error)),
            }
        });
        foreign.collect()
    }
}

pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// `.site.new` for `site`.
fn beside(target: &Path, what: &str) -> Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| anyhow!("`{}` can't be replaced as a whole: name a folder below it", target.display()))?;
    Ok(target.with_file_name(format!(".{}.{what}", name.to_string_lossy())))
}

/// Keeps two runs from replacing folders side by side, where the system locks folders; it lets go when this is dropped.
fn lock_folder(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}
