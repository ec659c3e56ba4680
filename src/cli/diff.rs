//! `brief diff`: what changed in the book between two of its states.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::Status;
use super::environment::environment;
use super::fail_on::FailOn;
use super::failure::Hint;
use super::folders::{Folders, ForAudience, missing_version};
use super::git_diff;
use super::pager::Paging;
use super::terminal::{Count, Terminal};
use crate::assembly::{self, BookFolders, BuildOptions};
use crate::comparison::{self, Comparison, Redlined, Side, Unusable};
use crate::diff::paint::{self, Names};
use crate::files::{self, Existing, Guard};
use crate::typeset::{Choice, identity};

const EXAMPLES: &str = "\
Examples:
  brief diff                        since the last published version, else the newest
  brief diff v7 v9                  between two versions
  brief diff main                   what this branch changes
  brief diff main...                the same, since it left main
  brief diff HEAD~3 HEAD -C risks   in one collection
  brief diff v7 --format html > changes.html
  brief diff v7 --redline changes.pdf
  brief diff main... --fail-on lost-source,removed

A base or head is a version (v7), a Git revision (main, HEAD~3, main... for where HEAD left it), or a folder that
holds a book or a version; a text that begins with `.` or `/` is a folder. A revision is read from Git's object
store with its own schemas and templates; nothing is checked out.

Exit codes: 0; with --exit-code 1 where something changed, a record, a file or a document, and
with --fail-on 1 where something of these kinds did; 2 where a side can't be read as a whole or is
a version that was changed after it was written (what can be compared is shown), or where these
options can't say that nothing changed. docs/pull-requests.md says how `git diff` itself shows
records this way.";

/// As much as a code host takes for one comment.
pub(super) const COMMENT: usize = 65_535;
/// How long typst may take for a redline.
pub(super) const TYPST_SECONDS: u64 = 120;

/// Shows what changed in the book: records and claims, not lines of files
///
/// Records are compared by id, lists of mappings by their keys, prose by words. The order of what has no order, comments,
/// quoting and the place of files are no change. Schemas, templates and settings are listed by file, with the documents
/// that they alter, and every document that differs is named, with the reasons.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Diff {
    /// What to compare with [default: the last published version, else the newest, else HEAD]
    base: Option<String>,
    /// What to compare [default: the book in its folder]
    head: Option<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    whose: ForAudience,
    /// How to show the changes: `text`, `markdown`, `json` or `html` (one page that needs nothing else)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    format: Format,
    /// Compare only this collection; may be given again
    #[arg(long = "collection", short = 'C', value_name = "NAME")]
    collections: Vec<String>,
    /// Exit with 1 where something changed
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    fail_on: FailOn,
    #[command(flatten)]
    paging: Paging,
    /// Write a PDF in which what was taken out is struck and what was put in is underlined
    #[arg(long, value_name = "FILE.pdf", value_hint = clap::ValueHint::FilePath)]
    redline: Option<PathBuf>,
    /// Replace the file of `--redline` though brief did not make it
    #[arg(long, requires = "redline")]
    force: bool,
    /// The document to redline, in the PDF or the page of HTML [default: the book's first]
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    /// Serve as Git's diff driver: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE
    #[arg(long, hide = true, num_args = 1..=9, value_name = "ARGUMENT", exclusive = true, allow_hyphen_values = true)]
    git: Option<Vec<OsString>>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
    Html,
}

impl Diff {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        if let Some(arguments) = &self.git {
            return git_diff::run(arguments, terminal);
        }
        if self.document.is_some() && self.redline.is_none() && !matches!(self.format, Format::Html) {
            let hint = "add `--redline FILE.pdf` or `--format html`";
            return Err(Hint::on("`--document` says which document to redline, and no redline is asked for", hint));
        }
        if let Some(file) = &self.redline {
            files::prepare(file, &self.guard(), replaced(self.force))?;
        }
        let comparison = match self.compare() {
            Ok(comparison) => comparison,
            Err(error) => return Err(unusable(error, terminal)),
        };
        let Comparison { base, head, changes, .. } = &comparison;
        let names = Names { base: &base.name, head: &head.name };
        let redlined = self.redlined(&comparison, terminal);
        if matches!(self.format, Format::Text) {
            let text = paint::text(changes, names, &|tone, text| terminal.tint(tone, text));
            terminal.page(&text, &self.paging)?;
        }
        match self.format {
            Format::Text => {}
            Format::Markdown => terminal.print(&paint::markdown(changes, names, COMMENT))?,
            Format::Json => terminal.print_json_text(&changes.to_json()?)?,
            Format::Html => {
                let sections: Vec<paint::Section> = redlined.iter().flatten().map(section).collect();
                terminal.print_html(&paint::html(changes, names, &sections))?;
            }
        }
        let incomplete = incomplete(&comparison, terminal);
        // The list of changes is printed even if the documents can't be compared.
        redlined.and_then(|redlined| self.write_redline(redlined, terminal)).map_err(|error| unusable(error, terminal))?;
        let (changed, complete) = (!changes.is_empty(), changes.complete);
        let failed = self.fail_on.status(changes, terminal);
        // The process ends here; to give back two whole books record by record is a tenth of its time.
        std::mem::forget(comparison);
        if incomplete {
            return Ok(Status::Incomplete);
        }
        Ok(match (failed, self.exit_code, changed, complete) {
            (Some(status), ..) => status,
            (_, true, true, _) => Status::Changed,
            // That nothing changed is not known.
            (_, true, false, false) => Status::Incomplete,
            _ => Status::Fine,
        })
    }

    fn compare(&self) -> Result<Comparison> {
        if self.head.is_none() {
            self.folders.root.book()?;
        }
        let output = self.folders.output();
        let folders = self.book_folders(&output);
        let base = || comparison::base(self.base.as_deref(), &folders);
        let head = || match &self.head {
            Some(head) => Side::resolve(head, &folders),
            None => Side::working_tree(folders.root, folders.audience),
        };
        let texts = [self.base.as_deref(), self.head.as_deref()].into_iter().flatten();
        let (base, head) = comparison::sides(base, head).map_err(|error| missing_version(error, texts, &output))?;
        comparison::compare(base, head, &self.collections, self.whose.asked())
    }

    /// The folders, seen as the audience that is asked for, or whose version is named.
    fn book_folders<'a>(&'a self, output: &'a Path) -> BookFolders<'a> {
        let texts = [self.base.as_deref(), self.head.as_deref()].into_iter().flatten();
        let named = texts.filter_map(|text| assembly::split_audience(text, output).0).next();
        BookFolders { root: &self.folders.root.root, output, audience: self.whose.audience.as_deref().or(named) }
    }

    fn has_redline(&self) -> bool {
        self.redline.is_some() || matches!(self.format, Format::Html)
    }

    /// The document's redline, if one is asked for. An HTML page can be without, unless a document was named.
    fn redlined(&self, comparison: &Comparison, terminal: &Terminal) -> Result<Option<Redlined>> {
        if !self.has_redline() {
            return Ok(None);
        }
        let output = self.folders.output();
        match Redlined::of(comparison, self.document.as_deref(), &self.book_folders(&output)) {
            Ok(redlined) => Ok(Some(redlined)),
            Err(error) if self.redline.is_some() || self.document.is_some() => Err(error),
            Err(error) => {
                terminal.note(&format!("the page has no redline: {error:#}"));
                Ok(None)
            }
        }
    }

    /// Writes the redline's PDF.
    fn write_redline(&self, redlined: Option<Redlined>, terminal: &Terminal) -> Result<()> {
        let (Some(file), Some(redlined)) = (&self.redline, redlined) else { return Ok(()) };
        let id = redlined.id.clone();
        let made = redlined.pdf(&self.options(terminal)?)?;
        files::write(file, &made.bytes, &self.guard(), replaced(self.force))?;
        terminal.diagnostics(&made.tree, &made.warnings);
        made.notes.iter().for_each(|note| terminal.note(note));
        terminal.remark(format_args!("wrote `{}`: `{id}` with {} marked", file.display(), Count(made.changes, "change")));
        Ok(())
    }

    fn guard(&self) -> Guard {
        Guard::new(&self.folders.root.root, &self.folders.output())
    }

    fn options(&self, terminal: &Terminal) -> Result<BuildOptions> {
        Ok(BuildOptions {
            root: self.folders.root.root.clone(),
            output: self.folders.output(),
            audiences: Vec::new(),
            documents: self.document.iter().cloned().collect(),
            pdf: true,
            draft: true,
            typst: Choice::Search,
            environment: environment()?,
            typst_timeout: Duration::from_secs(TYPST_SECONDS),
            keep_temporary: terminal.is_verbose(),
            date: None,
            since: None,
            jobs: None,
        })
    }
}

/// A redline or a draft can be made again, so that it is replaced unasked.
pub(super) fn replaced(force: bool) -> Existing {
    if force { Existing::IsReplaced } else { Existing::IsReplacedIf(|bytes| identity(bytes).is_some_and(|made| made.is_passing())) }
}

fn section(redlined: &Redlined) -> paint::Section {
    paint::Section { title: redlined.title(), language: redlined.language().to_owned(), html: redlined.html() }
}

/// Shows what of the two sides could not be read, and says whether there is any.
pub(super) fn incomplete(comparison: &Comparison, terminal: &Terminal) -> bool {
    let mut incomplete = false;
    for side in [&comparison.base, &comparison.head] {
        let faults = side.faults();
        if let (false, Some(tree)) = (faults.is_empty(), &side.tree) {
            incomplete = true;
            terminal.remark(format_args!("in {}:", side.name));
            terminal.diagnostics(tree, &faults);
        }
    }
    comparison.changes.missing.iter().for_each(|missing| terminal.note(missing));
    incomplete || !comparison.base.damage().is_empty() || !comparison.head.damage().is_empty()
}

/// Shows why the settings of a side can't be used, where that is what is wrong.
pub(super) fn unusable(error: anyhow::Error, terminal: &Terminal) -> anyhow::Error {
    if let Some(Unusable { tree, diagnostics }) = error.downcast_ref() {
        terminal.diagnostics(tree, diagnostics);
    }
    error
}
