//! `site/files.json`: which pages a place holds, so that only those are sent that it lacks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;

/// The pages of a place, by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Inventory {
    format: u32,
    pub files: BTreeMap<String, Known>,
    /// What is not needed any more: pages that were open may still ask for it, so it goes with the next publication.
    #[serde(default)]
    pub retired: BTreeSet<String>,
}

/// A page as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub sha256: String,
    pub size: u64,
}

impl Inventory {
    /// The inventory's key.
    pub const KEY: &str = "site/files.json";

    pub fn new(files: BTreeMap<String, Known>, retired: BTreeSet<String>) -> Inventory {
        Inventory { format: FORMAT, files, retired }
    }

    /// Reads the inventory's text.
    pub fn parse(bytes: &[u8]) -> Result<Inventory> {
        let inventory: Inventory = serde_json::from_slice(bytes).context("it is damaged: delete it, and all pages are sent again")?;
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
