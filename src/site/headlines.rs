//! The changes of a version that a reader should know first, in a line each.

use super::changes::{Common, Line, ToldChanges, document_groups};
use super::data::{ChangedDocument, Version};
use super::summary;
use super::words::Language;
use crate::text::capital;

/// How many changes follow the summary.
const SHOWN: usize = 2;
/// How many documents a line names.
const NAMED: usize = 10;
/// The longest line, in characters; a longer one is cut.
const LONG: usize = 160;
/// The longest text in a list of first changes, in bytes of HTML.
const LONG_PROSE: usize = 20_000;

/// The summary, and the most important changes.
pub(super) fn headlines(version: &Version) -> Vec<String> {
    let mut lines = vec![summary::in_language(&version.summary, &version.language)];
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
    let came = told.came.iter().map(|change| match &change.old_id {
        Some(old) => format!("{}: {}", change.name, language.say_with("renamed from {id}", &[("id", old)])),
        None => format!("{}: {}", change.name, language.say(&change.verb)),
    });
    let others = told.others.iter().map(line);
    let texts = told.texts.iter().map(|line| format!("{}: {} {}", line.record.name, line.label, language.say("reworded")));
    let book = changes.book.iter().map(|field| {
        let became = became(field.before.as_deref(), field.after.as_deref(), language);
        format!("{}: {became}", capital(language.say(&field.label)))
    });
    let documents = document_groups(changes).into_iter().map(|group| {
        let titles = group.documents.iter().take(NAMED).map(|document| title(version, document)).collect::<Vec<_>>().join(", ");
        format!("{titles}: {}", group.said(language))
    });
    let documents = documents.collect::<Vec<_>>();
    let lines = figures.chain(book).chain(common).chain(came).chain(others).chain(texts).chain(documents);
    lines.take(count).map(|line| cut(&line)).collect()
}

/// The first texts that were reworded, each with its record and field, and with its changes marked in HTML.
pub(super) fn first_texts(version: &Version, count: usize) -> Vec<(String, String)> {
    let Some(changes) = &version.changes else { return Vec::new() };
    let texts = ToldChanges::of(changes, &version.language).texts;
    let told = texts.iter().filter_map(|line| Some((format!("{}: {}", line.record.name, line.label), line.field.prose.clone()?)));
    told.filter(|(_, prose)| prose.len() <= LONG_PROSE).take(count).collect()
}

/// What a document is called in the version, or was in the one before.
fn title<'a>(version: &'a Version, changed: &'a ChangedDocument) -> &'a str {
    let known = version.titles.iter().find(|title| title.id == changed.id).map(|title| &title.title);
    known.or(changed.title.as_ref()).unwrap_or(&changed.id)
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
