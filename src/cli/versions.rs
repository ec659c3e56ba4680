//! `brief versions`: the list of versions and what changed in each.

use std::fmt::Write;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::Status;
use super::folders::Folders;
use super::pager::Paging;
use super::terminal::{Count, Terminal};
use crate::diagnostic::harmless;
use crate::diff::document_groups;
use crate::pipeline::{self, DocumentsByVersion};
use crate::version::{Commit, Entry, Ledger};

const EXAMPLES: &str = "\
Examples:
  brief versions                                   newest first, a version a paragraph
  brief versions | head -2                         the newest
  brief versions --format json | jq '.[0].digest'";

/// Lists the versions: number, date, digest, what changed, and the commits they were built from
///
/// Each says which of its documents differ from those of the version before, and why: records, settings, template, image,
/// theme, fonts or tools.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Versions {
    #[command(flatten)]
    folders: Folders,
    /// How to print them: `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    format: Format,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Versions {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let output = self.folders.output();
        let ledger = Ledger::read(&output)?;
        let versions = ledger.versions();
        let documents = pipeline::documents_by_version(&output, &ledger);
        match self.format {
            Format::Text if versions.is_empty() => terminal.remark("there is no version yet; `brief build` makes the first"),
            Format::Text => terminal.page(&text(versions, &documents), &self.paging)?,
            Format::Json => terminal.print(&format!("{:#}\n", json(versions, &documents)?))?,
        }
        Ok(Status::Fine)
    }
}

/// The ledger's entries, each with the documents that differ from the version before where both can be read.
fn json(versions: &[Entry], documents: &DocumentsByVersion) -> Result<serde_json::Value> {
    let mut all = json!(versions);
    for entry in all.as_array_mut().into_iter().flatten() {
        let number = entry["number"].as_u64().and_then(|number| u32::try_from(number).ok());
        if let Some(changed) = number.and_then(|number| documents.get(&number)) {
            entry["differing"] = serde_json::to_value(changed)?;
        }
    }
    Ok(all)
}

/// As many documents of one kind are named in a line.
const FEW: usize = 8;

fn text(versions: &[Entry], differing: &DocumentsByVersion) -> String {
    let width = versions.iter().map(|v| v.number.to_string().len()).max().unwrap_or(0) + 1;
    let mut out = String::new();
    for Entry { number, digest, date, summary, documents, commits, pruned, .. } in versions {
        let name = format!("v{number}");
        let short = digest.short();
        let pruned = if *pruned { ", pruned" } else { "" };
        let _ = writeln!(out, "{name:width$}  {date}  {short}  {}{pruned}", Count(*documents, "document"));
        let _ = writeln!(out, "{:width$}  {}", "", harmless(summary));
        for group in differing.get(number).map(|changed| document_groups(changed)).unwrap_or_default() {
            let more = group.ids.len().saturating_sub(FEW);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = group.ids.iter().take(FEW).copied().collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "{:width$}  {}: {}{more}", "", harmless(&group.title()), harmless(&named));
        }
        if !commits.is_empty() {
            let commits: Vec<String> = commits.iter().map(commit).collect();
            let _ = writeln!(out, "{:width$}  from {}", "", commits.join(", "));
        }
    }
    out
}

fn commit(commit: &Commit) -> String {
    let short = commit.id.get(..12).unwrap_or(&commit.id);
    if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
}
