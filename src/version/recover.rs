//! Removes what an interrupted build left behind, so that the next build makes that version.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::disk::{Disk, Durability};
use super::replace::is_there;
use super::{Ledger, Manifest};
use crate::layout::{LATEST, MANIFEST, version_folder, version_number};

/// What the names of our own passing files and folders start with.
pub(super) const STAGING: &str = ".staging-";
pub(super) const PRUNED: &str = ".pruned-";
const SET_ASIDE: &str = ".set-aside-";
/// The file by which a folder in the making is known to be brief's.
const MARK: &str = ".staging";
/// The largest manifest that is read, in bytes.
const LARGEST: u64 = 64 << 20;
const BESIDE: [&str; 4] = [".versions.json.new", ".latest.new", ".inputs.json.new", ".checked.json.new"];

/// Puts an output folder in order; returns what people should know of it. The folder must be locked.
///
/// A folder of the next version that the ledger doesn't know was renamed into place by a build that then
/// stopped: it is set aside, not deleted. More than one such folder means that the ledger went back, and so does one that `latest` names.
pub(super) fn recover(output: &Path, ledger: &Ledger, disk: &Disk) -> Result<Vec<String>> {
    let names = disk.list(output).with_context(|| format!("can't list `{}`", output.display()))?;
    let mut notes = Vec::new();
    for name in &names {
        let path = output.join(name);
        let cannot = || format!("can't remove `{}`, left by an interrupted build", path.display());
        if BESIDE.contains(&name.as_str()) {
            disk.remove_file(&path).with_context(cannot)?;
        } else if [STAGING, PRUNED].iter().any(|prefix| name.strip_prefix(prefix).and_then(version_number).is_some()) {
            if is_own(&path, disk) {
                remove_version(&path, disk).with_context(cannot)?;
            } else {
                let to = set_aside(output, &path, name.trim_start_matches('.'), disk)?;
                notes.push(format!("`{}` is not brief's, and in its way; it was set aside as `{}`", path.display(), to.display()));
            }
        }
    }
    let due = ledger.next_number();
    let unknown: Vec<u32> = names.iter().filter_map(|name| version_number(name)).filter(|number| *number >= due).collect();
    // The link is set when the ledger stands: where it leads to a version that the ledger doesn't know, the ledger is not the one that was.
    let linked = disk.linked(&output.join(LATEST)).and_then(|target| version_number(&target));
    let went_back = linked.is_some_and(|number| unknown.contains(&number)) || unknown.iter().any(|number| *number != due);
    if went_back {
        let list = unknown.iter().map(|number| format!("`v{number}`")).collect::<Vec<_>>().join(", ");
        bail!(
            "`{}` holds {list}, but the ledger ends before v{due}: restore the ledger `versions.json`, or move these folders away",
            output.display()
        );
    }
    if !unknown.is_empty() {
        let from = output.join(version_folder(due));
        let to = set_aside(output, &from, &version_folder(due), disk)?;
        notes.push(format!("an interrupted build left `{}`; it was set aside as `{}`", from.display(), to.display()));
    }
    Ok(notes)
}

/// Renames what is in the way to a name that nothing has; gives its new path.
fn set_aside(output: &Path, from: &Path, name: &str, disk: &Disk) -> Result<PathBuf> {
    let to = (1..)
        .map(|turn| if turn == 1 { format!("{SET_ASIDE}{name}") } else { format!("{SET_ASIDE}{name}-{turn}") })
        .map(|name| output.join(name))
        .find(|path| !is_there(path))
        .unwrap_or_default();
    disk.rename(from, &to).with_context(|| format!("can't set `{}` aside as `{}`", from.display(), to.display()))?;
    Ok(to)
}

/// Marks a new folder as one that brief fills.
pub(super) fn mark(folder: &Path, disk: &Disk) -> Result<()> {
    let path = folder.join(MARK);
    disk.write_new(&path, b"", Durability::Scratch).with_context(|| format!("can't write `{}`", path.display()))
}

/// Takes the mark away, once the manifest says whose the folder is.
pub(super) fn unmark(folder: &Path, disk: &Disk) -> Result<()> {
    let path = folder.join(MARK);
    disk.remove_file(&path).with_context(|| format!("can't remove `{}`", path.display()))
}

/// Whether brief made a folder: it is marked, it holds a version's manifest, or it holds nothing.
pub(super) fn is_own(folder: &Path, disk: &Disk) -> bool {
    let is_manifest = || disk.read(&folder.join(MANIFEST), LARGEST).is_ok_and(|bytes| Manifest::parse(&bytes).is_ok());
    disk.is_folder(folder)
        && disk.list(folder).is_ok_and(|names| names.is_empty() || names.iter().any(|name| name == MARK) || is_manifest())
}

/// Removes a folder of a version; what it is known by goes last, so that it is known still where this is cut short.
pub(super) fn remove_version(folder: &Path, disk: &Disk) -> io::Result<()> {
    let known_by = |name: &str| name == MARK || name == MANIFEST;
    let names = disk.list(folder)?;
    let (last, first): (Vec<&String>, Vec<&String>) = names.iter().partition(|name| known_by(name));
    first.into_iter().chain(last).try_for_each(|name| disk.remove(&folder.join(name)))?;
    disk.remove_empty_folder(folder)
}
