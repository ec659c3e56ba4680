//! The state of a destination before publication: its marker, ledger, list of pages and objects.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};

use super::{FORMER_LATEST, INVENTORY_LIMIT, LEDGER_LIMIT, MARKER_LIMIT, NEWEST};
use crate::layout::{LEDGER, version_list};
use crate::publish::{Destination, Inventory, LOCK, Listed, Marker, StoredObject};
use crate::version::{Ledger, Relation};

/// The marker and ledger of a destination.
pub(super) struct History {
    pub(super) marker: Option<Marker>,
    pub(super) ledger: Ledger,
    pub(super) ledger_found: Option<StoredObject>,
}

/// All that a destination holds.
pub(super) struct RemoteState {
    pub(super) marker: Option<Marker>,
    pub(super) marker_found: Option<StoredObject>,
    pub(super) ledger: Ledger,
    pub(super) ledger_found: Option<StoredObject>,
    /// Why the ledger can't be used.
    pub(super) ledger_fault: Option<String>,
    /// Whether the ledger was restored from manifests, and is to be sent.
    pub(super) mended_ledger: bool,
    pub(super) inventory: Inventory,
    pub(super) inventory_found: Option<StoredObject>,
    /// Why the list of pages can't be used.
    pub(super) inventory_fault: Option<String>,
    pub(super) listed: BTreeMap<String, Listed>,
}

impl History {
    /// Reads the marker and the ledger, which must be intact.
    pub(super) fn read(destination: &Destination) -> Result<History> {
        let unusable = |key: &str| format!("can't use `{}`", destination.address.object(key));
        let marker = destination.read(Marker::KEY, MARKER_LIMIT)?.map(|found| Marker::parse(&found.bytes)).transpose();
        let marker = marker.with_context(|| unusable(Marker::KEY))?;
        let ledger_found = destination.read(LEDGER, LEDGER_LIMIT)?;
        let ledger = ledger_found.as_ref().map(|found| Ledger::parse(&found.bytes)).transpose();
        let ledger = ledger.with_context(|| unusable(LEDGER))?.unwrap_or_default();
        Ok(History { marker, ledger, ledger_found })
    }
}

impl RemoteState {
    pub(super) fn read(destination: &Destination) -> Result<RemoteState> {
        let unusable = |key: &str, error: &anyhow::Error| format!("can't use `{}`: {error:#}", destination.address.object(key));
        let marker_found = destination.read(Marker::KEY, MARKER_LIMIT)?;
        let marker = marker_found.as_ref().map(|found| Marker::parse(&found.bytes)).transpose();
        let marker = marker.map_err(|error| anyhow!(unusable(Marker::KEY, &error)))?;
        let ledger_found = destination.read(LEDGER, LEDGER_LIMIT)?;
        let (ledger, ledger_fault) = match ledger_found.as_ref().map(|found| Ledger::parse(&found.bytes)).transpose() {
            Ok(ledger) => (ledger.unwrap_or_default(), None),
            Err(error) => (Ledger::default(), Some(unusable(LEDGER, &error))),
        };
        let inventory_found = destination.read(Inventory::KEY, INVENTORY_LIMIT)?;
        let listed = destination.list()?;
        let (inventory, inventory_fault) = match inventory_found.as_ref().map(|found| Inventory::parse(&found.bytes)).transpose() {
            // Without a marker it is somebody else's file of that name.
            Ok(inventory) => (inventory.filter(|_| marker.is_some()).unwrap_or_else(Inventory::empty), None),
            Err(error) => (Inventory::empty(), marker.is_some().then(|| unusable(Inventory::KEY, &error))),
        };
        let is_missing =
            inventory_found.is_none() && marker.is_some() && [NEWEST, FORMER_LATEST].iter().any(|key| listed.contains_key(*key));
        let inventory_fault = inventory_fault.or_else(|| is_missing.then(|| format!("`{}` is missing", Inventory::KEY)));
        Ok(RemoteState {
            marker,
            marker_found,
            ledger,
            ledger_found,
            ledger_fault,
            mended_ledger: false,
            inventory,
            inventory_found,
            inventory_fault,
            listed,
        })
    }

    /// Whether the destination is unchanged since `other` was read, but for the lock.
    pub(super) fn is_same(&self, other: &RemoteState) -> bool {
        let bytes = |found: &Option<StoredObject>| found.as_ref().map(|found| found.bytes.clone());
        let without_lock = |state: &RemoteState| {
            let mut listed = state.listed.clone();
            listed.remove(LOCK);
            listed
        };
        bytes(&self.ledger_found) == bytes(&other.ledger_found)
            && bytes(&self.inventory_found) == bytes(&other.inventory_found)
            && bytes(&self.marker_found) == bytes(&other.marker_found)
            && without_lock(self) == without_lock(other)
    }

    /// Whether a ledger was published here: objects that are sent after it are there.
    pub(super) fn was_published(&self) -> bool {
        self.marker.is_some()
            && ([NEWEST, FORMER_LATEST].iter().any(|key| self.listed.contains_key(*key))
                || !self.inventory.files.is_empty()
                || self.inventory_fault.is_some())
    }

    /// Whether the ledger is damaged, or gone from where it was.
    pub(super) fn lost_ledger(&self) -> Option<&str> {
        match &self.ledger_fault {
            Some(fault) => Some(fault),
            None if self.ledger_found.is_none() && self.was_published() => Some("it is missing, though versions were published there"),
            None => None,
        }
    }

    /// Ensures that the destination is this ledger's, and lists no version that this one lacks.
    pub(super) fn accepts(&self, destination: &Destination, ledger: &Ledger, options: &super::PublishOptions) -> Result<()> {
        let shown = &destination.address.shown;
        match &self.marker {
            Some(marker) => {
                ensure_audience(marker, options.audience.as_deref(), shown)?;
                let is_other = first(ledger).is_some_and(|own| own != marker.first);
                // Readers see nothing of a first publication that was cut off.
                let is_begun = self.ledger_found.is_none() && !self.was_published();
                if is_other && is_begun && !options.adopt {
                    bail!(
                        "a first publication of \"{}\" to `{shown}` was cut off, and these versions are others: publish again from where \
                         it was begun, or with `--adopt` if it is given up",
                        marker.title
                    );
                }
                if is_other && !is_begun {
                    bail!("`{shown}` holds the versions of another book (\"{}\"): publish to a place of its own", marker.title);
                }
            }
            None if options.audience.is_some() && self.ledger_found.is_some() => {
                bail!("`{shown}` holds versions and does not say for whom they are: publish to a place of its own");
            }
            None => {}
        }
        if let Some(fault) = self.lost_ledger().filter(|_| !self.mended_ledger) {
            let ledger = destination.address.object(LEDGER);
            let what = if fault.contains(&ledger) { fault.to_owned() } else { format!("can't use `{ledger}`: {fault}") };
            bail!("{what}; `brief publish --repair {shown}` restores it from the manifests of the versions there");
        }
        match ledger.relation(&self.ledger) {
            Relation::Covers => Ok(()),
            Relation::Lacks(numbers) => Err(behind(shown, &format!("`{shown}` has {}, which is not known here", version_list(&numbers)))),
            Relation::Differs(number) => Err(conflicting(shown, options, number)),
        }
    }
}

/// Ensures that a destination is the audience's.
pub(super) fn ensure_audience(marker: &Marker, audience: Option<&str>, shown: &str) -> Result<()> {
    let name =
        |audience: Option<&str>| audience.map_or_else(|| "no audience in particular".to_owned(), |name| format!("the audience `{name}`"));
    if marker.audience.as_deref() != audience {
        bail!("`{shown}` holds the versions for {}, and these are for {}", name(marker.audience.as_deref()), name(audience));
    }
    Ok(())
}

pub(super) fn behind(shown: &str, what: &str) -> anyhow::Error {
    anyhow!("{what}: run `brief build --ledger {shown}`, then publish again")
}

/// Two versions have the same number: the local one must be built again, to get the next.
fn conflicting(shown: &str, options: &super::PublishOptions, number: u32) -> anyhow::Error {
    let output = options.output.display();
    anyhow!(
        "v{number} was published to `{shown}` with another content than `{output}` has, and no number may name two: \
         move the versions here out of the way (`mv {output} {output}-unpublished`), run `brief build --ledger {shown}`, which \
         brings the published ones and builds the next, then publish again"
    )
}

/// The SHA-256 of the first version's manifest, which identifies a ledger.
pub(super) fn first(ledger: &Ledger) -> Option<String> {
    ledger.versions().last().map(|entry| entry.manifest.to_string())
}
