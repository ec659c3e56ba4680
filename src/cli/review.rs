//! `brief review`: the comment for a pull request.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::Status;
use super::diff::{COMMENT, incomplete};
use super::fail_on::FailOn;
use super::folders::{Folders, ForAudience, missing_version};
use super::terminal::Terminal;
use crate::assembly::{self, BookFolders};
use crate::comparison::{self, ReviewBase, Side, Unusable};
use crate::diff::paint::{self, Names};

const EXAMPLES: &str = "\
Examples:
  brief review main > comment.md         what this branch changes in the book since it left main
  brief review main --tip                against main as it is now
  brief review main --fail-on lost-source,removed

`brief build --draft` before it, and the comment knows how many pages each document has. docs/pull-requests.md has the
workflows that keep one comment of a pull request up to date.";

/// Writes the comment for a pull request: what changes in the book, its checks and its documents
///
/// The changed claims come first, then each record's changes, with prose word by word. It stays below the 65,536 characters
/// that code hosts take: the least important is folded first, and what was cut is said. It begins with the hidden mark
/// `<!-- brief-review -->`, by which it is found again.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Review {
    /// What the branch is to go into: a Git revision, a version (v7), or a folder. Of a revision it is the merge base with
    /// HEAD that is compared
    base: String,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    whose: ForAudience,
    /// Compare with the tip of the base, rather than with where this branch left it
    #[arg(long)]
    tip: bool,
    #[command(flatten)]
    fail_on: FailOn,
    /// How to write it: `markdown`
    #[arg(long, value_name = "FORMAT", default_value = "markdown", hide_possible_values = true)]
    format: Format,
    /// Where the PDFs and the redline of this run can be fetched
    #[arg(long, value_name = "URL", value_parser = url)]
    artifacts: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Markdown,
}

fn url(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[]\"`\\".contains(&byte));
    let web = text.starts_with("https://") || text.starts_with("http://");
    if web && plain { Ok(text.to_owned()) } else { Err("not a web address that a link can hold".to_owned()) }
}

impl Review {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let Format::Markdown = self.format;
        let root = self.folders.root.book()?;
        let all = self.folders.output();
        let named = assembly::split_audience(&self.base, &all).0;
        let audience = self.whose.audience.as_deref().or(named);
        let folders = BookFolders { root, output: &all, audience };
        let output = folders.versions();
        let ReviewBase { side: base, argument, mut notes } =
            comparison::review_base(&self.base, &folders, self.tip).map_err(|error| missing_version(error, [self.base.as_str()], &all))?;
        let head = match Side::working_tree(root, audience) {
            Ok(mut head) => {
                comparison::name_by_commit(&mut head, root);
                head
            }
            Err(error) => {
                let Some(Unusable { tree, diagnostics }) = error.downcast_ref() else { return Err(error) };
                // There is nothing to compare, and still the pull request is to say why.
                terminal.diagnostics(tree, diagnostics);
                // The faults of the whole book are for those who may see all of it.
                let said = if audience.is_none() { diagnostics.as_slice() } else { &[] };
                terminal.print(&paint::unreadable(said, COMMENT))?;
                return Ok(Status::Incomplete);
            }
        };
        let comparison = comparison::compare(base, head, &[], self.whose.asked())?;
        let effects = comparison::effects(&comparison, &output);
        if comparison.base.is_nothing() {
            notes.insert(0, format!("{} has no book yet: everything is new.", comparison.base.name));
        }
        let review = paint::Review {
            changes: &comparison.changes,
            names: Names { base: &comparison.base.name, head: &comparison.head.name },
            checks: effects.checks,
            documents: effects.documents,
            notes,
            redline: self.redline(&argument, audience, comparison.base.is_nothing()),
        };
        terminal.print(&paint::review(&review, COMMENT))?;
        let incomplete = incomplete(&comparison, terminal);
        let failed = self.fail_on.status(&comparison.changes, terminal);
        Ok(if incomplete { Status::Incomplete } else { failed.unwrap_or(Status::Fine) })
    }

    /// How to get what the comment can't hold.
    fn redline(&self, base: &str, audience: Option<&str>, new: bool) -> String {
        let whose = audience.map(|name| format!(" --audience {name}")).unwrap_or_default();
        let redline = paint::code(&format!("brief diff {base}{whose} --redline redline.pdf"));
        let base = paint::code(&format!("brief diff {base}{whose}"));
        let here = match (&self.artifacts, new) {
            (Some(url), true) => format!("The PDFs are among the [artifacts of this run]({url}). "),
            (Some(url), false) => {
                format!("The PDFs, and the redline in which the changed words are marked, are among the [artifacts of this run]({url}). ")
            }
            (None, _) => String::new(),
        };
        if new {
            format!("{here}There is nothing to mark changes against yet.")
        } else {
            format!("{here}On your own machine {redline} makes the redline, and {base} lists all changes.")
        }
    }
}
