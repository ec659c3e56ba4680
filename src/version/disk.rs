//! The calls that the store makes on the file system, each behind a hook through which a test can fail it.

#![expect(clippy::disallowed_methods, reason = "the calls of version::store, which the others leave to it")]

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::Digest;
use crate::files;

/// A file used in place of a link holds only a version's name.
const LINK: u64 = 64;

/// A call that is about to be made.
#[derive(Debug, Clone, Copy)]
pub enum Call<'a> {
    Read(&'a Path),
    List(&'a Path),
    Size(&'a Path),
    CreateFolder(&'a Path),
    /// A file is made; the bytes follow in a call of their own.
    CreateFile(&'a Path),
    Write(&'a Path, &'a [u8]),
    Sync(&'a Path),
    Rename(&'a Path, &'a Path),
    Link(&'a Path),
    Remove(&'a Path),
}

/// Called before each file operation in tests; an error replaces the result of the operation.
pub type Hook = Arc<dyn Fn(Call<'_>) -> io::Result<()> + Send + Sync>;

/// The file system as the store sees it.
#[derive(Clone, Default)]
pub struct Disk {
    hook: Option<Hook>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

/// Whether a file must survive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    Synced,
    Scratch,
}

impl Disk {
    /// A disk whose every call is shown to `hook` first.
    pub fn hooked(hook: Hook) -> Disk {
        Disk { hook: Some(hook) }
    }

    fn before(&self, call: Call<'_>) -> io::Result<()> {
        self.hook.as_ref().map_or(Ok(()), |hook| hook(call))
    }

    /// Reads a regular file of at most `limit` bytes; no link is followed, and no pipe waited for.
    pub(super) fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.before(Call::Read(path))?;
        files::read(path, limit)
    }

    /// The SHA-256 of a regular file, read piece by piece; `None` where it isn't of the size that is expected.
    pub(super) fn digest(&self, path: &Path, size: u64) -> io::Result<Option<Digest>> {
        self.before(Call::Read(path))?;
        let (file, metadata) = files::open(path)?;
        if metadata.len() != size {
            return Ok(None);
        }
        // It may grow while it is read.
        Digest::of_stream(file.take(size + 1)).map(|(digest, read)| (read == size).then_some(digest))
    }

    /// The names in a folder, sorted; nothing where there is no folder.
    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.before(Call::List(path))?;
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = entries
            .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
            .collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    }

    /// What the system says of a regular file.
    pub(super) fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.before(Call::Size(path))?;
        let meta = fs::symlink_metadata(path)?;
        if meta.is_file() { Ok(meta) } else { Err(io::Error::other("it is not a regular file")) }
    }

    /// Whether a folder (not a link to one) is there.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
    }

    /// Makes a folder that wasn't there, in one that was.
    pub(super) fn create_new_folder(&self, path: &Path) -> io::Result<()> {
        self.before(Call::CreateFolder(path))?;
        fs::create_dir(path)
    }

    pub(super) fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.before(Call::CreateFolder(path))?;
        fs::create_dir_all(path)
    }

    /// Writes a file that wasn't there.
    pub(super) fn write_new(&self, path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
        self.create(path, durability, |_| Ok(bytes.to_vec()))
    }

    /// Writes a file that wasn't there, with what is made when it is there: its own time is the file system's present.
    fn create(&self, path: &Path, durability: Durability, make: impl FnOnce(SystemTime) -> io::Result<Vec<u8>>) -> io::Result<()> {
        self.before(Call::CreateFile(path))?;
        let mut file = File::create_new(path)?;
        let bytes = make(file.metadata()?.modified()?)?;
        self.before(Call::Write(path, &bytes))?;
        file.write_all(&bytes)?;
        if durability == Durability::Synced {
            self.before(Call::Sync(path))?;
            file.sync_all()?;
        }
        Ok(())
    }

    /// Makes a file that wasn't there, to be filled by [`Disk::append`].
    pub(super) fn create_new(&self, path: &Path) -> io::Result<File> {
        self.before(Call::CreateFile(path))?;
        File::create_new(path)
    }

    pub(super) fn append(&self, path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.before(Call::Write(path, bytes))?;
        file.write_all(bytes)
    }

    pub(super) fn sync_file(&self, path: &Path, file: &File) -> io::Result<()> {
        self.before(Call::Sync(path))?;
        file.sync_all()
    }

    /// Makes what was created, renamed or removed in a folder last.
    pub(super) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.before(Call::Sync(path))?;
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before(Call::Rename(from, to))?;
        fs::rename(from, to)
    }

    /// Makes `path` point at `target` beside it: a relative link, or where there are none a file that holds the name.
    pub(super) fn link(&self, path: &Path, target: &str) -> io::Result<()> {
        self.before(Call::Link(path))?;
        #[cfg(unix)]
        return std::os::unix::fs::symlink(target, path);
        #[cfg(not(unix))]
        return fs::write(path, format!("{target}\n"));
    }

    /// The name to which a path points that [`Disk::link`] made, here or on a system without links.
    pub(super) fn linked(&self, path: &Path) -> Option<String> {
        let name = match fs::read_link(path) {
            Ok(target) => target.into_os_string().into_string().ok()?,
            Err(_) => String::from_utf8(files::read(path, LINK).ok()?).ok()?.trim_end().to_owned(),
        };
        Some(name)
    }

    /// Removes a file, a link or a whole folder; fine if it isn't there.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        self.before(Call::Remove(path))?;
        let result = if self.is_folder(path) { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Removes a file or a link, and never a folder; fine if it isn't there.
    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        if self.is_folder(path) {
            return Err(io::Error::other("it is a folder, which brief did not make: move it away"));
        }
        self.remove(path)
    }

    /// Gives a file a second name, or copies it where the file system knows no second names; an error where the name is taken.
    pub(super) fn link_or_copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before(Call::CreateFile(to))?;
        match fs::hard_link(from, to) {
            // Copying would empty the file first, which may be the very one that is to be copied.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) => fs::copy(from, to).map(drop),
            Ok(()) => Ok(()),
        }
    }

    /// Removes a folder that holds nothing.
    pub(super) fn remove_empty_folder(&self, path: &Path) -> io::Result<()> {
        self.before(Call::Remove(path))?;
        fs::remove_dir(path)
    }

    /// Replaces a file whole: written beside it, synced, renamed over it, and its folder synced.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
        self.replace_with(path, durability, |_| Ok(bytes.to_vec()))
    }

    /// [`Disk::replace`] with what is made when the file system's present is known.
    pub(super) fn replace_with(
        &self,
        path: &Path,
        durability: Durability,
        make: impl FnOnce(SystemTime) -> io::Result<Vec<u8>>,
    ) -> io::Result<()> {
        let beside = beside(path);
        self.remove_file(&beside)?;
        let written = self.create(&beside, durability, make).and_then(|()| self.rename(&beside, path));
        if let Err(error) = written {
            // What is left of a failed attempt is of no use to anyone; the error at hand matters more than its removal's.
            let _ = self.remove_file(&beside);
            return Err(error);
        }
        match (durability, path.parent()) {
            (Durability::Synced, Some(folder)) => self.sync_folder(folder),
            _ => Ok(()),
        }
    }
}

/// The name under which a file is written before it takes another's place.
pub(super) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{}.new", name.trim_start_matches('.')))
}
