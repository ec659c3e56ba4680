//! The changes of a version that a reader should know first, in a line each.

use super::data::{RecordChangeKind, Version};

/// How many changes follow the summary.
const SHOWN: usize = 2;
/// A longer line is cut.
const LONG: usize = 160;

/// The summary, and the most important changes: claims with another value before all else.
pub(super) fn headlines(version: &Version) -> Vec<String> {
    let mut lines = vec![version.summary.clone()];
    let Some(changes) = &version.changes else { return lines };
    let mut found: Vec<(u8, String)> = Vec::new();
    for change in &changes.records {
        match change.kind {
            RecordChangeKind::AddedOrRemoved => found.push((1, format!("{}: {}", change.name, change.verb))),
            RecordChangeKind::Changed => found.extend(change.fields.iter().map(|field| {
                let rank = if field.is_claim_value { 0 } else { 2 };
                (rank, format!("{}: {}", change.name, field.text))
            })),
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    lines.extend(found.into_iter().take(SHOWN).map(|(_, line)| cut(&line)));
    lines
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LONG { line.to_owned() } else { line.chars().take(LONG).chain(" …".chars()).collect() }
}
