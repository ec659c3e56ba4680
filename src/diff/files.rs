//! What changed outside the records, by file.

use super::change::{FileChange, FileKind};
use crate::layout::{ASSETS, FONTS, SCHEMAS, SETTINGS, TEMPLATES, schema_file};
use crate::model::{CollectionSnapshot, Snapshot};
use crate::tree::Tree;

/// Folders whose files are listed as they are; all else below `content/` is records.
const FOLDERS: [&str; 4] = [ASSETS, SCHEMAS, FONTS, TEMPLATES];

/// The files outside the records that differ between two trees, sorted by path; which documents they alter is
/// for the caller to say, who has the rendered texts.
pub fn files(base: &Tree, head: &Tree) -> Vec<FileChange> {
    let mut paths: Vec<&str> = vec![SETTINGS];
    for tree in [base, head] {
        paths.extend(FOLDERS.iter().flat_map(|folder| tree.below(folder).map(|(path, _)| path)));
    }
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().filter_map(|path| change(path, base.get(path), head.get(path))).collect()
}

/// The same as far as two versions tell: the book's settings and the schemas, compared by what they say.
pub fn settings(base: &Snapshot, head: &Snapshot) -> Vec<FileChange> {
    let configured = |snapshot: &Snapshot| {
        let mut about: Vec<_> = snapshot
            .collections
            .iter()
            .map(|(name, c)| {
                (name.clone(), c.key.clone(), c.label.clone(), c.sort.clone(), c.reverse, c.defaults.clone(), c.ignore.clone())
            })
            .collect();
        about.sort_by(|a, b| a.0.cmp(&b.0));
        (snapshot.book.clone(), about)
    };
    let mut changes: Vec<FileChange> = change(SETTINGS, Some(configured(base)), Some(configured(head))).into_iter().collect();
    let mut names: Vec<&String> = base.collections.keys().chain(head.collections.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let schema = |snapshot: &'_ Snapshot| snapshot.collections.get(name).and_then(|c: &CollectionSnapshot| c.schema.clone());
        changes.extend(change(&schema_file(name), schema(base), schema(head)));
    }
    changes
}

fn change<T: PartialEq>(path: &str, base: Option<T>, head: Option<T>) -> Option<FileChange> {
    let kind = match (base, head) {
        (None, None) => return None,
        (None, Some(_)) => FileKind::Added,
        (Some(_), None) => FileKind::Removed,
        (Some(base), Some(head)) if base == head => return None,
        _ => FileKind::Changed,
    };
    Some(FileChange { path: path.to_owned(), kind, documents: Vec::new() })
}
