//! What no command may write into: versions, ledgers, and the files that a book is made from.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};

use crate::layout::{DRAFT, FOLDERS, LATEST, LEDGER, MANIFEST, SETTINGS, SITE, is_version_name};

/// Folders beside the ledger that brief replaces as a whole.
const REPLACED: [&str; 2] = [DRAFT, SITE];

/// The folders of one book. Those of any other book that a path leads into are recognized by what lies in them.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    root: Option<PathBuf>,
    output: Option<PathBuf>,
    /// Where this command may write although it is the book's own.
    within: Option<PathBuf>,
    /// Whether this is about the folder of the pages itself.
    is_site: bool,
}

impl Guard {
    /// Protects the book in `root` and the versions in `output`, besides all others.
    pub fn new(root: &Path, output: &Path) -> Guard {
        Guard { root: Some(root.to_owned()), output: Some(output.to_owned()), ..Guard::default() }
    }

    /// For a command that replaces the folder of the pages as a whole.
    pub fn of_site() -> Guard {
        Guard { is_site: true, ..Guard::default() }
    }

    /// Lets a command write into one folder of the book, such as `templates`, and nowhere else.
    pub fn within(root: &Path, folder: impl AsRef<Path>) -> Guard {
        Guard { root: Some(root.to_owned()), within: Some(folder.as_ref().to_owned()), ..Guard::default() }
    }

    /// The real path of a file or folder that is to be written, which need not exist yet; an error where it lies in a
    /// version, in another folder of brief's own, or among the files of a book.
    pub fn check(&self, path: &Path) -> Result<PathBuf> {
        let real = real(path);
        if let (Some(root), Some(within)) = (&self.root, &self.within) {
            let allowed = self::real(root).join(within);
            if !real.starts_with(&allowed) {
                bail!("`{}` leads out of `{}`", path.display(), root.join(within).display());
            }
        }
        // From the outermost folder inwards, so that what is named is the whole that must not be touched.
        let parts: Vec<&Path> = real.ancestors().collect();
        for part in parts.into_iter().rev() {
            let (Some(above), Some(name)) = (part.parent(), part.file_name()) else { continue };
            if let Some(why) = self.why_not(above, name, part, part == real) {
                bail!("nothing is written to `{}`: {why}", path.display());
            }
        }
        Ok(real)
    }

    /// Why nothing may be written to `above/name` or below it.
    fn why_not(&self, above: &Path, name: &OsStr, part: &Path, is_last: bool) -> Option<String> {
        let is_book = above.join(SETTINGS).exists() || is_some_same(self.root.as_deref(), above);
        if is_book && let Some(source) = FOLDERS.iter().find(|source| is_named(part, name, &above.join(source))) {
            let allowed = self.within.as_deref().is_some_and(|within| within.starts_with(source));
            return (!allowed).then(|| format!("`{source}/` holds what the book is made from"));
        }
        let is_output = above.join(LEDGER).exists() || is_some_same(self.output.as_deref(), above);
        let text = name.to_string_lossy().to_lowercase();
        if is_version_name(&text) && (is_output || part.join(MANIFEST).exists()) {
            return Some("a version is never changed".to_owned());
        }
        if let Some(version) = self.version_at(part) {
            return Some(format!("it is {version}, and a version is never changed"));
        }
        if !is_output {
            return None;
        }
        if REPLACED.iter().any(|replaced| is_named(part, name, &above.join(replaced))) && !is_last {
            return Some(format!("`{text}/` is replaced as a whole"));
        }
        if self.is_site && text == SITE {
            return None;
        }
        let is_own = text == LEDGER || text == LATEST || text.starts_with('.') || REPLACED.contains(&text.as_str());
        (is_own && is_last).then(|| "that name is brief's own there".to_owned())
    }

    /// The version of the book's own output that a folder is, under whatever name it was reached.
    fn version_at(&self, part: &Path) -> Option<String> {
        let identity = Some(identity(part)?);
        let output = self.output.as_ref()?;
        let names = fs::read_dir(output).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let versions = names.filter(|name| is_version_name(name));
        let version = versions.map(|name| output.join(name)).find(|version| self::identity(version) == identity)?;
        Some(format!("`{}`", version.display()))
    }
}

/// The path without links and `..`; what does not exist yet is appended as it is named.
pub(super) fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing: Vec<Component<'_>> = Vec::new();
    let mut rest = absolute.components();
    loop {
        if let Ok(mut real) = rest.as_path().canonicalize() {
            for part in missing.iter().rev() {
                match part {
                    Component::ParentDir => drop(real.pop()),
                    part => real.push(part),
                }
            }
            return real;
        }
        match rest.next_back() {
            Some(part) => missing.push(part),
            None => return absolute,
        }
    }
}

/// Whether a path is what another names: the same file where it exists, else by name.
fn is_named(part: &Path, name: &OsStr, other: &Path) -> bool {
    match (identity(part), identity(other)) {
        (Some(one), Some(two)) => one == two,
        (None, None) => other.file_name().is_some_and(|other| name.eq_ignore_ascii_case(other)),
        _ => false,
    }
}

fn is_some_same(known: Option<&Path>, path: &Path) -> bool {
    known.and_then(identity).is_some_and(|known| identity(path) == Some(known))
}

/// Identifies a file among all others on this machine, whatever its name.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}
