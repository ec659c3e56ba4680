//! What the one who builds is told when the output folder is not as it should be, word for word.

use std::fs;

use super::{Book, can_typeset, expect, history, holds};

/// A book with a version, to be spoilt.
fn book() -> Option<Book> {
    if !can_typeset() {
        return None;
    }
    let book = Book::new();
    book.say(1);
    book.built();
    book.say(2);
    Some(book)
}

/// What a build says of a spoilt output folder; put in order again, it makes the version that was due.
fn says(name: &str, spoil: impl FnOnce(&Book), mend: impl FnOnce(&Book)) {
    let Some(book) = book() else { return };
    let stands = history(&book.output());
    spoil(&book);
    let (code, text) = book.build();
    mend(&book);
    holds(&book.output(), &stands);
    book.built();
    assert_eq!(history(&book.output()).len(), 2);
    expect(name, &text, code);
}

/// Another text in the place of a file's, and the file as it was.
fn written(file: &'static str, text: &'static str) -> (impl FnOnce(&Book), impl FnOnce(&Book)) {
    let kept = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let back = kept.clone();
    let spoil = move |book: &Book| {
        *kept.borrow_mut() = fs::read(book.output().join(file)).unwrap();
        fs::write(book.output().join(file), text).unwrap();
    };
    (spoil, move |book: &Book| fs::write(book.output().join(file), &*back.borrow()).unwrap())
}

#[test]
fn a_damaged_ledger_is_named() {
    let (spoil, mend) = written("versions.json", "{\"format\": 1, \"versions\": [");
    says("damaged-ledger", spoil, mend);
}

#[test]
fn a_ledger_of_a_newer_brief_is_named() {
    let (spoil, mend) = written("versions.json", "{\"format\": 9, \"books\": {}}");
    says("ledger-of-a-newer-brief", spoil, mend);
}

#[test]
fn a_ledger_that_is_gone_is_missed() {
    let away = |book: &Book| fs::rename(book.output().join("versions.json"), book.root().join("kept")).unwrap();
    let back = |book: &Book| fs::rename(book.root().join("kept"), book.output().join("versions.json")).unwrap();
    says("ledger-that-is-gone", away, back);
}

#[test]
fn a_version_that_was_edited_is_named() {
    let (spoil, mend) = written("v1/book.md", "# Another book\n");
    says("version-that-was-edited", spoil, mend);
}

#[test]
fn a_manifest_that_was_edited_is_named() {
    let (spoil, mend) = written("v1/manifest.json", "{}");
    says("manifest-that-was-edited", spoil, mend);
}

#[test]
fn a_version_that_is_gone_is_missed() {
    let away = |book: &Book| fs::rename(book.output().join("v1"), book.root().join("kept")).unwrap();
    let back = |book: &Book| fs::rename(book.root().join("kept"), book.output().join("v1")).unwrap();
    says("version-that-is-gone", away, back);
}

#[test]
fn a_file_where_the_output_folder_belongs_is_named() {
    let spoil = |book: &Book| {
        fs::rename(book.output(), book.root().join("kept")).unwrap();
        fs::write(book.output(), "mine").unwrap();
    };
    let mend = |book: &Book| {
        fs::remove_file(book.output()).unwrap();
        fs::rename(book.root().join("kept"), book.output()).unwrap();
    };
    says("file-where-the-output-folder-belongs", spoil, mend);
}

#[test]
fn a_file_where_the_next_version_belongs_is_named() {
    let spoil = |book: &Book| fs::write(book.output().join("v2"), "mine").unwrap();
    says("file-where-the-next-version-belongs", spoil, |book| fs::remove_file(book.output().join("v2")).unwrap_or_default());
}

#[test]
fn a_folder_where_the_lock_belongs_is_named() {
    let spoil = |book: &Book| {
        fs::remove_file(book.output().join(".lock")).unwrap();
        fs::create_dir(book.output().join(".lock")).unwrap();
    };
    says("folder-where-the-lock-belongs", spoil, |book| fs::remove_dir(book.output().join(".lock")).unwrap());
}

/// Someone's own folder is not taken for a link of ours.
#[test]
fn a_folder_where_latest_belongs_stays() {
    let Some(book) = book() else { return };
    let latest = book.output().join("latest");
    fs::remove_file(&latest).unwrap();
    fs::create_dir(&latest).unwrap();
    fs::write(latest.join("mine"), "mine").unwrap();
    let (code, text) = book.build();
    expect("folder-where-latest-belongs", &text, code);
    assert_eq!(fs::read_to_string(latest.join("mine")).unwrap(), "mine");
    holds(&book.output(), &history(&book.output()));
}

/// The one who waits is told for whom, before the waiting is over.
#[test]
fn a_build_that_waits_says_so_at_once() {
    use std::io::{BufRead, BufReader};

    let Some(book) = book() else { return };
    let store = brief::version::Store::open(&book.output(), &mut |_| {}).unwrap();
    let mut build = book.command().spawn().unwrap();
    let mut line = String::new();
    BufReader::new(build.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("note: waiting for process {} to finish with the output folder\n", std::process::id()));
    assert!(build.try_wait().unwrap().is_none(), "it does not wait");
    drop(store);
    assert!(build.wait().unwrap().success());
    assert_eq!(history(&book.output()).len(), 2);
}
