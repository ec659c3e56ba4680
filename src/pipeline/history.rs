//! What the versions of a ledger changed in their documents, as far as their folders can be read.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::compare::version_changes;
use super::side::Side;
use crate::diff::DocumentChange;
use crate::version::{Ledger, Version};

/// The documents that differ from those of the version before, by version; without those where either can't be read.
pub type DocumentsByVersion = BTreeMap<u32, Vec<DocumentChange>>;

/// Compares each version of a ledger with the one before that still has its files.
pub fn documents_by_version(output: &Path, ledger: &Ledger) -> DocumentsByVersion {
    let kept: Vec<u32> = ledger.versions().iter().filter(|entry| !entry.pruned).map(|entry| entry.number).collect();
    let changed = |pair: &[u32]| {
        let [new, old] = pair else { return None };
        let (old, new) = (Version::find(output, *old).ok()?, Version::find(output, *new).ok()?);
        let number = new.entry.number;
        let (before, after) = (old.manifest().ok()?.clone(), new.manifest().ok()?.clone());
        if before.documents == after.documents {
            return Some((number, Vec::new()));
        }
        let (old, new) = (Side::version(old).ok()?.snapshot, Side::version(new).ok()?.snapshot);
        Some((number, version_changes((&old, &before), (&new, &after)).documents))
    };
    kept.par_windows(2).filter_map(changed).collect()
}
