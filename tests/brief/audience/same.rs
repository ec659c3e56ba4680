//! An outsider can't tell whether what was withheld exists, nor confirm a guess of it: what a lower audience gets of a book
//! is, byte for byte, what it would get of a book that never had it, and of one in which it says something else.

use std::collections::BTreeMap;
use std::path::Path;

use brief::assembly::{self, BuildOptions};
use brief::model::Snapshot;
use brief::pipeline::{self, Outcome};
use brief::progress::Silent;
use brief::tree::folder;
use proptest::prelude::*;
use tempfile::TempDir;

use super::grown::{self, Growth, PLANTED};
use crate::books::{brief_with, files, git, typst};

/// What the public gets of a book, short of PDFs: its documents and its records, by name.
fn public(growth: Growth) -> BTreeMap<String, Vec<u8>> {
    let book = TempDir::new().unwrap();
    grown::write(book.path(), growth);
    let options = BuildOptions { pdf: false, draft: true, ..crate::faults::draft_options(book.path()) };
    let built = pipeline::build(&options, &Silent).unwrap();
    let shown = || brief::diagnostic::Painter::new(&built.tree, false).paint_all(&built.diagnostics);
    assert!(!built.outcomes.contains(&Outcome::Faulty), "{growth:?}: {}", shown());
    let (tree, _) = folder::read(book.path()).unwrap();
    let whole = brief::load::load(&tree).book.unwrap();
    let audience = whole.settings.audiences.iter().find(|audience| audience.name == "public").unwrap();
    let view = assembly::view(&whole, audience);
    let mut all = files(&book.path().join("output/public"));
    all.insert("data.json".to_owned(), Snapshot::of(&view.book).to_data_json().unwrap());
    all.retain(|name, _| name != ".lock");
    all
}

/// The first of two outputs' files that differ.
fn difference(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let names: Vec<&String> = one.keys().chain(other.keys()).collect();
    let differing = names.into_iter().find(|name| one.get(*name) != other.get(*name))?;
    let text = |all: &BTreeMap<String, Vec<u8>>| all.get(differing).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Some(format!("{differing}:\n{:?}\n{:?}", text(one), text(other)))
}

proptest! {
    #![proptest_config(crate::random::config(40))]

    #[test]
    fn documents_and_records_are_the_same_with_and_without_what_is_withheld(seed in any::<u64>(), words in 1..u64::MAX) {
        let grown = |withheld| public(Growth { seed, withheld, edition: 0 });
        let without = grown(None);
        for withheld in [words, words ^ 1] {
            let with = grown(Some(withheld));
            prop_assert_eq!(difference(&with, &without), None);
        }
        let is_planted = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(PLANTED);
        prop_assert!(!without.values().any(is_planted));
    }
}

/// Builds a book and gives what is in the public's folder.
fn build(root: &Path, environment: &[(String, String)]) -> BTreeMap<String, Vec<u8>> {
    let run = brief_with(root, &["build", "--date", "2025-11-06"], environment);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let mut all = files(&root.join("output/public"));
    // Who has it locked, and what of it was found as it was written: both are of this machine and of each run.
    all.retain(|name, _| name != ".lock" && name != ".checked.json");
    all
}

#[test]
fn versions_are_the_same_to_the_byte_with_and_without_what_is_withheld() {
    let Some(environment) = typst() else { return };
    for seed in [3, 11] {
        let growth = Growth { seed, withheld: None, edition: 0 };
        let (with, without) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        git(with.path(), &["init", "-q"]);
        let commit = |title: &str| {
            git(with.path(), &["add", "-A"]);
            git(with.path(), &["-c", &format!("user.name={PLANTED}"), "commit", "-q", "-m", &format!("{PLANTED} {title}")]);
        };
        std::fs::write(with.path().join(".gitignore"), "/output\n").unwrap();
        grown::write(without.path(), growth);
        grown::write(with.path(), Growth { withheld: Some(seed), ..growth });
        commit("one");
        let first = build(with.path(), &environment);
        assert_eq!(difference(&first, &build(without.path(), &environment)), None, "seed {seed}, first version");
        assert!(first.contains_key("v1/book.pdf"));

        // Only what is withheld changes: there is no second version, and nothing tells.
        grown::write(with.path(), Growth { withheld: Some(seed + 1), ..growth });
        commit("two");
        assert_eq!(difference(&first, &build(with.path(), &environment)), None, "seed {seed}, other secrets");

        // Something that all may see changes, too.
        grown::write(without.path(), Growth { edition: 1, ..growth });
        grown::write(with.path(), Growth { withheld: Some(seed + 2), edition: 1, ..growth });
        let second = build(with.path(), &environment);
        assert_eq!(difference(&second, &build(without.path(), &environment)), None, "seed {seed}, second version");
        assert!(second.contains_key("v2/book.pdf") && !second.contains_key("v3/book.pdf"));
    }
}
