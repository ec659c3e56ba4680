//! What readers of an audience had in a version and may not see any more: nothing that prints what is gone may print it.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value as Json;

use super::side::Side;
use crate::audience::{Absence, View};
use crate::layout::Pointer;
use crate::model::{Book, RecordSnapshot, Reference, Snapshot};
use crate::{load, tree};

/// An error where a base holds what a view of the book at a folder was made without.
pub(super) fn ensure_nothing_taken_back(base: &Side, view: &View, root: &Path) -> Result<()> {
    if view.absences.is_empty() {
        return Ok(());
    }
    let (tree, _) = tree::folder::read(root)?;
    let Some(whole) = load::load(&tree).book else { bail!("the book can't be read, so what its readers may see isn't known") };
    let whole = Snapshot::of(&whole);
    let held = view.absences.iter().filter(|absence| is_held(base, absence, &whole, &view.book)).count();
    if held > 0 {
        bail!(
            "{} holds {held} of the records and values that its readers may not see any more, and a redline would print them again: take a later version as its base",
            base.name
        );
    }
    Ok(())
}

fn is_held(base: &Side, absence: &Absence, whole: &Snapshot, shown: &Book) -> bool {
    let of = |snapshot: &'_ Snapshot| -> Option<RecordSnapshot> {
        let (collection, id) = absence.record.split_once('/')?;
        snapshot.collections.get(collection)?.records.get(id).cloned()
    };
    let Some((collection, id)) = absence.record.split_once('/') else {
        return base.snapshot.collections.get(&absence.record).is_some_and(|collection| !collection.records.is_empty());
    };
    let Some(before) = of(&base.snapshot) else { return false };
    let Some(now) = of(whole).filter(|_| !absence.path.is_root()) else { return true };
    let Some(withheld) = at(&now, &absence.path) else { return false };
    let is_listed = absence.path.segments().any(|segment| segment.parse::<usize>().is_ok());
    let reference = Reference { collection: collection.to_owned(), id: id.to_owned() };
    let left =
        shown.record(&reference).filter(|_| !is_listed).and_then(|record| record.at(&absence.path)?.bare()?.as_str().map(str::to_owned));
    match (left, at(&before, &absence.path), withheld) {
        // A block was taken out of a text: the rest of it stays.
        (Some(left), Some(Json::String(before)), Json::String(whole)) => {
            passages(before).any(|passage| whole.contains(passage) && !left.contains(passage))
        }
        (_, before, _) if !is_listed => before.is_some(),
        // An item has another place once others are gone.
        (.., withheld) => before.fields.values().any(|value| holds(value, withheld)),
    }
}

fn passages(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|passage| !passage.is_empty())
}

/// What a claim's envelope holds, or the value itself.
fn bare(value: &Json) -> &Json {
    value.get("value").filter(|_| value.is_object()).unwrap_or(value)
}

/// Whether a value is another, or holds it.
fn holds(value: &Json, other: &Json) -> bool {
    bare(value) == bare(other)
        || match value {
            Json::Array(items) => items.iter().any(|item| holds(item, other)),
            Json::Object(fields) => fields.values().any(|field| holds(field, other)),
            _ => false,
        }
}

/// The value at a pointer below a record, looking through claims.
fn at<'a>(record: &'a RecordSnapshot, pointer: &Pointer) -> Option<&'a Json> {
    let mut segments = pointer.segments();
    let mut value = record.fields.get(&*segments.next()?)?;
    for segment in segments {
        value = match bare(value) {
            Json::Array(items) => items.get(segment.parse::<usize>().ok()?)?,
            Json::Object(fields) => fields.get(&*segment)?,
            _ => return None,
        };
    }
    Some(bare(value))
}
