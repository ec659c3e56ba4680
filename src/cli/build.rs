//! `brief build`: makes a version, or a draft.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::Status;
use super::environment::environment;
use super::failure::Hint;
use super::folders::Folders;
use super::terminal::Terminal;
use super::{build_once, watch};
use crate::assembly::{self, BuildOptions};
use crate::model::Date;
use crate::typeset::Choice;
use crate::version::ExpectedHistory;

const EXAMPLES: &str = "\
Examples:
  brief build                          the next version, if anything a reader gets has changed
  brief build --draft                  everything, marked DRAFT, without a version
  brief build --document summary       a draft of one document (repeat for more)
  brief build --no-pdf                 a draft of the Markdown alone, at once
  brief build --watch                  a draft again whenever a file changes
  brief build --since v7               list what changed since version 7, not since the last
  brief build --ledger s3://bucket/b   what follows the versions published there, in a fresh checkout
  brief build --date 2025-11-05        the same bytes on every machine and every day";

/// Builds the next version of the book: Markdown, PDFs and ledgers in output/vN
///
/// A build that finds errors shows them all and writes nothing. A build whose readers would get what the newest version
/// already holds writes nothing either, and says so: a comment or a moved line makes no version. Otherwise the version
/// appears whole in output/vN, and is never changed again. With --draft, --document or --no-pdf only output/draft is
/// written, and the versions stay as they are.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Build {
    #[command(flatten)]
    pub(super) folders: Folders,
    /// Of a book with audiences, build only this one's version; may be given again
    #[arg(long = "audience", value_name = "NAME")]
    audiences: Vec<String>,
    /// Build only this document, as a draft; may be given again
    #[arg(long = "document", value_name = "ID")]
    documents: Vec<String>,
    /// Write the Markdown alone, as a draft
    #[arg(long)]
    no_pdf: bool,
    /// Write output/draft instead of a version
    #[arg(long)]
    draft: bool,
    /// Build a draft again whenever a file in content/, templates/ or fonts/ changes, until stopped by Ctrl-C
    #[arg(long)]
    watch: bool,
    /// The typst program to typeset with, or `builtin`
    ///
    /// Without it: what BRIEF_TYPST names, else `typst` on PATH if its version is the one this brief is built for, else the
    /// built-in typst. All of one version make the same PDFs, byte for byte.
    #[arg(long, value_name = "PATH|builtin", value_parser = OsStringValueParser::new().map(|value| choice(&value)))]
    typst: Option<Choice>,
    /// How many seconds typst may take for one document
    #[arg(long, value_name = "S", default_value = "120", value_parser = clap::value_parser!(u64).range(1..))]
    typst_timeout: u64,
    /// The date that the version bears
    ///
    /// Without it: SOURCE_DATE_EPOCH, else the date of the Git commit if nothing has been changed since, else today (UTC).
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<Date>,
    /// What to count changes from, in `changes` and changes.json: a version (v7), a Git revision or a folder
    ///
    /// Without it: the last version that was published, else the version before.
    #[arg(long, value_name = "BASE")]
    since: Option<String>,
    /// Fetch what was published there first, so that the version's number and changes follow it
    ///
    /// A folder or an address, as for `brief fetch`. It is an error where nothing is published there, or less than is known
    /// here: a history that can't be found is never taken to be empty.
    #[arg(long, value_name = "SRC")]
    ledger: Option<String>,
    /// With --ledger: nothing is published there yet, and this builds the first version that will be
    #[arg(long, requires = "ledger")]
    first: bool,
    /// With --ledger: fetch only the newest version; record the others without their files
    #[arg(long, requires = "ledger")]
    shallow: bool,
    /// With --ledger: the public key of minisign that the history must be signed with: RW…, or the file that holds it
    #[arg(long, value_name = "KEY", requires = "ledger")]
    key: Option<String>,
    /// How many documents to typeset side by side [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

fn choice(value: &OsStr) -> Choice {
    if value == "builtin" { Choice::BuiltIn } else { Choice::Program(PathBuf::from(value)) }
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse::<Date>().ok().filter(|date| date.day.is_some()).ok_or_else(|| "not a day of the form YYYY-MM-DD".to_owned())
}

impl Build {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let options = self.options(terminal)?;
        if let Some(source) = &self.ledger {
            let expected = if self.first { ExpectedHistory::Nothing } else { ExpectedHistory::Versions };
            let audience = self.only_audience(&options.root)?;
            let output = audience.as_ref().map_or_else(|| options.output.clone(), |name| options.output.join(name));
            let from = super::fetch::From { source, audience, jobs: 8, expected, key: self.key.as_deref(), shallow: self.shallow };
            super::fetch::fetch(&from, output, terminal)?;
        }
        if self.watch {
            return watch::watch(&options, terminal);
        }
        build_once::build(&options, terminal)
    }

    /// The audience whose history `--ledger` fetches: a place holds that of one.
    fn only_audience(&self, root: &Path) -> Result<Option<String>> {
        let names = assembly::audience_names(root)?;
        match (names.is_empty(), self.audiences.as_slice()) {
            (true, []) => Ok(None),
            (_, [name]) if names.contains(name) => Ok(Some(name.clone())),
            (true, _) | (_, [_]) => Ok(None),
            (false, _) => Err(Hint::on(
                "`--ledger` names the history of one audience, and the book has several",
                format!("add one of {}", names.iter().map(|name| format!("`--audience {name}`")).collect::<Vec<_>>().join(", ")),
            )),
        }
    }

    fn options(&self, terminal: &Terminal) -> Result<BuildOptions> {
        Ok(BuildOptions {
            root: self.folders.root.book()?.to_owned(),
            output: self.folders.output(),
            audiences: self.audiences.clone(),
            documents: self.documents.clone(),
            pdf: !self.no_pdf,
            draft: self.draft || self.watch,
            typst: self.typst.clone().unwrap_or(Choice::Search),
            environment: environment()?,
            typst_timeout: Duration::from_secs(self.typst_timeout),
            keep_temporary: terminal.is_verbose(),
            date: self.date,
            since: self.since.clone(),
            jobs: self.jobs.map(usize::from),
        })
    }
}
