//! Private temporary folders: nobody else can look into them, they go when brief ends, and what a brief that was killed
//! left behind is removed by the next one.
//!
//! Each holds a file that its process keeps locked. The system lets go of the lock however the process ends, so that a
//! folder whose lock is free is nobody's any more.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::interrupt::Busy;

const PREFIX: &str = "brief-";
const LOCK: &str = ".brief-lock";
/// What the file holds, so that nobody else's folder is taken for one of ours.
const MARK: &[u8] = b"a temporary folder of brief\n";
/// How often a folder is made anew that somebody swept away before it was locked.
const ATTEMPTS: usize = 16;

/// A folder of this process alone, removed when it is dropped. An interrupt waits for that.
#[derive(Debug)]
pub struct Temporary {
    folder: PathBuf,
    is_kept: bool,
    /// Locked for as long as this lives.
    _lock: File,
    _busy: Busy,
}

impl Temporary {
    pub fn new() -> io::Result<Temporary> {
        let busy = Busy::new();
        for _ in 0..ATTEMPTS {
            let folder = folder()?;
            match locked(&folder) {
                Ok(Some(lock)) => return Ok(Temporary { folder, is_kept: false, _lock: lock, _busy: busy }),
                // Another brief took it for one that was left behind.
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let _ = remove(&folder);
                    return Err(error);
                }
            }
        }
        Err(io::Error::other("temporary folders are removed as soon as they are made"))
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Leaves the folder where it is, for good; gives its path.
    pub fn keep(mut self) -> PathBuf {
        self.is_kept = true;
        let _ = remove_file(&self.folder.join(LOCK));
        self.folder.clone()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_kept {
            // What this can't remove, the next build does.
            let _ = remove(&self.folder);
        }
    }
}

/// Removes the temporary folders that briefs of this user left behind when they were killed.
pub fn sweep() {
    sweep_in(&std::env::temp_dir());
}

fn sweep_in(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let folder = entry.path();
        // What can't be looked at or removed is left as it is.
        if let Some(lock) = abandoned(&folder) {
            let _ = remove(&folder);
            drop(lock);
        }
    }
}

/// Takes the lock of a folder of ours whose process has ended, so that no other process cleans it up at the same time.
fn abandoned(folder: &Path) -> Option<File> {
    let metadata = folder.symlink_metadata().ok()?;
    if !metadata.is_dir() || !is_private(&metadata) {
        return None;
    }
    let (mut file, metadata) = crate::files::open(&folder.join(LOCK)).ok()?;
    if !is_private(&metadata) || metadata.len() != MARK.len() as u64 {
        return None;
    }
    file.try_lock().ok()?;
    let mut mark = Vec::new();
    (&mut file).take(metadata.len()).read_to_end(&mut mark).ok()?;
    (mark == MARK).then_some(file)
}

fn folder() -> io::Result<PathBuf> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Ok(builder.tempdir()?.keep())
}

/// Makes and takes a folder's lock; nothing where it was swept away meanwhile.
fn locked(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let mut lock = create(&path)?;
    lock.write_all(MARK)?;
    match lock.try_lock() {
        Ok(()) => Ok(path.exists().then_some(lock)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        // Without locks nobody sweeps, either.
        Err(fs::TryLockError::Error(_)) => Ok(Some(lock)),
    }
}

/// Writes a file that its owner alone can read.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create(path)?.write_all(bytes)
}

#[expect(clippy::disallowed_methods, reason = "temporary files are no outputs")]
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder, and those above it that are missing, that its owner alone can look into.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[expect(clippy::disallowed_methods, reason = "temporary files are no outputs")]
fn remove(folder: &Path) -> io::Result<()> {
    fs::remove_dir_all(folder)
}

#[expect(clippy::disallowed_methods, reason = "temporary files are no outputs")]
fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Whether a path belongs to this user and no one else can read it.
#[cfg(unix)]
fn is_private(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 == 0
}

/// Elsewhere, each user has a folder of temporary files of their own.
#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn left(parent: &Path, name: &str) -> PathBuf {
        let folder = parent.join(name);
        create_folder(&folder).unwrap();
        write(&folder.join(LOCK), MARK).unwrap();
        write(&folder.join("secret"), b"secret").unwrap();
        folder
    }

    #[test]
    fn only_what_is_ours_and_free_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        left(parent.path(), "brief-left");
        let live = left(parent.path(), "brief-live");
        let held = File::open(live.join(LOCK)).unwrap();
        held.try_lock().unwrap();
        left(parent.path(), "other-left");
        create_folder(&parent.path().join("brief-unmarked")).unwrap();
        write(&parent.path().join("brief-unmarked").join(LOCK), b"something else, of that length").unwrap();
        write(&parent.path().join("brief-file"), b"").unwrap();
        let mut stay = vec!["brief-file", "brief-live", "brief-unmarked", "other-left"];
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};

            let open = left(parent.path(), "brief-open-to-all");
            fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
            symlink(parent.path().join("other-left"), parent.path().join("brief-link")).unwrap();
            stay.extend(["brief-link", "brief-open-to-all"]);
            stay.sort_unstable();
        }
        sweep_in(parent.path());
        assert_eq!(names(parent.path()), stay);
        drop(held);
        sweep_in(parent.path());
        stay.retain(|name| *name != "brief-live");
        assert_eq!(names(parent.path()), stay);
    }

    #[test]
    fn sweeping_takes_no_folder_from_anyone_who_works_in_it() {
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let sweeper = scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    sweep();
                }
            });
            for _ in 0..500 {
                let temporary = Temporary::new().unwrap();
                write(&temporary.path().join("a"), b"a").unwrap();
                assert_eq!(fs::read(temporary.path().join("a")).unwrap(), b"a");
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
            sweeper.join().unwrap();
        });
    }
}
