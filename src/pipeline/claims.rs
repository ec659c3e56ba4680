//! The claim ledger, `claims.json`: what a version prints, where, and who says so.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::document::{Derivation, Document};

const FORMAT: u32 = 1;

/// `claims.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    format: u32,
    /// The claims of each document, in the order of its text.
    pub(super) documents: BTreeMap<String, Vec<Row>>,
}

/// One printed claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// `precedents/kfor/troops`; null where the figure was calculated from claims.
    pub(super) claim: Option<String>,
    /// As written, without its qualifier; null where it is not known.
    value: serde_json::Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) derived: Option<Derived>,
    /// As printed.
    pub(super) printed: String,
    pub(super) sources: Vec<String>,
    as_of: Option<String>,
    /// The numbers of its notes in the document.
    pub(super) notes: Vec<usize>,
    /// Line of the Markdown file.
    pub(super) line: usize,
    /// Page of the PDF.
    pub(super) page: Option<u32>,
}

/// How a figure was calculated, and from what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Derived {
    /// `items/a/cost + items/b/cost`.
    pub(super) how: String,
    unit: Option<String>,
    pub(super) from: Vec<Operand>,
}

/// A claim that a figure was calculated from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Operand {
    /// `items/a/cost`.
    pub(super) claim: String,
    /// As written, without its qualifier.
    value: serde_json::Value,
    /// As it would print, with its qualifier and unit.
    said: String,
    sources: Vec<String>,
}

impl Row {
    /// The claim that is printed, or those that the figure was calculated from.
    pub(super) fn claims(&self) -> impl Iterator<Item = &str> {
        let from = self.derived.iter().flat_map(|derived| &derived.from).map(|operand| operand.claim.as_str());
        self.claim.as_deref().into_iter().chain(from)
    }
}

impl Claims {
    pub(super) fn new(documents: BTreeMap<String, Vec<Row>>) -> Claims {
        Claims { format: FORMAT, documents }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Claims> {
        serde_json::from_slice(bytes).context("`claims.json` of the version before is damaged")
    }

    pub(super) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// The rows of one document: `lines` and `pages` by the claims' index.
pub(super) fn rows(document: &Document, lines: &[usize], pages: &[(usize, u32)]) -> Vec<Row> {
    let pages: BTreeMap<usize, u32> = pages.iter().rev().copied().collect();
    let claims = document.claims.iter().enumerate();
    claims
        .map(|(index, claim)| Row {
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

fn derived(derivation: &Derivation) -> Derived {
    let from = derivation.from.iter().map(|operand| Operand {
        claim: operand.claim.clone(),
        value: operand.value.clone(),
        said: operand.said.clone(),
        sources: operand.sources.clone(),
    });
    Derived { how: derivation.how.clone(), unit: derivation.unit.clone(), from: from.collect() }
}
