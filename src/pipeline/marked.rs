//! What a version is marked with above clear: who may see it is for people to say, and brief asks before it hands it on.

use std::collections::BTreeSet;

use crate::diff::Snapshot;

/// The labels in a version that don't say that anyone may see it: the book's own and those of its records and claims.
pub(super) fn labels_above_clear(snapshot: &Snapshot) -> BTreeSet<String> {
    let records = snapshot.collections.values().flat_map(|collection| collection.records.values());
    let attributions = records.flat_map(|record| std::iter::once(&record.own).chain(record.claims.values()));
    let defaults = snapshot.collections.values().map(|collection| &collection.defaults).chain([&snapshot.book.defaults]);
    let labels = attributions.chain(defaults).filter_map(|attribution| attribution.marking.as_deref());
    labels.map(str::trim).filter(|label| !is_clear(label)).map(str::to_owned).collect()
}

/// Whether a label says that anyone may see what bears it.
pub(super) fn is_clear(label: &str) -> bool {
    matches!(label.trim().to_lowercase().as_str(), "" | "clear" | "tlp:clear" | "white" | "tlp:white")
}
