//! What changed between two sides: their records, their other files, and the documents that those alter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::content::{self, Prepared, Wanted};
use super::finish::asset_path;
use super::options::Silent;
use super::side::{Found, Side, no_collection};
use super::unread::Unread;
use crate::diagnostic::has_errors;
use crate::diff::{self, Changes, FileChange, Snapshot};
use crate::document::Stamp;
use crate::render::Scope;
use crate::tree::Tree;
use crate::{audience, load, markdown};

const SETTINGS: &str = "content/book.yaml";

/// Of more changed files than this it is not found out which documents each alters.
const FILES: usize = 40;

/// Two sides compared.
#[derive(Debug)]
pub struct Comparison {
    pub base: Side,
    pub head: Side,
    pub changes: Changes,
    /// What was left out, in a sentence each.
    pub left_out: Vec<String>,
}

/// Compares two sides, in some collections or in all; also says which documents each changed file alters.
pub fn compare(base: Side, head: Side, collections: &[String]) -> Result<Comparison> {
    for name in collections {
        if ![&base, &head].iter().any(|side| side.snapshot.collections.contains_key(name)) {
            return Err(no_collection(name, [&base, &head]));
        }
    }
    let records = records(&base, &head, collections);
    let mut files = match (&base.tree, &head.tree) {
        (Some(old), Some(new)) => diff::files(old, new),
        _ if base.is_nothing() => Vec::new(),
        _ => diff::settings(&base.snapshot, &head.snapshot),
    };
    if !collections.is_empty() {
        let schemas: Vec<String> = collections.iter().map(|name| format!("content/schemas/{name}.")).collect();
        files.retain(|file| schemas.iter().any(|schema| file.path.starts_with(schema)));
    }
    let old = base.tree.clone().unwrap_or_else(|| schemas(&base.snapshot));
    // The settings of a version are not kept as a file that could be put back.
    let first = usize::from(base.tree.is_none() && files.first().is_some_and(|file| file.path == SETTINGS));
    if let Some(new) = &head.tree
        && let Some(files) = files.get_mut(first..).filter(|files| !files.is_empty())
        && let Some(rendered) = Rendered::of(&head)
    {
        altered(&old, new, &rendered.documents.iter().collect::<Vec<_>>(), &rendered.texts, files);
    }
    let left_out = [base.left_out(), head.left_out()].concat();
    let changes = Changes::new(Some(base.since.clone()), records, files);
    Ok(Comparison { base, head, changes, left_out })
}

/// The schemas of a version as files.
fn schemas(version: &Snapshot) -> Tree {
    let file =
        |(name, schema): (&String, &serde_json::Value)| (format!("content/schemas/{name}.yaml"), schema.to_string().into_bytes().into());
    let schemas = version.collections.iter().filter_map(|(name, collection)| Some((name, collection.schema.as_ref()?)));
    Tree { files: schemas.map(file).collect() }
}

/// What changed since a base, of records and documents at hand: for a build.
pub(super) fn changes_since(base: &Side, head: &Snapshot, tree: &Tree, documents: &[&Prepared]) -> Changes {
    let records = match base.unread.is_empty() {
        true => diff::compare(&base.snapshot, head),
        false => diff::compare(&without(&base.snapshot, &base.unread, &[]), &without(head, &base.unread, &[])),
    };
    let files = match &base.tree {
        Some(old) => {
            let mut files = diff::files(old, tree);
            altered(old, tree, documents, &texts(documents), &mut files);
            files
        }
        None => {
            let mut files = diff::settings(&base.snapshot, head);
            let first = usize::from(files.first().is_some_and(|file| file.path == SETTINGS));
            altered(&schemas(&base.snapshot), tree, documents, &texts(documents), &mut files[first..]);
            files
        }
    };
    Changes::new(Some(base.since.clone()), records, files)
}

fn records(base: &Side, head: &Side, collections: &[String]) -> Vec<diff::Change> {
    let unread: BTreeSet<Unread> = base.unread.union(&head.unread).cloned().collect();
    if unread.is_empty() && collections.is_empty() {
        return diff::compare(&base.snapshot, &head.snapshot);
    }
    diff::compare(&without(&base.snapshot, &unread, collections), &without(&head.snapshot, &unread, collections))
}

/// A snapshot without what isn't known, and without what wasn't asked for.
fn without(snapshot: &Snapshot, unread: &BTreeSet<Unread>, collections: &[String]) -> Snapshot {
    let mut snapshot = snapshot.clone();
    snapshot.collections.retain(|name, _| collections.is_empty() || collections.contains(name));
    for unread in unread {
        match unread {
            Unread::Collection(name) => drop(snapshot.collections.shift_remove(name)),
            Unread::Record(name, id) => {
                if let Some(collection) = snapshot.collections.get_mut(name) {
                    collection.records.shift_remove(id);
                }
            }
        }
    }
    snapshot
}

/// The documents of a side as their readers would get them, without versions and changes.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) documents: Vec<Prepared>,
    texts: BTreeMap<String, String>,
}

impl Rendered {
    /// Renders a side that has files; nothing where its content has errors.
    pub(super) fn of(side: &Side) -> Option<Rendered> {
        let (tree, book) = (side.tree.as_ref()?, side.book.as_ref()?);
        if has_errors(&side.diagnostics) {
            return None;
        }
        let (renderer, faults) = content::check_records(tree, book);
        if has_errors(&faults) {
            return None;
        }
        let (documents, faults) = content::render_all(&renderer, Wanted::All, tree, &Silent);
        (!has_errors(&faults)).then(|| Rendered::from(documents))
    }

    pub(super) fn from(documents: Vec<Prepared>) -> Rendered {
        let texts = texts(&documents.iter().collect::<Vec<_>>());
        Rendered { documents, texts }
    }

    /// Renders what can be rendered, whatever is wrong with the rest.
    fn of_tree(tree: &Tree) -> Option<Rendered> {
        let book = Arc::new(audience::select(load::load(tree).book?));
        let (renderer, _) = content::check_records(tree, &book);
        let made: Vec<Prepared> = renderer
            .documents()
            .par_iter()
            .filter_map(|planned| {
                let (prepared, faults) = content::render(&renderer, planned, &Scope::default(), tree);
                (!has_errors(&faults)).then_some(prepared)
            })
            .collect();
        Some(Rendered::from(made))
    }

    /// The documents of either whose texts differ, or which only one of them has; sorted.
    pub(super) fn differing<'a>(&'a self, other: &'a Rendered) -> Vec<&'a str> {
        let ids: BTreeSet<&String> = self.texts.keys().chain(other.texts.keys()).collect();
        ids.into_iter().filter(|id| self.texts.get(*id) != other.texts.get(*id)).map(String::as_str).collect()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.texts.contains_key(id)
    }
}

/// What documents say, by id.
fn texts(documents: &[&Prepared]) -> BTreeMap<String, String> {
    documents.par_iter().map(|prepared| (prepared.planned.id.clone(), plain(prepared))).collect()
}

fn plain(prepared: &Prepared) -> String {
    markdown::to_markdown(&prepared.document, &Stamp::blank(), &str::to_owned).text
}

/// Finds out which documents of the head each file alters, by putting back what the base had in its place alone.
fn altered(base: &Tree, head: &Tree, documents: &[&Prepared], texts: &BTreeMap<String, String>, files: &mut [FileChange]) {
    let shows = |path: &str| -> Vec<String> {
        let showing = documents.iter().filter(|prepared| prepared.document.image_paths().iter().any(|image| asset_path(image) == path));
        showing.map(|prepared| prepared.planned.id.clone()).collect()
    };
    let puts_back = |path: &str| path.ends_with(".jinja") || path.starts_with("content/schemas/") || path == SETTINGS;
    let few = files.iter().filter(|file| puts_back(&file.path)).count() <= FILES;
    files.par_iter_mut().for_each(|file| {
        if file.path.starts_with("content/assets/") {
            file.documents = shows(&file.path);
            file.documents.sort_unstable();
        } else if few && puts_back(&file.path) {
            let mut tree = head.clone();
            match base.files.get(&file.path) {
                Some(bytes) => drop(tree.files.insert(file.path.clone(), bytes.clone())),
                None => drop(tree.files.remove(&file.path)),
            }
            // A document that can't be made without the change is altered by it.
            file.documents = match Rendered::of_tree(&tree) {
                Some(before) => texts.iter().filter(|(id, text)| before.texts.get(*id) != Some(*text)).map(|(id, _)| id.clone()).collect(),
                None => Vec::new(),
            };
        }
    });
}

/// The side that a text names, or what is compared with where nothing is said.
pub fn base(text: Option<&str>, root: &Path, output: &Path) -> Result<Found> {
    match text {
        Some(text) => Side::find(text, root, output),
        None => Side::default_base(root, output),
    }
}
