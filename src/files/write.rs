//! Writes one file atomically, and leaves the other files of its folder alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::{Guard, read};
use crate::interrupt::Busy;

/// The largest file that is looked into before it is replaced.
const LARGEST: u64 = 256 << 20;

/// What becomes of a file that is there already.
#[derive(Clone, Copy)]
pub enum Existing {
    /// It stays, and the command fails.
    Stays,
    /// It is replaced.
    IsReplaced,
    /// It is replaced where this says of its bytes that brief made it; else it stays.
    IsReplacedIf(fn(&[u8]) -> bool),
}

impl std::fmt::Debug for Existing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Existing::Stays => "Stays",
            Existing::IsReplaced => "IsReplaced",
            Existing::IsReplacedIf(_) => "IsReplacedIf",
        })
    }
}

/// Writes a file that a command was told to write. It appears whole: written beside its place, then renamed, so that no
/// other name of the file it replaces (a hard link) gets its bytes, and no symbolic link is followed.
///
/// Where it must not be written, see [`Guard::check`]. To find that out before long work, call [`prepare`] first.
pub fn write(path: &Path, bytes: &[u8], guard: &Guard, existing: Existing) -> Result<()> {
    let target = prepare(path, guard, existing)?;
    let cannot = || format!("can't write `{}`", path.display());
    let folder = target.parent().unwrap_or(Path::new("."));
    // Until the file has its name, a signal waits.
    let _busy = Busy::new();
    let mut beside = beside(folder).with_context(cannot)?;
    beside.write_all(bytes).and_then(|()| beside.as_file().sync_all()).with_context(cannot)?;
    match existing {
        Existing::Stays => beside.persist_noclobber(&target).map_err(|error| error.error).with_context(cannot)?,
        Existing::IsReplaced | Existing::IsReplacedIf(_) => beside.persist(&target).map_err(|error| error.error).with_context(cannot)?,
    };
    Ok(())
}

/// The real path to which [`write()`] would write, or why it would not.
pub fn prepare(path: &Path, guard: &Guard, existing: Existing) -> Result<PathBuf> {
    let cannot = || format!("can't write `{}`", path.display());
    let Some(name) = path.file_name() else { return Err(anyhow!("it names no file").context(cannot())) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(anyhow!("it is a folder").context(cannot()));
    }
    let real = match folder.canonicalize() {
        Ok(real) if real.is_dir() => real,
        _ => return Err(anyhow!("there is no folder `{}`", folder.display()).context(cannot())),
    };
    let target = real.join(name);
    // What a link at the end leads to is not asked: no link is followed.
    match target.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(cannot),
        Ok(metadata) if metadata.is_symlink() => return Err(anyhow!("it is a symbolic link").context(cannot())),
        Ok(metadata) if !metadata.is_file() => return Err(anyhow!("it is not a regular file").context(cannot())),
        Ok(_) => {
            let stays = match existing {
                Existing::Stays => bail!("`{}` exists", path.display()),
                Existing::IsReplaced => false,
                Existing::IsReplacedIf(is_own) => !read(&target, LARGEST).is_ok_and(|bytes| is_own(&bytes)),
            };
            if stays {
                guard.check(&target)?;
                bail!("`{}` exists, and brief did not make it: name another file, or overwrite it with `--force`", path.display());
            }
        }
    }
    guard.check(&target)?;
    Ok(target)
}

/// A new file in a folder, with the rights that new files have.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".brief-").suffix(".new");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
