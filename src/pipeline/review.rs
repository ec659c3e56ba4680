//! What a pull request does to the book: changes, checks and documents of two sides.

use std::collections::BTreeMap;
use std::path::Path;

use super::compare::Comparison;
use super::pages::Pages;
use super::rendered::Checked;
use super::side::Side;
use crate::diagnostic::Diagnostic;
use crate::diff::paint::{Affected, CheckChanges};

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
    let count = |side: &'_ Side, checked: &'_ Option<Checked>| {
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
