//! What the file system says of a folder's files, by which it is known without reading them that none was changed.
//!
//! In one run a file that was compared is the same while its size, its times and its place on the disk are. From run to
//! run the whole folder is, by the same and the time at which anything of a file last changed, which no program can set;
//! that is kept in `.checked.json` beside the versions, for speed alone.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::checked::IntactVersions;
use super::disk::Disk;
use super::folder::name_in;
use super::{Digest, DigestBuilder};

/// Times on a disk go on in steps; where they have parts of a second, in steps of less than this.
const STEP: Duration = Duration::from_millis(20);

/// A file as the system describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileState {
    size: u64,
    modified: Option<SystemTime>,
    place: u64,
    /// When anything of it changed, its names among it; seconds and their parts.
    changed: (i64, i64),
}

/// A folder as the system describes it.
pub(super) struct FolderState {
    /// Its files by their paths in it.
    pub(super) files: BTreeMap<String, FileState>,
    /// What is neither file nor folder.
    pub(super) others: Vec<String>,
}

impl FileState {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> FileState {
        use std::os::unix::fs::MetadataExt;
        FileState {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            place: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> FileState {
        FileState { size: metadata.len(), modified: metadata.modified().ok(), place: 0, changed: (0, 0) }
    }

    /// Whether it is the file that it was, as far as one run can tell; another name may have been given to it meanwhile.
    pub(super) fn is_same_file(&self, other: &FileState) -> bool {
        (self.size, self.modified, self.place) == (other.size, other.modified, other.place) && self.modified.is_some()
    }
}

impl FolderState {
    pub(super) fn of(folder: &Path, disk: &Disk) -> io::Result<FolderState> {
        let mut state = FolderState { files: BTreeMap::new(), others: Vec::new() };
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry?;
            let name = name_in(folder, entry.path());
            if entry.file_type().is_file() {
                state.files.insert(name, FileState::of(&disk.metadata(entry.path())?));
            } else if !entry.file_type().is_dir() {
                state.others.push(name);
            }
        }
        Ok(state)
    }

    /// Whether this very state was remembered when all of the folder was as its list says.
    pub(super) fn is_remembered(&self, folder: &Path, disk: &Disk) -> bool {
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return false };
        self.digest().is_some_and(|digest| IntactVersions::read(parent, disk).folder(&name.to_string_lossy()) == Some(digest))
    }

    /// Remembers the state of a folder that was just written.
    pub(super) fn remember(&self, folder: &Path, disk: &Disk) {
        let youngest = self.files.values().map(|file| file.changed).max();
        let (Some(parent), Some(name), Some(digest), Some(youngest)) = (folder.parent(), folder.file_name(), self.digest(), youngest)
        else {
            return;
        };
        let (Ok(seconds), Ok(nanos)) = (u64::try_from(youngest.0), u64::try_from(youngest.1)) else { return };
        let settled = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_nanos(nanos) + STEP;
        IntactVersions::read(parent, disk).remember_folder(&name.to_string_lossy(), digest, parent, disk, |now| {
            // A change after this bears a later time than any file has now.
            std::thread::sleep(settled.duration_since(now).unwrap_or_default().min(STEP));
        });
    }

    /// Nothing where the system's times are too coarse to tell.
    fn digest(&self) -> Option<Digest> {
        if !self.others.is_empty() || self.files.values().all(|file| file.changed.1 == 0) {
            return None;
        }
        let mut parts = DigestBuilder::new("brief folder seen 1");
        for (name, file) in &self.files {
            parts.add("name", name);
            parts.add("state", format!("{file:?}"));
        }
        Some(parts.finish())
    }
}
