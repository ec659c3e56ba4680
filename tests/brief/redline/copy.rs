//! `brief since`: a note for somebody who has a version.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::books::{Book, Run, brief_with, typst};
use super::joined::pages;

/// A book with three versions: the second changes a figure, the third another mission's text.
fn versions(environment: &[(String, String)]) -> Book {
    let book = Book::new();
    book.write("content/missions/ifor.yaml", "name: Implementation Force\nmandate: The force enforces the peace in all of the country.\n");
    let build = |date: &str| {
        let run = brief_with(&book.root, &["build", "--date", date], environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    };
    build("2025-11-01");
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    build("2025-11-02");
    book.edit("content/missions/ifor.yaml", "enforces", "kept");
    build("2025-11-03");
    book
}

/// All files below a folder, with their bytes; Git writes into its own as it likes, and brief remembers what it found intact.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".git")
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != ".checked.json");
    entries.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
}

fn names_of_changed(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[test]
fn a_note_says_what_changed_since_a_version_and_makes_none() {
    let Some(environment) = typst() else { return };
    let book = versions(&environment);
    let since = |arguments: &[&str]| brief_with(&book.root, &[&["since"], arguments].concat(), &environment);
    let before = files(&book.root);
    let run = since(&["v1", "--date", "2025-12-24"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (Some(0), "wrote `output/since/v1-to-v3/book.pdf`: `book` with 2 changes since v1, in v3\n"),
        "{run:?}"
    );
    let mut after = files(&book.root);
    let note = book.root.join("output/since/v1-to-v3/book.pdf");
    let bytes = after.remove(&note).expect("the note");
    assert_eq!(names_of_changed(&before, &after), Vec::<PathBuf>::new(), "nothing else was written or changed");

    // The same again gives the same bytes, and replaces the note.
    assert_eq!(since(&["v1", "--date", "2025-12-24"]).code, Some(0));
    assert!(fs::read(&note).unwrap() == bytes);
    if let Some(pages) = pages(&note) {
        let first = pages[0].split_whitespace().collect::<Vec<_>>().join(" ");
        for said in [
            "What changed since version 1, which you have A Small Book",
            "Date 24 December 2025",
            "You have version 1 of 1 November 2025. This is what changed from it to version 3 of 3 November 2025.",
            "Other documents that changed: missions/kfor.",
            "2 changes: 2 changed.",
            "No. Page In v3 Section Change",
        ] {
            assert!(first.contains(said), "`{said}` is not in\n{first}");
        }
        let text = pages.concat();
        assert!(text.contains("[deleted: 50,000") && text.contains("[inserted: kept]"), "{text}");
    }

    let run = since(&["1", "missions/kfor", "--to", "v2", "-o", "note.pdf"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), "wrote `note.pdf`: `missions/kfor` with 1 change since v1, in v2\n"), "{run:?}");
    // A document that did not change: the note says so, and is one page.
    let run = since(&["v2", "missions/kfor"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (Some(0), "wrote `output/since/v2-to-v3/missions/kfor.pdf`: no word of `missions/kfor` has changed since v2, in v3\n"),
        "{run:?}"
    );
    if let Some(pages) = pages(&book.root.join("output/since/v2-to-v3/missions/kfor.pdf")) {
        assert!(pages.len() == 1 && pages[0].contains("No word has changed.") && !pages[0].contains("troops"), "{pages:?}");
    }
    // What brief writes there keeps no version from being made, read or checked.
    for arguments in [&["versions"][..], &["build", "--date", "2025-12-25"], &["diff", "v1", "v3"]] {
        let run = brief_with(&book.root, arguments, &environment);
        assert!(run.code == Some(0) && !run.err.contains("since/"), "{run:?}");
    }
}

#[test]
fn a_note_is_made_of_each_document_whose_text_changed() {
    let Some(environment) = typst() else { return };
    let book = versions(&environment);
    let since = |arguments: &[&str]| brief_with(&book.root, &[&["since"], arguments].concat(), &environment);
    let run = since(&["v1", "--all"]);
    let wrote = |id: &str, versions: &str, changes: &str, names: &str| {
        format!("wrote `output/since/{versions}/{id}.pdf`: `{id}` with {changes} {names}\n")
    };
    let both =
        wrote("book", "v1-to-v3", "2 changes", "since v1, in v3") + &wrote("missions/kfor", "v1-to-v3", "1 change", "since v1, in v3");
    assert_eq!((run.code, run.out), (Some(0), both), "{}", run.err);
    // A document whose text is the same gets none.
    let run = since(&["v2", "--all"]);
    assert_eq!((run.code, run.out), (Some(0), wrote("book", "v2-to-v3", "1 change", "since v2, in v3")), "{}", run.err);
    assert!(!book.root.join("output/since/v2-to-v3/missions").exists());
    let run = since(&["v1", "missions/kfor", "--all"]);
    assert!(run.code == Some(2) && run.err.contains("--all"), "{run:?}");
}

/// Where pages look different and say the same, there is nothing to mark.
#[test]
fn no_note_is_made_of_documents_that_say_the_same() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let run = |arguments: &[&str]| brief_with(&book.root, arguments, &environment);
    assert_eq!(run(&["build", "--date", "2025-11-01"]).code, Some(0));
    book.edit("content/book.yaml", "language: en\n", "language: en\ntheme: { style: plain }\n");
    assert_eq!(run(&["build", "--date", "2025-11-02"]).code, Some(0));
    let since = run(&["since", "--all"]);
    assert_eq!(
        (since.code, since.out.as_str()),
        (Some(0), "nothing was written: no word has changed in any document that both v1 and v2 have\n"),
        "{since:?}"
    );
    assert!(!book.root.join("output/since").exists());
}

#[test]
fn what_no_note_can_be_made_of_is_said_and_nothing_is_written() {
    let Some(environment) = typst() else { return };
    let book = versions(&environment);
    fs::write(book.root.join("foreign.pdf"), "somebody's own").unwrap();
    let since = |arguments: &[&str]| brief_with(&book.root, &[&["since"], arguments].concat(), &environment);
    let before = files(&book.root);
    let cases: [(&[&str], &str); 12] = [
        (&["v9"], "there is no version 9 in `output`: the newest is v3"),
        (&["v1", "--to", "v9"], "there is no version 9 in `output`"),
        (&["main"], "not a version, such as `v3`"),
        (&["v3"], "v3 is the newest version: nothing has changed since"),
        (&["v2", "--to", "v2"], "v2 is the same version"),
        (&["v3", "--to", "v1"], "v1 is older than v3: say `brief since v1 --to v3`"),
        (&["v1", "missions/kfr"], "has a document `missions/kfr` (did you mean `missions/kfor`?)"),
        (&["v1", "-o", "output/v3/book.pdf"], "a version is never changed"),
        (&["v1", "-o", "content/note.pdf"], "`content/` holds what the book is made from"),
        (&["v1", "-o", "output/versions.json"], "that name is brief's own there"),
        (&["v1", "-o", "foreign.pdf"], "`foreign.pdf` exists, and brief did not make it"),
        (&["v1", "-o", "no/such/note.pdf"], "there is no folder `no/such`"),
    ];
    for (arguments, said) in cases {
        let Run { code, out, err } = since(arguments);
        assert!(code == Some(2) && out.is_empty() && err.contains(said), "{arguments:?}: {code:?} {out}\n{err}");
        assert_eq!(names_of_changed(&before, &files(&book.root)), Vec::<PathBuf>::new(), "{arguments:?}");
    }
    assert_eq!(since(&["v1", "-o", "foreign.pdf", "--force"]).code, Some(0));

    // A document that only one of them has, a version that was damaged, and one that was pruned.
    book.write("content/missions/new.yaml", "name: New Force\n");
    assert_eq!(brief_with(&book.root, &["build", "--date", "2025-11-04"], &environment).code, Some(0));
    let run = since(&["v3", "missions/new"]);
    assert!(run.code == Some(2) && run.err.contains("document `missions/new` is in v4 and not in v3"), "{run:?}");
    let text = book.root.join("output/v3/book.md");
    let kept = fs::read(&text).unwrap();
    fs::write(&text, "changed").unwrap();
    let run = since(&["v3"]);
    assert!(run.code == Some(2) && run.err.contains("`output/v3/book.md` was changed after its version was written"), "{run:?}");
    fs::write(&text, kept).unwrap();
    assert_eq!(brief_with(&book.root, &["prune", "--keep", "2", "--yes"], &environment).code, Some(0));
    let run = since(&["v1"]);
    assert!(run.code == Some(2) && run.err.contains("version 1 was pruned"), "{run:?}");
    let link = book.root.join("output/since");
    let _ = fs::remove_dir_all(&link);
    #[cfg(unix)]
    {
        let elsewhere = book.beside("elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        let run = since(&["v3"]);
        assert!(run.code == Some(2) && run.err.contains("leads out of"), "{run:?}");
        assert!(files(&elsewhere).is_empty(), "nothing is written through a link");
    }
}
