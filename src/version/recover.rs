//! What an interrupted build left behind is put away, so that the next one makes the version that was due.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::Ledger;
use super::disk::Disk;
use crate::layout::{LATEST, version_folder, version_number};

/// What the names of our own passing files and folders start with.
pub(super) const STAGING: &str = ".staging-";
pub(super) const PRUNED: &str = ".pruned-";
const SET_ASIDE: &str = ".set-aside-";
const BESIDE: [&str; 4] = [".versions.json.new", ".latest.new", ".inputs.json.new", ".checked.json.new"];

/// Puts an output folder in order; returns what people should know of it. The folder must be locked.
///
/// A folder of the next version that the ledger doesn't know was renamed into place by a build that then
/// stopped: it is set aside, not deleted. More than one such folder means that the ledger went back, and so does one that `latest` names.
pub(super) fn recover(output: &Path, ledger: &Ledger, disk: &Disk) -> Result<Vec<String>> {
    let names = disk.list(output).with_context(|| format!("can't list `{}`", output.display()))?;
    let mut notes = Vec::new();
    for name in &names {
        let of_version = [STAGING, PRUNED].iter().any(|prefix| name.strip_prefix(prefix).and_then(version_number).is_some());
        if of_version || BESIDE.contains(&name.as_str()) {
            let path = output.join(name);
            disk.remove(&path).with_context(|| format!("can't remove `{}`, left by an interrupted build", path.display()))?;
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
        let name = (1..)
            .map(|turn| if turn == 1 { format!("{SET_ASIDE}v{due}") } else { format!("{SET_ASIDE}v{due}-{turn}") })
            .find(|name| !names.contains(name))
            .unwrap_or_default();
        let to = output.join(name);
        disk.rename(&from, &to).with_context(|| format!("can't set `{}` aside as `{}`", from.display(), to.display()))?;
        notes.push(format!("an interrupted build left `{}`; it was set aside as `{}`", from.display(), to.display()));
    }
    Ok(notes)
}
