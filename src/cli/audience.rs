//! `brief audience`: who sees what, for the owner of the book.

use std::fmt::Write;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::Status;
use super::diff::unusable;
use super::folders::Root;
use super::terminal::Terminal;
use crate::pipeline::{self, Explanation, Lack};
use crate::text::harmless;

const EXAMPLES: &str = "\
Examples:
  brief audience report                           what each audience lacks
  brief audience explain precedents/kfor          who sees a record, and why
  brief audience explain precedents/kfor/troops   who sees one of its values
  brief audience report --format json             for a program";

/// Says who sees what of the book, and why: for its owner, not for an audience
///
/// What an audience may not see is absent from what it gets, so nothing there tells that it is lacking. Here it is told.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Audience {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    Explain(Explain),
    Report(Report),
}

/// Says which audiences see a collection, a record or a value, what it bears, and who says so
#[derive(Debug, Args)]
struct Explain {
    /// A collection, a record of it, or a value of that: `precedents/kfor/troops`
    #[arg(value_name = "RECORD|FIELD")]
    what: String,
    #[command(flatten)]
    asked: Asked,
}

/// Lists what each audience lacks: documents, records and values, and why
#[derive(Debug, Args)]
struct Report {
    #[command(flatten)]
    asked: Asked,
}

#[derive(Debug, Args)]
struct Asked {
    #[command(flatten)]
    root: Root,
    /// How to print it: `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Audience {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        match &self.question {
            Question::Explain(Explain { what, asked }) => {
                let explanation = pipeline::explain(asked.root.book()?, what).map_err(|error| unusable(error, terminal))?;
                match asked.format {
                    Format::Text => terminal.print(&explained(&explanation))?,
                    Format::Json => terminal.print_json(&json!(explanation))?,
                }
            }
            Question::Report(Report { asked }) => {
                let lacks = pipeline::report(asked.root.book()?).map_err(|error| unusable(error, terminal))?;
                match asked.format {
                    Format::Text => terminal.print(&reported(&lacks))?,
                    Format::Json => terminal.print_json(&json!(lacks))?,
                }
            }
        }
        Ok(Status::Fine)
    }
}

fn explained(explanation: &Explanation) -> String {
    let mut out = String::new();
    let marking = explanation.marking.as_deref().unwrap_or("no marking");
    let _ = writeln!(out, "{} bears {}", harmless(&explanation.what), harmless(marking));
    for from in &explanation.from {
        let _ = writeln!(out, "  {} says {}", harmless(&from.said_by), harmless(&from.marking));
    }
    let width = explanation.audiences.iter().map(|verdict| verdict.audience.len()).max().unwrap_or(0);
    for verdict in &explanation.audiences {
        let clearance = format!("cleared for {}", harmless(&verdict.clearance));
        let sees = match &verdict.why {
            None => format!("sees it ({clearance})"),
            Some(why) => format!("doesn't see it: {} ({clearance})", harmless(why)),
        };
        let _ = writeln!(out, "{:width$}  {sees}", verdict.audience);
    }
    out
}

fn reported(lacks: &[Lack]) -> String {
    let mut out = String::new();
    for lack in lacks {
        let said = match lack.withheld.len() {
            0 => "lacks no record and no value".to_owned(),
            1 => "lacks 1 record or value".to_owned(),
            count => format!("lacks {count} records and values"),
        };
        let _ = writeln!(out, "{} (cleared for {}) {said}", lack.audience, harmless(&lack.clearance));
        lack.documents.iter().for_each(|id| _ = writeln!(out, "  document {}: is not made for it", harmless(id)));
        lack.withheld.iter().for_each(|one| _ = writeln!(out, "  {}: {}", harmless(&one.what), harmless(&one.why)));
    }
    out
}
