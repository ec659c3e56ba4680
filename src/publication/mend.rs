//! Restores a lost or damaged ledger from the manifests of the versions at a destination.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::remote::RemoteState;
use super::{FORMER_LATEST, MANIFEST_LIMIT, NEWEST};
use crate::layout::{MANIFEST, version_file, version_number, version_of_file};
use crate::publish::Destination;
use crate::version::{Digest, Entry, Ledger, Manifest};

/// The ledger of the versions at a destination. What manifests don't hold is taken from the local ledger, if it lists the
/// same version.
pub(super) fn ledger(destination: &Destination, remote: &RemoteState, here: &Ledger) -> Result<Ledger> {
    // A version whose publication was cut off before the ledger named it was never published.
    let latest = [NEWEST, FORMER_LATEST].into_iter().find(|key| remote.listed.contains_key(*key)).map(|key| destination.read(key, 64));
    let newest = latest.transpose()?.flatten().and_then(|found| version_number(std::str::from_utf8(&found.bytes).ok()?.trim()));
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    for number in numbers(remote).filter(|number| newest.is_none_or(|newest: u32| *number <= newest)) {
        let key = version_file(number, MANIFEST);
        let shown = destination.address.object(&key);
        let Some(found) = destination.read(&key, MANIFEST_LIMIT)? else { continue };
        let digest = Digest::of(&found.bytes);
        let known = here.get(number).filter(|entry| entry.manifest == digest);
        let manifest = match Manifest::parse(&found.bytes) {
            Ok(manifest) if manifest.version == number => manifest,
            // A damaged manifest of a version that is known here is mended later.
            _ if here.get(number).is_some() => continue,
            Ok(_) => bail!("can't use `{shown}`: it is another version's"),
            Err(error) => return Err(error).with_context(|| format!("can't use `{shown}`")),
        };
        let is_whole = manifest.outputs.keys().all(|name| remote.listed.contains_key(&version_file(number, name)));
        if newest.is_none() && !is_whole && known.is_none() {
            continue;
        }
        let entry = known.cloned().unwrap_or_else(|| Entry {
            number,
            digest: manifest.digest,
            date: manifest.date,
            summary: "restored from its manifest; what changed is in changes.json".to_owned(),
            documents: manifest.documents.len(),
            manifest: digest,
            commits: Vec::new(),
            pruned: false,
        });
        entries.insert(number, Entry { pruned: false, ..entry });
    }
    let most = entries.keys().next_back().copied().max(newest).unwrap_or(0);
    for number in 1..=most.min(1_000_000) {
        if entries.contains_key(&number) {
            continue;
        }
        let Some(known) = here.get(number) else {
            bail!(
                "the ledger of `{}` can't be made anew: v{number} has no manifest there, and is not known here; \
                 repair it from a folder whose ledger knows v{number}",
                destination.address.shown
            );
        };
        // Its files may be there though its manifest is damaged: then it is sent again, and not listed as pruned.
        let has_files = remote.listed.keys().any(|key| version_of_file(key) == Some(number));
        entries.insert(number, Entry { pruned: !has_files, ..known.clone() });
    }
    let published = entries.values().rev().find(|entry| !entry.pruned).map(|entry| entry.number);
    let versions: Vec<&Entry> = entries.values().rev().collect();
    let text = serde_json::to_vec(&serde_json::json!({ "format": 1, "published": published, "versions": versions }))?;
    Ledger::parse(&text)
}

/// The numbers of the versions that have a manifest there.
fn numbers(remote: &RemoteState) -> impl Iterator<Item = u32> {
    let is_manifest = |key: &&String| key.split_once('/').is_some_and(|(_, name)| name == MANIFEST);
    let keys = remote.listed.keys().filter(is_manifest).filter_map(|key| version_of_file(key));
    keys.collect::<std::collections::BTreeSet<u32>>().into_iter()
}
