//! The local stamp of a build's inputs, which makes the unchanged case fast.
//!
//! Kept in `output/.inputs.json` and never trusted for content: it only says that the newest version was made
//! from these very bytes, options and brief. Where it is absent, damaged or wrong, the build does its full work.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::{Digest, Health, Parts, Version};
use crate::tree::Tree;

const FILE: &str = ".inputs.json";
const LARGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize, PartialEq)]
struct Inputs {
    /// Of all inputs.
    stamp: Digest,
    /// The version they made.
    version: u32,
    /// That version's digest.
    digest: Digest,
}

/// The stamp of a tree under options, as this brief reads them.
pub fn stamp(tree: &Tree, options: &serde_json::Value) -> Digest {
    let mut all = Parts::new("brief inputs 1").with("brief", env!("CARGO_PKG_VERSION"));
    all.add_json("options", options);
    for (path, bytes) in &tree.files {
        all.add("path", path);
        all.add("bytes", bytes);
    }
    all.finish()
}

/// The newest version, where it was made from these inputs and all its files are as they were written.
pub fn unchanged(output: &Path, stamp: Digest) -> Option<Version> {
    let bytes = Disk::default().read(&output.join(FILE), LARGEST).ok()?;
    let known: Inputs = serde_json::from_slice(&bytes).ok()?;
    let newest = Version::newest(output).ok()??;
    let made = known == Inputs { stamp, version: newest.entry.number, digest: newest.entry.digest };
    (made && newest.health() == Health::Intact).then_some(newest)
}

/// Remembers what a version was made from. That it can't be remembered costs the next build time, nothing else.
pub fn remember(output: &Path, stamp: Digest, version: &super::Entry) {
    let inputs = Inputs { stamp, version: version.number, digest: version.digest };
    if let Ok(text) = serde_json::to_string(&inputs) {
        let _ = Disk::default().replace(&output.join(FILE), text.as_bytes(), Durability::Scratch);
    }
}
