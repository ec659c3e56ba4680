//! `site/files.json`: which pages a place holds, so that only those are sent that it lacks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;

/// The pages of a place, by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Inventory {
    format: u32,
    pub files: BTreeMap<String, SentPage>,
    /// The digests of pages that a publication is about to write, so that one which is cut off is no damage.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, String>,
    /// The state of each object when its digest was last found right, where the store gives one: what changes it, changes
    /// that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, String>,
    /// Counts the publishers who took a lease over. It is part of every page, so that none is the same before and after,
    /// and what the one before was about to write on condition is refused.
    #[serde(default)]
    pub generation: u64,
    /// What is not needed any more: pages that were open may still ask for it, so it goes with the next publication. What
    /// this publication deletes is in it too, for the next to delete if this one is cut off.
    #[serde(default)]
    pub retired: BTreeSet<String>,
}

/// A page as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentPage {
    pub sha256: String,
    pub size: u64,
}

impl Inventory {
    /// The inventory's key.
    pub const KEY: &str = "site/files.json";

    /// An inventory of nothing.
    pub fn empty() -> Inventory {
        Inventory { format: FORMAT, ..Inventory::default() }
    }

    /// Reads the inventory's text.
    pub fn parse(bytes: &[u8]) -> Result<Inventory> {
        let inventory: Inventory = serde_json::from_slice(bytes).context("it is damaged")?;
        if inventory.format > FORMAT {
            bail!("it is of format {}, and this brief reads up to {FORMAT}; use a newer brief", inventory.format);
        }
        Ok(inventory)
    }

    /// The inventory's text.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
