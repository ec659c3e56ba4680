//! What changed between two sides: their records, their other files, and the documents that differ.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::differing::{Causes, differing};
use super::impact::{Subject, causes, plain_causes};
use super::rendered::CheckedSide;
use super::side::{Side, no_collection};
use crate::assembly::digests::BookDigests;
use crate::assembly::options::BookFolders;
use crate::assembly::rendering::RenderedBook;
use crate::diff::{self, Change, Changes, Snapshot};
use crate::layout::schema_collection;
use crate::load::UnreadRecords;

/// Two sides compared.
#[derive(Debug)]
pub struct Comparison {
    pub base: Side,
    pub head: Side,
    pub changes: Changes,
    /// What came of checking and rendering both; nothing of a side that has no files.
    pub(super) checked: (Option<CheckedSide>, Option<CheckedSide>),
    /// Whether the documents of both could be compared.
    pub(super) documents_known: bool,
}

/// Who asks for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Someone who sees what both sides hold: the owner of the book, who named the audience that is meant.
    ByName,
    /// Someone of one audience, or who sees all of the book.
    OneAudience,
}

/// Compares two sides, in some collections or in all; also says which documents differ, and which each changed file alters.
pub fn compare(base: Side, head: Side, collections: &[String], asked: Asked) -> Result<Comparison> {
    for name in collections {
        if ![&base, &head].iter().any(|side| side.snapshot.collections.contains_key(name)) {
            return Err(no_collection(name, [&base, &head]));
        }
    }
    if let (old, new) = (&base.snapshot.book.audience, &head.snapshot.book.audience)
        && old != new
        && !base.is_nothing()
        && asked == Asked::OneAudience
    {
        let whose = |audience: &Option<String>| {
            audience.as_ref().map_or_else(|| "everyone who may see all of the book".to_owned(), |name| format!("the audience `{name}`"))
        };
        bail!(
            "{} is for {}, and {} for {}: what one of them has may be nothing for the other; `--audience` names the one who asks",
            base.name,
            whose(old),
            head.name,
            whose(new)
        );
    }
    let told = Told::of(&base.snapshot, &head.snapshot);
    let records = records((&told.base, &base.unread), (&head.snapshot, &head.unread), collections);
    let mut files = match (&base.tree, &head.tree) {
        // An audience is shown the documents that differ, and no name of what others are made of.
        _ if told.removed.is_some() => diff::settings(&base.snapshot, &head.snapshot),
        (Some(old), Some(new)) => diff::files(old, new),
        _ if base.is_nothing() => Vec::new(),
        _ => diff::settings(&base.snapshot, &head.snapshot),
    };
    let mut missing = [base.left_out(), head.left_out()].concat();
    if !collections.is_empty() {
        files.retain(|file| schema_collection(&file.path).is_some_and(|name| collections.iter().any(|wanted| wanted == name)));
        let changes = told.changes(Changes::new(Some(base.since.clone()), records, files).without(missing)).only(collections);
        return Ok(Comparison { base, head, changes, checked: (None, None), documents_known: false });
    }
    let mut documents = Vec::new();
    let mut checked = (None, None);
    let mut documents_known = true;
    if !base.is_same_as(&head) {
        let tools = (base.tools(), head.tools());
        checked = rayon::join(|| CheckedSide::of(&base, tools.1.as_ref()), || CheckedSide::of(&head, tools.0.as_ref()));
        match (digests(&base, checked.0.as_ref()), digests(&head, checked.1.as_ref())) {
            (Ok(before), Ok(after)) => {
                let causes = match (&head.tree, &head.book, checked.1.as_ref().and_then(|checked| checked.rendered.as_ref())) {
                    (Some(tree), Some(book), Some(rendered)) => {
                        let subject = Subject { tree, book, documents: &rendered.documents, digests: &after };
                        causes(&base, Some(&before), subject, &records, &mut files)
                    }
                    _ => plain_causes(&records, &files),
                };
                documents = differing(&before, &after, &told.causes(causes));
            }
            (before, after) => {
                documents_known = false;
                missing.extend([before.err(), after.err()].into_iter().flatten());
            }
        }
    }
    let changes = told.changes(Changes::new(Some(base.since.clone()), records, files).with_documents(documents).without(missing));
    Ok(Comparison { base, head, changes, checked, documents_known })
}

/// The documents of a side by what they are made of, or why they can't be compared.
fn digests(side: &Side, checked: Option<&CheckedSide>) -> Result<BookDigests, String> {
    match (checked, side.manifest()) {
        (Some(CheckedSide { rendered: Some(rendered), .. }), _) => Ok(rendered.digests.clone()),
        (Some(_), _) => {
            Err(format!("the content of {} has errors, so its documents are not compared; `brief check` shows them", side.name))
        }
        (None, Some(Ok(manifest))) => Ok(BookDigests::of_version(&manifest)),
        (None, Some(Err(error))) => Err(format!("the documents of {} are not compared: {error:#}", side.name)),
        (None, None) => Err(format!("the documents of {} are not known, and not compared", side.name)),
    }
}

/// The base of a comparison as readers of the head are told of it.
pub(crate) fn told_base<'a>(base: &'a Snapshot, head: &Snapshot) -> Cow<'a, Snapshot> {
    Told::of(base, head).base
}

/// The base of a comparison, and how much of it isn't told.
pub(super) struct Told<'a> {
    pub(super) base: Cow<'a, Snapshot>,
    /// How many records are gone that aren't named; nothing where all is told.
    removed: Option<usize>,
}

impl<'a> Told<'a> {
    pub(super) fn of(base: &'a Snapshot, head: &Snapshot) -> Told<'a> {
        match head.book.audience {
            None => Told { base: Cow::Borrowed(base), removed: None },
            Some(_) => Told { base: Cow::Owned(diff::retold(base, head)), removed: Some(diff::gone(base, head)) },
        }
    }

    pub(super) fn causes(&self, causes: Causes) -> Causes {
        Causes { records: causes.records || self.removed.is_some_and(|removed| removed > 0), ..causes }
    }

    pub(super) fn changes(self, changes: Changes) -> Changes {
        match self.removed {
            None => changes,
            Some(removed) => changes.for_readers(removed),
        }
    }
}

/// The book of a build, whose documents were rendered without what changed.
pub(crate) struct Head<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) rendered: &'a RenderedBook<'a>,
    pub(crate) digests: &'a BookDigests,
    /// Whether these are all of the book's documents.
    pub(crate) is_whole: bool,
}

/// What changed since a base, of records and documents at hand: for a build.
pub(super) fn changes_since(base: &Side, head: &Head<'_>) -> Changes {
    let told = Told::of(&base.snapshot, head.snapshot);
    let records = match base.unread.is_empty() {
        true => diff::compare(&told.base, head.snapshot),
        false => diff::compare(&without(&told.base, &base.unread, &[]), &without(head.snapshot, &base.unread, &[])),
    };
    let mut files = match &base.tree {
        Some(old) if told.removed.is_none() => diff::files(old, &head.rendered.tree),
        _ => diff::settings(&base.snapshot, head.snapshot),
    };
    let mut before = digests(base, CheckedSide::of(base, None).as_ref());
    if let Ok(before) = &mut before
        && !head.is_whole
    {
        before.retain_those_of(head.digests);
    }
    let RenderedBook { tree, book, documents, .. } = head.rendered;
    let subject = Subject { tree, book, documents, digests: head.digests };
    let causes = told.causes(causes(base, before.as_ref().ok(), subject, &records, &mut files));
    let mut missing = base.left_out();
    let mut documents = Vec::new();
    match before {
        Ok(before) => documents = differing(&before, head.digests, &causes),
        Err(why) => missing.push(why),
    }
    told.changes(Changes::new(Some(base.since.clone()), records, files).with_documents(documents).without(missing))
}

/// One side's records, and what of them could not be read.
type Records<'a> = (&'a Snapshot, &'a BTreeSet<UnreadRecords>);

fn records((base, old): Records<'_>, (head, new): Records<'_>, collections: &[String]) -> Vec<Change> {
    let unread: BTreeSet<UnreadRecords> = old.union(new).cloned().collect();
    if unread.is_empty() && collections.is_empty() {
        return diff::compare(base, head);
    }
    diff::compare(&without(base, &unread, collections), &without(head, &unread, collections))
}

/// A snapshot without what isn't known, and without what wasn't asked for.
fn without(snapshot: &Snapshot, unread: &BTreeSet<UnreadRecords>, collections: &[String]) -> Snapshot {
    let mut snapshot = snapshot.clone();
    snapshot.collections.retain(|name, _| collections.is_empty() || collections.contains(name));
    for unread in unread {
        match unread {
            UnreadRecords::Collection(name) => drop(snapshot.collections.shift_remove(name)),
            UnreadRecords::Record(name, id) => {
                if let Some(collection) = snapshot.collections.get_mut(name) {
                    collection.records.shift_remove(id);
                }
            }
        }
    }
    snapshot
}

/// The side that a text names, or the default.
pub fn base(text: Option<&str>, folders: &BookFolders<'_>) -> Result<Side> {
    match text {
        Some(text) => Side::resolve(text, folders),
        None => Side::default_base(folders),
    }
}
