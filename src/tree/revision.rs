//! A git revision as a [`Tree`], and what git knows of a folder.
//!
//! Everything is read from the object store: nothing is checked out, no index is written, and bare and shallow
//! repositories, linked worktrees and folders below a repository's root are all fine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::folder::{MAX_FILE, MAX_TOTAL, unreadable};
use super::{Tree, git, lfs};
use crate::diagnostic::Diagnostic;
use crate::layout::FOLDERS;

/// What git knows of the folder of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitFacts {
    /// The commit that is checked out.
    pub commit: String,
    /// Whether the files that the book is read from are as committed.
    pub clean: bool,
    /// When it was committed, in Unix seconds.
    pub commit_time: i64,
}

/// What git knows of a folder; nothing where there is no git, no repository, no work tree or no commit.
pub fn facts(root: &Path) -> Option<GitFacts> {
    let (head, clean) = thread::scope(|scope| {
        let clean = scope.spawn(|| work_tree(root));
        (git::run(root, &["log", "-1", "--no-show-signature", "--format=%H %ct"]), clean.join())
    });
    let head = String::from_utf8(head.ok()??).ok()?;
    let (commit, time) = head.trim().split_once(' ')?;
    Some(GitFacts { commit: commit.to_owned(), clean: clean.ok()?.ok()?? == WorkTree::AsCommitted, commit_time: time.parse().ok()? })
}

/// The files that the book is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkTree {
    AsCommitted,
    Changed,
}

/// Whether the files that the book is read from are as committed; nothing where git can't say.
///
/// No filter is run to find out, so a file that Git LFS keeps elsewhere is compared with its pointer here. What a submodule
/// holds is committed in another repository, so a book with one is never as committed.
fn work_tree(root: &Path) -> Result<Option<WorkTree>> {
    let Some(changed) = changed(root)? else { return Ok(None) };
    let Some(tracked) = git::run(root, &[&["ls-files", "--stage", "-z", "--"], FOLDERS.as_slice()].concat())? else { return Ok(None) };
    let tracked: Vec<Tracked<'_>> = tracked.split(|byte| *byte == 0).filter_map(tracked_file).collect();
    if tracked.iter().any(|file| file.mode == b"160000") {
        return Ok(Some(WorkTree::Changed));
    }
    let ids: BTreeMap<&[u8], &String> = tracked.iter().map(|file| (file.path, &file.id)).collect();
    let mut expanded = Vec::new();
    for entry in changed {
        let id = ids.get(entry.path.as_slice());
        match id.filter(|_| entry.only_in_work_tree) {
            Some(id) => expanded.push((entry.path, *id)),
            None => return Ok(Some(WorkTree::Changed)),
        }
    }
    let pointers = objects(root, &expanded.iter().map(|(_, id)| *id).collect::<Vec<_>>())?;
    let is_same = expanded.iter().all(|(path, id)| {
        let file = std::str::from_utf8(path).ok().map(|path| root.join(path));
        file.zip(pointers.get(*id)).is_some_and(|(file, pointer)| lfs::is_content_of(&file, pointer))
    });
    Ok(Some(if is_same { WorkTree::AsCommitted } else { WorkTree::Changed }))
}

/// A file of the book that isn't as committed, by its path from the book's root.
struct ChangedPath {
    path: Vec<u8>,
    only_in_work_tree: bool,
}

/// The files of the book that aren't as committed, those that git ignores among them: they are read all the same.
fn changed(root: &Path) -> Result<Option<Vec<ChangedPath>>> {
    let Some(mut status) = git::filters(root)? else { return Ok(None) };
    let options = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching"];
    status.extend(options.into_iter().chain(["--ignore-submodules=dirty", "--"]).chain(FOLDERS).map(OsString::from));
    let Some(status) = git::run(root, &status)? else { return Ok(None) };
    let prefix = if status.is_empty() { String::new() } else { prefix(root)? };
    let entries = status.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let entries = entries.map(|entry| {
        let path = entry.get(3..).unwrap_or_default();
        let path = path.strip_prefix(prefix.as_bytes()).unwrap_or(path);
        ChangedPath { path: path.to_vec(), only_in_work_tree: entry.starts_with(b" M") }
    });
    Ok(Some(entries.filter(|entry| !is_hidden(&String::from_utf8_lossy(&entry.path))).collect()))
}

/// A file that git tracks.
struct Tracked<'a> {
    mode: &'a [u8],
    id: String,
    path: &'a [u8],
}

/// Reads an entry of `ls-files --stage`: `100644 <id> 0\t<path>`.
fn tracked_file(entry: &[u8]) -> Option<Tracked<'_>> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let mut about = entry[..tab].split(|byte| *byte == b' ');
    let (mode, id) = (about.next()?, about.next()?);
    Some(Tracked { mode, id: String::from_utf8(id.to_vec()).ok()?, path: &entry[tab + 1..] })
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    /// When it was committed, in Unix seconds.
    pub time: i64,
}

/// The commit that a revision names, as [`resolve`] finds it, and its time.
pub fn commit(root: &Path, revision: &str) -> Result<Commit> {
    let id = resolve(root, revision)?;
    let printed = git::run(root, &["log", "-1", "--no-show-signature", "--format=%ct", &id])?;
    let time = printed.and_then(|bytes| String::from_utf8(bytes).ok()?.trim().parse().ok()).unwrap_or(0);
    Ok(Commit { id, time })
}

/// The commit that a revision names: `main`, `HEAD~3`, `v1.0`, or `main...` for where HEAD went its own way from it.
pub fn resolve(root: &Path, revision: &str) -> Result<String> {
    if revision.is_empty() || revision.starts_with('-') {
        bail!("`{revision}` is not a git revision");
    }
    let (name, fork) = match revision.strip_suffix("...") {
        Some(name) => (name, true),
        None => (revision, false),
    };
    let printed = git::run(root, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])?;
    let Some(commit) = printed.and_then(|bytes| Some(String::from_utf8(bytes).ok()?.trim().to_owned())).filter(|id| !id.is_empty()) else {
        bail!("there is no revision `{name}` in the repository of `{}`{}", root.display(), elsewhere(root, name));
    };
    if !fork {
        return Ok(commit);
    }
    let base = git::run(root, &["merge-base", &commit, "HEAD"])?;
    base.and_then(|bytes| Some(String::from_utf8(bytes).ok()?.trim().to_owned()))
        .ok_or_else(|| anyhow!("`{name}` and HEAD have no common ancestor in the repository of `{}`{}", root.display(), shallow(root)))
}

/// Where a revision may be that is not there.
fn elsewhere(root: &Path, name: &str) -> String {
    let remote = format!("refs/remotes/origin/{name}");
    match git::run(root, &["rev-parse", "--verify", "--quiet", &remote]) {
        Ok(Some(_)) => format!("; there is `origin/{name}`"),
        _ => shallow(root).to_owned(),
    }
}

/// Why something may not be there.
fn shallow(root: &Path) -> &'static str {
    match git::run(root, &["rev-parse", "--is-shallow-repository"]) {
        Ok(Some(answer)) if answer.starts_with(b"true") => "; the repository is shallow: `git fetch --unshallow` brings the rest",
        _ => "",
    }
}

/// Reads the book that a folder held in a revision. Entries that can't be read become diagnostics.
pub fn read(root: &Path, revision: &str) -> Result<(Tree, Vec<Diagnostic>)> {
    let commit = resolve(root, revision)?;
    let mut listing = Listing { prefix: prefix(root)?, ..Listing::default() };
    let folders = FOLDERS.map(|folder| format!("{}{folder}", listing.prefix));
    let arguments = [&["ls-tree", "-r", "-z", "--full-tree", &commit], folders.each_ref().map(String::as_str).as_slice()].concat();
    let entries = git::run(root, &arguments)?.with_context(|| format!("git can't list revision `{revision}`{}", shallow(root)))?;
    for entry in entries.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        listing.add(entry)?;
    }
    let Listing { blobs, links, mut diagnostics, .. } = listing;

    let mut ids: Vec<&String> = blobs.values().chain(links.values()).collect();
    ids.sort_unstable();
    ids.dedup();
    let contents = objects(root, &ids).with_context(|| format!("can't read revision `{revision}`"))?;
    let bytes = |id: &String| contents.get(id).cloned();

    let mut tree = Tree::default();
    for (path, id) in &blobs {
        match bytes(id) {
            Some(bytes) => drop(tree.files.insert(path.clone(), bytes)),
            None => diagnostics.push(unreadable(path, &format!("its object {id} is not in the repository"))),
        }
    }
    for (path, id) in &links {
        let target = bytes(id).and_then(|bytes| target(path, std::str::from_utf8(&bytes).ok()?));
        match target.and_then(|target| tree.files.get(&target).cloned()) {
            Some(bytes) => drop(tree.files.insert(path.clone(), bytes)),
            None => diagnostics.push(unreadable(path, "a link that leads to no file of the book")),
        }
    }
    diagnostics.sort_by(|a, b| a.place.file().cmp(&b.place.file()));
    Ok((tree, diagnostics))
}

/// The path from the repository's root to the folder, with a slash at its end; empty for the root itself.
fn prefix(root: &Path) -> Result<String> {
    let printed = git::run(root, &["rev-parse", "--show-prefix"])?.context("git can't say where in its repository the folder is")?;
    let text = String::from_utf8(printed).context("the folder's name isn't UTF-8")?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// The files of a revision, by path from the book's root; each with the id of its object.
#[derive(Default)]
struct Listing {
    prefix: String,
    blobs: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
    diagnostics: Vec<Diagnostic>,
}

impl Listing {
    /// Adds an entry of `ls-tree`: `100644 blob <id>\t<path>`.
    fn add(&mut self, entry: &[u8]) -> Result<()> {
        let tab = entry.iter().position(|byte| *byte == b'\t').context("git lists what brief can't read")?;
        let about = String::from_utf8_lossy(&entry[..tab]);
        let mut about = about.split(' ');
        let (mode, id) = (about.next().unwrap_or_default(), about.nth(1).unwrap_or_default().to_owned());
        let Ok(path) = std::str::from_utf8(&entry[tab + 1..]) else {
            self.diagnostics.push(unreadable(&String::from_utf8_lossy(&entry[tab + 1..]), "its name isn't UTF-8"));
            return Ok(());
        };
        let path = path.strip_prefix(&self.prefix).unwrap_or(path);
        if is_hidden(path) {
            return Ok(());
        }
        match mode {
            "120000" => drop(self.links.insert(path.to_owned(), id)),
            "160000" => self.diagnostics.push(unreadable(path, "it is a submodule, whose files are in another repository")),
            _ => drop(self.blobs.insert(path.to_owned(), id)),
        }
        Ok(())
    }
}

/// Files whose name, or a folder's on the way to it, starts with a full stop are no part of a book.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// Reads objects; those that aren't there are left out.
fn objects(root: &Path, ids: &[&String]) -> Result<BTreeMap<String, Arc<[u8]>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let input = ids.iter().fold(String::new(), |all, id| all + id + "\n").into_bytes();
    git::feed(root, &["cat-file", "--batch", "--buffer"], input, |output| {
        let mut output = BufReader::with_capacity(1 << 16, output);
        let mut found = BTreeMap::new();
        let mut total = 0;
        for id in ids {
            let mut header = String::new();
            output.read_line(&mut header).context("can't read what git prints")?;
            let mut parts = header.trim_end().rsplit(' ');
            let size = match parts.next() {
                Some("missing") => continue,
                Some(size) => size.parse::<u64>().with_context(|| format!("git can't print object {id}"))?,
                None => bail!("git stopped before object {id}"),
            };
            total += size;
            if size > MAX_FILE || total > MAX_TOTAL {
                bail!("its files hold more than the limit of {} MiB each and {} MiB together", MAX_FILE >> 20, MAX_TOTAL >> 20);
            }
            let mut bytes = vec![0; usize::try_from(size)?];
            output.read_exact(&mut bytes).with_context(|| format!("git stopped in object {id}"))?;
            output.read_exact(&mut [0]).with_context(|| format!("git stopped after object {id}"))?;
            found.insert((*id).clone(), bytes.into());
        }
        Ok(found)
    })
}

/// Where a link at `path` leads, as a path from the book's root; nothing where it leads out of it.
fn target(path: &str, link: &str) -> Option<String> {
    if link.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
