//! What the command line needs of the other rooms, in one place until they are joined.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::diagnostic::Diagnostic;
use crate::model::Date;
use crate::tree::Tree;

/// brief's version and typst's.
#[cfg(feature = "builtin-typst")]
pub(super) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (typst 0.15.1, built in)");
#[cfg(not(feature = "builtin-typst"))]
pub(super) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (for typst 0.15.1, not built in)");

pub fn builtin_typst(_arguments: Vec<OsString>) -> ExitCode {
    ExitCode::from(2)
}

pub(super) struct BuildOptions {
    pub(super) root: PathBuf,
    pub(super) output: PathBuf,
    pub(super) documents: Vec<String>,
    pub(super) pdf: bool,
    pub(super) draft: bool,
    pub(super) typst: Choice,
    pub(super) environment: Environment,
    pub(super) typst_timeout: Duration,
    pub(super) keep_temporary: bool,
    pub(super) date: Option<Date>,
    pub(super) jobs: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Choice {
    Search,
    Program(PathBuf),
    BuiltIn,
}

pub(super) struct Environment {
    pub(super) source_date_epoch: Option<i64>,
    pub(super) brief_typst: Option<OsString>,
    pub(super) path: Option<OsString>,
    pub(super) today: Date,
}

pub(super) trait Progress: Sync {
    fn start(&self, stage: &str, total: u64);
    fn step(&self, what: &str);
    fn finish(&self);
}

pub(super) struct Built {
    pub(super) tree: Tree,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) notes: Vec<String>,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Faulty,
    Unchanged { name: String, folder: PathBuf },
    Version { name: String, folder: PathBuf, summary: String, documents: usize, typeset: usize },
    Draft { folder: PathBuf, documents: usize },
}

pub(super) fn build(options: &BuildOptions, progress: &dyn Progress) -> Result<Built> {
    progress.start("load", 1);
    progress.finish();
    let _ = (&options.documents, options.pdf, options.draft, &options.typst, options.typst_timeout, options.keep_temporary);
    let _ = (options.date, options.jobs, &options.output);
    let Environment { source_date_epoch, brief_typst, path, today } = &options.environment;
    let _ = (source_date_epoch, brief_typst, path, today);
    bail!("the rooms are not joined yet: {}", options.root.display())
}

pub(super) struct Checked {
    pub(super) tree: Tree,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) documents: usize,
    pub(super) records: usize,
}

pub(super) fn check(root: &Path, _progress: &dyn Progress) -> Result<Checked> {
    bail!("the rooms are not joined yet: {}", root.display())
}

pub(super) fn paint(_tree: &Tree, diagnostics: &[Diagnostic], _color: bool) -> String {
    diagnostics
        .iter()
        .map(|d| {
            format!("{}[{}]: {}\n", if d.severity == crate::diagnostic::Severity::Error { "error" } else { "warning" }, d.code, d.message)
        })
        .collect()
}

/// The names of the collections, and where their records are kept.
pub(super) struct Kept {
    pub(super) name: String,
    /// A folder or file below the root.
    pub(super) path: PathBuf,
    pub(super) title: Option<String>,
}

pub(super) fn collections(_root: &Path) -> Result<Vec<Kept>> {
    bail!("the rooms are not joined yet")
}

/// What an editor needs; `book` is the schema of book.yaml.
pub(super) fn editor_schema(_root: &Path, collection: &str) -> Result<serde_json::Value> {
    bail!("the rooms are not joined yet: {collection}")
}

/// A record laid out by its schema.
pub(super) fn skeleton(_root: &Path, collection: &str, id: &str) -> Result<String> {
    bail!("the rooms are not joined yet: {collection}/{id}")
}

pub(super) const DEFAULT_THEME: &str = "// the theme\n";
