//! Which commits made the versions of audiences: `.builds.json` in the output folder, for the owner of the book alone.
//!
//! An audience's ledger names no commit, since commits tell what it may not see. Whether one made a version must be known
//! all the same before it is published.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::{Commit, Digest};

const FILE: &str = ".builds.json";
const LARGEST: u64 = 64 << 20;

/// The commits by audience and digest.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Builds(BTreeMap<String, BTreeMap<String, Vec<Commit>>>);

impl Builds {
    /// What is known in an output folder; nothing where nothing can be read.
    pub fn read(output: &Path) -> Builds {
        let bytes = Disk::default().read(&output.join(FILE), LARGEST).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Whether a clean commit made an audience's version.
    pub fn is_clean(&self, audience: &str, digest: Digest) -> bool {
        let commits = self.0.get(audience).and_then(|versions| versions.get(&digest.to_string()));
        commits.is_some_and(|commits| commits.iter().any(|commit| commit.clean))
    }

    /// Remembers which commit made an audience's version. That it can't be remembered costs whoever publishes another build.
    pub fn remember(output: &Path, audience: &str, digest: Digest, commit: &Commit) {
        let mut builds = Builds::read(output);
        let commits = builds.0.entry(audience.to_owned()).or_default().entry(digest.to_string()).or_default();
        if commits.contains(commit) {
            return;
        }
        commits.push(commit.clone());
        if let Ok(text) = serde_json::to_string(&builds) {
            let _ = Disk::default().replace(&output.join(FILE), text.as_bytes(), Durability::Scratch);
        }
    }
}
