//! `brief check`: faults, and nothing else.

use anyhow::Result;
use clap::Args;

use super::Status;
use super::folders::Root;
use super::progress;
use super::terminal::{Count, Terminal};
use crate::diagnostic::has_errors;
use crate::pipeline;

const EXAMPLES: &str = "\
Examples:
  brief check                    the book in this folder
  brief check --root books/gaza  another one";

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
}

impl Check {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let root = self.root.book()?;
        let checked = progress::with(terminal, |progress| pipeline::check(root, progress))?;
        terminal.diagnostics(&checked.tree, &checked.diagnostics);
        if has_errors(&checked.diagnostics) {
            return Ok(Status::Faulty);
        }
        terminal.say(format_args!(
            "checked {} and {}: no errors",
            Count(checked.records, "record"),
            Count(checked.documents, "document")
        ))?;
        Ok(Status::Fine)
    }
}
