//! Faults of whole books: each folder in those of `MODULES` and in `tests/cases/check/<code>` is what differs from the book in
//! `tests/cases/pipeline/base`, and `expected.txt` is the output of `brief check`. With an `expected.md`, the book is built
//! too, and compared.
//!
//! A new case needs no Rust: `cargo expect faults` writes what is printed now, to be read and kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brief::assembly::{BuildOptions, Environment};
use brief::check::{RULES, Rule};
use brief::diagnostic::{Code, Painter};
use brief::pipeline::{self, Outcome};
use brief::progress::Progress;
use brief::typeset::Choice;

pub(crate) use super::books::book_of;
use super::cases::{self, Comparison};

pub(crate) struct Quiet;

impl Progress for Quiet {
    fn start(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
    fn finish(&self) {}
}

/// The folders of these cases: each has the name of the module that finds the faults.
const MODULES: [&str; 4] = ["markdown", "pipeline/check", "render", "tree"];

/// The cases of whole books, but for those of rules.
pub(crate) fn book_cases() -> Vec<PathBuf> {
    MODULES.into_iter().flat_map(cases::cases).collect()
}

/// The folder of all cases.
pub(crate) const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

/// The cases of the rules: `check/<code>/<case>`. Those called `records…` are about records and settings alone, which the
/// tests of loading look at; those of rules for typeset documents are built.
pub(crate) fn rule_cases(wanted: impl Fn(Code, &str) -> bool) -> Vec<PathBuf> {
    let of_rule = |rule: Rule| cases::cases(&format!("check/{}", rule.code)).into_iter().map(move |case| (rule.code, case));
    let all = RULES.into_iter().flat_map(of_rule);
    all.filter(|(code, case)| wanted(*code, case.file_name().unwrap().to_str().unwrap())).map(|(_, case)| case).collect()
}

/// Whether a case of a rule is about records and settings alone.
pub(crate) fn is_of_records(case: &str) -> bool {
    case.starts_with("records")
}

/// Whether a rule is about typeset documents.
pub(crate) fn is_of_typesetting(code: Code) -> bool {
    matches!(code, Code::MissingGlyph | Code::TextOverflow)
}

/// Makes what can't be kept in a repository. A system that lacks it skips the case.
fn special(name: &str, root: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let content = root.join("content");
        match name {
            "tree/file-unreadable" => {
                fs::create_dir_all(content.join("assets")).unwrap();
                let pipe = std::ffi::CString::new(content.join("assets/pipe.png").to_str().unwrap()).unwrap();
                #[allow(unsafe_code, reason = "there is no other way to make a pipe")]
                // SAFETY: the path is a valid string that ends with NUL.
                let made = unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) };
                assert_eq!(made, 0);
                let _ = fs::remove_file(content.join("missions/kfor.yaml"));
                symlink("/dev/zero", content.join("missions/kfor.yaml")).unwrap();
            }
            "tree/file-unreadable-link" => {
                symlink("/etc/passwd", content.join("missions/secret.yaml")).unwrap();
                symlink("nowhere", content.join("missions/lost.yaml")).unwrap();
                symlink("..", content.join("missions/loop")).unwrap();
                fs::create_dir_all(root.join("templates/parts")).unwrap();
                symlink("/etc/passwd", root.join("templates/parts/secret.jinja")).unwrap();
            }
            "check/missing-asset/link" => {
                fs::create_dir_all(content.join("assets")).unwrap();
                symlink("/etc/passwd", content.join("assets/secret.svg")).unwrap();
            }
            _ => {}
        }
        true
    }
    #[cfg(not(unix))]
    {
        let _ = root;
        !matches!(name, "tree/file-unreadable" | "tree/file-unreadable-link" | "check/missing-asset/link")
    }
}

/// What `brief check` says of a book.
fn said(root: &Path) -> String {
    let checked = pipeline::check(root, &[], &Quiet).unwrap();
    match checked.diagnostics.is_empty() {
        true => "no faults\n".to_owned(),
        false => Painter::new(&checked.tree, false).paint_all(&checked.diagnostics),
    }
}

pub(crate) fn draft_options(root: &Path) -> BuildOptions {
    BuildOptions {
        root: root.to_owned(),
        output: root.join("output"),
        audiences: Vec::new(),
        documents: Vec::new(),
        pdf: false,
        draft: false,
        typst: Choice::Search,
        environment: Environment { source_date_epoch: None, brief_typst: None, path: None, today: "2025-11-06".parse().unwrap() },
        typst_timeout: Duration::from_secs(60),
        keep_temporary: false,
        date: Some("2025-11-06".parse().unwrap()),
        since: None,
        jobs: None,
    }
}

/// The Markdown of document `book` that readers get.
pub(crate) fn markdown(root: &Path) -> String {
    let built = pipeline::build(&draft_options(root), &Quiet).unwrap();
    let Some(Outcome::Draft { folder, .. }) = built.outcomes.into_iter().next() else {
        panic!("{}", Painter::new(&built.tree, false).paint_all(&built.diagnostics));
    };
    fs::read_to_string(folder.join("book.md")).unwrap()
}

#[test]
fn every_case_says_what_is_expected() {
    compare(book_cases());
}

#[test]
fn every_case_of_a_rule_says_what_is_expected() {
    compare(rule_cases(|code, case| !is_of_records(case) && !is_of_typesetting(code)));
}

fn compare(cases: Vec<PathBuf>) {
    let mut comparison = Comparison::default();
    for case in cases {
        let name = case.strip_prefix(CASES).unwrap().to_str().unwrap().to_owned();
        let book = book_of(&case);
        if !special(&name, book.path()) {
            continue;
        }
        let mut found = vec![("expected.txt", said(book.path()))];
        if case.join("expected.md").exists() {
            found.push(("expected.md", markdown(book.path())));
        }
        for (file, found) in found {
            comparison.file(&case.join(file), &found);
        }
        cases::has_only(&case, &["content", "templates", "fonts", "expected.txt", "expected.md"]);
    }
    comparison.finish();
}

#[test]
fn every_code_has_a_case() {
    let texts = ["audience", "load", "typeset"]
        .iter()
        .flat_map(|module| cases::cases(module))
        .chain(book_cases())
        .chain(rule_cases(|_, _| true))
        .map(|case| fs::read_to_string(case.join("expected.txt")).unwrap_or_default());
    let said: BTreeSet<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| line.split_once('[')?.1.split_once("]: ").map(|(code, _)| code.to_owned()))
        .collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !said.contains(code.name())).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
