//! What a place should hold by its ledger, its manifests and its list of pages, held against what it does hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use super::{MANIFEST, MANIFEST_LIMIT};
use crate::pipeline::options::Progress;
use crate::publish::{Destination, Inventory, Listed, Measured, Wanted};
use crate::version::{Digest, Entry, Ledger, Manifest, Version};

/// What is to be asked of each object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) enum Depth {
    /// Its size, its state where that is on record, else its digest.
    Changed,
    /// Its digest.
    EveryByte,
}

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pipeline) struct Fault {
    pub(in crate::pipeline) key: String,
    pub(in crate::pipeline) what: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Audit {
    pub(in crate::pipeline) faults: Vec<Fault>,
    /// The state of each object that was found right.
    pub(in crate::pipeline) states: BTreeMap<String, String>,
    pub(in crate::pipeline) objects: usize,
    /// The keys of all objects that were looked for.
    pub(in crate::pipeline) expected: BTreeSet<String>,
}

/// An object and the digests that it may have.
struct Expected {
    wanted: Wanted,
    or: Option<String>,
}

/// What an audit needs to know.
pub(in crate::pipeline) struct Place<'a> {
    pub(in crate::pipeline) destination: &'a Destination,
    pub(in crate::pipeline) ledger: &'a Ledger,
    pub(in crate::pipeline) inventory: &'a Inventory,
    /// Nothing where the place can't list.
    pub(in crate::pipeline) listed: Option<&'a BTreeMap<String, Listed>>,
    /// Where versions are kept here, which saves asking for their manifests.
    pub(in crate::pipeline) output: Option<&'a Path>,
}

impl Place<'_> {
    /// Compares the objects that versions and pages consist of.
    pub(in crate::pipeline) fn audit(&self, depth: Depth, jobs: usize, progress: &dyn Progress) -> Result<Audit> {
        let mut audit = Audit::default();
        let mut expected = Vec::new();
        for entry in self.ledger.versions().iter().filter(|entry| !entry.pruned) {
            let manifest = match self.here(entry) {
                Some((manifest, size)) => {
                    let key = format!("v{}/{MANIFEST}", entry.number);
                    expected.push(Expected { wanted: Wanted { key, sha256: entry.manifest.to_string(), size }, or: None });
                    manifest
                }
                None => match self.there(entry)? {
                    Ok(manifest) => manifest,
                    Err(fault) => {
                        audit.faults.push(fault);
                        continue;
                    }
                },
            };
            expected.extend(manifest.outputs.iter().map(|(name, output)| Expected {
                wanted: Wanted { key: format!("v{}/{name}", entry.number), sha256: output.sha256.to_string(), size: output.size },
                or: None,
            }));
        }
        // A page that was foreign before it was ours is not ours: `robots.txt` is judged apart.
        expected.extend(self.inventory.files.iter().filter(|(key, _)| *key != super::ROBOTS).map(|(key, known)| Expected {
            wanted: Wanted { key: key.clone(), sha256: known.sha256.clone(), size: known.size },
            or: self.inventory.pending.get(key).cloned(),
        }));
        audit.objects = expected.len();
        audit.expected = expected.iter().map(|expected| expected.wanted.key.clone()).collect();
        let mut unsure = Vec::new();
        for expected in expected {
            match self.glance(&expected, depth) {
                Glance::Right(state) => audit.states.extend(state.map(|state| (expected.wanted.key, state))),
                Glance::Wrong(what) => audit.faults.push(Fault { key: expected.wanted.key, what }),
                Glance::Unsure => unsure.push(expected),
            }
        }
        progress.start("verifying", unsure.len() as u64);
        // A page that was about to be written may have another size.
        let most = |expected: &Expected| {
            if expected.or.is_some() { Wanted { size: super::PAGE_LIMIT, ..expected.wanted.clone() } } else { expected.wanted.clone() }
        };
        let wanted: Vec<Wanted> = unsure.iter().map(most).collect();
        let compared = self.destination.compare(&wanted, jobs, &|key| progress.step(key))?;
        progress.finish();
        let compared: BTreeMap<String, Option<Measured>> = compared.into_iter().map(|(wanted, found)| (wanted.key, found)).collect();
        for expected in unsure {
            let found = compared.get(&expected.wanted.key).and_then(Option::as_ref);
            match found {
                Some(found) if expected.wanted.is(found) || expected.or.as_ref() == Some(&found.sha256) => {
                    audit.states.extend(found.tag.as_text().map(|state| (expected.wanted.key, state.to_owned())));
                }
                Some(_) => audit.faults.push(Fault { key: expected.wanted.key, what: "was changed".to_owned() }),
                None => audit.faults.push(Fault { key: expected.wanted.key, what: "is missing".to_owned() }),
            }
        }
        audit.faults.sort_by(|a, b| natural(&a.key).cmp(&natural(&b.key)));
        Ok(audit)
    }

    /// A version's manifest as it is kept here, and its file's size.
    fn here(&self, entry: &Entry) -> Option<(Manifest, u64)> {
        let version = Version::find(self.output?, entry.number).ok()?;
        let size = std::fs::metadata(version.folder().join(MANIFEST)).ok()?.len();
        (version.entry.manifest == entry.manifest).then(|| version.manifest().ok().cloned().map(|manifest| (manifest, size)))?
    }

    /// A version's manifest as the place has it, which must be the one that the ledger knows.
    fn there(&self, entry: &Entry) -> Result<Result<Manifest, Fault>> {
        let key = format!("v{}/{MANIFEST}", entry.number);
        let Some(found) = self.destination.read(&key, MANIFEST_LIMIT)? else {
            return Ok(Err(Fault { key, what: "is missing".to_owned() }));
        };
        let what = match Manifest::parse(&found.bytes) {
            _ if Digest::of(&found.bytes) != entry.manifest => "was changed: it is not what the ledger says".to_owned(),
            Ok(manifest) if fits(&manifest, entry) => return Ok(Ok(manifest)),
            Ok(_) => "says otherwise of its version than the ledger".to_owned(),
            Err(error) => format!("can't be used: {error:#}"),
        };
        Ok(Err(Fault { key, what }))
    }

    /// What the listing tells of an object.
    fn glance(&self, expected: &Expected, depth: Depth) -> Glance {
        let Some(listed) = self.listed else { return Glance::Unsure };
        let Wanted { key, size, .. } = &expected.wanted;
        let Some(there) = listed.get(key) else { return Glance::Wrong("is missing".to_owned()) };
        if expected.or.is_none() && there.size != *size {
            return Glance::Wrong(format!("was changed: it holds {} bytes, not {size}", there.size));
        }
        let state = there.tag.as_text();
        let is_known = state.is_some() && self.inventory.states.get(key).map(String::as_str) == state;
        if depth == Depth::Changed && is_known && expected.or.is_none() { Glance::Right(state.map(str::to_owned)) } else { Glance::Unsure }
    }
}

enum Glance {
    Right(Option<String>),
    Wrong(String),
    Unsure,
}

/// Whether a manifest says of its version what the ledger says.
pub(in crate::pipeline) fn fits(manifest: &Manifest, entry: &Entry) -> bool {
    (manifest.version, manifest.digest, manifest.date, manifest.documents.len())
        == (entry.number, entry.digest, entry.date, entry.documents)
}

/// Versions in the order of their numbers.
fn natural(key: &str) -> (u32, &str) {
    let number = key.strip_prefix('v').and_then(|rest| rest.split('/').next()?.parse().ok());
    (number.unwrap_or(0), key)
}

/// The keys of a version at a place, by its own manifest there: nothing else is ever deleted.
pub(super) fn files_there(destination: &Destination, entry: &Entry) -> Result<Vec<String>> {
    let key = format!("v{}/{MANIFEST}", entry.number);
    let Some(found) = destination.read(&key, MANIFEST_LIMIT)? else { return Ok(Vec::new()) };
    if Digest::of(&found.bytes) != entry.manifest {
        anyhow::bail!("`{}` is damaged: it is not what the ledger says", destination.address.object(&key));
    }
    let manifest = Manifest::parse(&found.bytes).with_context(|| format!("can't use `{}`", destination.address.object(&key)))?;
    // The manifest last: as long as it stands, what is left can be found.
    let mut keys: Vec<String> = manifest.outputs.keys().map(|name| format!("v{}/{name}", entry.number)).collect();
    keys.push(key);
    Ok(keys)
}
