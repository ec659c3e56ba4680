//! What is to be done at a destination: what it lacks, in the order in which it goes, and what leaves it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use super::objects::{files_there, site_objects, title, version_objects};
use super::there::{There, names};
use super::{LATEST, LEDGER, PublishOptions};
use crate::pipeline::options::Progress;
use crate::pipeline::site::site;
use crate::publish::{Destination, Inventory, Known, Object};
use crate::version::{Entry, Health, Ledger, Version};

/// What is to be done at a destination.
pub(super) struct Plan {
    pub(super) title: String,
    /// The files of versions, whole versions at a time.
    pub(super) files: Vec<Object>,
    /// What pages need, under names that change with their content; then pages, the front page last.
    pub(super) assets: Vec<Object>,
    pub(super) pages: Vec<Object>,
    pub(super) ledger: Ledger,
    pub(super) ledger_text: String,
    pub(super) ledger_changes: bool,
    pub(super) latest: String,
    pub(super) latest_changes: bool,
    pub(super) inventory: Inventory,
    pub(super) inventory_changes: bool,
    pub(super) removals: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Plan {
    pub(super) fn new(
        options: &PublishOptions,
        ledger: &Ledger,
        there: &There,
        destination: &Destination,
        progress: &dyn Progress,
    ) -> Result<Plan> {
        let keep = options.keep.unwrap_or(usize::MAX).max(1);
        let mut held = BTreeSet::new();
        let (mut lacking, mut leaving) = (Vec::new(), Vec::new());
        for (index, entry) in ledger.versions().iter().enumerate() {
            let is_there = there.ledger.get(entry.number).is_some_and(|other| !other.pruned);
            match (index < keep, is_there) {
                (true, true) => _ = held.insert(entry.number),
                (true, false) if !entry.pruned => {
                    held.insert(entry.number);
                    lacking.push(entry);
                }
                (false, true) => leaving.push(entry),
                _ => {}
            }
        }
        let Some(newest) = ledger.newest().filter(|newest| held.contains(&newest.number)) else {
            bail!("the newest version was pruned from `{}`: there is nothing to publish", options.output.display());
        };
        if !options.allow_dirty {
            clean(&lacking)?;
        }
        let versions = whole(&options.output, &lacking, progress)?;
        let newest = Version::find(&options.output, newest.number)?;
        let title = title(&newest)?;

        let mut notes = Vec::new();
        let mut files = Vec::new();
        for version in versions.iter().rev() {
            files.extend(version_objects(version, &title)?);
        }
        let made = site(&options.output, None, options.base_url.as_deref())?;
        notes.extend(made.notes);
        let (assets, pages) = site_objects(&made.folder)?;

        let known =
            assets.iter().chain(&pages).map(|object| (object.key.clone(), Known { sha256: object.sha256.clone(), size: object.size }));
        let known: BTreeMap<String, Known> = known.collect();
        let mut removals: Vec<String> = there.inventory.retired.iter().filter(|key| !known.contains_key(*key)).cloned().collect();
        let retired: BTreeSet<String> = there.inventory.files.keys().filter(|key| !known.contains_key(*key)).cloned().collect();
        for entry in leaving {
            removals.extend(files_there(destination, entry)?);
        }
        let lacks = |object: &Object| {
            there.inventory.files.get(&object.key).is_none_or(|there| there.sha256 != object.sha256 || there.size != object.size)
        };
        let (assets, pages): (Vec<_>, Vec<_>) = (assets.into_iter().filter(&lacks).collect(), pages.into_iter().filter(&lacks).collect());

        let readers = ledger.for_readers(&there.ledger, &held);
        let ledger_text = readers.to_json()?;
        let latest = format!("v{}\n", newest.entry.number);
        let is_idle = files.is_empty() && assets.is_empty() && pages.is_empty() && retired.is_empty();
        // What went out of use goes with the next publication that does anything.
        if is_idle && removals.iter().all(|key| there.inventory.retired.contains(key)) {
            removals.clear();
        }
        let inventory = Inventory::new(known, retired);
        Ok(Plan {
            title,
            ledger_changes: there.ledger_found.as_ref().is_none_or(|found| found.bytes != ledger_text.as_bytes()),
            latest_changes: there.latest.as_deref() != Some(latest.as_bytes()),
            inventory_changes: !is_idle || !removals.is_empty() || inventory.files != there.inventory.files,
            ledger: readers,
            files,
            assets,
            pages,
            ledger_text,
            latest,
            inventory,
            removals,
            notes,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moves().is_empty() && self.removals.is_empty()
    }

    pub(super) fn moves(&self) -> Vec<(String, u64)> {
        let objects = self.files.iter().chain(&self.assets).chain(&self.pages);
        let mut moves: Vec<(String, u64)> = objects.map(|object| (object.key.clone(), object.size)).collect();
        if self.ledger_changes {
            moves.push((LEDGER.to_owned(), self.ledger_text.len() as u64));
        }
        if self.latest_changes {
            moves.push((LATEST.to_owned(), self.latest.len() as u64));
        }
        moves
    }
}

/// Versions that no clean commit made are for their makers.
fn clean(entries: &[&Entry]) -> Result<()> {
    let dirty: Vec<u32> =
        entries.iter().filter(|entry| !entry.commits.iter().any(|commit| commit.clean)).map(|entry| entry.number).collect();
    if !dirty.is_empty() {
        bail!(
            "{} made from no clean Git commit, so nobody could make the same again: commit and build once more, or publish with `--allow-dirty`",
            if dirty.len() == 1 { format!("{} was", names(&dirty)) } else { format!("{} were", names(&dirty)) },
        );
    }
    Ok(())
}

/// The versions, each compared with its manifest by every byte.
fn whole(output: &Path, entries: &[&Entry], progress: &dyn Progress) -> Result<Vec<Version>> {
    let mut faults = Vec::new();
    let mut versions = Vec::new();
    progress.start("verifying", entries.len() as u64);
    for entry in entries {
        let version = Version::find(output, entry.number)?;
        match version.verify() {
            Health::Intact => versions.push(version),
            Health::Missing => faults.push(format!("`{}` is gone", version.folder().display())),
            Health::Damaged(found) => faults.extend(found),
        }
        progress.step(&format!("v{}", entry.number));
    }
    progress.finish();
    if !faults.is_empty() {
        bail!("nothing was published: {}; restore what was changed, from a copy or from where it was published", faults.join("; "));
    }
    Ok(versions)
}
