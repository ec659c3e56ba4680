//! `invalid-document`: a document's id is reserved, no file's name, leads out of the version's folder, or is made twice.

use std::collections::BTreeMap;

use super::BookPlan;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{CHANGES, CLAIMS, DATA, MANIFEST, Pointer, SETTINGS, case_folded, is_reserved, name_fault};
use crate::model::Book;

/// Files that a version holds besides its documents.
const OWN_FILES: [&str; 4] = [DATA, CLAIMS, CHANGES, MANIFEST];
/// Longest id, in bytes: file systems hold names of 255.
const LONGEST: usize = 200;

pub(super) fn check(plan: &BookPlan<'_>, found: &mut Vec<Diagnostic>) {
    // The files of a document can't be folders of others.
    let files: BTreeMap<String, &str> = plan
        .ids
        .iter()
        .flat_map(|(id, _)| plan.extensions.iter().map(move |ending| (format!("{}.{ending}", case_folded(id)), id.as_str())))
        .collect();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (id, entry) in plan.ids {
        let place = || Place::value(SETTINGS, Pointer::from(["documents"]).child(*entry).child("id"));
        if let Some(why) = unfit(plan.book, id) {
            let help = "an id is a path below the version's folder, such as `precedents/kfor`";
            found.push(Diagnostic::error(Code::InvalidDocument, place(), format!("`{id}` can't be a document's id: {why}")).help(help));
        }
        let folders = id.match_indices('/').map(|(end, _)| case_folded(&id[..end]));
        if let Some((file, other)) = folders.filter_map(|folder| Some((folder.clone(), *files.get(&folder)?))).next() {
            let message = format!("document `{id}` would be in a folder `{file}`, which is a file of document `{other}`");
            found.push(Diagnostic::error(Code::InvalidDocument, place(), message).help("give one of them another id"));
        }
        // File systems that ignore case would let one document overwrite the other.
        if let Some(before) = seen.insert(case_folded(id), id) {
            let message = match before == id {
                true => format!("two documents have the id `{id}`"),
                false => {
                    format!("documents `{before}` and `{id}` would be one file on systems that ignore case or how accents are written")
                }
            };
            let help = match plan.book.settings.documents.get(*entry).is_some_and(|plan| plan.each.is_some()) {
                true => "use a field in the id that tells the records apart, such as `{{ record.id }}`",
                false => "give one of them another id",
            };
            found.push(Diagnostic::error(Code::InvalidDocument, place(), message).help(help));
        }
    }
}

fn unfit(book: &Book, id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let first = parts.first().copied().unwrap_or_default();
    let folded = case_folded(first);
    let is_audience = book.settings.audiences.iter().any(|audience| case_folded(&audience.name) == folded);
    if id.is_empty() {
        Some("it is empty".to_owned())
    } else if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        Some("it leads out of the version's folder".to_owned())
    } else if id.contains("{{") || id.contains("{%") {
        Some("names in braces are filled in only where a document is made for `each` record of a collection".to_owned())
    } else if is_reserved(first) {
        Some(format!("`{first}` is reserved"))
    } else if is_audience {
        Some(format!("`{first}` is an audience's name"))
    } else if parts.len() > 1 && OWN_FILES.contains(&folded.as_str()) {
        Some(format!("a version has a file `{first}` of its own"))
    } else if parts.len() == 1 && OWN_FILES.contains(&format!("{folded}.json").as_str()) {
        Some(format!("a version has a file `{first}.json` of its own"))
    } else if let Some((part, fault)) = parts.iter().find_map(|part| Some((*part, name_fault(part)?))) {
        Some(if part == id { format!("it {fault}") } else { format!("`{part}` {fault}") })
    } else if id.len() > LONGEST {
        Some(format!("it is longer than {LONGEST} bytes"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_paths() {
        let book = Book::empty();
        for wrong in [
            "data.json/x",
            "",
            "draft",
            "since",
            "v7",
            "latest/x",
            "../x",
            "a//b",
            "a\\b",
            "data",
            "nul.x",
            "Draft",
            "V7",
            "x/com1",
            "a./b",
            "a ",
            "a?b",
            "Manifest",
        ] {
            assert!(unfit(&book, wrong).is_some(), "{wrong}");
        }
        for right in ["book", "precedents/kfor", "vienna", "sheets/data"] {
            assert_eq!(unfit(&book, right), None, "{right}");
        }
        let ids = [("a".to_owned(), 0), ("A".to_owned(), 1)];
        let mut found = Vec::new();
        check(&BookPlan { book: &book, ids: &ids, words: &[], site_texts: &[], extensions: &["md"] }, &mut found);
        assert_eq!(found.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), [Code::InvalidDocument]);
    }
}
