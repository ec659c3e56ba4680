//! Versions that were made elsewhere, taken into a store byte for byte, under the number they have.

use anyhow::{Context, Result, bail};

use super::disk::Durability;
use super::manifest::Manifest;
use super::recover::STAGING;
use super::{Digest, Entry, Ledger, Stage, Store};
use crate::layout::{MANIFEST, version_folder};

impl Store {
    /// Begins to take over a version that the ledger lacks, or whose folder is gone.
    pub fn stage_adopted(&self, entry: &Entry) -> Result<Stage> {
        let name = version_folder(entry.number);
        let target = self.output.join(&name);
        if self.disk.is_folder(&target) {
            bail!("`{}` is there already", target.display());
        }
        let staging = self.output.join(format!("{STAGING}{name}"));
        self.disk.remove(&staging).with_context(|| format!("can't remove `{}`", staging.display()))?;
        Stage::new(staging, target, entry.number, Durability::Synced, &self.disk)
    }

    /// Puts a version into place whose files are all staged, as its manifest lists them, and enters it.
    ///
    /// Versions are taken over in the order of their numbers, so that wherever this stops the ledger is a beginning of
    /// the one they come from.
    pub fn adopt(&mut self, mut stage: Stage, entry: &Entry, manifest: &[u8]) -> Result<()> {
        let says = || format!("can't take over version {}", entry.number);
        if Digest::of(manifest) != entry.manifest {
            bail!("the manifest of version {} is not the one that its ledger knows", entry.number);
        }
        let listed = Manifest::parse(manifest).with_context(says)?;
        if listed.outputs != stage.outputs() {
            bail!("the files of version {} are not those of its manifest", entry.number);
        }
        stage.write(MANIFEST, manifest)?;
        stage.move_into_place()?;
        self.sync()?;
        self.enter(entry)
    }

    /// Enters a version whose files are kept nowhere any more.
    pub fn adopt_pruned(&mut self, entry: &Entry) -> Result<()> {
        self.enter(&Entry { pruned: true, ..entry.clone() })
    }

    /// Keeps what was published about versions whose files are not here.
    pub fn write_history(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.output.join(name);
        self.disk.replace(&path, bytes, Durability::Scratch).with_context(|| format!("can't write `{}`", path.display()))
    }

    fn enter(&mut self, entry: &Entry) -> Result<()> {
        if self.ledger.get(entry.number).is_none() {
            if entry.number < self.ledger.next_number() {
                bail!("version {} can't be taken over: `{}` goes on to newer ones without it", entry.number, self.output.display());
            }
            let mut ledger = self.ledger.clone();
            ledger.push(entry.clone());
            self.write_ledger(&ledger)?;
            self.ledger = ledger;
        }
        self.point_latest();
        Ok(())
    }

    /// Takes over what a published ledger knows of versions that both have: the commits that built them, and which one
    /// readers were given.
    pub fn update_from_published(&mut self, published: &Ledger) -> Result<()> {
        let mut ledger = self.ledger.clone();
        for entry in &mut ledger.versions {
            for commit in published.get(entry.number).map(|other| other.commits.as_slice()).unwrap_or_default() {
                entry.add_commit(commit);
            }
        }
        match published.published().or(published.newest()) {
            Some(newest) if ledger.get(newest.number).is_some() => ledger.mark_published(newest.number),
            _ => {}
        }
        if ledger != self.ledger {
            self.write_ledger(&ledger)?;
            self.ledger = ledger;
        }
        Ok(())
    }
}
