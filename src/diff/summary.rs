//! All changes in one sentence.

use super::change::{ChangeKind, Changes, DocumentChange, FileKind, Reason};

/// `1 record added, 2 changed`; without any, `no record changed`. Documents that differ by more than their records are
/// counted with what else differs: `no record changed; 3 documents differ (template)`. Where neither a record nor a document did,
/// files are: `no record changed; content/book.yaml did`.
pub fn summary(all: &Changes) -> String {
    let (changes, documents) = (&all.records, &all.documents);
    let is_none = changes.is_empty() && all.removed == 0;
    let kinds = [
        (ChangeKind::Added, "added"),
        (ChangeKind::Changed, "changed"),
        (ChangeKind::Renamed, "renamed"),
        (ChangeKind::Removed, "removed"),
    ];
    let mut parts = Vec::new();
    for (kind, verb) in kinds {
        let unnamed = if kind == ChangeKind::Removed { all.removed } else { 0 };
        let count = changes.iter().filter(|change| change.kind == kind).count() + unnamed;
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
        is_none || (document.kind == FileKind::Changed && document.reasons.iter().any(|reason| *reason != Reason::Records))
    };
    let differing: Vec<&DocumentChange> = documents.iter().filter(is_told).collect();
    if differing.is_empty() {
        return match &all.files[..] {
            [file] if is_none => format!("{records}; {} did", file.path),
            [_, _, ..] if is_none => format!("{records}; {} files did", all.files.len()),
            _ => records,
        };
    }
    let mut reasons: Vec<Reason> = differing.iter().flat_map(|document| &document.reasons).copied().collect();
    reasons.sort_unstable();
    reasons.dedup();
    let why: Vec<&str> = reasons.into_iter().filter(|reason| is_none || *reason != Reason::Records).map(Reason::name).collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    match differing.len() {
        1 => format!("{records}; 1 document differs{why}"),
        count => format!("{records}; {count} documents differ{why}"),
    }
}
