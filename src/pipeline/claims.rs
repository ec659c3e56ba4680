//! The claim ledger, `claims.json`: what a version prints, where, and who says so.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::document::Document;

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
    /// `precedents/kfor/troops`.
    pub(super) claim: String,
    /// As written, without its qualifier; null where it is not known.
    value: serde_json::Value,
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
            claim: format!("{}{}", claim.record, claim.path),
            value: claim.value.clone(),
            printed: claim.printed.clone(),
            sources: claim.sources.clone(),
            as_of: claim.as_of.clone(),
            notes: claim.notes.clone(),
            line: lines.get(index).copied().filter(|line| *line > 0).unwrap_or(1),
            page: pages.get(&index).copied(),
        })
        .collect()
}
