//! The changes of a version that a reader should know first, in a line each.

use super::changes::{Common, Line, ToldChanges};
use super::data::Version;
use super::words::Language;

/// How many changes follow the summary.
const SHOWN: usize = 2;
/// The longest line, in characters; a longer one is cut.
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
    let language = &version.language;
    let line = |line: &Line<'_>| self::line(line, language);
    let figures = told.figures.iter().map(line);
    let common = told.common.iter().map(|one| common(one, language));
    let came = told.came.iter().map(|change| format!("{}: {}", change.name, language.say(&change.verb)));
    let others = told.others.iter().map(line);
    let texts = told.texts.iter().map(|line| format!("{}: {} {}", line.record.name, line.label, language.say("reworded")));
    figures.chain(common).chain(came).chain(others).chain(texts).take(count).map(|line| cut(&line)).collect()
}

fn line(line: &Line<'_>, language: &Language) -> String {
    format!("{}: {}: {}", line.record.name, line.label, became(line.before.as_deref(), line.after.as_deref(), language))
}

fn common(common: &Common<'_>, language: &Language) -> String {
    let records = language.say_with("in {count} records", &[("count", &common.records.len())]);
    format!("{}: {}, {records}", common.label, became(common.before.as_deref(), common.after.as_deref(), language))
}

fn became(before: Option<&str>, after: Option<&str>, language: &Language) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => language.say_with("now {value}", &[("value", &after)]),
        (Some(before), None) => language.say_with("no longer {value}", &[("value", &before)]),
        (None, None) => String::new(),
    }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LONG { line.to_owned() } else { line.chars().take(LONG).chain(" …".chars()).collect() }
}
