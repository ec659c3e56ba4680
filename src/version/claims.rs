//! The claim ledger, `claims.json`: the claims that a version prints, where each is printed, and its sources.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::document::{Derivation, Document};

const FORMAT: u32 = 1;

/// `claims.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimLedger {
    format: u32,
    /// The claims of each document, in the order of its text.
    pub documents: BTreeMap<String, Vec<ClaimRow>>,
}

/// One printed claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// `precedents/kfor/troops`; null where the figure was calculated from claims.
    pub claim: Option<String>,
    /// As written, without its qualifier; null where it is not known.
    value: serde_json::Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
    /// As printed.
    pub printed: String,
    pub sources: Vec<String>,
    pub as_of: Option<String>,
    /// The numbers of its notes in the document.
    pub notes: Vec<usize>,
    /// Line of the Markdown file.
    pub line: usize,
    /// Page of the PDF.
    pub page: Option<u32>,
}

/// How a figure was calculated, and from what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// `items/a/cost + items/b/cost`.
    pub how: String,
    unit: Option<String>,
    pub from: Vec<Operand>,
}

/// A claim that a figure was calculated from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operand {
    /// `items/a/cost`.
    pub claim: String,
    /// As written, without its qualifier.
    value: serde_json::Value,
    /// As it would print, with its qualifier and unit.
    said: String,
    sources: Vec<String>,
}

impl ClaimRow {
    /// The claim that is printed, or those that the figure was calculated from.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        let from = self.derived.iter().flat_map(|derived| &derived.from).map(|operand| operand.claim.as_str());
        self.claim.as_deref().into_iter().chain(from)
    }
}

impl ClaimLedger {
    /// The claim ledger of a version.
    pub fn new(documents: BTreeMap<String, Vec<ClaimRow>>) -> ClaimLedger {
        ClaimLedger { format: FORMAT, documents }
    }

    /// Reads the text of `claims.json`.
    pub fn parse(bytes: &[u8]) -> Result<ClaimLedger> {
        serde_json::from_slice(bytes).context("`claims.json` of the version before is damaged")
    }

    /// The text of `claims.json`.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The rows of one document: `lines` and `pages` by the claims' index.
    pub fn rows(document: &Document, lines: &[usize], pages: &[(usize, u32)]) -> Vec<ClaimRow> {
        let pages: BTreeMap<usize, u32> = pages.iter().rev().copied().collect();
        let claims = document.claims.iter().enumerate();
        claims
            .map(|(index, claim)| ClaimRow {
                claim: claim.derived.is_none().then(|| format!("{}{}", claim.record, claim.path)),
                value: claim.value.clone(),
                derived: claim.derived.as_ref().map(derived),
                printed: claim.printed.clone(),
                sources: claim.sources.clone(),
                as_of: claim.as_of.clone(),
                notes: claim.notes.clone(),
                line: lines.get(index).copied().filter(|line| *line > 0).unwrap_or(1),
                page: pages.get(&index).copied(),
            })
            .collect()
    }
}

fn derived(derivation: &Derivation) -> Derived {
    let from = derivation.from.iter().map(|operand| Operand {
        claim: operand.claim.clone(),
        value: operand.value.clone(),
        said: operand.said.clone(),
        sources: operand.sources.clone(),
    });
    Derived { how: derivation.how.clone(), unit: derivation.unit.clone(), from: from.collect() }
}
