//! `brief theme`: the default theme, as a file of one's own.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::Root;
use super::terminal::Terminal;
use crate::files::{self, Existing, Guard};
use crate::layout::{TEMPLATES, THEME};
use crate::typeset;

const EXAMPLES: &str = "\
Examples:
  brief theme                                   write templates/theme.typ
  brief build --document summary --watch        see what your changes do
  brief theme --force                           go back to the default

Delete templates/theme.typ to use the default again, with its later improvements.";

/// Writes the default theme to templates/theme.typ, to be changed
///
/// The theme is a Typst file. Documents come to it as plain headings, paragraphs, tables, figures and notes; it says with
/// `set` and `show` rules how they look. Its own comments say what it may rely on.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Theme {
    #[command(flatten)]
    root: Root,
    /// Overwrite a theme that is there
    #[arg(long)]
    force: bool,
}

impl Theme {
    #[expect(clippy::disallowed_methods, reason = "the folder is the user's, not an output")]
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let root = self.root.book()?;
        let path = self.root.join(THEME);
        if path.symlink_metadata().is_ok() && !self.force {
            return Err(Hint::on(format!("`{}` exists", path.display()), "`--force` overwrites it with the default"));
        }
        let guard = Guard::within(root, TEMPLATES);
        guard.check(&path)?;
        fs::create_dir_all(self.root.join(TEMPLATES)).with_context(|| format!("can't write `{}`", path.display()))?;
        let existing = if self.force { Existing::IsReplaced } else { Existing::Stays };
        files::write(&path, typeset::DEFAULT_THEME.as_bytes(), &guard, existing)?;
        terminal.say(format_args!("wrote `{}`; `brief build --watch` shows what changes to it do", path.display()))?;
        Ok(Status::Fine)
    }
}
