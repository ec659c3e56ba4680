//! A folder that is made anew as a whole: written beside, then put in the place of the one before.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::Stage;
use super::disk::{Disk, Durability};
use crate::files::Guard;

/// Makes a folder anew: `write` fills it, and until all is written the one before stays as it is.
///
/// `mark` is a file that only such folders have: a folder with other people's files in it is not touched.
pub fn replace_folder(target: &Path, mark: &str, write: impl FnOnce(&Stage) -> Result<()>) -> Result<()> {
    replace_folder_on(target, mark, &Disk::default(), write)
}

/// [`replace_folder`] on a disk of one's own.
pub fn replace_folder_on(target: &Path, mark: &str, disk: &Disk, write: impl FnOnce(&Stage) -> Result<()>) -> Result<()> {
    Guard::of_site().check(target)?;
    let (staging, old) = (beside(target, "new")?, beside(target, "old")?);
    let cannot = || format!("can't write `{}`", target.display());
    // An earlier run stopped between its two renames.
    if !there(target) && there(&old) {
        disk.rename(&old, target).with_context(cannot)?;
    }
    if there(target) {
        if !disk.is_folder(target) {
            bail!("`{}` is in the way: it is no folder", target.display());
        }
        let names = disk.list(target).with_context(cannot)?;
        if !names.is_empty() && !names.iter().any(|name| name == mark) {
            bail!("`{}` holds files that brief did not put there: empty it, or name another folder", target.display());
        }
    }
    if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        disk.create_folder(parent).with_context(cannot)?;
    }
    let mut stage = Stage::new(staging, target.to_path_buf(), 0, Durability::Scratch, disk)?;
    write(&stage)?;
    stage.write(mark, b"")?;
    disk.remove(&old).with_context(cannot)?;
    if there(target) {
        disk.rename(target, &old).with_context(cannot)?;
    }
    if let Err(error) = stage.settle() {
        // The folder before comes back if it can; if not, the next run brings it.
        let _ = disk.rename(&old, target);
        return Err(error);
    }
    // The next run removes it if this can't.
    let _ = disk.remove(&old);
    Ok(())
}

fn there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// `.site.new` for `site`.
fn beside(target: &Path, what: &str) -> Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| anyhow!("`{}` can't be replaced as a whole: name a folder below it", target.display()))?;
    Ok(target.with_file_name(format!(".{}.{what}", name.to_string_lossy())))
}
