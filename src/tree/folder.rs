//! A folder as a [`Tree`]: its content, templates and fonts, read once and whole.
//!
//! Only regular files inside the root are read. A link that leads out, a pipe or a device is a
//! diagnostic: nothing outside the root is followed, and nothing is opened that could block.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::Tree;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files;
use crate::layout::FOLDERS;

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 256 << 20;

/// The most that all files together may hold, in bytes.
pub const MAX_TOTAL: u64 = 2 << 30;

/// A file that was found, before it is read.
struct FoundFile {
    name: String,
    path: PathBuf,
    bytes: u64,
}

/// Reads the book below `root`. Files that can't be read become diagnostics; a root that isn't a
/// folder is an error.
pub fn read(root: &Path) -> Result<(Tree, Vec<Diagnostic>)> {
    let root = root.canonicalize().with_context(|| format!("can't open the folder `{}`", root.display()))?;
    anyhow::ensure!(root.is_dir(), "`{}` is not a folder", root.display());

    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    for folder in FOLDERS {
        list(&root, folder, &mut found, &mut diagnostics);
    }
    let total: u64 = found.iter().map(|file| file.bytes).sum();
    if total > MAX_TOTAL {
        diagnostics.push(Diagnostic::error(
            Code::FileUnreadable,
            Place::Book,
            format!("the book's files hold {} MiB, more than the limit of {} MiB", total >> 20, MAX_TOTAL >> 20),
        ));
        found.clear();
    }

    let read: Vec<_> = found.into_par_iter().map(|file| (contents(&file.path), file.name)).collect();
    let mut tree = Tree::default();
    for (contents, name) in read {
        match contents {
            Ok(bytes) => {
                tree.files.insert(name, bytes);
            }
            Err(fault) => diagnostics.push(unreadable(&name, &fault)),
        }
    }
    diagnostics.sort_by(|a, b| a.place.file().cmp(&b.place.file()));
    Ok((tree, diagnostics))
}

/// Lists the regular files of one folder, by name.
fn list(root: &Path, folder: &str, found: &mut Vec<FoundFile>, diagnostics: &mut Vec<Diagnostic>) {
    let start = root.join(folder);
    match start.symlink_metadata() {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return,
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return diagnostics.push(unreadable(folder, "it is not a folder")),
        Err(fault) => return diagnostics.push(unreadable(folder, &reason(&fault))),
    }
    let walk = WalkDir::new(&start).follow_links(false).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(fault) => {
                let name = fault.path().map_or_else(|| folder.to_owned(), |path| name_of(root, path));
                let cause = fault.io_error().map_or_else(|| "it can't be listed".to_owned(), reason);
                diagnostics.push(unreadable(&name, &cause));
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let name = name_of(root, entry.path());
        match regular(root, &entry) {
            Ok((path, bytes)) => found.push(FoundFile { name, path, bytes }),
            Err(fault) => diagnostics.push(unreadable(&name, &fault)),
        }
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Where an entry's bytes are, if it is a regular file inside the root, and how many.
fn regular(root: &Path, entry: &DirEntry) -> Result<(PathBuf, u64), String> {
    if entry.file_name().to_str().is_none() {
        return Err("its name isn't UTF-8".to_owned());
    }
    let mut path = entry.path().to_owned();
    if entry.path_is_symlink() {
        path = path.canonicalize().map_err(|fault| format!("a link that leads nowhere ({})", reason(&fault)))?;
        if !FOLDERS.iter().any(|folder| path.starts_with(root.join(folder))) {
            return Err("a link that leads out of the book".to_owned());
        }
    }
    let metadata = path.symlink_metadata().map_err(|fault| reason(&fault))?;
    if metadata.is_dir() {
        return Err("a link to a folder, which isn't followed".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_FILE {
        return Err(format!("it holds {} MiB, more than the limit of {} MiB", metadata.len() >> 20, MAX_FILE >> 20));
    }
    Ok((path, metadata.len()))
}

/// Reads a file that was found to be regular, and still is.
fn contents(path: &Path) -> Result<Arc<[u8]>, String> {
    files::read(path, MAX_FILE).map(Arc::from).map_err(|fault| reason(&fault))
}

/// The path from the root, with `/` between folders.
fn name_of(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The diagnostic for a file that can't be read.
pub(super) fn unreadable(name: &str, cause: &str) -> Diagnostic {
    Diagnostic::error(Code::FileUnreadable, Place::File(name.to_owned()), format!("`{name}` can't be read: {cause}"))
}

/// What the system says, without its error number.
fn reason(fault: &std::io::Error) -> String {
    let text = fault.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
