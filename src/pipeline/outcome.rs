//! What a build or a check found and made.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::tree::Tree;

/// What a build found and made.
#[derive(Debug)]
pub struct Built {
    /// The files it read, to show faults in.
    pub tree: Tree,
    pub diagnostics: Vec<Diagnostic>,
    /// What people should know that is no fault of the content.
    pub notes: Vec<String>,
    /// One, or one for each audience.
    pub outcomes: Vec<Outcome>,
}

/// What a build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: the content has errors.
    Faulty,
    /// Nothing: the newest version says it all.
    Unchanged {
        name: String,
        folder: PathBuf,
    },
    Version {
        name: String,
        folder: PathBuf,
        summary: String,
        documents: usize,
        typeset: usize,
    },
    Draft {
        folder: PathBuf,
        documents: usize,
    },
}

/// What a check found.
#[derive(Debug)]
pub struct CheckReport {
    pub tree: Tree,
    pub diagnostics: Vec<Diagnostic>,
    pub records: usize,
    pub documents: usize,
}

/// What came of making versions or drafts.
#[derive(Default)]
pub(super) struct Made {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) notes: Vec<String>,
    /// One, or one for each audience.
    pub(super) outcomes: Vec<Outcome>,
}
