//! `brief merge-driver`: Git's merge driver for records, called by Git once for each file that two branches changed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::Status;
use super::git_diff::book_of;
use super::terminal::Terminal;
use crate::files::{self, Existing, Guard};
use crate::merge::Markers;
use crate::pipeline::{self, States};
use crate::tree::folder::MAX_FILE;

const EXAMPLES: &str = "\
Git calls it, once it is told to. In .gitattributes, for all who work on the book:
  **/content/**/*.yaml merge=brief
  **/content/**/*.yml merge=brief
  **/content/**/*.md merge=brief

And once for each of you, for Git runs no program that a repository names:
  git config merge.brief.name 'records of a briefing book'
  git config merge.brief.driver 'brief merge-driver --marker-size=%L --path=%P --ours=%X --theirs=%Y %O %A %B'

Exit codes: 0 merged, 1 merged with conflict markers, 129 not merged, and Git says so.";

/// Merges the records of a file that two branches changed, as Git's merge driver
///
/// Two branches that each add a record, or change different fields of one, are merged; lines and comments stay as they were
/// written. A value that both changed, a record that one deleted and the other changed, and a claim that one changed while
/// the other changed its source, are conflicts: they get Git's markers, and `brief check` says at which line. What isn't
/// records on lines of its own is merged by lines, as Git does it. The result is written over OURS.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct MergeDriver {
    /// The file as it was: Git's %O
    base: PathBuf,
    /// The file as the current branch has it, and where the result goes: Git's %A
    ours: PathBuf,
    /// The file as the other branch has it: Git's %B
    theirs: PathBuf,
    /// How many characters a conflict's lines begin with: Git's %L
    #[arg(long, value_name = "N", default_value = "7", value_parser = clap::value_parser!(u16).range(1..))]
    marker_size: u16,
    /// The file's path in the repository, which says what it holds: Git's %P
    #[arg(long, value_name = "PATH")]
    path: OsString,
    /// The current branch's name: Git's %X
    #[arg(long = "ours", value_name = "NAME", default_value = "ours")]
    ours_name: String,
    /// The other branch's name: Git's %Y
    #[arg(long = "theirs", value_name = "NAME", default_value = "theirs")]
    theirs_name: String,
}

impl MergeDriver {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        match self.merge() {
            Ok(conflicts) if conflicts.is_empty() => Ok(Status::Fine),
            Ok(conflicts) => {
                conflicts.iter().for_each(|conflict| terminal.note(&format!("{}: {conflict}", self.path.to_string_lossy())));
                Ok(Status::Faulty)
            }
            Err(error) => {
                // Git takes exit code 2 for a conflict whose file is ours alone.
                terminal.failure(&error);
                Ok(Status::NotMerged)
            }
        }
    }

    /// Merges the file, and returns its conflicts.
    fn merge(&self) -> Result<Vec<String>> {
        let read = |path: &Path| files::read(path, MAX_FILE).with_context(|| format!("can't read `{}`", path.display()));
        let states = States { base: read(&self.base)?, ours: read(&self.ours)?, theirs: read(&self.theirs)? };
        let (root, file) = book_of(&self.path.to_string_lossy());
        let markers = Markers {
            length: usize::from(self.marker_size),
            ours: label(&self.ours_name, "ours"),
            theirs: label(&self.theirs_name, "theirs"),
        };
        let merged = pipeline::merge_states(&root, &file, &states, markers)?;
        files::write(&self.ours, &merged.bytes, &Guard::default(), Existing::IsReplaced)?;
        Ok(merged.conflicts)
    }
}

/// A branch's name; Git before 2.44 does not know it, and passes the placeholder through.
fn label<'a>(name: &'a str, default: &'a str) -> &'a str {
    if name.is_empty() || name.starts_with('%') { default } else { name }
}
