//! What changed between versions, told from what each keeps: nothing is rendered.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::compare::Told;
use super::differing::differing;
use super::impact::plain_causes;
use super::side::Side;
use crate::assembly::digests::BookDigests;
use crate::diff::{self, Changes, DocumentChange, Snapshot};
use crate::version::{Ledger, Manifest, Version};

/// What changed between two versions, by what they keep.
pub(crate) fn version_changes((old, before): (&Snapshot, &Manifest), (new, after): (&Snapshot, &Manifest)) -> Changes {
    let told = Told::of(old, new);
    let changes = Changes::new(None, diff::compare(&told.base, new), diff::settings(old, new));
    let causes = told.causes(plain_causes(&changes.records, &changes.files));
    let documents = differing(&BookDigests::of_version(before), &BookDigests::of_version(after), &causes);
    told.changes(changes.with_documents(documents))
}

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
