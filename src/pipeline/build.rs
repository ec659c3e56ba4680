//! A build, from the files of a book to a version or a draft, and a check, which ends before documents are typeset.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::outcome::{Built, CheckReport, Outcome};
use super::{draft, release};
use crate::assembly::content::{Preparation, prepare};
use crate::assembly::options::BuildOptions;
use crate::assembly::rendering::{self, Wanted};
use crate::diagnostic::did_you_mean;
use crate::progress::Progress;
use crate::{temporary, tree};

/// Builds a version, or a draft where the options ask for one.
pub fn build(options: &BuildOptions, progress: &dyn Progress) -> Result<Built> {
    temporary::sweep();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs.unwrap_or(0)).build().context("can't start threads")?;
    pool.install(|| build_here(options, progress))
}

fn build_here(options: &BuildOptions, progress: &dyn Progress) -> Result<Built> {
    let (tree, found) = tree::folder::read(&options.root)?;
    if !options.is_draft()
        && found.is_empty()
        && let Some((notes, outcomes)) = release::unchanged(options, &tree, progress)?
    {
        return Ok(Built { tree, diagnostics: Vec::new(), notes, outcomes });
    }
    let wanted = if options.documents.is_empty() { Wanted::All } else { Wanted::Only(&options.documents) };
    let Preparation { mut diagnostics, mut notes, books, .. } = prepare(&tree, found, wanted, &options.audiences, progress)?;
    if books.is_empty() {
        return Ok(Built { tree, diagnostics, notes, outcomes: vec![Outcome::Faulty] });
    }
    let has = |id: &String| books.iter().flat_map(|book| &book.documents).any(|document| document.planned.id == *id);
    if let Some(unknown) = options.documents.iter().find(|id| !has(id)) {
        let ids = books.iter().flat_map(|book| book.renderer.documents()).map(|planned| planned.id.as_str());
        let hint = did_you_mean(unknown, ids).map(|hint| format!(" ({hint})")).unwrap_or_default();
        bail!("the book has no document `{unknown}`{hint}");
    }
    let made = if options.is_draft() { draft::make(options, &books, progress)? } else { release::make(options, &tree, &books, progress)? };
    diagnostics.extend(made.diagnostics);
    notes.extend(made.notes);
    let diagnostics = rendering::finish(&tree, diagnostics);
    Ok(Built { tree, diagnostics, notes, outcomes: made.outcomes })
}

/// All that a build checks short of typesetting; of a book with audiences, the documents of those named, else of all.
pub fn check(root: &Path, audiences: &[String], progress: &dyn Progress) -> Result<CheckReport> {
    let (tree, found) = tree::folder::read(root)?;
    let Preparation { diagnostics, records, books, .. } = prepare(&tree, found, Wanted::All, audiences, progress)?;
    let documents = books.iter().map(|book| book.documents.len()).sum();
    Ok(CheckReport { tree, diagnostics, records, documents })
}
