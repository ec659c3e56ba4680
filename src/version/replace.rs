//! Folders that are made anew as a whole, the draft and the site: written beside, then put in the place of the one before.
//!
//! Each holds a list of its files, so that what somebody else put there, or changed, is never deleted: where there is
//! any, the folder stays as it is, and the files are named. The new folder and the one before have names of their own
//! beside it, which no other run uses (`.site.new-4711-1`); what a stopped run left under such a name is removed by the
//! next, as far as the list in it shows that brief wrote it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::folder::{is_litter, name_in};
use super::folder_state::{FileState, FolderState};
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
    /// The folder is still being written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
}

/// A folder that is made anew as a whole.
#[derive(Debug)]
pub(super) struct Replaced<'a> {
    target: PathBuf,
    /// The names of the file that lists the others; the first is written.
    lists: &'static [&'static str],
    disk: &'a Disk,
    /// The files of the folder before that were compared, as the system described them then.
    compared: Mutex<BTreeMap<String, FileState>>,
}

/// What a folder beside the target is for; part of its name.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    /// What is being written.
    New,
    /// The folder before, until the new one is in its place.
    Old,
    /// The folder before, while it is removed.
    Gone,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::New => "new",
            Purpose::Old => "old",
            Purpose::Gone => "gone",
        }
    }
}

/// Makes a folder anew: `write` fills it, and until all is written the one before stays as it is.
///
/// `lists` are the names of the file that lists the others, of which the first is written; a folder with other people's
/// files in it is not touched. Gives the files that it has now, by their paths in it.
pub fn replace_folder(
    target: &Path,
    lists: &'static [&'static str],
    write: impl FnOnce(&Stage) -> Result<()>,
) -> Result<BTreeMap<String, Output>> {
    replace_folder_on(target, lists, &Disk::default(), write)
}

/// [`replace_folder`] on a disk of one's own.
pub fn replace_folder_on(
    target: &Path,
    lists: &'static [&'static str],
    disk: &Disk,
    write: impl FnOnce(&Stage) -> Result<()>,
) -> Result<BTreeMap<String, Output>> {
    let cannot = || format!("can't write `{}`", target.display());
    if target.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        bail!("`{}` is a link, and what it leads to is not brief's to replace: remove the link, or name a folder", target.display());
    }
    let target = Guard::of_site().check(target)?;
    let parent = target.parent().unwrap_or(Path::new("."));
    disk.create_folder(parent).with_context(cannot)?;
    let _lock = lock_folder(parent);
    let replaced = Replaced::new(target, lists, disk);
    replaced.recover()?;
    let stage = replaced.stage()?;
    write(&stage)?;
    let files = replaced.put(stage)?;
    if let Ok(state) = FolderState::of(&replaced.target, disk) {
        state.remember(&replaced.target, disk);
    }
    Ok(files)
}

impl<'a> Replaced<'a> {
    pub(super) fn new(target: PathBuf, lists: &'static [&'static str], disk: &'a Disk) -> Replaced<'a> {
        Replaced { target, lists, disk, compared: Mutex::default() }
    }
}

impl Replaced<'_> {
    /// Begins the new folder; an error where the one before holds anyone else's files.
    pub(super) fn stage(&self) -> Result<Stage> {
        self.check()?;
        let stage = Stage::new(self.beside(Purpose::New)?, self.target.clone(), 0, Durability::Scratch, self.disk)?;
        self.write_list(&stage, &Listing { format: FORMAT, files: BTreeMap::new(), unfinished: true })?;
        let mut files = self.listing(&self.target)?.map(|listing| listing.files).unwrap_or_default();
        // One that somebody removed is made again.
        files.retain(|name, _| self.compared().contains_key(name));
        Ok(stage.replacing(files))
    }

    /// Puts away what a run left that stopped half-way.
    pub(super) fn recover(&self) -> Result<()> {
        for folder in self.left(Purpose::Gone)? {
            self.remove_listed(&folder)?;
        }
        for folder in self.left(Purpose::New)? {
            let cannot = || format!("can't remove `{}`", folder.display());
            match self.listing(&folder)? {
                Some(listing) if listing.unfinished => self.disk.remove(&folder).with_context(cannot)?,
                Some(_) => self.discard(&folder)?,
                None => self.remove_just_begun(&folder).with_context(cannot)?,
            }
        }
        for folder in self.left(Purpose::Old)? {
            if self.listing(&folder)?.is_none() {
                continue;
            }
            if is_there(&self.target) {
                self.discard(&folder)?;
            } else {
                let cannot = || format!("can't bring back `{}`", self.target.display());
                self.disk.rename(&folder, &self.target).with_context(cannot)?;
            }
        }
        Ok(())
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

    /// Replaces the folder by the staged one, together with its list.
    pub(super) fn put(&self, mut stage: Stage) -> Result<BTreeMap<String, Output>> {
        let listing = Listing { format: FORMAT, files: stage.outputs(), unfinished: false };
        self.write_list(&stage, &listing)?;
        self.check()?;
        let before = if is_there(&self.target) { Some(self.beside(Purpose::Old)?) } else { None };
        if let Some(before) = &before {
            let cannot = || format!("can't replace `{}`", self.target.display());
            self.disk.rename(&self.target, before).with_context(cannot)?;
        }
        if let Err(error) = stage.move_into_place() {
            if let Some(before) = &before {
                // The folder before comes back if it can; if not, the next run brings it.
                let _ = self.disk.rename(before, &self.target);
            }
            return Err(error);
        }
        before.map_or(Ok(()), |before| self.discard(&before))?;
        Ok(listing.files)
    }

    /// Removes a folder in which nothing was written yet but the list, in part.
    fn remove_just_begun(&self, folder: &Path) -> std::io::Result<()> {
        let begun = super::disk::beside(&folder.join(self.lists[0]));
        let names = self.disk.list(folder)?;
        if names.iter().any(|name| Some(name.as_str()) != begun.file_name().and_then(|name| name.to_str())) {
            return Ok(());
        }
        self.disk.remove(&begun)?;
        self.disk.remove_empty_folder(folder)
    }

    /// Removes a folder that is not needed any more; files that came into it in the last moment are kept, and reported.
    fn discard(&self, folder: &Path) -> Result<()> {
        match self.foreign(folder) {
            Ok(foreign) if !foreign.is_empty() => {}
            // What can't be looked at or removed is left to the next run.
            Ok(_) => {
                let gone = self.beside(Purpose::Gone)?;
                // Under another name, so that what is half removed is never brought back.
                if self.disk.rename(folder, &gone).is_ok() {
                    let _ = self.remove_listed(&gone);
                }
                return Ok(());
            }
            Err(_) => return Ok(()),
        }
        let aside = (1..).map(|turn| self.target.with_extension(format!("kept-{turn}"))).find(|path| !is_there(path)).unwrap_or_default();
        let cannot = || format!("can't move `{}` to `{}`", folder.display(), aside.display());
        self.disk.rename(folder, &aside).with_context(cannot)?;
        bail!(
            "`{}` was replaced, and files that brief did not put there came into it meanwhile: they are in `{}`",
            self.target.display(),
            aside.display()
        )
    }

    /// Removes the files that the folder's list names, then the list, then empty folders; other files stay.
    fn remove_listed(&self, folder: &Path) -> Result<()> {
        let listed = self.listing(folder)?.map(|listing| listing.files);
        let cannot = |path: &Path| format!("can't remove `{}`", path.display());
        let mut folders = Vec::new();
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.with_context(|| format!("can't list `{}`", folder.display()))?;
            let name = name_in(folder, entry.path());
            if entry.file_type().is_dir() {
                folders.push(entry.into_path());
            } else if listed.as_ref().is_some_and(|listed| listed.contains_key(&name) || is_litter(&name)) {
                files.push(entry.into_path());
            }
        }
        files.par_iter().try_for_each(|file| self.disk.remove(file).with_context(|| cannot(file)))?;
        for list in self.lists.iter().filter(|_| listed.is_some()) {
            let list = folder.join(list);
            self.disk.remove(&list).with_context(|| cannot(&list))?;
        }
        for folder in folders.iter().rev() {
            // One that still holds something is not brief's to remove.
            let _ = self.disk.remove_empty_folder(folder);
        }
        Ok(())
    }

    /// The folders that runs before left for a purpose, sorted by name.
    fn left(&self, purpose: Purpose) -> Result<Vec<PathBuf>> {
        let parent = self.target.parent().unwrap_or(Path::new("."));
        let prefix = format!("{}-", self.name_beside(purpose)?);
        let names = self.disk.list(parent).with_context(|| format!("can't list `{}`", parent.display()))?;
        let folders = names.into_iter().filter(|name| name.starts_with(&prefix)).map(|name| parent.join(name));
        Ok(folders.filter(|folder| self.disk.is_folder(folder)).collect())
    }

    /// A path beside the target that nothing has.
    fn beside(&self, purpose: Purpose) -> Result<PathBuf> {
        static TURN: AtomicU32 = AtomicU32::new(1);
        let name = self.name_beside(purpose)?;
        loop {
            let turn = TURN.fetch_add(1, Ordering::Relaxed);
            let path = self.target.with_file_name(format!("{name}-{}-{turn}", std::process::id()));
            if !is_there(&path) {
                return Ok(path);
            }
        }
    }

    /// `.site.new` for `site`.
    fn name_beside(&self, purpose: Purpose) -> Result<String> {
        let target = &self.target;
        let name =
            target.file_name().ok_or_else(|| anyhow!("`{}` can't be replaced as a whole: name a folder below it", target.display()))?;
        Ok(format!(".{}.{}", name.to_string_lossy(), purpose.name()))
    }

    fn write_list(&self, stage: &Stage, listing: &Listing) -> Result<()> {
        stage.write_list(self.lists[0], (serde_json::to_string_pretty(listing)? + "\n").as_bytes())
    }

    /// The list in a folder; nothing where there is none, or one that is not brief's.
    fn listing(&self, folder: &Path) -> Result<Option<Listing>> {
        for list in self.lists.iter().map(|list| folder.join(list)) {
            if list.symlink_metadata().is_ok_and(|found| found.is_file()) {
                let bytes = self.disk.read(&list, LARGEST).with_context(|| format!("can't read `{}`", list.display()))?;
                return Ok(serde_json::from_slice(&bytes).ok().filter(|listing: &Listing| listing.format == FORMAT));
            }
        }
        Ok(None)
    }

    /// The files in a folder that brief did not write, or that were changed since, sorted.
    fn foreign(&self, folder: &Path) -> Result<Vec<String>> {
        if !self.disk.is_folder(folder) {
            return Ok(if is_there(folder) { vec![folder.display().to_string()] } else { Vec::new() });
        }
        let known = self.listing(folder)?.map(|listing| listing.files).unwrap_or_default();
        let state = FolderState::of(folder, self.disk).with_context(|| format!("can't list `{}`", folder.display()))?;
        if state.is_remembered(folder, self.disk) {
            self.compared().extend(state.files);
            return Ok(Vec::new());
        }
        let compared = self.compared().clone();
        let own = |name: &str| is_litter(name) || self.lists.contains(&name);
        let files: Vec<(String, Option<FileState>)> = state.files.into_iter().map(|(name, state)| (name, Some(state))).collect();
        let others = state.others.into_iter().map(|name| (name, None));
        let mut found: Vec<(String, Option<FileState>)> = files.into_iter().chain(others).filter(|(name, _)| !own(name)).collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let foreign = found.into_par_iter().filter_map(|(name, state)| {
            let (Some(output), Some(state)) = (known.get(&name), state) else { return Some(Ok(name)) };
            if compared.get(&name).is_some_and(|before| before.is_same_file(&state)) {
                return None;
            }
            let path = folder.join(&name);
            match self.disk.digest(&path, output.size).with_context(|| format!("can't read `{}`", path.display())) {
                Ok(digest) if digest == Some(output.sha256) => {
                    self.compared().insert(name, state);
                    None
                }
                Ok(_) => Some(Ok(name)),
                Err(error) => Some(Err(error)),
            }
        });
        foreign.collect()
    }

    fn compared(&self) -> MutexGuard<'_, BTreeMap<String, FileState>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Keeps two runs from replacing folders side by side, where the system locks folders; it lets go when this is dropped.
fn lock_folder(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}
