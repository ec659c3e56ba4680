//! What changed between two sides: their records, their other files, and the documents that differ.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::altered::{Documents, altered, made_otherwise};
use super::content::Prepared;
use super::differing::{Causes, Contents, Tried, differing};
use super::rendered::Checked;
use super::side::{Found, Side, no_collection};
use super::since::Head;
use super::unread::Unread;
use crate::diff::{self, Change, Changes, DocumentChange, FileChange, Snapshot};
use crate::layout::{Role, role, schema_collection, schema_file};
use crate::tree::Tree;
use crate::version::Manifest;

/// Two sides compared.
#[derive(Debug)]
pub struct Comparison {
    pub base: Side,
    pub head: Side,
    pub changes: Changes,
    /// What came of checking and rendering both; nothing of a side that has no files.
    pub(super) checked: (Option<Checked>, Option<Checked>),
    /// Whether the documents of both could be compared.
    pub(super) documents_known: bool,
}

/// Compares two sides, in some collections or in all; also says which documents differ, and which each changed file alters.
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
    let mut missing = [base.left_out(), head.left_out()].concat();
    if !collections.is_empty() {
        files.retain(|file| schema_collection(&file.path).is_some_and(|name| collections.iter().any(|wanted| wanted == name)));
        let changes = Changes::new(Some(base.since.clone()), records, files).without(missing).only(collections);
        return Ok(Comparison { base, head, changes, checked: (None, None), documents_known: false });
    }
    let mut documents = Vec::new();
    let mut checked = (None, None);
    let mut documents_known = true;
    if !base.is_same_as(&head) {
        let tools = (base.tools(), head.tools());
        checked = rayon::join(|| Checked::of(&base, tools.1.as_ref()), || Checked::of(&head, tools.0.as_ref()));
        match (contents(&base, checked.0.as_ref()), contents(&head, checked.1.as_ref())) {
            (Ok(before), Ok(after)) => {
                let causes = match (&head.tree, checked.1.as_ref().and_then(|checked| checked.rendered.as_ref())) {
                    (Some(tree), Some(rendered)) => {
                        let prepared: Vec<&Prepared> = rendered.documents.iter().collect();
                        causes(&base, tree, Documents { prepared: &prepared, contents: &after }, &records, &mut files)
                    }
                    _ => plain_causes(&records, &files),
                };
                documents = differing(&before, &after, &causes);
            }
            (before, after) => {
                documents_known = false;
                missing.extend([before.err(), after.err()].into_iter().flatten());
            }
        }
    }
    let changes = Changes::new(Some(base.since.clone()), records, files).with_documents(documents).without(missing);
    Ok(Comparison { base, head, changes, checked, documents_known })
}

/// The documents of a side by what they are made of, or why that can't be told.
fn contents(side: &Side, checked: Option<&Checked>) -> Result<Contents, String> {
    match (checked, side.manifest()) {
        (Some(Checked { rendered: Some(rendered), .. }), _) => Ok(rendered.contents.clone()),
        (Some(_), _) => {
            Err(format!("the content of {} has errors, so its documents are not compared; `brief check` shows them", side.name))
        }
        (None, Some(Ok(manifest))) => Ok(Contents::of_version(&manifest)),
        (None, Some(Err(error))) => Err(format!("the documents of {} are not compared: {error:#}", side.name)),
        (None, None) => Err(format!("the documents of {} are not known, and not compared", side.name)),
    }
}

/// What alters the text of documents; on the way, which documents each file alters.
fn causes(base: &Side, head: &Tree, documents: Documents<'_>, records: &[Change], files: &mut [FileChange]) -> Causes {
    let old = base.tree.clone().unwrap_or_else(|| schemas(&base.snapshot));
    // The settings of a version are not kept as a file that could be put back.
    let is_kept = |file: &FileChange| base.tree.is_some() || role(&file.path) != Role::Settings;
    let tried_all = altered(&old, head, documents, files, &is_kept);
    let causes = plain_causes(records, files);
    if base.tree.is_none() || !tried_all {
        return causes;
    }
    let of = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files.iter().filter(|file| wanted(&file.path)).flat_map(|file| file.documents.iter().cloned()).collect()
    };
    let templates = of(&|path| path.ends_with(".jinja"));
    let settings = of(&is_rule);
    let before = with_records_of(&old, head);
    let records = match before.files != head.files {
        false => BTreeSet::new(),
        // Nothing else could alter a text, so that there is nothing to try.
        true if templates.is_empty() && settings.is_empty() => return Causes { records: true, settings: false, tried: None },
        true => made_otherwise(documents.contents, &before),
    };
    Causes { tried: Some(Tried { records, settings, templates }), ..causes }
}

fn plain_causes(records: &[Change], files: &[FileChange]) -> Causes {
    let settings = files.iter().any(|file| is_rule(&file.path));
    Causes { records: !records.is_empty(), settings, tried: None }
}

/// The head with the base's records.
fn with_records_of(base: &Tree, head: &Tree) -> Tree {
    let mut tree = head.clone();
    tree.files.retain(|path, _| role(path) != Role::Record);
    tree.files.extend(base.files.iter().filter(|(path, _)| role(path) == Role::Record).map(|(path, bytes)| (path.clone(), bytes.clone())));
    tree
}

/// The documents that differ between two versions whose records and settings were compared.
pub(super) fn version_documents(base: &Manifest, head: &Manifest, changes: &Changes) -> Vec<DocumentChange> {
    differing(&Contents::of_version(base), &Contents::of_version(head), &plain_causes(&changes.records, &changes.files))
}

/// The schemas of a version as files.
fn schemas(version: &Snapshot) -> Tree {
    let file = |(name, schema): (&String, &serde_json::Value)| (schema_file(name), schema.to_string().into_bytes().into());
    let schemas = version.collections.iter().filter_map(|(name, collection)| Some((name, collection.schema.as_ref()?)));
    Tree { files: schemas.map(file).collect() }
}

/// What changed since a base, of records and documents at hand: for a build.
pub(super) fn changes_since(base: &Side, head: &Head<'_>) -> Changes {
    let records = match base.unread.is_empty() {
        true => diff::compare(&base.snapshot, head.snapshot),
        false => diff::compare(&without(&base.snapshot, &base.unread, &[]), &without(head.snapshot, &base.unread, &[])),
    };
    let mut files = match &base.tree {
        Some(old) => diff::files(old, head.tree),
        None => diff::settings(&base.snapshot, head.snapshot),
    };
    let documents = Documents { prepared: head.documents, contents: head.contents };
    let causes = causes(base, head.tree, documents, &records, &mut files);
    let mut missing = base.left_out();
    let mut documents = Vec::new();
    match contents(base, Checked::of(base, None).as_ref()) {
        Ok(mut before) => {
            if !head.is_whole {
                before.retain_those_of(head.contents);
            }
            documents = differing(&before, head.contents, &causes);
        }
        Err(why) => missing.push(why),
    }
    Changes::new(Some(base.since.clone()), records, files).with_documents(documents).without(missing)
}

fn records(base: &Side, head: &Side, collections: &[String]) -> Vec<Change> {
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

/// The side that a text names, or what is compared with where nothing is said.
pub fn base(text: Option<&str>, root: &Path, output: &Path) -> Result<Found> {
    match text {
        Some(text) => Side::find(text, root, output),
        None => Side::default_base(root, output),
    }
}

/// Whether a file says how records are read.
fn is_rule(path: &str) -> bool {
    matches!(role(path), Role::Settings | Role::Schema)
}
