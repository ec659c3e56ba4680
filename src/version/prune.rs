//! Plans what pruning deletes; exactly the plan that was shown is carried out.

use std::path::Path;

use anyhow::Result;

use super::{Disk, Health, Ledger, Version};
use crate::layout::version_folder;

/// The versions that pruning would delete. Two that are equal delete the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruning {
    pub(super) keep: usize,
    /// The newest intact versions, at most as many as are to be kept: these stay, and so does all that is newer than the
    /// oldest of them.
    pub kept: Vec<u32>,
    /// Folders that are deleted, newest first.
    pub deleted: Vec<u32>,
    /// Versions whose folders are gone already, and which the ledger then lists as pruned, newest first.
    pub gone: Vec<u32>,
    /// Versions that are missing or damaged, whether they are deleted or not, newest first.
    pub unsound: Vec<(u32, Health)>,
}

impl Pruning {
    /// What is deleted where the newest `keep` versions (at least one) are to be kept. Only intact ones count, by every
    /// byte: as long as there are fewer, nothing is deleted.
    pub fn of(output: &Path, keep: usize) -> Result<Pruning> {
        let keep = keep.max(1);
        let disk = Disk::default();
        let ledger = Ledger::read(output)?;
        let mut plan = Pruning { keep, kept: Vec::new(), deleted: Vec::new(), gone: Vec::new(), unsound: Vec::new() };
        for entry in ledger.versions() {
            let number = entry.number;
            let is_full = plan.kept.len() == keep;
            let is_folder = disk.is_folder(&output.join(version_folder(number)));
            match (entry.pruned, is_folder) {
                // A pruning that was cut short left it.
                (true, true) => plan.deleted.push(number),
                (true, false) => {}
                (false, _) => {
                    match Version::new(output, entry, &disk).verify() {
                        Health::Intact if !is_full => {
                            plan.kept.push(number);
                            continue;
                        }
                        Health::Intact => {}
                        unsound => plan.unsound.push((number, unsound)),
                    }
                    match (is_full, is_folder) {
                        (true, true) => plan.deleted.push(number),
                        (true, false) => plan.gone.push(number),
                        (false, _) => {}
                    }
                }
            }
        }
        Ok(plan)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.deleted.is_empty() && self.gone.is_empty()
    }

    /// The versions that the ledger lists as pruned afterwards.
    pub fn numbers(&self) -> Vec<u32> {
        [self.deleted.as_slice(), &self.gone].concat()
    }
}
