//! A review: where a branch left the one that it is to go into, and what it does to changes, checks and documents.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::compare::Comparison;
use super::pages::Pages;
use super::rendered::CheckedSide;
use super::side::Side;
use crate::assembly::audiences::split_audience;
use crate::assembly::options::BookFolders;
use crate::diagnostic::Diagnostic;
use crate::diff::paint::{Affected, CheckChanges};
use crate::layout::version_number;
use crate::tree::revision;
use crate::version::Version;

/// The base of a review.
#[derive(Debug)]
pub struct ReviewBase {
    pub side: Side,
    /// The argument for `brief diff`.
    pub argument: String,
    /// What a reader should know of it, in a sentence each.
    pub notes: Vec<String>,
}

/// The side that a text names; of a revision that HEAD went its own way from, the merge base, unless its tip is asked for.
pub fn review_base(text: &str, folders: &BookFolders<'_>, tip: bool) -> Result<ReviewBase> {
    let plain = |notes| Ok(ReviewBase { side: Side::resolve_or_nothing(text, folders)?, argument: text.to_owned(), notes });
    if tip || !is_revision(text, folders) {
        return plain(Vec::new());
    }
    let forked = format!("{text}...");
    match (revision::resolve(folders.root, text), revision::resolve(folders.root, &forked)) {
        (Ok(tip), Ok(base)) if tip != base => {
            let mut side = Side::resolve_or_nothing(&forked, folders)?;
            side.name = format!("{text} (merge base {})", base.get(..12).unwrap_or(&base));
            side.since.name.clone_from(&side.name);
            Ok(ReviewBase { side, argument: forked, notes: Vec::new() })
        }
        (Ok(_), Err(error)) => plain(vec![format!("{error:#}: compared with the tip of `{text}`.")]),
        _ => plain(Vec::new()),
    }
}

/// Names the working tree by its commit.
pub fn name_by_commit(side: &mut Side, root: &Path) {
    if let Some(facts) = revision::facts(root) {
        let short = facts.commit.get(..12).unwrap_or(&facts.commit);
        side.name = if facts.clean { format!("commit {short}") } else { format!("{} (commit {short}, with changes)", side.name) };
    }
}

/// Whether a text can only name a branch, a tag or a commit.
fn is_revision(text: &str, folders: &BookFolders<'_>) -> bool {
    let is_path = text == "." || text == ".." || ["./", "../", "/"].iter().any(|start| text.starts_with(start));
    let (audience, version) = split_audience(text, folders.output);
    let folders = &BookFolders { audience: audience.or(folders.audience), ..*folders };
    let is_version = version_number(version).is_some_and(|number| Version::find(&folders.versions(), number).is_ok());
    !is_path && !is_version && !text.ends_with("...") && revision::resolve(folders.root, text).is_ok()
}

/// What a comparison means for checks and documents.
#[derive(Debug)]
pub struct Effects {
    /// Nothing where one side could not be checked.
    pub checks: Option<CheckChanges>,
    /// Nothing where the documents of one side are not known.
    pub documents: Option<Vec<Affected>>,
}

/// What of the checks and the documents differs; `output` holds the versions and drafts whose pages are counted.
pub fn effects(comparison: &Comparison, output: &Path) -> Effects {
    let Comparison { base, head, changes, checked, .. } = comparison;
    if base.is_same_as(head) {
        return Effects { checks: Some(CheckChanges::default()), documents: Some(Vec::new()) };
    }
    let checks = match checked {
        (Some(old), Some(new)) => Some(CheckChanges::between(old, new)),
        _ => None,
    };
    if !comparison.documents_known {
        return Effects { checks, documents: None };
    }
    let count = |side: &'_ Side, checked: &'_ Option<CheckedSide>| {
        Pages::of(side, checked.as_ref().and_then(|checked| checked.rendered.as_ref()), output)
    };
    let mut pages = (count(base, &checked.0), count(head, &checked.1));
    let affected = changes
        .documents
        .iter()
        .map(|document| Affected { change: document.clone(), pages: (pages.0.count(&document.id), pages.1.count(&document.id)) });
    Effects { checks, documents: Some(affected.collect()) }
}

impl CheckChanges {
    /// The faults that one side has and the other hasn't. What only shows once documents are rendered is compared
    /// where both could be.
    fn between(base: &CheckedSide, head: &CheckedSide) -> CheckChanges {
        let both = base.documents.is_some() && head.documents.is_some();
        let all = |side: &'_ CheckedSide| -> Vec<Diagnostic> {
            side.records.iter().chain(side.documents.iter().flatten().filter(|_| both)).cloned().collect()
        };
        let (old, new) = (all(base), all(head));
        CheckChanges { failing: missing(&old, &new), fixed: missing(&new, &old) }
    }
}

/// The faults of `some` that `others` lacks, each as often as it is missing.
fn missing(others: &[Diagnostic], some: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    others.iter().for_each(|fault| *known.entry(fault.fingerprint()).or_default() += 1);
    let new = some.iter().filter(|fault| match known.get_mut(&fault.fingerprint()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    let mut new: Vec<Diagnostic> = new.cloned().collect();
    new.sort_by_key(|fault| fault.severity);
    new
}
