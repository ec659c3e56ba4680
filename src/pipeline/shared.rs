//! Two sides read at once; where most files are the same on both, they are read once.

use std::collections::BTreeSet;

use anyhow::Result;

use super::side::{Files, Found, Side};
use crate::layout::{Role, SCHEMAS, SETTINGS, role};
use crate::tree::Tree;

/// Finds both sides at once, and reads them whole; where both fail, the base's error is given.
pub fn sides<B, H>(base: B, head: H) -> Result<(Side, Side)>
where
    B: FnOnce() -> Result<Found> + Send,
    H: FnOnce() -> Result<Found> + Send,
{
    let (base, head) = rayon::join(|| base().and_then(Found::read), || head().and_then(Found::read));
    Ok((base?, head?))
}

/// [`sides`] for a comparison of records alone: the base is read without the files whose records the head has, too, and no
/// side's snapshot holds those. What is wrong in such a file is told once, of the head.
pub fn differing_sides<B, H>(base: B, head: H) -> Result<(Side, Side)>
where
    B: FnOnce() -> Result<Found> + Send,
    H: FnOnce() -> Result<Found> + Send,
{
    let (base, head) = rayon::join(base, head);
    let (old, new) = match (base?, head) {
        (Found::Files(old), Ok(Found::Files(new))) if same_rules(&old.tree, &new.tree) && mostly_same(&old.tree, &new.tree) => (old, new),
        (base, head) => return sides(|| Ok(base), || head),
    };
    let mut head = match new.read_without(BTreeSet::new()) {
        Ok(head) => head,
        // The base's error goes first.
        Err(error) => return Err(Found::Files(old).read().err().unwrap_or(error)),
    };
    let shared = shared(&old, &head).unwrap_or_default();
    let mut base = old.clone().read_without(shared.clone())?;
    if is_sound(&base, &head, &shared) {
        base.take_snapshot(&shared);
        head.take_snapshot(&shared);
        return Ok((base, head));
    }
    head.take_snapshot(&BTreeSet::new());
    Ok((Found::Files(old).read()?, head))
}

/// Whether both sides read records by the same settings and schemas.
fn same_rules(base: &Tree, head: &Tree) -> bool {
    let rules = |tree: &'_ Tree| -> Vec<(String, Vec<u8>)> {
        let schemas = tree.below(SCHEMAS).map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
        schemas.chain(tree.get(SETTINGS).map(|bytes| (SETTINGS.to_owned(), bytes.to_vec()))).collect()
    };
    rules(base) == rules(head)
}

/// Whether there is more to be saved by reading the base after the head than by reading both at once.
fn mostly_same(base: &Tree, head: &Tree) -> bool {
    let (mut same, mut differing) = (0, 0);
    for (path, bytes) in &head.files {
        if matches!(role(path), Role::Record | Role::Schema | Role::Settings) {
            *(if base.files.get(path) == Some(bytes) { &mut same } else { &mut differing }) += bytes.len();
        }
    }
    same > differing
}

/// The files of one record each that are the same on both sides; nothing where another file of records differs, or where
/// there is none.
fn shared(base: &Files, head: &Side) -> Option<BTreeSet<String>> {
    let (tree, book) = (head.tree.as_ref()?, head.book.as_ref()?);
    let alone: BTreeSet<&str> = book.records().filter(|record| record.pointer.is_root()).map(|record| record.file.as_str()).collect();
    let mut shared = BTreeSet::new();
    for (path, bytes) in &tree.files {
        let is_content = role(path) == Role::Record;
        match base.tree.files.get(path) == Some(bytes) {
            _ if !is_content => {}
            true if alone.contains(path.as_str()) => drop(shared.insert(path.clone())),
            true => {}
            // It may say something of other files' records.
            false if !alone.contains(path.as_str()) => return None,
            false => {}
        }
    }
    Some(shared).filter(|shared| !shared.is_empty())
}

/// Whether what the base has besides the shared files is records of their own, none of which a shared file has, too.
fn is_sound(base: &Side, head: &Side, shared: &BTreeSet<String>) -> bool {
    let (Some(old), Some(new)) = (&base.book, &head.book) else { return false };
    let Some(tree) = &head.tree else { return false };
    let alone: BTreeSet<&str> = old.records().filter(|record| record.pointer.is_root()).map(|record| record.file.as_str()).collect();
    let gone = base
        .tree
        .iter()
        .flat_map(|tree| tree.files.keys())
        .filter(|path| matches!(role(path), Role::Record | Role::Schema | Role::Settings));
    let mut gone = gone.filter(|path| !tree.files.contains_key(*path));
    let twice = old.records().any(|record| {
        let same = new.collections.get(&record.collection).and_then(|collection| collection.records.get(&record.id));
        same.is_some_and(|same| shared.contains(&same.file))
    });
    !twice && gone.all(|path| alone.contains(path.as_str()))
}
