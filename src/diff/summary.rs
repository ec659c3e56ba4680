//! All changes in one sentence.

use super::change::{Change, ChangeKind};

/// `1 record added, 2 changed`; without any, `no record changed`.
pub fn summary(changes: &[Change]) -> String {
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
    if parts.is_empty() { "no record changed".to_owned() } else { parts.join(", ") }
}
