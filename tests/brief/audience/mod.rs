//! What an audience may not see isn't there. Each folder in `tests/cases/audience` is a book with audiences: `expected.txt`
//! is what its owner is told, and for each audience `NAME.json` the records it gets and `NAME.txt` what was taken out.
//! `cargo expect audience` writes what is made now, to be read and kept.

mod grown;
mod leak;
mod same;

use std::collections::BTreeMap;
use std::fs;

use brief::audience::{Reason, View};
use brief::diagnostic::{self, Diagnostic, Painter};
use brief::model::{Book, Snapshot};
use brief::tree::{Tree, folder};
use brief::{assembly, check, load};

/// A book, and what is wrong with it.
fn load(tree: &Tree) -> (Option<Book>, Vec<Diagnostic>) {
    let loaded = load::load(tree);
    let mut faults: Vec<Diagnostic> = loaded.diagnostics;
    if let Some(book) = &loaded.book {
        faults.extend(check::book(book, tree));
    }
    (loaded.book, faults)
}

/// What each audience gets.
fn views(book: &Book) -> Vec<(String, View)> {
    book.settings.audiences.iter().map(|audience| (audience.name.clone(), assembly::view(book, audience))).collect()
}

/// What was taken out, a line each.
fn absences(view: &View) -> String {
    let why = |reason: &Reason| match reason {
        Reason::Marked(marking) => format!("is marked {marking}"),
        Reason::Unsourced => "none of its sources may be seen".to_owned(),
        Reason::Reference(to) => format!("refers to {to}"),
    };
    let lines = view.absences.iter().map(|absence| format!("{}{}: {}\n", absence.record, absence.path, why(&absence.reason)));
    let lacking = view.lacking.collections.iter().map(|name| format!("{name} lacks records\n"));
    let lists = view.lacking.lists.iter().map(|(record, list)| format!("{record}{list} lacks items\n"));
    lines.chain(lacking).chain(lists).collect()
}

fn data(view: &View) -> String {
    String::from_utf8(Snapshot::of(&view.book).to_data_json().unwrap()).unwrap()
}

#[test]
fn cases_are_as_expected() {
    let update = crate::cases::is_updating();
    let mut wrong = Vec::new();
    for case in crate::cases::cases("audience") {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let (tree, found) = folder::read(&case).unwrap();
        let (book, mut faults) = load(&tree);
        faults.extend(found);
        let mut made: BTreeMap<String, String> = BTreeMap::new();
        if !diagnostic::has_errors(&faults)
            && let Some(book) = book
        {
            for (audience, view) in views(&book) {
                made.insert(format!("{audience}.txt"), absences(&view));
                made.insert(format!("{audience}.json"), data(&view));
                faults.extend(view.faults);
            }
        }
        load::locate(&tree, &mut faults);
        diagnostic::sort(&mut faults);
        made.insert("expected.txt".to_owned(), Painter::new(&tree, false).paint_all(&faults));
        for (file, text) in &made {
            let path = case.join(file);
            if update {
                fs::write(&path, text).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != *text {
                wrong.push(format!("{name}/{file}:\n{text}"));
            }
        }
        for entry in fs::read_dir(&case).unwrap() {
            let entry = entry.unwrap().file_name().into_string().unwrap();
            let is_known = ["content", "templates"].contains(&entry.as_str()) || made.contains_key(&entry);
            assert!(is_known, "`{name}` has a leftover {entry}");
        }
    }
    assert!(wrong.is_empty(), "these cases are otherwise than expected:\n\n{}", wrong.join("\n"));
}
