//! The store: the one writer of an output folder.
//!
//! A version is staged beside its place, synced once and renamed; the ledger likewise, then `latest`. At any
//! point at which this stops, the last good version and the ledger stand, and the next [`Store::open`] puts
//! away what was left.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::disk::{Disk, Durability};
use super::folder::{Version, folder_name};
use super::ledger::{self, Commit, Entry, Ledger};
use super::manifest::{self, Manifest};
use super::recover::{LATEST, OLD_DRAFT, PRUNED, STAGING, recover};
use super::{Digest, DocumentEntry, Stage, Tools};
use crate::files::Guard;
use crate::model::Date;

const DRAFT: &str = "draft";
const LOCK: &str = ".lock";

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
    /// Where another process holds it, `waiting` is told who, and the call waits.
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
        store.point_latest();
        Ok(store)
    }

    /// What people should know that is no fault of the build.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// The ledger as it stands.
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
        let name = folder_name(number);
        Stage::new(self.output.join(format!("{STAGING}{name}")), self.output.join(&name), number, Durability::Synced, &self.disk)
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
        stage.write(manifest::FILE, manifest.as_bytes())?;
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

        stage.settle()?;
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

    /// Begins a draft, which will replace the one before it as a whole.
    pub fn stage_draft(&self) -> Result<Stage> {
        Stage::new(self.output.join(format!("{STAGING}{DRAFT}")), self.output.join(DRAFT), 0, Durability::Scratch, &self.disk)
    }

    /// Puts a draft into place; returns its folder.
    pub fn publish_draft(&mut self, mut stage: Stage) -> Result<PathBuf> {
        let draft = self.output.join(DRAFT);
        let old = self.output.join(OLD_DRAFT);
        let make_way = || -> std::io::Result<()> {
            self.disk.remove(&old)?;
            if std::fs::symlink_metadata(&draft).is_ok() { self.disk.rename(&draft, &old) } else { Ok(()) }
        };
        make_way().with_context(|| format!("can't replace `{}`", draft.display()))?;
        if let Err(error) = stage.settle() {
            // The draft before stays if it can.
            let _ = self.disk.rename(&old, &draft);
            return Err(error);
        }
        // Recovery removes it if this can't.
        let _ = self.disk.remove(&old);
        Ok(draft)
    }

    /// Deletes all but the newest `keep` versions (at least one); returns the numbers deleted, newest first.
    /// The ledger keeps their entries.
    pub fn prune(&mut self, keep: usize) -> Result<Vec<u32>> {
        let keep = keep.max(1);
        let old: Vec<u32> = self.prunable(keep);
        if old.is_empty() {
            return Ok(old);
        }
        let mut ledger = self.ledger.clone();
        ledger.mark_pruned(keep);
        self.write_ledger(&ledger)?;
        self.ledger = ledger;
        for number in &old {
            let folder = self.output.join(folder_name(*number));
            let passing = self.output.join(format!("{PRUNED}{}", folder_name(*number)));
            let delete = || self.disk.rename(&folder, &passing).and_then(|()| self.disk.remove(&passing));
            delete().with_context(|| format!("can't delete `{}`", folder.display()))?;
        }
        Ok(old)
    }

    /// The versions that [`Store::prune`] would delete, newest first.
    pub fn prunable(&self, keep: usize) -> Vec<u32> {
        let old = self.ledger.versions().iter().skip(keep.max(1)).map(|entry| entry.number);
        old.filter(|number| self.disk.is_folder(&self.output.join(folder_name(*number)))).collect()
    }

    pub(super) fn write_ledger(&self, ledger: &Ledger) -> Result<()> {
        let path = self.output.join(ledger::FILE);
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
        let staging = self.output.join(format!("{STAGING}{}", folder_name(number)));
        if self.disk.rename(&self.output.join(folder_name(number)), &staging).is_ok() {
            let _ = self.disk.remove(&staging);
        }
    }

    /// Lets `latest` name the newest version; that it can't is worth a note, but the version stands.
    pub(super) fn point_latest(&mut self) {
        let Some(newest) = self.ledger.newest() else { return };
        let (path, target) = (self.output.join(LATEST), folder_name(newest.number));
        if self.disk.linked(&path).is_some_and(|now| now == Path::new(&target)) {
            return;
        }
        let beside = super::disk::beside(&path);
        let point = || -> std::io::Result<()> {
            self.disk.remove(&beside)?;
            self.disk.link(&beside, &target)?;
            self.disk.rename(&beside, &path)
        };
        if let Err(error) = point() {
            let _ = self.disk.remove(&beside);
            let cannot = format!("`{}` can't be made to point at ", path.display());
            self.notes.retain(|note| !note.starts_with(&cannot));
            self.notes.push(format!("{cannot}{target}: {error}"));
        }
    }
}

/// Takes the lock, waiting if need be; on a file system without locks there is a note instead.
#[expect(clippy::disallowed_methods, reason = "the lock itself is no output")]
fn lock(path: &Path, waiting: &mut dyn FnMut(&str)) -> Result<(Option<File>, Option<String>)> {
    let cannot = || format!("can't lock `{}`", path.display());
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read_to_string(path).unwrap_or_default();
            let holder = holder.trim();
            waiting(if holder.is_empty() { "another process" } else { holder });
            file.lock().with_context(cannot)?;
        }
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
            let note = format!("`{}` can't be locked on this file system; don't run two builds of it at once", path.display());
            return Ok((None, Some(note)));
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    // Only told to those who wait: a full disk is no reason to fail here.
    let _ = file.set_len(0).and_then(|()| write!(file, "process {}", std::process::id()));
    Ok((Some(file), None))
}
