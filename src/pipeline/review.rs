//! What a pull request does to the book: changes, checks and documents of two sides.

use std::collections::BTreeMap;
use std::path::Path;

use super::compare::{Comparison, Rendered};
use super::content::{self, Wanted};
use super::options::Silent;
use super::pages::Pages;
use super::side::Side;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::diff::FileKind;
use crate::diff::paint::{Affected, CheckChanges};

/// What a comparison means for checks and documents.
#[derive(Debug)]
pub struct Effects {
    /// Nothing where one side could not be checked.
    pub checks: Option<CheckChanges>,
    /// Nothing where one side could not be rendered.
    pub documents: Option<Vec<Affected>>,
}

/// Checks and renders both sides; `output` holds the versions and drafts whose pages are counted.
pub fn effects(comparison: &Comparison, output: &Path) -> Effects {
    let Comparison { base, head, .. } = comparison;
    let (old, new) = rayon::join(|| Checked::of(base), || Checked::of(head));
    let (Some(old), Some(new)) = (old, new) else { return Effects { checks: None, documents: None } };
    let checks = Some(CheckChanges::between(&old, &new));
    let (Some(before), Some(after)) = (old.rendered, new.rendered) else { return Effects { checks, documents: None } };
    let mut pages = (Pages::of(base, &before, output), Pages::of(head, &after, output));
    let affected = before.differing(&after).into_iter().map(|id| Affected {
        id: id.to_owned(),
        kind: match (before.has(id), after.has(id)) {
            (false, _) => FileKind::Added,
            (_, false) => FileKind::Removed,
            _ => FileKind::Changed,
        },
        pages: (pages.0.count(id), pages.1.count(id)),
    });
    Effects { checks, documents: Some(affected.collect()) }
}

/// A side's faults, before and after rendering.
struct Checked {
    records: Vec<Diagnostic>,
    /// Nothing where the records have errors, so that nothing was rendered.
    documents: Option<Vec<Diagnostic>>,
    /// Nothing where documents have errors too.
    rendered: Option<Rendered>,
}

impl Checked {
    fn of(side: &Side) -> Option<Checked> {
        if side.is_nothing() {
            return Some(Checked { records: Vec::new(), documents: Some(Vec::new()), rendered: Some(Rendered::from(Vec::new())) });
        }
        let (tree, book) = (side.tree.as_ref()?, side.book.as_ref()?);
        let mut records = side.diagnostics.clone();
        let (renderer, faults) = content::check_records(tree, book);
        records.extend(faults);
        let records = content::finish(tree, records);
        if has_errors(&records) {
            return Some(Checked { records, documents: None, rendered: None });
        }
        let (documents, faults) = content::render_all(&renderer, Wanted::All, tree, &Silent);
        let faults = content::finish(tree, faults);
        let rendered = (!has_errors(&faults)).then(|| Rendered::from(documents));
        Some(Checked { records, documents: Some(faults), rendered })
    }
}

impl CheckChanges {
    /// The faults that one side has and the other hasn't. What only shows once documents are rendered is compared
    /// where both could be.
    fn between(base: &Checked, head: &Checked) -> CheckChanges {
        let both = base.documents.is_some() && head.documents.is_some();
        let all = |side: &'_ Checked| -> Vec<Diagnostic> {
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
