//! Reading from a folder: regular files alone, so that a pipe or a device keeps nobody waiting.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use super::object::{Listed, MOST_OBJECTS, Received, Sink, Tag, too_large};
use crate::files;

/// Opens a regular file for reading; nothing where there is none.
fn open(path: &Path) -> Result<Option<(File, Metadata)>> {
    match files::open(path) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("can't read `{}`", path.display())),
    }
}

/// Reads a file of at most `most` bytes into a sink.
pub(super) fn receive<S: Sink>(path: &Path, most: u64, mut sink: S) -> Result<Option<Received<S>>> {
    let Some((mut file, meta)) = open(path)? else { return Ok(None) };
    let shown = path.display().to_string();
    if meta.len() > most {
        return Err(too_large(&shown, most));
    }
    sink.restart()?;
    let mut buffer = vec![0; 64 * 1024];
    let mut received = 0;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).with_context(|| format!("can't read `{shown}`")),
        };
        received += count as u64;
        if received > most {
            return Err(too_large(&shown, most));
        }
        sink.take(&buffer[..count])?;
    }
    Ok(Some(Received { sink, tag: tag(&meta), modified: modified(&meta) }))
}

/// The files below a folder by key. Links are listed as what they are, and not followed.
pub(super) fn list(folder: &Path) -> Result<BTreeMap<String, Listed>> {
    let mut listed = BTreeMap::new();
    if !folder.exists() {
        return Ok(listed);
    }
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let entry = entry.with_context(|| format!("can't list `{}`", folder.display()))?;
        let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let key = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if entry.file_type().is_dir() || is_staged(&key) {
            continue;
        }
        let meta = std::fs::metadata(entry.path()).or_else(|_| std::fs::symlink_metadata(entry.path()));
        let meta = meta.with_context(|| format!("can't list `{}`", entry.path().display()))?;
        listed.insert(key, Listed { size: meta.len(), tag: tag(&meta) });
        if listed.len() > MOST_OBJECTS {
            bail!("`{}` holds more than {MOST_OBJECTS} files: it is no place that brief published to", folder.display());
        }
    }
    Ok(listed)
}

/// An error where a file would be written through a link: what a folder below the destination leads to is not brief's.
pub(super) fn refuse_links(folder: &Path, file: &Path) -> Result<()> {
    let between = file.ancestors().skip(1).take_while(|path| *path != folder);
    match between.filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_symlink())).last() {
        Some(link) => bail!("`{}` is a link, and what it leads to is not brief's to write: remove the link", link.display()),
        None => Ok(()),
    }
}

/// What the folder's writer leaves beside a file when it is killed: `book.pdf#1`.
fn is_staged(key: &str) -> bool {
    key.rsplit_once('#').is_some_and(|(_, count)| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The state of a file, as far as it shows without reading it.
pub(super) fn tag(meta: &Metadata) -> Tag {
    let written = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |time| time.as_nanos());
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(meta);
    #[cfg(not(unix))]
    let file = 0;
    Tag { e_tag: Some(format!("{file:x}-{written:x}-{:x}", meta.len())), version: None }
}

fn modified(meta: &Metadata) -> i64 {
    let seconds = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |time| time.as_secs());
    i64::try_from(seconds).unwrap_or(0)
}
