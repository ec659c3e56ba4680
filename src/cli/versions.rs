//! `brief versions`: the list of versions and what changed in each.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Status;
use super::folders::{Folders, ForAudience};
use super::pager::Paging;
use super::terminal::{Count, Terminal};
use crate::comparison::{self, DocumentsByVersion};
use crate::diff::document_groups;
use crate::text::harmless;
use crate::version::{Commit, Entry, Health, Ledger, Version};

const EXAMPLES: &str = "\
Examples:
  brief versions                                   newest first, a version a paragraph
  brief versions | head -2                         the newest
  brief versions --format json | jq '.[0].digest'";

/// Lists the versions: number, date, digest, what changed, and the commits they were built from
///
/// Each says which of its documents differ from those of the version before, and why: records, settings, template, image,
/// theme, fonts or tools; and whether it is missing, or was changed after it was written, for which `brief verify` compares
/// every byte.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Versions {
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    whose: ForAudience,
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
        let (_, output) = self.whose.folder(&self.folders, None)?;
        let ledger = Ledger::read(&output)?;
        let versions = Version::all(&output)?;
        let health: HealthByVersion = versions.iter().map(|version| version.entry.number).zip(Version::health_of(&versions)).collect();
        let listed = ledger.versions();
        let documents = comparison::documents_by_version(&output, &ledger);
        match self.format {
            Format::Text if listed.is_empty() => terminal.remark("there is no version yet; `brief build` makes the first"),
            Format::Text => terminal.page(&text(listed, &documents, &health), &self.paging)?,
            Format::Json => terminal.print_json(&json(listed, &documents, &health)?)?,
        }
        Ok(Status::Fine)
    }
}

/// How the folder of each version was found that was not pruned.
type HealthByVersion = BTreeMap<u32, Health>;

/// The ledger's entries, each with how its folder was found, and with the documents that differ from the version before
/// where both can be read.
fn json(versions: &[Entry], documents: &DocumentsByVersion, health: &HealthByVersion) -> Result<Value> {
    let mut all: Vec<Value> = versions.iter().map(|entry| with_health(entry, health)).collect();
    for (entry, value) in versions.iter().zip(&mut all) {
        if let Some(changed) = documents.get(&entry.number) {
            value["differing"] = serde_json::to_value(changed)?;
        }
    }
    Ok(json!(all))
}

/// As many documents of one kind are named in a line.
const FEW: usize = 8;

fn text(versions: &[Entry], differing: &DocumentsByVersion, health: &HealthByVersion) -> String {
    let width = versions.iter().map(|v| v.number.to_string().len()).max().unwrap_or(0) + 1;
    let mut out = String::new();
    for Entry { number, digest, date, summary, documents, commits, pruned, .. } in versions {
        let name = format!("v{number}");
        let short = digest.short();
        let health = health.get(number);
        let state = match health {
            _ if *pruned => ", pruned",
            Some(Health::Missing) => ", missing: its folder is gone",
            Some(Health::Damaged(_)) => ", damaged",
            Some(Health::Intact) | None => "",
        };
        let _ = writeln!(out, "{name:width$}  {date}  {short}  {}{state}", Count(*documents, "document"));
        let _ = writeln!(out, "{:width$}  {}", "", harmless(summary));
        for group in differing.get(number).map(|changed| document_groups(changed)).unwrap_or_default() {
            let more = group.ids.len().saturating_sub(FEW);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = group.ids.iter().take(FEW).copied().collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "{:width$}  {}: {}{more}", "", harmless(&group.title()), harmless(&named));
        }
        let has_before = versions.iter().any(|before| before.number < *number && !before.pruned);
        if has_before && !pruned && !differing.contains_key(number) {
            let _ = writeln!(out, "{:width$}  which documents differ is not known: this version or the one before can't be read", "");
        }
        if !commits.is_empty() {
            let commits: Vec<String> = commits.iter().map(commit).collect();
            let _ = writeln!(out, "{:width$}  from {}", "", commits.join(", "));
        }
        if let Some(Health::Damaged(faults)) = health {
            faults.iter().for_each(|fault| _ = writeln!(out, "{:width$}  {fault}", ""));
        }
    }
    out
}

/// What the ledger says of a version, and how its folder was found: `intact`, `missing`, `damaged` or `pruned`.
fn with_health(entry: &Entry, health: &BTreeMap<u32, Health>) -> Value {
    let mut value = json!(entry);
    let (state, faults) = match health.get(&entry.number) {
        None => ("pruned", &[][..]),
        Some(Health::Intact) => ("intact", &[][..]),
        Some(Health::Missing) => ("missing", &[][..]),
        Some(Health::Damaged(faults)) => ("damaged", faults.as_slice()),
    };
    value["health"] = json!(state);
    if !faults.is_empty() {
        value["faults"] = json!(faults);
    }
    value
}

fn commit(commit: &Commit) -> String {
    let short = commit.id.get(..12).unwrap_or(&commit.id);
    if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
}
