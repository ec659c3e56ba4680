//! `brief diff --git`: Git's own diff driver for records, called by Git once for each file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::Status;
use super::terminal::Terminal;
use crate::comparison;
use crate::diff::paint::{self, Names, Tone};
use crate::layout::CONTENT;
use crate::text::harmless;

/// Shows what changed in the records of one file. Git gives `PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE`, with
/// two more where the file was renamed, and the path alone where it is in conflict; a file that isn't there is /dev/null.
///
/// Git stops its whole diff if a driver fails, so a file that can't be compared is reported, and the status is 0.
pub(super) fn run(arguments: &[OsString], terminal: &Terminal) -> Result<Status> {
    let shown = |path: &OsString| path.to_string_lossy().into_owned();
    let (path, old, new) = match arguments {
        [path] => {
            terminal.print(&format!("{}: in conflict\n", shown(path)))?;
            return Ok(Status::Fine);
        }
        [path, old, _, _, new, _, _, ..] => (path, old, new),
        _ => bail!("Git calls a diff driver with 7 arguments, and these are {}", arguments.len()),
    };
    let renamed = arguments.get(7).map_or_else(|| shown(path), shown);
    let moved = renamed != shown(path);
    let title = if moved { format!("{} renamed to {renamed}", shown(path)) } else { renamed.clone() };
    let mut text = format!("{}\n", terminal.tint(Tone::Title, &format!("brief diff {}", harmless(&title))));
    let ((root, file), (_, before)) = (book_of(&renamed), book_of(&shown(path)));
    match comparison::compare_file(&root, (&before, old.as_ref()), (&file, new.as_ref())) {
        Ok(changes) if changes.records.is_empty() => text.push_str("no record changed\n"),
        Ok(changes) => {
            let painted = paint::text(&changes, Names { base: "", head: "" }, &|tone, text| terminal.tint(tone, text));
            // The sides are named by Git's own words, above.
            text.extend(painted.split_inclusive('\n').skip(1));
        }
        Err(error) => text.push_str(&format!("can't be compared record by record: {error:#}\n")),
    }
    terminal.print(&text)?;
    Ok(Status::Fine)
}

/// The book's folder, which is the one that holds the `content/` above the file, and the file's path in it.
pub(super) fn book_of(path: &str) -> (PathBuf, String) {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == CONTENT).unwrap_or(0);
    let root = if at == 0 { PathBuf::from(".") } else { Path::new(&parts[..at].join("/")).to_owned() };
    (root, parts[at..].join("/"))
}
