//! `brief check`: faults, and nothing else.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::Status;
use super::folders::Root;
use super::progress;
use super::terminal::{Count, Terminal};
use crate::diagnostic::{self, has_errors};
use crate::pipeline;

const EXAMPLES: &str = "\
Examples:
  brief check                    the book in this folder
  brief check --root books/gaza  another one
  brief check --audience public  the documents of one audience alone
  brief check --format sarif     for a code host that scans code";

/// Checks the book: all that build checks, short of typesetting; writes nothing
///
/// Reads the records, holds them against their schemas, follows references and sources, renders every document and reads its
/// Markdown. All faults are shown in one run, each with its file, line and a way out. The exit code is 1 if any is an error;
/// warnings alone give 0.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Check {
    #[command(flatten)]
    root: Root,
    /// Of a book with audiences, render only this one's documents; may be given again. Records and schemas are checked all
    #[arg(long = "audience", value_name = "NAME")]
    audiences: Vec<String>,
    /// How to show faults: `text`, `json`, `github` (annotations of a workflow) or `sarif` (2.1.0, for code scanning)
    ///
    /// Except for `text` they go to standard output, with paths from the repository's root, wherever brief runs in it.
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
    Sarif,
}

impl Check {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let root = self.root.book()?;
        let checked = progress::with(terminal, |progress| pipeline::check(root, &self.audiences, progress))?;
        let found = &checked.diagnostics;
        match self.format {
            Format::Text => terminal.diagnostics(&checked.tree, found),
            Format::Json => terminal.print_json(&diagnostic::json(found, &self.root.in_repository()))?,
            Format::Github => terminal.print_commands(&diagnostic::github(found, &self.root.in_repository()))?,
            Format::Sarif => {
                let log = diagnostic::sarif(found, env!("CARGO_PKG_VERSION"), &self.root.in_repository());
                terminal.print_json(&log)?;
            }
        }
        if has_errors(&checked.diagnostics) {
            return Ok(Status::Faulty);
        }
        if !matches!(self.format, Format::Text) {
            return Ok(Status::Fine);
        }
        terminal.say(format_args!(
            "checked {} and {}: no errors",
            Count(checked.records, "record"),
            Count(checked.documents, "document")
        ))?;
        Ok(Status::Fine)
    }
}
