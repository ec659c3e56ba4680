//! The local stamp of a build's inputs, which makes the unchanged case fast.
//!
//! Kept in `output/.inputs.json`, for a book with audiences too, for its owner alone, and never trusted for content: it only
//! says that the newest versions were made from these very bytes, options and brief. Where it is absent, damaged or wrong, the
//! build does its full work.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Durability};
use super::{Digest, DigestBuilder, Health, Version};
use crate::tree::Tree;

const FILE: &str = ".inputs.json";
const LARGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Inputs {
    /// Of all inputs.
    stamp: Digest,
    /// The book's audiences, where a build made the versions of all of them.
    audiences: Option<Vec<String>>,
    /// What was made of the inputs, by audience; without audiences by no name.
    made: BTreeMap<String, Made>,
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Made {
    version: u32,
    /// That version's digest.
    digest: Digest,
}

impl Inputs {
    fn read(output: &Path) -> Option<Inputs> {
        let bytes = Disk::default().read(&output.join(FILE), LARGEST).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// The newest version of an audience, or of a book without any, where it is what was made.
    fn newest(&self, output: &Path, audience: Option<&str>) -> Option<Version> {
        let made = self.made.get(audience.unwrap_or_default())?;
        let folder = audience.map_or_else(|| output.to_owned(), |audience| output.join(audience));
        let newest = Version::newest(&folder).ok()??;
        let is_it = *made == Made { version: newest.entry.number, digest: newest.entry.digest };
        (is_it && newest.health() == Health::Intact).then_some(newest)
    }
}

/// The stamp of a tree under options, as this brief reads them.
pub fn stamp(tree: &Tree, options: &serde_json::Value) -> Digest {
    let mut all = DigestBuilder::new("brief inputs 1").with("brief", env!("CARGO_PKG_VERSION"));
    all.add_json("options", options);
    for (path, bytes) in &tree.files {
        all.add("path", path);
        all.add("bytes", bytes);
    }
    all.finish()
}

/// The newest version of each audience that is asked for, or of all, where they were made from these inputs and all their files
/// are as they were written; of a book without audiences, the newest.
pub fn unchanged(output: &Path, stamp: Digest, asked: &[String]) -> Option<Vec<(Option<String>, Version)>> {
    let known = Inputs::read(output).filter(|known| known.stamp == stamp)?;
    let audiences = if asked.is_empty() { known.audiences.as_deref()? } else { asked };
    if audiences.is_empty() {
        return Some(vec![(None, known.newest(output, None)?)]);
    }
    audiences.iter().map(|name| Some((Some(name.clone()), known.newest(output, Some(name))?))).collect()
}

/// Whose versions a build made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Those of every audience, or of a book without any.
    All,
    /// Those of the audiences that were asked for.
    Some,
}

/// Remembers what newest versions were made from, by audience. That it can't be remembered costs the next build time, nothing
/// else.
pub fn remember(output: &Path, stamp: Digest, versions: &[(Option<String>, super::Entry)], readers: Readers) {
    let before = Inputs::read(output).filter(|before| before.stamp == stamp);
    let mut inputs = before.unwrap_or_else(|| Inputs { stamp, audiences: None, made: BTreeMap::new() });
    if readers == Readers::All {
        inputs.audiences = Some(versions.iter().filter_map(|(audience, _)| audience.clone()).collect());
    }
    for (audience, entry) in versions {
        inputs.made.insert(audience.clone().unwrap_or_default(), Made { version: entry.number, digest: entry.digest });
    }
    if let Ok(text) = serde_json::to_string(&inputs) {
        let _ = Disk::default().replace(&output.join(FILE), text.as_bytes(), Durability::Scratch);
    }
}
