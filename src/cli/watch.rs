//! `brief build --watch`: a draft again whenever a file of the book changes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::Status;
use super::build_once::build;
use super::terminal::Terminal;
use crate::assembly::BuildOptions;
use crate::interrupt;
use crate::layout::FOLDERS;

/// Editors write one file in several steps, and Git many files: a build waits until this long nothing happened.
const QUIET: Duration = Duration::from_millis(150);
/// How long a file that never rests can put a build off, in quiet times.
const PATIENCE: usize = 20;

/// Builds a draft now and after each change, until the process is stopped. Faults and failures are shown, and the
/// next change is waited for.
pub(super) fn watch(options: &BuildOptions, terminal: &Terminal) -> Result<Status> {
    let root = options.root.canonicalize().with_context(|| format!("can't find `{}`", options.root.display()))?;
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        // The receiver lives as long as the watcher.
        let _ = sender.send(event);
    })
    .context("can't watch files on this machine")?;
    // The root itself only for folders that come and go: below it may lie a whole repository.
    watcher.watch(&root, RecursiveMode::NonRecursive).with_context(|| format!("can't watch `{}`", root.display()))?;
    watch_folders(&mut watcher, &root);
    loop {
        if let Err(error) = build(options, terminal) {
            if super::failure::is_broken_pipe(&error) || interrupt::is_pending() {
                return Err(error);
            }
            terminal.failure(&error);
        }
        terminal.remark("watching content/, templates/ and fonts/; Ctrl-C stops");
        let changed = wait(&events, &root)?;
        watch_folders(&mut watcher, &root);
        terminal.remark(format_args!("\nchanged: {}", list(&root, &changed)));
    }
}

/// Watches those of the folders that exist; one that is made later is noticed through the root.
fn watch_folders(watcher: &mut RecommendedWatcher, root: &Path) {
    for folder in FOLDERS.map(|name| root.join(name)).iter().filter(|folder| folder.is_dir()) {
        // Gone between the look and the call: then there is nothing to watch.
        let _ = watcher.watch(folder, RecursiveMode::Recursive);
    }
}

/// Waits for a change and for the quiet after it; gives the files that changed.
fn wait(events: &Receiver<notify::Result<Event>>, root: &Path) -> Result<Vec<PathBuf>> {
    let mut changed = Vec::new();
    while changed.is_empty() {
        collect(events.recv()?, root, &mut changed);
    }
    for _ in 0..PATIENCE {
        match events.recv_timeout(QUIET) {
            Ok(event) => collect(event, root, &mut changed),
            Err(RecvTimeoutError::Timeout) => break,
            Err(error @ RecvTimeoutError::Disconnected) => return Err(error.into()),
        }
    }
    changed.sort();
    changed.dedup();
    Ok(changed)
}

fn collect(event: notify::Result<Event>, root: &Path, changed: &mut Vec<PathBuf>) {
    match event {
        Ok(event) if !event.kind.is_access() => changed.extend(event.paths.into_iter().filter(|path| concerns(root, path))),
        Ok(_) => {}
        // Events were lost: anything may have changed.
        Err(_) => changed.push(root.to_owned()),
    }
}

/// Whether a path is part of the book, and not an editor's own.
fn concerns(root: &Path, path: &Path) -> bool {
    let Ok(inner) = path.strip_prefix(root) else { return false };
    let own = inner
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with('.') || name.starts_with('#') || name.ends_with('~'));
    !own && inner.iter().next().is_some_and(|first| FOLDERS.iter().any(|folder| first == *folder))
}

fn list(root: &Path, changed: &[PathBuf]) -> String {
    let names: Vec<String> = changed.iter().take(3).map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect();
    let more = changed.len().saturating_sub(names.len());
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}
