//! `brief init`: a small book of one's own, and the workflows of a book.

mod workflows;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Status;
use super::failure::Hint;
use super::folders::is_audience_name;
use super::terminal::{Count, Terminal};
use crate::assembly;
use crate::files::{self, Existing, Guard};
use crate::layout::SETTINGS;
use crate::model::Style;
use workflows::Host;

const EXAMPLES: &str = "\
Examples:
  brief init my-book && cd my-book
  brief init my-book --style reader
  brief build                      make version 1
  brief new options tram           add a record
  brief check                      see what it still lacks
  brief init --ci github           in a book's folder: the workflows that check, comment and publish";

macro_rules! book {
    ($($path:literal)*) => { &[$(($path, include_str!(concat!("init/book/", $path)))),*] };
}

/// The book's files: their paths in the new folder, and what they hold.
const FILES: &[(&str, &str)] = book! {
    "content/book.yaml"
    "content/options/night-line.yaml"
    "content/options/on-demand.yaml"
    "content/options/weekend.yaml"
    "content/questions.yaml"
    "content/schemas/options.yaml"
    "content/schemas/questions.yaml"
    "content/schemas/sections.yaml"
    "content/schemas/sources.yaml"
    "content/sections/background.md"
    "content/sections/bottom-line.md"
    "content/sources.yaml"
    "templates/book.md.jinja"
    "templates/option.md.jinja"
    "templates/parts/option.jinja"
};

/// Kept under another name here, where it would be obeyed.
const GITIGNORE: &str = include_str!("init/book/gitignore");

/// Writes a small, working book to start from
///
/// It weighs three options for a night bus in a town that does not exist. Change content/book.yaml, the schemas, records
/// and templates one at a time, and build as you go.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Init {
    /// The folder to write it to; it must be empty, or not there yet [with --ci: the book's folder, by default this one]
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath, required_unless_present = "ci")]
    folder: Option<PathBuf>,
    /// Write the workflows with which a code host checks the book, comments on pull requests and publishes from main
    ///
    /// In a book's folder they are added to it; in an empty one the book is written too. No file that is there is
    /// replaced. Where the book has audiences, they are for the one that may see least.
    #[arg(long, value_name = "HOST")]
    ci: Option<Host>,

    /// How its PDFs look: briefing (for principals), plain (dense, black and white) or reader (large type)
    #[arg(long, value_name = "STYLE", value_parser = PossibleValuesParser::new(Style::ALL.map(Style::name)), default_value = Style::Briefing.name())]
    style: String,
}

impl Init {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let folder = self.folder.as_deref().unwrap_or(Path::new("."));
        if let Some(host) = self.ci.filter(|_| folder.join(SETTINGS).is_file()) {
            return add_workflows(host, folder, terminal);
        }
        if !is_free(folder)? {
            return Err(Hint::on(
                format!("`{}` is not an empty folder", folder.display()),
                "nothing was written; name a folder that is empty or not there yet",
            ));
        }
        Guard::default().check(folder)?;
        for (path, text) in FILES.iter().copied().chain([(".gitignore", GITIGNORE)]) {
            if path == SETTINGS {
                write(folder, path, &styled(text, &self.style))?;
            } else {
                write(folder, path, text)?;
            }
        }
        terminal.say(format_args!(
            "wrote a book of {} to `{}`; next: `cd {1}`, then `brief build`",
            Count(FILES.len() + 1, "file"),
            folder.display()
        ))?;
        if let Some(host) = self.ci {
            return add_workflows(host, folder, terminal);
        }
        Ok(Status::Fine)
    }
}

/// The settings with a style that isn't the default.
fn styled(settings: &str, style: &str) -> String {
    if style == Style::Briefing.name() {
        return settings.to_owned();
    }
    settings.replacen("language: en\n", &format!("language: en\ntheme: {{ style: {style} }}\n"), 1)
}

/// Adds a host's workflows to a book; all of them, or none where one is there.
fn add_workflows(host: Host, folder: &Path, terminal: &Terminal) -> Result<Status> {
    let audience = assembly::narrowest_audience(folder)?;
    if let Some(name) = audience.as_deref().filter(|name| !is_audience_name(name)) {
        return Err(Hint::on(format!("an audience can't be called `{name}`"), "`brief check` says what is wrong with content/book.yaml"));
    }
    let workflows = host.workflows(audience.as_deref());
    if let Some((path, _)) = workflows.iter().find(|(path, _)| folder.join(path).symlink_metadata().is_ok()) {
        return Err(Hint::on(
            format!("`{}` is there already", folder.join(path).display()),
            "no workflow was written; move it away, or compare it with what `brief init --ci` writes to an empty folder",
        ));
    }
    for (path, text) in &workflows {
        write(folder, path, text)?;
    }
    let whose = audience.map(|name| format!(" for the audience `{name}`")).unwrap_or_default();
    terminal.say(format_args!("wrote {}{whose} to `{}`; next: {}", Count(workflows.len(), "workflow"), folder.display(), host.next()))?;
    Ok(Status::Fine)
}

/// Returns true if the folder is missing or empty.
fn is_free(folder: &Path) -> Result<bool> {
    match fs::read_dir(folder) {
        // A fresh Git repository is what people have before their first file.
        Ok(mut entries) => Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == ".git"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error).with_context(|| format!("can't read `{}`", folder.display())),
    }
}

#[expect(clippy::disallowed_methods, reason = "the folders are the user's from here on, no outputs")]
fn write(folder: &Path, path: &str, text: &str) -> Result<()> {
    let file = folder.join(path);
    file.parent().map_or(Ok(()), fs::create_dir_all).with_context(|| format!("can't write `{}`", file.display()))?;
    let guard = match path.split_once('/') {
        Some((inner, _)) => Guard::within(folder, inner),
        None => Guard::default(),
    };
    files::write(&file, text.as_bytes(), &guard, Existing::Stays)
}
