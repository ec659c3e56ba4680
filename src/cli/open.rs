//! `brief open`: a PDF in the program that the desktop has for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use clap::Args;
use walkdir::WalkDir;

use super::Status;
use super::environment;
use super::failure::Hint;
use super::folders::{Folders, ForAudience};
use super::terminal::Terminal;
use crate::diagnostic::did_you_mean;
use crate::format::{Format, PdfFormat};
use crate::layout::{DRAFT, LATEST, is_version_name};
use crate::version::latest_folder;

/// The document that is opened by default, if there is one of that name.
const MAIN: &str = "book";

const EXAMPLES: &str = "\
Examples:
  brief open                         the book of the newest version
  brief open summary                 another document of it
  brief open v3                      the book of version 3
  brief open v3 precedents/kfor      a document of version 3
  brief open draft                   the draft";

/// Shows a PDF of a version, or says where it is
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Open {
    /// A version (`v3`, `latest`, `draft`), a document's id, or first one and then the other
    #[arg(value_name = "VERSION|DOCUMENT", num_args = 0..=2)]
    what: Vec<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    whose: ForAudience,
}

impl Open {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let all = self.folders.output();
        // `public/v3`, unless a document is called so.
        let split = |one: &'_ String| -> (Option<String>, String) {
            match one.rsplit_once('/') {
                Some((audience, version)) if is_version(version) && all.join(audience).is_dir() => {
                    (Some(audience.to_owned()), version.to_owned())
                }
                _ => (None, one.clone()),
            }
        };
        let (named, first) = self.what.first().map(split).unzip();
        let (named, first) = (named.flatten(), first.as_deref());
        let (version, document) = match (first, self.what.get(1)) {
            (None, _) => (LATEST, None),
            (Some(one), None) if is_version(one) => (one, None),
            (Some(one), None) => (LATEST, Some(one)),
            (Some(version), Some(document)) => (version, Some(document.as_str())),
        };
        let (_, output) = self.whose.folder(&self.folders, named.as_deref())?;
        let path = find(&output, version, document)?;
        if show(&path) {
            terminal.say(format_args!("opened `{}`", path.display()))?;
        } else {
            // Nothing here can show it, so its path is what was asked for.
            terminal.print(&format!("{}\n", path.display()))?;
        }
        Ok(Status::Fine)
    }
}

fn is_version(name: &str) -> bool {
    matches!(name, LATEST | DRAFT) || is_version_name(name)
}

fn find(output: &Path, version: &str, document: Option<&str>) -> Result<PathBuf> {
    if !is_version(version) {
        return Err(Hint::on(format!("`{version}` is not a version"), "a version is `v1`, `latest` or `draft`"));
    }
    let folder = match version {
        LATEST => latest_folder(output)?,
        named => output.join(named),
    };
    if !folder.is_dir() {
        return Err(match version {
            LATEST if folder != output.join(LATEST) => Hint::on(
                format!("the newest version is missing: there is no `{}`", folder.display()),
                "`brief versions` lists the versions",
            ),
            LATEST => Hint::on(format!("there is no version in `{}`", output.display()), "`brief build` makes one"),
            DRAFT => Hint::on(format!("there is no draft in `{}`", output.display()), "`brief build --draft` makes one"),
            _ => Hint::on(format!("there is no `{}`", folder.display()), "`brief versions` lists the versions"),
        });
    }
    let pdfs = pdfs(&folder)?;
    let has = |id: &str| pdfs.iter().any(|pdf| pdf == id);
    let id = match document {
        Some(id) if has(id) => id,
        Some(id) => {
            let hint = did_you_mean(id, pdfs.iter().map(String::as_str)).unwrap_or_else(|| listed(&pdfs));
            return Err(Hint::on(format!("there is no PDF of `{id}` in `{}`", folder.display()), hint));
        }
        None if has(MAIN) => MAIN,
        None => match pdfs.as_slice() {
            [only] => only,
            [] => return Err(Hint::on(format!("there is no PDF in `{}`", folder.display()), "`--no-pdf` builds make none")),
            _ => return Err(Hint::on(format!("`{}` holds several documents", folder.display()), listed(&pdfs))),
        },
    };
    Ok(folder.join(PdfFormat.file(id)))
}

fn listed(pdfs: &[String]) -> String {
    format!("name one of {}", pdfs.iter().map(|pdf| format!("`{pdf}`")).collect::<Vec<_>>().join(", "))
}

/// The ids of the documents that a version has as PDF, sorted.
fn pdfs(folder: &Path) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in WalkDir::new(folder).follow_root_links(true) {
        let entry = entry.with_context(|| format!("can't read `{}`", folder.display()))?;
        let inner = entry.path().strip_prefix(folder).unwrap_or(entry.path()).with_extension("");
        if entry.path().extension().is_some_and(|end| end == PdfFormat.extension()) {
            ids.push(inner.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"));
        }
    }
    ids.sort();
    Ok(ids)
}

/// Whether the desktop took the file.
fn show(path: &Path) -> bool {
    let Some(mut opener) = opener() else { return false };
    opener.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    opener.status().is_ok_and(|status| status.success())
}

#[expect(clippy::disallowed_methods, reason = "the desktop's own opener is no part of a build")]
fn opener() -> Option<Command> {
    if cfg!(target_os = "macos") {
        return Some(Command::new("open"));
    }
    if cfg!(windows) {
        let mut start = Command::new("cmd");
        // `start` takes its first quoted argument as a window's title.
        start.args(["/C", "start", ""]);
        return Some(start);
    }
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| environment::variable(name).is_some());
    desktop.then(|| Command::new("xdg-open"))
}
