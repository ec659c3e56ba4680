//! What a build is asked to do, where the book is, and what a build may know of its surroundings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::Date;
use crate::typeset::Choice;

/// What to build, and how.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The folder that holds `content/` and `templates/`.
    pub root: PathBuf,
    /// Where versions are kept.
    pub output: PathBuf,
    /// Of a book with audiences, those whose versions are built; all where none is named.
    pub audiences: Vec<String>,
    /// Only these documents, into the draft folder.
    pub documents: Vec<String>,
    /// Without it only Markdown is made, into the draft folder.
    pub pdf: bool,
    /// Into the draft folder, with DRAFT on each page.
    pub draft: bool,
    pub typst: Choice,
    pub environment: Environment,
    /// How long typst may take for one document.
    pub typst_timeout: Duration,
    /// Keeps what typst was given, and says where.
    pub keep_temporary: bool,
    /// The version's date, where it isn't to be found out.
    pub date: Option<Date>,
    /// What changed is listed since this version, git revision or folder; else since the last version that was published,
    /// else since the one before.
    pub since: Option<String>,
    /// How many documents are made at once.
    pub jobs: Option<usize>,
}

impl BuildOptions {
    /// Whether the result is a draft rather than a version.
    pub fn is_draft(&self) -> bool {
        self.draft || !self.pdf || !self.documents.is_empty()
    }
}

/// Where a book and its versions are, and whose they are.
#[derive(Debug, Clone, Copy)]
pub struct BookFolders<'a> {
    /// The folder that holds `content/` and `templates/`.
    pub root: &'a Path,
    /// The folder of the versions, or of the audiences' folders of theirs.
    pub output: &'a Path,
    /// The audience as which the book is seen; without one, all of it.
    pub audience: Option<&'a str>,
}

impl BookFolders<'_> {
    /// The folder of the versions that are meant.
    pub fn versions(&self) -> PathBuf {
        self.audience.map_or_else(|| self.output.to_owned(), |name| self.output.join(name))
    }
}

/// What stages may not find out by themselves.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `SOURCE_DATE_EPOCH`, in seconds.
    pub source_date_epoch: Option<i64>,
    /// `BRIEF_TYPST`.
    pub brief_typst: Option<OsString>,
    /// `PATH`.
    pub path: Option<OsString>,
    pub today: Date,
}
