//! `marked-in-complete`: the schema says `x-complete: true`, so that counts and sums tell of all there is, and something in it
//! bears more than the book itself does.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::Pointer;
use crate::model::{Collection, Marking, Record, SOURCES};

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let settings = &files.book.settings;
    let text = settings.text_marking();
    let is_more = |marking: &Marking| !settings.markings.allows(&text, marking);
    for collection in files.book.collections.values().filter(|collection| collection.shapes.iter().any(|(_, shape)| shape.complete)) {
        for record in collection.records.values() {
            if let Some((path, marking)) = first(files, collection, record, &is_more) {
                let marking = settings.markings.highest(&marking);
                let message = format!(
                    "`{}{path}` bears `{marking}`, and the schema says by `x-complete` that every audience sees all of what it stands in",
                    record.path()
                );
                let place = Place::value(&record.file, record.pointer.join(&path));
                found.push(Diagnostic::error(Code::MarkedInComplete, place, message).record(record.path()).help(
                    "take the marking away, or `x-complete` out of the schema: templates then say `| of_what_is_shown` where they count",
                ));
            }
        }
    }
}

/// The first value that bears more where that may not be, and what it bears.
fn first(
    files: &BookFiles<'_>,
    collection: &Collection,
    record: &Record,
    is_more: &dyn Fn(&Marking) -> bool,
) -> Option<(Pointer, Marking)> {
    let shapes = &collection.shapes;
    if shapes.is_complete_at(&Pointer::root()) && is_more(&record.marking) {
        return Some((Pointer::root(), record.marking.clone()));
    }
    let mut marked = record.marked.iter().filter(|(path, marking)| shapes.is_complete_at(path) && is_more(marking));
    if let Some((path, marking)) = marked.next() {
        return Some((path.clone(), marking.clone()));
    }
    // A claim goes with its sources.
    let mut found = None;
    record.each_claim(&mut |claim| {
        let sources = claim.sources.iter().filter_map(|citation| files.book.collections.get(SOURCES)?.records.get(&citation.source));
        if found.is_none()
            && shapes.is_complete_at(&claim.path)
            && let Some(source) = sources.into_iter().find(|source| is_more(&source.marking))
        {
            found = Some((claim.path.clone(), source.marking.clone()));
        }
    });
    found
}
