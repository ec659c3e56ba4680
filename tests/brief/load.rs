//! Reading content: each folder in `tests/cases/load` is a book with one fault, and `expected.txt` what a person is
//! told. A new case needs no Rust: `UPDATE_EXPECTED=1 cargo test load` writes what is said now, to be read and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use brief::diagnostic::{self, Code, Diagnostic, Painter, Place, Severity};
use brief::model::{Book, Value};
use brief::tree::{Tree, folder};
use brief::{check, load};

/// What every book of a case has, unless the case has the file itself.
const COMMON: [(&str, &str); 1] = [("content/book.yaml", "title: A book\nas_of: 2025-11-05\n")];

/// Files that can't be kept in a repository, made for the cases that need them.
fn made(case: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bomb = |levels: usize| {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..levels {
            let below = level - 1;
            text.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}]\n"));
        }
        text.into_bytes()
    };
    let file = |bytes: Vec<u8>| vec![("content/things/it.yaml", bytes)];
    match case {
        "not-utf8" => file(b"name: caf\xe9\n".to_vec()),
        "forbidden-character" => file(b"name: a\0b\n".to_vec()),
        "forbidden-character-escaped" => file(b"name: \"a\\0b\"\nnote: \"\\e[31m\"\n".to_vec()),
        "byte-order-mark" => file(b"\xef\xbb\xbfname: fine\nnick: not fine\n".to_vec()),
        "yaml-limit-aliases" => file(bomb(30)),
        "yaml-limit-aliases-few" => file(bomb(8)),
        "yaml-limit-depth" => file(format!("name: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)).into_bytes()),
        "yaml-limit-depth-open" => file(format!("name: {}\n", "[".repeat(1_000_000)).into_bytes()),
        "yaml-limit-depth-block" => file((0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>().into_bytes()),
        "yaml-limit-text" => file(format!("name: {}\n", "x".repeat(17 << 20)).into_bytes()),
        "yaml-limit-alias-text" => {
            let mut text = format!("name: &a {}\nlist:\n", "x".repeat(1 << 20));
            text.push_str(&"- *a\n".repeat(1000));
            file(text.into_bytes())
        }
        _ => Vec::new(),
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/load");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// Everything that is wrong with the records of a book, located and sorted.
fn faults(tree: &Tree, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let loaded = load::load(tree);
    found.extend(loaded.diagnostics);
    if let Some(book) = &loaded.book {
        found.extend(check::check(book, tree));
    }
    load::locate(tree, &mut found);
    diagnostic::sort(&mut found);
    found
}

fn tree_of(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(text.as_bytes())));
    Tree { files: files.collect() }
}

fn book_of(files: &[(&str, &str)]) -> Book {
    let loaded = load::load(&tree_of(files));
    assert_eq!(loaded.diagnostics, [], "the book has no faults");
    loaded.book.unwrap()
}

#[test]
fn every_case_says_what_is_expected() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(case.is_dir(), "`{name}` is no folder of a case");
        let (mut tree, found) = folder::read(&case).unwrap();
        for (path, bytes) in made(&name) {
            assert!(tree.files.insert(path.to_owned(), bytes.into()).is_none(), "`{name}` has `{path}` twice");
        }
        if name != "book-missing" {
            for (path, text) in COMMON {
                tree.files.entry(path.to_owned()).or_insert_with(|| text.as_bytes().into());
            }
        }
        let begun = Instant::now();
        let faults = faults(&tree, found);
        assert!(begun.elapsed() < Duration::from_secs(60), "`{name}` takes too long");
        assert!(!faults.is_empty(), "`{name}` has no fault");
        let painted = Painter::new(&tree, false).paint_all(&faults);
        let expected = case.join("expected.txt");
        if update {
            fs::write(&expected, &painted).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != painted {
            wrong.push(format!("{name}:\n{painted}"));
        }
        for entry in fs::read_dir(&case).unwrap() {
            let entry = entry.unwrap().file_name();
            assert!(["content", "templates", "fonts", "expected.txt"].iter().any(|known| entry == *known), "`{name}` has a leftover {entry:?}");
        }
    }
    assert!(wrong.is_empty(), "these cases say something else than expected:\n\n{}", wrong.join("\n"));
}

/// The codes that load and check give for records and settings.
const CODES: [Code; 23] = [
    Code::NotUtf8,
    Code::YamlSyntax,
    Code::YamlLimit,
    Code::DuplicateKey,
    Code::CommentInValue,
    Code::ForbiddenCharacter,
    Code::NotAMapping,
    Code::BookMissing,
    Code::BookSettings,
    Code::UnknownCollection,
    Code::InvalidId,
    Code::DuplicateId,
    Code::MissingSchema,
    Code::InvalidSchema,
    Code::SchemaViolation,
    Code::UnknownField,
    Code::MissingField,
    Code::InvalidDate,
    Code::InvalidEnvelope,
    Code::DanglingReference,
    Code::UnknownSource,
    Code::ClaimWithoutSource,
    Code::UnknownMarking,
];

#[test]
fn every_code_has_a_case() {
    let said: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| fs::read_to_string(case.join("expected.txt")).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| line.split_once('[')?.1.split_once("]: ").map(|(code, _)| code.to_owned()))
        .collect();
    for code in CODES {
        assert!(said.contains(code.name()), "no case shows `{code}`");
    }
}
