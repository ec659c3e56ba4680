//! `no-documents`: the book makes no documents.

use super::BookPlan;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::SETTINGS;
use crate::model::DocumentPlan;

pub(super) fn check(plan: &BookPlan<'_>, found: &mut Vec<Diagnostic>) {
    let book = plan.book;
    let makes_none = |plan: &DocumentPlan| {
        let collection = plan.each.as_deref().and_then(|name| book.collections.get(name));
        collection.is_some_and(|collection| collection.records.is_empty())
    };
    if book.settings.documents.iter().all(makes_none) {
        let place = Place::value(SETTINGS, ["documents"]);
        let help = "name each under `documents:`, such as `- { id: book, template: book.md.jinja }`";
        found.push(Diagnostic::warning(Code::NoDocuments, place, "the book makes no documents").help(help));
    }
}
