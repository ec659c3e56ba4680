//! `destination.json`: whose versions a place holds. It is the first object written there, and never changed.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;

/// Whose versions a place holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    format: u32,
    /// The book's title when it was first published; for people.
    pub title: String,
    /// The audience whose ledger it is; none where the book has no audiences.
    pub audience: Option<String>,
    /// The SHA-256 of the first version's manifest, which no other ledger has.
    pub first: String,
}

impl Marker {
    /// The marker's key.
    pub const KEY: &str = "destination.json";

    pub fn new(title: String, audience: Option<String>, first: String) -> Marker {
        Marker { format: FORMAT, title, audience, first }
    }

    /// Reads the marker's text.
    pub fn parse(bytes: &[u8]) -> Result<Marker> {
        let marker: Marker = serde_json::from_slice(bytes).context("it is damaged, or no marker that brief wrote")?;
        if marker.format > FORMAT {
            bail!("it is of format {}, and this brief reads up to {FORMAT}; use the brief that wrote it, or a newer one", marker.format);
        }
        Ok(marker)
    }

    /// The marker's text.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
