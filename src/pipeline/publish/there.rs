//! What a destination holds before anything is done: whose it is, its ledger, its pages.

use anyhow::{Context, Result, anyhow, bail};

use super::{LATEST, LEDGER};
use crate::publish::{Destination, Found, Inventory, Marker};
use crate::version::{Ledger, Relation};

/// What a destination holds before.
pub(in crate::pipeline) struct There {
    pub(in crate::pipeline) marker: Option<Marker>,
    pub(in crate::pipeline) ledger: Ledger,
    pub(in crate::pipeline) ledger_found: Option<Found>,
    pub(super) latest: Option<Vec<u8>>,
    pub(super) inventory: Inventory,
}

impl There {
    pub(in crate::pipeline) fn read(destination: &Destination) -> Result<There> {
        let address = &destination.address;
        let unusable = |key: &str| format!("can't use `{}`", address.object(key));
        let marker = destination.read(Marker::KEY)?;
        let marker = marker.map(|found| Marker::parse(&found.bytes)).transpose().with_context(|| unusable(Marker::KEY))?;
        let ledger_found = destination.read(LEDGER)?;
        let ledger = ledger_found.as_ref().map(|found| Ledger::parse(&found.bytes)).transpose();
        let ledger = ledger.with_context(|| unusable(LEDGER))?.unwrap_or_default();
        Ok(There { marker, ledger, ledger_found, latest: None, inventory: Inventory::default() }).and_then(|there| there.rest(destination))
    }

    fn rest(mut self, destination: &Destination) -> Result<There> {
        if self.marker.is_some() || self.ledger_found.is_some() {
            self.latest = destination.read(LATEST)?.map(|found| found.bytes);
            let inventory = destination.read(Inventory::KEY)?.map(|found| Inventory::parse(&found.bytes)).transpose();
            self.inventory =
                inventory.with_context(|| format!("can't use `{}`", destination.address.object(Inventory::KEY)))?.unwrap_or_default();
        }
        Ok(self)
    }

    /// The place must be this ledger's, and know no version that this one doesn't.
    pub(super) fn belongs(&self, destination: &Destination, ledger: &Ledger, audience: Option<&str>) -> Result<()> {
        let shown = &destination.address.shown;
        match &self.marker {
            Some(marker) => {
                of_audience(marker, audience, shown)?;
                if first(ledger).is_some_and(|own| own != marker.first) {
                    bail!("`{shown}` holds the versions of another book (\"{}\"): publish to a place of its own", marker.title);
                }
            }
            None if audience.is_some() && self.ledger_found.is_some() => {
                bail!("`{shown}` holds versions and does not say for whom they are: publish to a place of its own");
            }
            None => {}
        }
        match ledger.relation(&self.ledger) {
            Relation::Covers => Ok(()),
            Relation::Lacks(numbers) => Err(behind(shown, &format!("`{shown}` has {}, which is not known here", names(&numbers)))),
            Relation::Differs(number) => {
                bail!(
                    "v{number} was published to `{shown}` with another content: no number may name two; \
                     run `brief build --ledger {shown}` in a fresh checkout, without this folder of versions, and publish that"
                )
            }
        }
    }
}

/// What a place is for must be what is asked of it.
pub(in crate::pipeline) fn of_audience(marker: &Marker, audience: Option<&str>, shown: &str) -> Result<()> {
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

pub(super) fn first(ledger: &Ledger) -> Option<String> {
    ledger.versions().last().map(|entry| entry.manifest.to_string())
}

pub(super) fn names(numbers: &[u32]) -> String {
    numbers.iter().map(|number| format!("v{number}")).collect::<Vec<_>>().join(", ")
}
