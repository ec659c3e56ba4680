//! `unknown-collection`: a document is made for each record of a collection that the book doesn't have. Other places that
//! name a collection are for `load` to report.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, SETTINGS};

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let book = files.book;
    for (index, plan) in book.settings.documents.iter().enumerate() {
        if let Some(collection) = plan.each.as_deref().filter(|name| !book.collections.contains_key(*name)) {
            let place = Place::value(SETTINGS, Pointer::from(["documents"]).child(index).child("each"));
            let message =
                format!("document `{}` is made for each record of `{collection}`, a collection that the book doesn't have", plan.id);
            found.push(
                Diagnostic::error(Code::UnknownCollection, place, message)
                    .maybe_help(did_you_mean(collection, book.collections.keys().map(String::as_str))),
            );
        }
    }
}
