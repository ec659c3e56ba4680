//! `--fail-on`: which kinds of changes a command is to fail on.

use clap::{Args, ValueEnum};

use super::Status;
use super::terminal::Terminal;
use crate::diff::Changes;
use crate::diff::paint::Tally;

/// The kinds of changes to fail on.
#[derive(Debug, Args)]
pub(super) struct FailOn {
    /// Exit with 1 where something of these kinds changed, separated by commas
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    fail_on: Vec<Kind>,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A record that is new
    Added,
    /// A record that is gone
    Removed,
    /// A record that has another id
    Renamed,
    /// A record that says something else
    Changed,
    /// A claim that has another value
    Value,
    /// A claim that has another source
    Source,
    /// A claim that had a source and has none
    LostSource,
    /// A claim of another date
    Date,
    /// A claim of another marking
    Marking,
    /// A file outside the records that differs
    File,
    /// A document that differs
    Document,
}

impl FailOn {
    /// The exit status for these changes, and prints why; nothing where none is of these kinds.
    pub(super) fn status(&self, changes: &Changes, terminal: &Terminal) -> Option<Status> {
        let tally = Tally::of(changes);
        let found: Vec<String> = self.fail_on.iter().filter_map(|kind| kind.found(&tally)).collect();
        if !found.is_empty() {
            terminal.remark(format_args!("failed on: {}", found.join(", ")));
            return Some(Status::Changed);
        }
        // What was not compared may hold any of them.
        (!self.fail_on.is_empty() && !changes.complete).then_some(Status::Incomplete)
    }
}

impl Kind {
    fn found(self, tally: &Tally) -> Option<String> {
        let (count, one, many) = match self {
            Kind::Added => (tally.added, "record added", "records added"),
            Kind::Removed => (tally.removed, "record removed", "records removed"),
            Kind::Renamed => (tally.renamed, "record renamed", "records renamed"),
            Kind::Changed => (tally.changed, "record changed", "records changed"),
            Kind::Value => (tally.values, "claim with another value", "claims with another value"),
            Kind::Source => (tally.sources, "claim with another source", "claims with another source"),
            Kind::LostSource => (tally.unsourced, "claim that lost its source", "claims that lost their source"),
            Kind::Date => (tally.dates, "claim of another date", "claims of another date"),
            Kind::Marking => (tally.markings, "claim of another marking", "claims of another marking"),
            Kind::File => (tally.files, "file changed", "files changed"),
            Kind::Document => (tally.documents, "document differs", "documents differ"),
        };
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    }
}
