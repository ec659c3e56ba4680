//! The lease of a folder: the system's own lock on `publish.lock`.
//!
//! A holder that is suspended keeps it, one that is killed loses it at once, and no two processes of a machine have it.
//! Some file systems don't share locks between machines. So the file names its holder: a lock of another machine is watched
//! for a while before it is taken over, and a holder checks that the file still is its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use super::lock::{LARGEST_LOCK, LOCK, Lock, LockAttempt, Publisher, Terms, age, seconds, waiting};
use super::retry::{Instant, Limits, pause};

/// A lock that is held.
pub(super) struct FolderLock {
    path: PathBuf,
    file: Mutex<File>,
}

impl FolderLock {
    /// Renews the lock; `false` if the file is another publisher's by now.
    pub(super) fn write(&self, lock: &Lock) -> Result<bool> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_same(&file, &self.path) {
            return Ok(false);
        }
        let stands = read(&mut file).ok().and_then(|text| Lock::parse(&text));
        if stands.is_some_and(|stands| stands.token != lock.token) {
            return Ok(false);
        }
        write(&mut file, lock).with_context(|| format!("can't write `{}`", self.path.display()))?;
        Ok(true)
    }

    /// Gives the lock back.
    #[expect(clippy::disallowed_methods, reason = "the destination's own lock")]
    pub(super) fn release(&self) {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if is_same(&file, &self.path) {
            // A process that has opened the old file detects the removal and reopens it.
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = file.unlock();
    }
}

/// Takes the lock of a folder, and waits for another holder within limits.
pub(super) async fn take(
    path: &Path,
    own: &Lock,
    publisher: &Publisher,
    terms: Terms,
    limits: &Limits,
    note: &dyn Fn(&str),
) -> Result<LockAttempt<FolderLock>> {
    let shown = path.display().to_string();
    let begun = Instant::now();
    let (mut is_noted, mut rounds) = (false, 0);
    let (mut last, mut seen) = (None, Instant::now());
    loop {
        let mut file = open(path)?;
        match file.try_lock() {
            Ok(()) if !is_same(&file, path) => continue,
            Ok(()) => return locked(file, path, own, publisher, terms, note).await,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(LockAttempt::Unconditional),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("can't lock `{shown}`")),
        }
        let text = read(&mut file).unwrap_or_default();
        let lock = Lock::parse(&text);
        let holder = lock.as_ref().map_or("another process", |lock| lock.publisher.as_str());
        if last.as_ref() != Some(&text) {
            seen = Instant::now();
        }
        let age = age(publisher.now, begun, modified(&file));
        if !is_noted {
            note(&format!("`{shown}` is held by {holder}, last renewed {age}: waiting up to {}", seconds(terms.wait)));
            is_noted = true;
        }
        if seen.elapsed() > terms.term * 3 / 2 {
            return Ok(LockAttempt::Busy(format!(
                "{holder} holds `{shown}` and has given no sign for {} (it may be suspended): \
                 let it go on or end it, which frees the lock at once",
                seconds(seen.elapsed())
            )));
        }
        if begun.elapsed() > terms.wait {
            return Ok(LockAttempt::Busy(format!("{holder} is publishing there (it holds `{shown}`)")));
        }
        last = Some(text);
        tokio::time::sleep(pause(limits, LOCK, rounds).min(terms.term / 8)).await;
        rounds += 1;
    }
}

/// After locking: a lock file that isn't empty was left by an earlier publisher.
async fn locked(
    mut file: File,
    path: &Path,
    own: &Lock,
    publisher: &Publisher,
    terms: Terms,
    note: &dyn Fn(&str),
) -> Result<LockAttempt<FolderLock>> {
    let shown = path.display().to_string();
    let begun = Instant::now();
    let text = read(&mut file).with_context(|| format!("can't read `{shown}`"))?;
    let took_over = !text.is_empty();
    if took_over {
        let lock = Lock::parse(&text);
        let holder = lock.as_ref().map_or("an unknown publisher", |lock| lock.publisher.as_str());
        let age = age(publisher.now, begun, modified(&file));
        let is_here = lock.as_ref().is_some_and(|lock| lock.abandoned || lock.host.is_some() && lock.host == publisher.host);
        if !is_here {
            note(&waiting(&shown, holder, &age, terms));
            for _ in 0..8 {
                tokio::time::sleep(terms.term / 8).await;
                if read(&mut file).ok().as_ref() != Some(&text) {
                    return Ok(LockAttempt::Busy(format!("{holder} is publishing there from another machine (it renews `{shown}`)")));
                }
            }
        }
        note(&format!("took over `{shown}`, which {holder} left behind {age}"));
        write(&mut file, own).with_context(|| format!("can't write `{shown}`"))?;
    }
    let lock = FolderLock { path: path.to_owned(), file: Mutex::new(file) };
    if !lock.write(own)? {
        bail!("`{shown}` was taken away while it was locked: publish again");
    }
    Ok(LockAttempt::Locked { held: lock, took_over })
}

#[expect(clippy::disallowed_methods, reason = "the destination's own lock")]
fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    // No link is followed, and a pipe keeps nobody waiting.
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path).with_context(|| format!("can't lock `{}`", path.display()))?;
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        bail!("can't lock `{}`: it is not a regular file", path.display());
    }
    Ok(file)
}

fn read(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LARGEST_LOCK).read_to_end(&mut text)?;
    Ok(text)
}

fn write(file: &mut File, lock: &Lock) -> Result<()> {
    let text = lock.to_json()?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)?;
    Ok(())
}

fn modified(file: &File) -> i64 {
    let time = file.metadata().ok().and_then(|meta| meta.modified().ok()).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    time.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(0))
}

/// Whether the path still leads to this very file.
fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        match (file.metadata(), std::fs::symlink_metadata(path)) {
            (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::*;

    fn lock(token: &str) -> Lock {
        Lock { publisher: "process 1".to_owned(), host: Some("here".to_owned()), token: token.to_owned(), beat: 0, abandoned: false }
    }

    /// Another machine may write into the file, or put its own in its place, where locks aren't shared.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "another publisher's lock")]
    fn a_lock_that_became_another_publishers_is_not_renewed() {
        let publisher = Publisher { name: "process 1".to_owned(), host: Some("here".to_owned()), now: 0 };
        let terms = Terms { term: Duration::from_millis(80), wait: Duration::from_secs(1) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let other = lock("2").to_json().expect("a lock");
        for is_replaced in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(LOCK);
            let taken = runtime.block_on(take(&path, &lock("1"), &publisher, terms, &Limits::default(), &|_| {}));
            let Ok(LockAttempt::Locked { held, .. }) = taken else { panic!("it is free") };
            assert!(held.write(&lock("1")).expect("it is written"));
            match is_replaced {
                true => {
                    std::fs::write(folder.path().join("new"), &other).expect("another lock");
                    std::fs::rename(folder.path().join("new"), &path).expect("in its place");
                }
                false => std::fs::write(&path, &other).expect("another lock"),
            }
            assert!(!held.write(&lock("1")).expect("it is looked at"));
            assert_eq!(std::fs::read(&path).expect("a lock"), other, "it was overwritten");
        }
    }
}
