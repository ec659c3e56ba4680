//! How much changed, counted once for all painters.

use std::collections::BTreeSet;

use super::super::change::{ChangeKind, Changes, FieldKind, FieldPart};
use super::listed;

/// How much changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    pub renamed: usize,
    /// Claims that were there before and have another value.
    pub values: usize,
    /// Claims that have other sources than before, or their first.
    pub sources: usize,
    /// Claims of another date.
    pub dates: usize,
    pub markings: usize,
    /// Claims that had a source and have none.
    pub unsourced: usize,
    /// Changes outside the records.
    pub files: usize,
    /// Documents that differ.
    pub documents: usize,
}

impl Tally {
    /// Counts changes.
    pub fn of(changes: &Changes) -> Tally {
        let kind = |kind| changes.records.iter().filter(|change| change.kind == kind).count();
        let (mut values, mut sources, mut dates, mut markings, mut unsourced) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for record in changes.records.iter().filter(|change| matches!(change.kind, ChangeKind::Changed | ChangeKind::Renamed)) {
            for field in &record.fields {
                let Some(claim) = &field.claim else { continue };
                let claim = (&record.collection, &record.id, claim);
                match field.part {
                    // A claim that came or went as a whole has no other value than before.
                    FieldPart::Value if field.kind == FieldKind::Changed || claim.2 != &field.path => drop(values.insert(claim)),
                    FieldPart::Source if field.kind == FieldKind::Removed => drop(unsourced.insert(claim)),
                    FieldPart::Source => drop(sources.insert(claim)),
                    FieldPart::AsOf => drop(dates.insert(claim)),
                    FieldPart::Marking => drop(markings.insert(claim)),
                    FieldPart::Value | FieldPart::Confidence => {}
                }
            }
        }
        Tally {
            added: kind(ChangeKind::Added),
            removed: kind(ChangeKind::Removed),
            changed: kind(ChangeKind::Changed),
            renamed: kind(ChangeKind::Renamed),
            values: values.len(),
            sources: sources.len(),
            dates: dates.len(),
            markings: markings.len(),
            unsourced: unsourced.len(),
            files: changes.files.len(),
            documents: changes.documents.len(),
        }
    }

    /// `2 added, 1 changed`; empty where no record did.
    pub fn records(&self) -> String {
        listed([(self.added, "added"), (self.changed, "changed"), (self.renamed, "renamed"), (self.removed, "removed")].map(counted))
    }

    /// `2 with another value, 1 without its source`; empty where no claim changed.
    pub fn claims(&self) -> String {
        let parts = [
            (self.values, "with another value"),
            (self.sources, "with another source"),
            (self.dates, "with another date"),
            (self.markings, "with another marking"),
            (self.unsourced, "without a source now"),
        ];
        listed(parts.map(counted))
    }

    /// Everything in one line. "Nothing changed" is only printed of what was compared whole.
    pub fn sentence(&self, changes: &Changes) -> String {
        let about = |what: &str, said: String| if said.is_empty() { String::new() } else { format!("{what}: {said}") };
        let all = [
            about("records", self.records()),
            about("claims", self.claims()),
            about("files", listed([counted((self.files, "changed"))])),
            about("documents", listed([counted((self.documents, if self.documents == 1 { "differs" } else { "differ" }))])),
        ];
        let all: Vec<String> = all.into_iter().filter(|part| !part.is_empty()).collect();
        match (all.is_empty(), changes.complete, changes.collections.is_empty()) {
            (true, true, true) => "nothing changed".to_owned(),
            (true, true, false) => format!("no record of {} changed", changes.collections.join(", ")),
            (true, false, _) => "no change was found in what could be compared".to_owned(),
            (false, true, _) => all.join("; "),
            (false, false, _) => format!("{}; not all could be compared", all.join("; ")),
        }
    }
}

fn counted((count, what): (usize, &str)) -> String {
    if count == 0 { String::new() } else { format!("{count} {what}") }
}
