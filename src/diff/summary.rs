//! All changes in one sentence.

use super::change::{Change, ChangeKind, DocumentChange, FileKind, Reason};

/// `1 record added, 2 changed`; without any, `no record changed`. Documents that differ by more than their records are
/// counted with what else differs: `no record changed; 3 documents differ (template)`.
pub fn summary(changes: &[Change], documents: &[DocumentChange]) -> String {
    let kinds = [
        (ChangeKind::Added, "added"),
        (ChangeKind::Changed, "changed"),
        (ChangeKind::Renamed, "renamed"),
        (ChangeKind::Removed, "removed"),
    ];
    let mut parts = Vec::new();
    for (kind, verb) in kinds {
        let count = changes.iter().filter(|change| change.kind == kind).count();
        let noun = match (parts.is_empty(), count) {
            (_, 0) => continue,
            (true, 1) => " record",
            (true, _) => " records",
            (false, _) => "",
        };
        parts.push(format!("{count}{noun} {verb}"));
    }
    let records = if parts.is_empty() { "no record changed".to_owned() } else { parts.join(", ") };
    let is_told = |document: &&DocumentChange| {
        changes.is_empty() || (document.kind == FileKind::Changed && document.reasons.iter().any(|reason| *reason != Reason::Records))
    };
    let differing: Vec<&DocumentChange> = documents.iter().filter(is_told).collect();
    if differing.is_empty() {
        return records;
    }
    let mut reasons: Vec<Reason> = differing.iter().flat_map(|document| &document.reasons).copied().collect();
    reasons.sort_unstable();
    reasons.dedup();
    let why: Vec<&str> = reasons.into_iter().filter(|reason| changes.is_empty() || *reason != Reason::Records).map(Reason::name).collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    match differing.len() {
        1 => format!("{records}; 1 document differs{why}"),
        count => format!("{records}; {count} documents differ{why}"),
    }
}
