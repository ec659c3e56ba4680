//! Compares what a destination holds with its ledger, its manifests and its list of pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use super::MANIFEST_LIMIT;
use crate::layout::{MANIFEST, version_file, version_of_file};
use crate::progress::Progress;
use crate::publish::{Destination, Inventory, Listed, Measured, StoredObject, Wanted};
use crate::version::{Digest, Entry, Ledger, Manifest, Version};

/// How thoroughly objects are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// By size, and by digest unless the destination shows that the object is unchanged since it was last compared.
    Changed,
    /// By digest.
    EveryByte,
}

/// A damaged or missing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) key: String,
    pub(super) what: String,
}

/// The result of an audit.
#[derive(Debug, Default)]
pub(super) struct Audit {
    pub(super) faults: Vec<Fault>,
    /// The state of each intact object.
    pub(super) states: BTreeMap<String, String>,
    pub(super) objects: usize,
    /// The keys of all objects that should be there.
    pub(super) expected: BTreeSet<String>,
}

/// An object that should be there.
struct Expected {
    wanted: Wanted,
    /// The digest that it has instead if a publication was cut off.
    pending: Option<String>,
}

/// A destination to be audited.
pub(super) struct Auditor<'a> {
    pub(super) destination: &'a Destination,
    pub(super) ledger: &'a Ledger,
    pub(super) inventory: &'a Inventory,
    /// `None` if the destination can't list its objects.
    pub(super) listed: Option<&'a BTreeMap<String, Listed>>,
    /// The local folder of the versions, which saves reading their manifests from the destination.
    pub(super) output: Option<&'a Path>,
}

impl Auditor<'_> {
    /// Compares the objects that versions and pages consist of.
    pub(super) fn audit(&self, depth: Depth, jobs: usize, progress: &dyn Progress) -> Result<Audit> {
        let mut audit = Audit::default();
        let mut expected = Vec::new();
        let held = self.ledger.versions().iter().filter(|entry| !entry.pruned).map(|entry| (entry, self.local_manifest(entry)));
        let held: Vec<(&Entry, Option<(Manifest, u64)>)> = held.collect();
        let lacking = held.iter().filter(|(_, local)| local.is_none());
        let keys: Vec<String> = lacking.map(|(entry, _)| version_file(entry.number, MANIFEST)).collect();
        let mut found = self.destination.read_all(&keys, MANIFEST_LIMIT, jobs)?.into_iter();
        for (entry, local) in held {
            let manifest = match local {
                Some((manifest, size)) => {
                    let key = version_file(entry.number, MANIFEST);
                    expected.push(Expected { wanted: Wanted { key, sha256: entry.manifest.to_string(), size }, pending: None });
                    manifest
                }
                None => match remote_manifest(entry, found.next().flatten()) {
                    RemoteManifest::Intact { manifest, state } => {
                        // Its bytes were compared as they were read.
                        let key = version_file(entry.number, MANIFEST);
                        audit.states.extend(state.map(|state| (key.clone(), state)));
                        audit.expected.insert(key);
                        manifest
                    }
                    RemoteManifest::Damaged(fault) => {
                        audit.faults.push(fault);
                        continue;
                    }
                },
            };
            expected.extend(manifest.outputs.iter().map(|(name, output)| Expected {
                wanted: Wanted { key: version_file(entry.number, name), sha256: output.sha256.to_string(), size: output.size },
                pending: None,
            }));
        }
        // `robots.txt` may be another program's, and is compared by the plan.
        expected.extend(self.inventory.files.iter().filter(|(key, _)| *key != super::ROBOTS).map(|(key, known)| Expected {
            wanted: Wanted { key: key.clone(), sha256: known.sha256.clone(), size: known.size },
            pending: self.inventory.pending.get(key).cloned(),
        }));
        audit.objects = expected.len();
        audit.expected.extend(expected.iter().map(|expected| expected.wanted.key.clone()));
        let mut unsure = Vec::new();
        for expected in expected {
            match self.check_listing(&expected, depth) {
                ListingCheck::Intact(state) => audit.states.extend(state.map(|state| (expected.wanted.key, state))),
                ListingCheck::Damaged(what) => audit.faults.push(Fault { key: expected.wanted.key, what }),
                ListingCheck::Unknown => unsure.push(expected),
            }
        }
        progress.start("verifying", unsure.len() as u64);
        // A page that was about to be written may have another size.
        let most = |expected: &Expected| {
            if expected.pending.is_some() { Wanted { size: super::PAGE_LIMIT, ..expected.wanted.clone() } } else { expected.wanted.clone() }
        };
        let wanted: Vec<Wanted> = unsure.iter().map(most).collect();
        let compared = self.destination.compare(&wanted, jobs, &|key| progress.step(key))?;
        progress.finish();
        let compared: BTreeMap<String, Option<Measured>> = compared.into_iter().map(|(wanted, found)| (wanted.key, found)).collect();
        for expected in unsure {
            let found = compared.get(&expected.wanted.key).and_then(Option::as_ref);
            match found {
                Some(found) if expected.wanted.is(found) || expected.pending.as_ref() == Some(&found.sha256) => {
                    audit.states.extend(found.tag.as_text().map(|state| (expected.wanted.key, state.to_owned())));
                }
                Some(_) => audit.faults.push(Fault { key: expected.wanted.key, what: "was changed".to_owned() }),
                None => audit.faults.push(Fault { key: expected.wanted.key, what: "is missing".to_owned() }),
            }
        }
        audit.faults.sort_by(|a, b| natural(&a.key).cmp(&natural(&b.key)));
        Ok(audit)
    }

    /// A version's local manifest, and the size of its file.
    fn local_manifest(&self, entry: &Entry) -> Option<(Manifest, u64)> {
        let version = Version::find(self.output?, entry.number).ok()?;
        let size = std::fs::metadata(version.folder().join(MANIFEST)).ok()?.len();
        (version.entry.manifest == entry.manifest).then(|| version.manifest().ok().cloned().map(|manifest| (manifest, size)))?
    }

    /// Compares an object with the listing. What stands behind a link is not in it.
    fn check_listing(&self, expected: &Expected, depth: Depth) -> ListingCheck {
        let Some(listed) = self.listed else { return ListingCheck::Unknown };
        let Wanted { key, size, .. } = &expected.wanted;
        let Some(found) = listed.get(key) else { return ListingCheck::Damaged(absent(listed, key)) };
        if expected.pending.is_none() && found.size != *size {
            return ListingCheck::Damaged(format!("was changed: it holds {} bytes, not {size}", found.size));
        }
        let state = found.tag.as_text();
        let is_known = state.is_some() && self.inventory.states.get(key).map(String::as_str) == state;
        if depth == Depth::Changed && is_known && expected.pending.is_none() {
            ListingCheck::Intact(state.map(str::to_owned))
        } else {
            ListingCheck::Unknown
        }
    }
}

/// What the listing tells of an object.
enum ListingCheck {
    /// With its state, if the destination gives one.
    Intact(Option<String>),
    Damaged(String),
    Unknown,
}

/// A version's manifest at a destination.
enum RemoteManifest {
    /// With the state of the object, if the destination gives one.
    Intact {
        manifest: Manifest,
        state: Option<String>,
    },
    Damaged(Fault),
}

/// A version's manifest as it was found at the destination, which must be the one that the ledger knows.
fn remote_manifest(entry: &Entry, found: Option<StoredObject>) -> RemoteManifest {
    let key = version_file(entry.number, MANIFEST);
    let Some(found) = found else { return RemoteManifest::Damaged(Fault { key, what: "is missing".to_owned() }) };
    let what = match Manifest::parse(&found.bytes) {
        _ if Digest::of(&found.bytes) != entry.manifest => "was changed: it does not have the digest that the ledger lists".to_owned(),
        Ok(manifest) if matches_entry(&manifest, entry) => {
            return RemoteManifest::Intact { manifest, state: found.tag.as_text().map(str::to_owned) };
        }
        Ok(_) => "does not match the ledger entry of its version".to_owned(),
        Err(error) => format!("can't be used: {error:#}"),
    };
    RemoteManifest::Damaged(Fault { key, what })
}

/// Whether a manifest matches the ledger entry of its version.
pub(super) fn matches_entry(manifest: &Manifest, entry: &Entry) -> bool {
    (manifest.version, manifest.digest, manifest.date, manifest.documents.len())
        == (entry.number, entry.digest, entry.date, entry.documents)
}

/// Sorts versions by number.
fn natural(key: &str) -> (u32, &str) {
    (version_of_file(key).unwrap_or(0), key)
}

/// The keys of a version's files at a destination, from its manifest there: nothing else is ever deleted.
pub(super) fn remote_files(destination: &Destination, entry: &Entry) -> Result<Vec<String>> {
    let key = version_file(entry.number, MANIFEST);
    let Some(found) = destination.read(&key, MANIFEST_LIMIT)? else { return Ok(Vec::new()) };
    if Digest::of(&found.bytes) != entry.manifest {
        anyhow::bail!("`{}` is damaged: it does not have the digest that the ledger lists", destination.address.object(&key));
    }
    let manifest = Manifest::parse(&found.bytes).with_context(|| format!("can't use `{}`", destination.address.object(&key)))?;
    // The manifest is last: while it is there, the files that are left can be found.
    let mut keys: Vec<String> = manifest.outputs.keys().map(|name| version_file(entry.number, name)).collect();
    keys.push(key);
    Ok(keys)
}

/// What is wrong with an object that isn't listed.
fn absent(listed: &BTreeMap<String, Listed>, key: &str) -> String {
    let above = key.match_indices('/').map(|(at, _)| &key[..at]);
    match above.into_iter().find(|folder| listed.contains_key(*folder)) {
        Some(folder) => format!("is not there: `{folder}` is a link or a file, where brief keeps a folder"),
        None => "is missing".to_owned(),
    }
}
