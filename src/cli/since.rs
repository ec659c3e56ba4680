//! `brief since`: what changed since the copy that somebody has.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Args;

use super::Status;
use super::build::day;
use super::diff::{TYPST_SECONDS, incomplete, replaced, unusable};
use super::environment::environment;
use super::folders::{Folders, ForAudience};
use super::terminal::{Count, Terminal};
use crate::assembly::{BookFolders, BuildOptions};
use crate::comparison::{self, Redlined, SinceCopy, SinceDocuments};
use crate::files::{self, Guard};
use crate::format::{Format, PdfFormat};
use crate::layout::{SINCE, since_file, version_folder};
use crate::model::Date;
use crate::typeset::Choice;

const EXAMPLES: &str = "\
Examples:
  brief since                             from the version before the newest: the reading site links to it
  brief since v3                          for a reader who has version 3: output/since/v3-to-v5/book.pdf
  brief since v3 summary                  of another document
  brief since v3 --all                    of each document whose text changed
  brief since v3 --to v4 -o note.pdf      up to version 4, into a file of your own

The note's first page says which version the reader has, which one is new, and how many changes there are; then come the
list of changes, with their pages in the new version, and the whole text with each change marked, as `brief diff
--redline` has it. Where no word has changed, the note says so, and has one page. It is dated as a build would be.";

/// Writes a note for a reader who has a version: what changed since, with every change marked
///
/// It is one PDF, made of two versions that exist; no version is made and none is changed. It goes to
/// output/since/, unless `-o` names a file; an earlier note is replaced.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Since {
    /// The version that the reader has, `v3` [default: the one before the newest]
    #[arg(value_name = "VERSION", value_parser = number)]
    version: Option<Named>,
    /// The document [default: the book's first that both versions have]
    document: Option<String>,
    /// Write a note for each document whose text changed
    #[arg(long, conflicts_with_all = ["document", "file"])]
    all: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    whose: ForAudience,
    /// The version to compare it with [default: the newest]
    #[arg(long, value_name = "VERSION", value_parser = number)]
    to: Option<Named>,
    /// Write this file instead
    #[arg(short = 'o', long, value_name = "FILE.pdf", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Replace the file though brief did not make it
    #[arg(long)]
    force: bool,
    /// The date of the note, as `brief build --date` has it
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Option<Date>,
}

/// A version by its name: `v3`, or `public/v3`.
#[derive(Debug, Clone)]
struct Named {
    audience: Option<String>,
    number: u32,
}

fn number(text: &str) -> Result<Named, String> {
    let (audience, version) = text.rsplit_once('/').map_or((None, text), |(name, version)| (Some(name.to_owned()), version));
    let digits = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let number = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
    let number = number.map(|number| Named { audience, number });
    number.ok_or_else(|| "not a version, such as `v3`; `brief versions` lists them, and `brief diff` compares anything else".to_owned())
}

impl Since {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let root = &self.folders.root.root;
        let named = [&self.version, &self.to].into_iter().flatten().find_map(|version| version.audience.as_deref());
        let (audience, output) = self.whose.folder(&self.folders, named)?;
        let folders = BookFolders { root, output: &self.folders.output(), audience };
        let to = self.to.as_ref().map(|to| to.number);
        let since = self.version.as_ref().map(|version| version.number);
        let documents = match &self.document {
            Some(id) => SinceDocuments::Named(id),
            None if self.all => SinceDocuments::Changed,
            None => SinceDocuments::First,
        };
        let made = comparison::since_copy(&folders, since, to, documents).map_err(|error| unusable(error, terminal))?;
        let SinceCopy { redlined, comparison, old, new } = made;
        let names = [old, new].map(version_folder);
        if redlined.is_empty() {
            terminal.say(format_args!(
                "nothing was written: no word has changed in any document that both {} and {} have",
                names[0], names[1]
            ))?;
        }
        for redlined in redlined {
            let file = since_file(old, new, &PdfFormat.file(&redlined.id));
            self.write(redlined, &output, &file, &names, terminal)?;
        }
        Ok(if incomplete(&comparison, terminal) { Status::Incomplete } else { Status::Fine })
    }

    /// Writes a note to the file that is asked for, else to one in the folder of the versions.
    fn write(&self, redlined: Redlined, output: &Path, name: &str, [old, new]: &[String; 2], terminal: &Terminal) -> Result<()> {
        let id = redlined.id.clone();
        let (file, guard) = match &self.file {
            Some(file) => (file.clone(), Guard::new(&self.folders.root.root, output)),
            None => {
                let file = output.join(name);
                let guard = Guard::within(output, SINCE);
                guard.check(&file)?;
                folder(&file)?;
                (file, guard)
            }
        };
        let existing = replaced(self.force);
        files::prepare(&file, &guard, existing)?;
        let pdf = redlined.pdf(&self.options(terminal)?).map_err(|error| unusable(error, terminal))?;
        files::write(&file, &pdf.bytes, &guard, existing)?;
        terminal.diagnostics(&pdf.tree, &pdf.warnings);
        pdf.notes.iter().for_each(|note| terminal.note(note));
        let changes: String = match pdf.changes {
            0 => format!("no word of `{id}` has changed since {old}"),
            changes => format!("`{id}` with {} since {old}", Count(changes, "change")),
        };
        terminal.say(format_args!("wrote `{}`: {changes}, in {new}", file.display()))
    }

    fn options(&self, terminal: &Terminal) -> Result<BuildOptions> {
        Ok(BuildOptions {
            root: self.folders.root.root.clone(),
            output: self.folders.output(),
            audiences: Vec::new(),
            documents: Vec::new(),
            pdf: true,
            draft: true,
            typst: Choice::Search,
            environment: environment()?,
            typst_timeout: Duration::from_secs(TYPST_SECONDS),
            keep_temporary: terminal.is_verbose(),
            date: self.date,
            since: None,
            jobs: None,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a folder of notes, which no version is made of")]
fn folder(file: &Path) -> Result<()> {
    let folder = file.parent().ok_or_else(|| anyhow!("`{}` names no file", file.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("can't make `{}`", folder.display()))
}
