//! The changes of a version that a reader should know first, in a line each.

use super::changes::{Common, Line, ToldChanges};
use super::data::Version;

/// How many changes follow the summary.
const SHOWN: usize = 2;
/// A longer line is cut.
const LONG: usize = 160;

/// The summary, and the most important changes.
pub(super) fn headlines(version: &Version) -> Vec<String> {
    let mut lines = vec![version.summary.clone()];
    lines.extend(first_changes(version, SHOWN));
    lines
}

/// Up to `count` changes: figures first, then what many records have in common.
pub(super) fn first_changes(version: &Version, count: usize) -> Vec<String> {
    let Some(changes) = &version.changes else { return Vec::new() };
    let told = ToldChanges::of(changes, &version.language);
    let figures = told.figures.iter().map(line);
    let common = told.common.iter().map(common);
    let came = told.came.iter().map(|change| format!("{}: {}", change.name, change.verb));
    let others = told.others.iter().map(line);
    let texts = told.texts.iter().map(|line| format!("{}: {} reworded", line.record.name, line.label));
    figures.chain(common).chain(came).chain(others).chain(texts).take(count).map(|line| cut(&line)).collect()
}

fn line(line: &Line<'_>) -> String {
    format!("{}: {}: {}", line.record.name, line.label, became(line.before.as_deref(), line.after.as_deref()))
}

fn common(common: &Common<'_>) -> String {
    format!("{}: {}, in {} records", common.label, became(common.before.as_deref(), common.after.as_deref()), common.records.len())
}

fn became(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("now {after}"),
        (Some(before), None) => format!("no longer {before}"),
        (None, None) => String::new(),
    }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LONG { line.to_owned() } else { line.chars().take(LONG).chain(" …".chars()).collect() }
}
