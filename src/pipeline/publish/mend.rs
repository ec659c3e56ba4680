//! A ledger that was lost or damaged, made anew from the manifests of the versions that a place holds.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::remote::RemoteState;
use super::{FORMER_LATEST, LATEST, MANIFEST, MANIFEST_LIMIT};
use crate::publish::Destination;
use crate::version::{Digest, Entry, Ledger, Manifest};

/// The ledger of what stands there. What manifests don't say of a version is taken from the ledger here, where that knows
/// the very same version.
pub(super) fn ledger(destination: &Destination, remote: &RemoteState, here: &Ledger) -> Result<Ledger> {
    // A version whose publication was cut off before the ledger named it was never published.
    let latest = [LATEST, FORMER_LATEST].into_iter().find(|key| remote.listed.contains_key(*key)).map(|key| destination.read(key, 64));
    let newest =
        latest.transpose()?.flatten().and_then(|found| std::str::from_utf8(&found.bytes).ok()?.trim().strip_prefix('v')?.parse().ok());
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    for number in numbers(remote).filter(|number| newest.is_none_or(|newest: u32| *number <= newest)) {
        let key = format!("v{number}/{MANIFEST}");
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
        let is_whole = manifest.outputs.keys().all(|name| remote.listed.contains_key(&format!("v{number}/{name}")));
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
        let has_files = remote.listed.keys().any(|key| key.starts_with(&format!("v{number}/")));
        entries.insert(number, Entry { pruned: !has_files, ..known.clone() });
    }
    let published = entries.values().rev().find(|entry| !entry.pruned).map(|entry| entry.number);
    let versions: Vec<&Entry> = entries.values().rev().collect();
    let text = serde_json::to_vec(&serde_json::json!({ "format": 1, "published": published, "versions": versions }))?;
    Ledger::parse(&text)
}

/// The numbers under which something stands there.
fn numbers(remote: &RemoteState) -> impl Iterator<Item = u32> {
    let keys = remote.listed.keys().filter_map(|key| key.strip_prefix('v')?.strip_suffix(MANIFEST)?.strip_suffix('/')?.parse().ok());
    keys.collect::<std::collections::BTreeSet<u32>>().into_iter()
}
