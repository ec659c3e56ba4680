//! A published history is never taken to be empty because it could not be found: `build --ledger`, `--first` and `fetch`.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

use super::{add, numbers, places, published};

/// Runs brief in a folder that holds a small book; gives exit code, stdout and stderr.
fn run(book: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = Command::cargo_bin("brief").unwrap().args(arguments).current_dir(book).output().unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

/// A book that `check` finds faultless and that needs no typesetting to fail or to be fetched for.
fn book(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let (code, _, error) = run(folder.parent().unwrap(), &["init", folder.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{error}");
}

#[test]
fn a_history_that_is_not_found_stops_the_build() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("book");
    book(&root);
    let web = places::web(folder.path().join("pages"));
    fs::create_dir(folder.path().join("pages")).unwrap();
    let missing = folder.path().join("missing");
    // A server that answers 404, and a folder that isn't there.
    for source in [web.as_str(), missing.to_str().unwrap()] {
        let (code, _, error) = run(&root, &["build", "--no-pdf", "--ledger", source]);
        assert_eq!(code, Some(2), "{source}: {error}");
        assert!(error.contains("nothing is published at") && error.contains("--first"), "{error}");
        assert!(!root.join("output/draft").exists(), "nothing was built");
        let (code, _, error) = run(&root, &["build", "--no-pdf", "--ledger", source, "--first"]);
        assert_eq!(code, Some(0), "{source}: {error}");
        fs::remove_dir_all(root.join("output")).unwrap();
    }
    // An empty answer, a page of mark-up, and a ledger without versions are no histories.
    for (text, wanted) in
        [("", "damaged"), ("<!doctype html><p>Welcome", "damaged"), ("{\"format\":1,\"versions\":[]}", "lists no version")]
    {
        fs::write(folder.path().join("pages/versions.json"), text).unwrap();
        for arguments in [&["build", "--no-pdf", "--ledger", &web][..], &["build", "--no-pdf", "--ledger", &web, "--first"]] {
            let (code, _, error) = run(&root, arguments);
            assert!(code == Some(2) && error.contains(wanted), "{text}: {error}");
        }
        assert!(!root.join("output/draft").exists(), "nothing was built");
    }
    let (code, _, error) = run(&root, &["build", "--first"]);
    assert!(code == Some(2) && error.contains("--ledger"), "{error}");
}

#[test]
fn a_ledger_that_knows_less_than_this_checkout_stops_the_build() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("book");
    book(&root);
    let output = root.join("output");
    add(&output, "one", true);
    let place = &places(&folder)[0];
    published(&output, place);
    let stale = fs::read(Path::new(&place.address).join("versions.json")).unwrap();
    add(&output, "two", true);
    published(&output, place);
    fs::write(Path::new(&place.address).join("versions.json"), stale).unwrap();
    let (code, _, error) = run(&root, &["build", "--no-pdf", "--ledger", &place.address]);
    assert!(code == Some(2) && error.contains("has v2, which") && error.contains("lacks"), "{error}");
    assert_eq!(numbers(&output), [2, 1]);
    assert!(!output.join("draft").exists(), "nothing was built");
}

#[test]
fn a_first_version_and_a_history_exclude_each_other() {
    let folder = TempDir::new().unwrap();
    let (root, output) = (folder.path().join("book"), folder.path().join("output"));
    book(&root);
    add(&output, "one", true);
    let place = &places(&folder)[0];
    published(&output, place);
    let (code, _, error) = run(&root, &["build", "--no-pdf", "--ledger", &place.address, "--first"]);
    assert!(code == Some(2) && error.contains("already, up to v1: leave out `--first`"), "{error}");
    assert!(!root.join("output").exists(), "nothing was fetched or built");
    // The ledger is lost, and `destination.json` says that there was one.
    fs::remove_file(Path::new(&place.address).join("versions.json")).unwrap();
    for arguments in
        [&["build", "--ledger", &place.address][..], &["build", "--ledger", &place.address, "--first"], &["fetch", &place.address]]
    {
        let (code, _, error) = run(&root, arguments);
        assert!(code == Some(2) && error.contains("versions.json` is missing") && error.contains("A Small Book"), "{error}");
    }
    assert!(!root.join("output").exists(), "nothing was fetched or built");
}
