//! A build: from the files of a book to a version or a draft.

use anyhow::{Context, Result, bail};

use super::content::{self, Wanted, prepare};
use super::options::{BuildOptions, Built, Outcome, Progress};
use super::{draft, release};
use crate::diagnostic::{Diagnostic, did_you_mean};
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
        && let Some((notes, outcome)) = release::unchanged(options, &tree, progress)?
    {
        return Ok(Built { tree, diagnostics: Vec::new(), notes, outcome });
    }
    let wanted = if options.documents.is_empty() { Wanted::All } else { Wanted::Only(&options.documents) };
    let (mut diagnostics, content) = prepare(&tree, found, wanted, progress);
    let Some(content) = content else {
        return Ok(Built { tree, diagnostics, notes: Vec::new(), outcome: Outcome::Faulty });
    };
    if let Some(unknown) = options.documents.iter().find(|id| !content.documents.iter().any(|d| d.planned.id == **id)) {
        let ids = content.renderer.documents().iter().map(|planned| planned.id.as_str());
        let hint = did_you_mean(unknown, ids).map(|hint| format!(" ({hint})")).unwrap_or_default();
        bail!("the book has no document `{unknown}`{hint}");
    }
    let made = if options.is_draft() { draft::make(options, &content, progress)? } else { release::make(options, &content, progress)? };
    let Made { diagnostics: found, notes, outcome } = made;
    diagnostics.extend(found);
    let diagnostics = content::finish(&tree, diagnostics);
    Ok(Built { tree, diagnostics, notes, outcome })
}

/// What came of making a version or a draft.
pub(super) struct Made {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) notes: Vec<String>,
    pub(super) outcome: Outcome,
}
