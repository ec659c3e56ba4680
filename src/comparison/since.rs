//! What a build says has changed: since which version or revision, and what.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::compare::{Head, changes_since};
use super::side::Side;
use crate::assembly::options::{BookFolders, BuildOptions};
use crate::assembly::rendering::{Prepared, RenderedBook};
use crate::assembly::{front, labels};
use crate::diff::{self, ChangePresenter, Changes, ReaderText, Snapshot};
use crate::layout::version_number;
use crate::markdown;
use crate::model::{Book, Date, Marking, MarkingScheme};
use crate::render::{Naming, Scope, long_date};
use crate::version::Store;

/// What changed, as `changes.json`, as templates see it, and in a sentence.
pub(crate) struct Changed {
    pub(crate) json: serde_json::Value,
    pub(crate) text: String,
    /// The marking of the records whose changes are listed.
    pub(crate) marking: Marking,
    /// For the list of versions, each of which has a summary of what is new since the one before.
    pub(crate) summary: String,
}

impl Changed {
    /// What documents are rendered with that print it.
    pub(crate) fn scope(&self) -> Scope {
        Scope { changes: Some(self.json.clone()), changes_marking: self.marking.clone(), ..Scope::default() }
    }
}

/// What a build's changes are counted from: what is asked for, else the last version that was published, else the newest;
/// nothing for a first version.
fn base(options: &BuildOptions, store: &Store, book: &Book, notes: &mut Vec<String>) -> Result<Option<Side>> {
    let of_other = |text: &str| {
        let (audience, version) = text.rsplit_once('/')?;
        let reader = book.settings.reader.as_ref().filter(|reader| reader.name != audience && version_number(version).is_some())?;
        Some(format!("what changed for `{}` is counted from its own versions, of which `{text}` is none", reader.name))
    };
    let own = options.since.as_deref().filter(|text| match of_other(text) {
        Some(note) => {
            notes.push(note);
            false
        }
        None => true,
    });
    if let (Some(text), Some(reader)) = (own, &book.settings.reader) {
        // What a commit or a folder holds was never this audience's to see.
        let own = text.strip_prefix(&format!("{}/", reader.name)).unwrap_or(text);
        let version = version_number(own).and_then(|number| store.version(number)).with_context(|| {
            format!("can't list for the audience `{}` what changed since `{text}`: only since a version of its own", reader.name)
        })?;
        return Side::version(version).map(Some);
    }
    if let Some(text) = own {
        let folders = BookFolders { root: &options.root, output: &options.output, audience: None };
        return Side::resolve(text, &folders).context("can't list what changed since then").map(Some);
    }
    let Some(newest) = store.newest() else { return Ok(None) };
    let published = store.ledger().published().map(|entry| entry.number).filter(|number| *number != newest.entry.number);
    if let Some(version) = published.and_then(|number| store.version(number)) {
        match Side::version(version) {
            Ok(side) => return Ok(Some(side)),
            Err(error) => notes.push(format!("what changed is counted from v{}: {error:#}", newest.entry.number)),
        }
    }
    Side::version(newest).map(Some)
}

/// What changed in a book.
pub(crate) fn changed(options: &BuildOptions, store: &Store, head: &Head<'_>, notes: &mut Vec<String>) -> Result<Changed> {
    let base = base(options, store, &head.rendered.book, notes)?;
    let changes = match &base {
        None => Changes::new(None, Vec::new(), Vec::new()),
        Some(base) => {
            let changes = changes_since(base, head);
            notes.extend(changes.missing.iter().cloned());
            changes
        }
    };
    let since = changes.since.as_ref().and_then(|since| since.number);
    let summary = match store.newest() {
        None => "first version".to_owned(),
        Some(newest) if since == Some(newest.entry.number) => diff::summary(&changes),
        Some(newest) => {
            let changes = changes_since(&Side::version(newest)?, head);
            diff::summary(&changes)
        }
    };
    let reader = BookText::of(head.rendered);
    // An audience doesn't see what is gone, neither its values nor its names.
    let before = base.as_ref().map(|base| &base.snapshot).filter(|_| head.rendered.book.settings.reader.is_none());
    let presenter = ChangePresenter { base: before, head: head.snapshot, reader: &reader };
    let sides = [Some(head.snapshot), base.as_ref().map(|base| &base.snapshot)];
    let marking = marking_of(&changes, sides.into_iter().flatten(), &head.rendered.book.settings.markings);
    Ok(Changed { marking, json: presenter.present(&changes)?, text: changes.to_json()?, summary })
}

/// What the records bear that changed, with all that they hold, on both sides.
fn marking_of<'a>(changes: &Changes, sides: impl Iterator<Item = &'a Snapshot>, scheme: &MarkingScheme) -> Marking {
    let mut marking = Marking::default();
    let mut add = |labels: &str| marking.raise(&Marking::parse(labels));
    for side in sides {
        for change in &changes.records {
            let Some(collection) = side.collections.get(&change.collection) else { continue };
            collection.defaults.marking.iter().for_each(|labels| add(labels));
            let records = [Some(&change.id), change.old_id.as_ref()].into_iter().flatten().filter_map(|id| collection.records.get(id));
            records.for_each(|record| labels::of_record(record, &mut add));
        }
    }
    scheme.named(&marking)
}

/// A book as its readers see it.
struct BookText<'a> {
    naming: Naming<'a>,
    documents: BTreeMap<&'a str, &'a Prepared>,
}

impl<'a> BookText<'a> {
    fn of(rendered: &'a RenderedBook<'a>) -> BookText<'a> {
        let documents = rendered.documents.iter().map(|prepared| (prepared.planned.id.as_str(), prepared)).collect();
        BookText { naming: Naming::of(&rendered.book), documents }
    }
}

impl ReaderText for BookText<'_> {
    fn citation(&self, citation: &str) -> Option<String> {
        self.naming.citation(citation)
    }

    fn date(&self, date: Date) -> String {
        long_date(date, self.naming.settings())
    }

    fn document_title(&self, id: &str) -> Option<String> {
        front::title(&self.documents.get(id)?.document)
    }

    fn plain_text(&self, markdown: &str) -> String {
        markdown::plain_text(markdown)
    }
}
