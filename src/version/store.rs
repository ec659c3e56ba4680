//! The store: the one writer of an output folder.
//!
//! A version is staged beside its place, synced once and renamed; the ledger likewise, then `latest`. At any
//! point at which this stops, the last good version and the ledger stand, and the next [`Store::open`] puts
//! away what was left.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::disk::{Disk, Durability};
use super::folder::Version;
use super::ledger::{Commit, Entry, Ledger};
use super::manifest::Manifest;
use super::prune::Pruning;
use super::recover::{PRUNED, STAGING, is_own, mark, recover, remove_version, unmark};
use super::replace::{Replaced, is_there};
use super::{Digest, DocumentEntry, Stage, Tools};
use crate::files::Guard;
use crate::layout::{DRAFT, LATEST, LEDGER, MANIFEST, version_folder, version_number};
use crate::model::Date;

/// The draft's list of its own files.
const DRAFT_LIST: &str = ".draft.json";
const LOCK: &str = ".lock";
/// The prefix of the text in the lock file that names its holder.
const HOLDER: &str = "process ";

/// An output folder, locked for one build.
#[derive(Debug)]
pub struct Store {
    pub(super) output: PathBuf,
    pub(super) ledger: Ledger,
    pub(super) disk: Disk,
    notes: Vec<String>,
    /// Held for as long as the store lives; the system lets it go even when the process is killed.
    _lock: Option<File>,
}

/// What a staged version is to be entered as.
#[derive(Debug, Clone)]
pub struct Release {
    pub digest: Digest,
    pub date: Date,
    /// What changed, in one sentence.
    pub summary: String,
    /// The documents by id.
    pub documents: BTreeMap<String, DocumentEntry>,
    pub tools: Tools,
    pub commit: Option<Commit>,
}

impl Store {
    /// Locks an output folder, makes it if need be, and puts away what an interrupted build left.
    ///
    /// If another process holds it, `waiting` is given its name, and the call waits.
    pub fn open(output: &Path, waiting: &mut dyn FnMut(&str)) -> Result<Store> {
        Store::open_on(output, Disk::default(), waiting)
    }

    /// [`Store::open`] on a disk of one's own.
    pub fn open_on(output: &Path, disk: Disk, waiting: &mut dyn FnMut(&str)) -> Result<Store> {
        Guard::default().check(output)?;
        disk.create_folder(output).with_context(|| format!("can't make the output folder `{}`", output.display()))?;
        let (lock, note) = lock(&output.join(LOCK), waiting)?;
        let ledger = Ledger::read_through(output, &disk)?;
        let mut notes = recover(output, &ledger, &disk)?;
        notes.extend(note);
        let mut store = Store { output: output.to_path_buf(), ledger, disk, notes, _lock: lock };
        store.draft().recover()?;
        store.point_latest();
        Ok(store)
    }

    /// What people should know that is no fault of the build.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// The current ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The newest version.
    pub fn newest(&self) -> Option<Version> {
        self.ledger.newest().map(|entry| Version::new(&self.output, entry, &self.disk))
    }

    /// The version of a number.
    pub fn version(&self, number: u32) -> Option<Version> {
        self.ledger.get(number).map(|entry| Version::new(&self.output, entry, &self.disk))
    }

    /// Begins the next version.
    pub fn stage(&self) -> Result<Stage> {
        let number = self.ledger.next_number();
        let name = version_folder(number);
        let staging = self.output.join(format!("{STAGING}{name}"));
        if is_there(&staging) {
            // A stage of this very run that could not be removed when it was dropped.
            if !is_own(&staging, &self.disk) {
                bail!("`{}` is in the way: brief did not make it; move it away", staging.display());
            }
            remove_version(&staging, &self.disk).with_context(|| format!("can't remove `{}`", staging.display()))?;
        }
        let stage = Stage::new(staging, self.output.join(&name), number, Durability::Synced, &self.disk)?;
        mark(stage.folder(), &self.disk)?;
        Ok(stage)
    }

    /// Adds the manifest to a staged version, puts it into place and enters it into the ledger.
    pub fn publish(&mut self, mut stage: Stage, release: Release) -> Result<Entry> {
        let number = self.ledger.next_number();
        if stage.number() != number {
            bail!("version {} was staged, but version {number} is due", stage.number());
        }
        let Release { digest, date, summary, documents, tools, commit } = release;
        let count = documents.len();
        let manifest = Manifest::new(number, digest, date, tools, documents, stage.outputs()).to_json()?;
        stage.write(MANIFEST, manifest.as_bytes())?;
        unmark(stage.folder(), &self.disk)?;
        let entry = Entry {
            number,
            digest,
            date,
            summary,
            documents: count,
            manifest: Digest::of(manifest.as_bytes()),
            commits: commit.into_iter().collect(),
            pruned: false,
        };
        let mut ledger = self.ledger.clone();
        ledger.push(entry.clone());

        stage.move_into_place()?;
        let entered = self.sync().and_then(|()| self.write_ledger(&ledger));
        if let Err(error) = entered {
            if Ledger::read_through(&self.output, &self.disk).is_ok_and(|stands| stands != ledger) {
                self.withdraw(number);
            }
            return Err(error);
        }
        self.ledger = ledger;
        self.point_latest();
        Ok(entry)
    }

    /// Notes that the newest version was built again, from this commit. Returns whether the ledger changed.
    pub fn rebuilt(&mut self, commit: &Commit) -> Result<bool> {
        let mut ledger = self.ledger.clone();
        let changed = ledger.add_commit(commit);
        if changed {
            self.write_ledger(&ledger)?;
            self.ledger = ledger;
        }
        Ok(changed)
    }

    /// Begins a draft, which will replace the one before it as a whole; an error where that holds anyone else's files.
    pub fn stage_draft(&self) -> Result<Stage> {
        self.draft().stage()
    }

    /// Puts a draft into place; returns its folder.
    pub fn publish_draft(&mut self, stage: Stage) -> Result<PathBuf> {
        self.draft().put(stage)?;
        Ok(self.output.join(DRAFT))
    }

    fn draft(&self) -> Replaced<'_> {
        Replaced::new(self.output.join(DRAFT), &[DRAFT_LIST], &self.disk)
    }

    /// Deletes the folders of old versions, exactly as planned. The ledger keeps their entries.
    pub fn prune(&mut self, plan: &Pruning) -> Result<()> {
        if *plan != Pruning::of(&self.output, plan.keep)? {
            bail!("nothing was deleted: the versions in `{}` have changed meanwhile; run this again", self.output.display());
        }
        if plan.is_empty() {
            return Ok(());
        }
        let mut ledger = self.ledger.clone();
        ledger.mark_pruned(&plan.numbers());
        self.write_ledger(&ledger)?;
        self.ledger = ledger;
        for number in &plan.deleted {
            let folder = self.output.join(version_folder(*number));
            let passing = self.output.join(format!("{PRUNED}{}", version_folder(*number)));
            let delete = || self.disk.rename(&folder, &passing).and_then(|()| remove_version(&passing, &self.disk));
            delete().with_context(|| format!("can't delete `{}`", folder.display()))?;
        }
        Ok(())
    }

    pub(super) fn write_ledger(&self, ledger: &Ledger) -> Result<()> {
        let path = self.output.join(LEDGER);
        let text = ledger.to_json()?;
        self.disk
            .replace(&path, text.as_bytes(), Durability::Synced)
            .with_context(|| format!("can't write the ledger `{}`", path.display()))
    }

    pub(super) fn sync(&self) -> Result<()> {
        self.disk.sync_folder(&self.output).with_context(|| format!("can't sync `{}`", self.output.display()))
    }

    /// Takes a version back that the ledger doesn't know; where that fails too, recovery sets it aside.
    fn withdraw(&self, number: u32) {
        let staging = self.output.join(format!("{STAGING}{}", version_folder(number)));
        if self.disk.rename(&self.output.join(version_folder(number)), &staging).is_ok() {
            let _ = self.disk.remove(&staging);
        }
    }

    /// Lets `latest` name the newest version; a failure is reported, but the version is complete.
    pub(super) fn point_latest(&mut self) {
        let Some(newest) = self.ledger.newest() else { return };
        let (path, target) = (self.output.join(LATEST), version_folder(newest.number));
        let now = self.disk.linked(&path);
        if now.as_ref() == Some(&target) {
            return;
        }
        let cannot = format!("`{}` can't be made to point at ", path.display());
        let why = match now {
            Some(name) if version_number(&name).is_some() => self.link_latest(&path, &target),
            None if !is_there(&path) => self.link_latest(&path, &target),
            _ => Err("brief did not make it, and leaves it alone; move it away".to_owned()),
        };
        if let Err(why) = why {
            self.notes.retain(|note| !note.starts_with(&cannot));
            self.notes.push(format!("{cannot}{target}: {why}"));
        }
    }

    fn link_latest(&self, path: &Path, target: &str) -> Result<(), String> {
        let beside = super::disk::beside(path);
        let point = || -> std::io::Result<()> {
            self.disk.remove_file(&beside)?;
            self.disk.link(&beside, target)?;
            self.disk.rename(&beside, path)
        };
        point().map_err(|error| {
            let _ = self.disk.remove_file(&beside);
            error.to_string()
        })
    }
}

/// Takes the lock, waiting if need be; on a file system without locks there is a note instead.
#[expect(clippy::disallowed_methods, reason = "the lock itself is no output")]
fn lock(path: &Path, waiting: &mut dyn FnMut(&str)) -> Result<(Option<File>, Option<String>)> {
    let cannot = || format!("can't lock `{}`", path.display());
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC);
    if path.symlink_metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Err(anyhow!("it is not a regular file: brief did not make it")).with_context(cannot);
    }
    let mut file = options.open(path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = crate::files::read(path, 1 << 10).unwrap_or_default();
            let holder = String::from_utf8_lossy(&holder);
            waiting(Some(holder.trim()).filter(|holder| holder.starts_with(HOLDER)).unwrap_or("another process"));
            file.lock().with_context(cannot)?;
        }
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
            let note = format!("`{}` can't be locked on this file system; don't run two builds of it at once", path.display());
            return Ok((None, Some(note)));
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    // What brief did not write there may be a second name of someone's file.
    let mut said = String::new();
    let is_own = (&file).take(64).read_to_string(&mut said).is_ok() && (said.is_empty() || said.starts_with(HOLDER));
    if is_own {
        // It only informs those who wait: a full disk is no reason to fail here.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{HOLDER}{}", std::process::id()));
    }
    Ok((Some(file), None))
}
