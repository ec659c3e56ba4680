//! `brief versions`: the list of versions and what changed in each.

use std::fmt::Write;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::Status;
use super::folders::Folders;
use super::terminal::{Count, Terminal};
use crate::version::{Commit, Entry, Ledger};

const EXAMPLES: &str = "\
Examples:
  brief versions                                   newest first, a version a paragraph
  brief versions | head -2                         the newest
  brief versions --format json | jq '.[0].digest'";

/// Lists the versions: number, date, digest, what changed, and the commits they were built from
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Versions {
    #[command(flatten)]
    folders: Folders,
    /// How to print them: `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Versions {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let ledger = Ledger::read(&self.folders.output())?;
        let versions = ledger.versions();
        match self.format {
            Format::Text if versions.is_empty() => terminal.remark("there is no version yet; `brief build` makes the first"),
            Format::Text => terminal.print(&text(versions))?,
            Format::Json => terminal.print(&format!("{:#}\n", json!(versions)))?,
        }
        Ok(Status::Fine)
    }
}

fn text(versions: &[Entry]) -> String {
    let width = versions.iter().map(|v| v.number.to_string().len()).max().unwrap_or(0) + 1;
    let mut out = String::new();
    for Entry { number, digest, date, summary, documents, commits, pruned, .. } in versions {
        let name = format!("v{number}");
        let short = digest.short();
        let pruned = if *pruned { ", pruned" } else { "" };
        let _ = writeln!(out, "{name:width$}  {date}  {short}  {}{pruned}", Count(*documents, "document"));
        let _ = writeln!(out, "{:width$}  {summary}", "");
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
