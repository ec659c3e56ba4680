//! Verifies a published destination: compares every object, byte by byte, with the ledger, the manifests and the list of pages there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::audit::{Auditor, Depth, Fault};
use super::remote::{History, ensure_audience};
use super::signing::signed;
use super::{INVENTORY_LIMIT, LEDGER_LIMIT, MARKER_LIMIT};
use crate::layout::{LEDGER, version_of_file};
use crate::progress::Progress;
use crate::publish::{Address, Destination, Inventory, Limits, Listed, Marker, Scheme, VerifyingKey};
use crate::version::Ledger;

/// What to verify, and how.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// A folder or an address.
    pub source: String,
    /// The audience whose versions are expected there, where one is.
    pub audience: Option<String>,
    pub variables: Vec<(String, String)>,
    pub limits: Limits,
    pub jobs: usize,
    /// The key that the ledger must be signed with.
    pub key: Option<VerifyingKey>,
}

/// What was found at a place.
#[derive(Debug)]
pub struct VerifiedPlace {
    /// The book that the place says it holds.
    pub title: Option<String>,
    pub newest: Option<u32>,
    /// How many versions have their files there, and how many objects were compared.
    pub versions: usize,
    pub objects: usize,
    /// What is wrong, each with its address; nothing where all is as it was published.
    pub faults: Vec<String>,
    /// What was signed together with the ledger, where a key was expected and is right.
    pub signed: Option<String>,
    pub notes: Vec<String>,
}

/// Verifies all that is published at a place.
pub fn verify_published(options: &VerifyOptions, progress: &dyn Progress) -> Result<VerifiedPlace> {
    let source = Destination::reading(Address::parse(&options.source)?, &options.variables, &options.limits)?;
    let (shown, ledger_shown) = (&source.address.shown, source.address.object(LEDGER));
    let marker = source.read(Marker::KEY, MARKER_LIMIT)?.map(|found| Marker::parse(&found.bytes)).transpose();
    let marker = marker.with_context(|| format!("can't use `{}`", source.address.object(Marker::KEY)))?;
    let ledger_found = source.read(LEDGER, LEDGER_LIMIT)?;
    if marker.is_none() && ledger_found.is_none() {
        bail!("nothing is published at `{shown}`: there is no versions.json");
    }
    let audience = options.audience.as_deref().or(marker.as_ref().and_then(|marker| marker.audience.as_deref()));
    let signed = match (&options.key, &ledger_found) {
        (Some(key), Some(found)) => Some(signed(&source, &found.bytes, key, audience)?),
        _ => None,
    };
    let ledger = match ledger_found.as_ref().map(|found| Ledger::parse(&found.bytes)) {
        Some(Ok(ledger)) => Ok(ledger),
        Some(Err(error)) => Err(format!("`{ledger_shown}` can't be used: {error:#}")),
        None => Err(format!(
            "`{ledger_shown}` is missing, though `{}` says that versions are published there",
            source.address.object(Marker::KEY)
        )),
    };
    let ledger = match ledger {
        Ok(ledger) => ledger,
        Err(fault) => {
            let title = marker.map(|marker| marker.title);
            return Ok(VerifiedPlace {
                title,
                newest: None,
                versions: 0,
                objects: 0,
                faults: vec![fault],
                signed: None,
                notes: Vec::new(),
            });
        }
    };
    let history = History { marker, ledger, ledger_found };
    if let (Some(marker), Some(audience)) = (&history.marker, &options.audience) {
        ensure_audience(marker, Some(audience), shown)?;
    }

    let (mut faults, mut notes) = (Vec::new(), Vec::new());
    let first = history.ledger.versions().last().map(|entry| entry.manifest.to_string());
    match &history.marker {
        Some(marker) if first.as_ref().is_some_and(|first| *first != marker.first) => {
            faults.push(format!("`{}` is of another history than the ledger", source.address.object(Marker::KEY)));
        }
        Some(_) => {}
        None => faults.push(format!("`{}` is missing", source.address.object(Marker::KEY))),
    }
    let inventory = source.read(Inventory::KEY, INVENTORY_LIMIT)?.map(|found| Inventory::parse(&found.bytes)).transpose();
    let inventory = inventory.unwrap_or_else(|error| {
        faults.push(format!("`{}` can't be used: {error:#}", source.address.object(Inventory::KEY)));
        Some(Inventory::empty())
    });
    let inventory = inventory.unwrap_or_else(|| {
        faults.push(format!("`{}` is missing, so pages can't be compared", source.address.object(Inventory::KEY)));
        Inventory::empty()
    });
    if !inventory.pending.is_empty() {
        notes.push(format!("a publication to `{shown}` is under way or was cut off: publish again"));
    }
    // A web server can't list; what it should hold is asked for one by one.
    let listed = if matches!(source.address.scheme, Scheme::Web(_)) { None } else { Some(source.list()?) };
    let auditor = Auditor { destination: &source, ledger: &history.ledger, inventory: &inventory, listed: listed.as_ref(), output: None };
    let audit = auditor.audit(Depth::EveryByte, options.jobs, progress)?;
    faults.extend(audit.faults.iter().map(|Fault { key, what }| format!("`{}` {what}", source.address.object(key))));
    let versions = history.ledger.versions().iter().filter(|entry| !entry.pruned).count();
    if let Some(listed) = &listed {
        notes.extend(unlisted_versions(&auditor, listed));
    }
    Ok(VerifiedPlace {
        title: history.marker.map(|marker| marker.title),
        newest: history.ledger.newest().map(|entry| entry.number),
        versions,
        objects: audit.objects + versions,
        faults,
        signed,
        notes,
    })
}

/// Folders of versions that the ledger doesn't list: a publication was cut off, or somebody put them there.
fn unlisted_versions(auditor: &Auditor<'_>, listed: &BTreeMap<String, Listed>) -> Vec<String> {
    let held = |number: u32| auditor.ledger.get(number).is_some_and(|entry| !entry.pruned);
    let numbers: BTreeSet<u32> = listed.keys().filter_map(|key| version_of_file(key)).filter(|number| !held(*number)).collect();
    let shown = &auditor.destination.address.shown;
    numbers.into_iter().map(|number| format!("`{shown}` holds files of v{number}, which the ledger there does not list as held")).collect()
}
