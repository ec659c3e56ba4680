//! `docs/promises.md` names the tests that hold each promise: they exist, are compiled, and a run in which one of them
//! was skipped says that the promise is not held by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tools;

/// A row of the page: what is promised, and the tests that hold it, as the page names them: `file.rs::name`.
struct Promise {
    text: String,
    tests: Vec<String>,
}

fn promises() -> Vec<Promise> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promises.md")).unwrap();
    // What comes last are figures.
    let (page, _) = page.split_once("\n## To look for more\n").unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    rows.map(|row| Promise {
        text: row.trim_start_matches("| ").split(" | ").next().unwrap().to_owned(),
        tests: row.split('`').filter(|part| part.contains(".rs::")).map(str::to_owned).collect(),
    })
    .collect()
}

/// What the harness calls a test of `tests/brief`: `crashes/killed.rs::name` is `crashes::killed::name`.
fn name_in_the_harness(test: &str) -> Option<String> {
    let (file, name) = test.split_once("::")?;
    let module = file.strip_suffix(".rs")?.replace('/', "::");
    (!file.starts_with("src/")).then(|| format!("{}::{name}", module.trim_end_matches("::mod")))
}

/// The promises that a run does not hold, because a test of theirs was skipped.
pub(crate) fn not_held(skipped: &BTreeMap<String, (String, BTreeSet<String>)>) -> Vec<String> {
    let is_skipped = |test: &String| name_in_the_harness(test).is_some_and(|name| skipped.values().any(|(_, tests)| tests.contains(&name)));
    promises().into_iter().filter(|promise| promise.tests.iter().any(is_skipped)).map(|promise| promise.text).collect()
}

/// The tests that this program holds, and runs when it is not asked for others.
fn compiled() -> BTreeSet<String> {
    let list = |arguments: &[&str]| -> BTreeSet<String> {
        let output = Command::new(std::env::current_exe().unwrap()).args(["--list"]).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    };
    &list(&[]) - &list(&["--ignored"])
}

#[test]
fn each_promise_is_held_by_a_test_that_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (promises, compiled) = (promises(), compiled());
    let has_all = cfg!(all(target_os = "linux", feature = "builtin-typst", feature = "publish"));
    let mut named = 0;
    for promise in &promises {
        assert!(!promise.tests.is_empty(), "no test holds: {}", promise.text);
        for test in &promise.tests {
            named += 1;
            let (file, name) = test.split_once("::").unwrap();
            let path = if file.starts_with("src/") { root.join(file) } else { root.join("tests/brief").join(file) };
            let source = fs::read_to_string(path).unwrap_or_else(|fault| panic!("`{file}`: {fault}"));
            let at = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("`{file}` has no test `{name}`"));
            let before: Vec<&str> = source[..at].trim_end().lines().rev().take(3).map(str::trim).collect();
            assert!(before.contains(&"#[test]"), "`{name}` in `{file}` is no test");
            assert!(!before.iter().any(|line| line.starts_with("#[ignore")), "`{name}` in `{file}` is ignored");
            let Some(harness) = name_in_the_harness(test).filter(|harness| !compiled.contains(harness)) else { continue };
            assert!(!has_all, "`{test}` is not compiled");
            tools::skip_test(
                harness,
                "tests that are for another system or another feature of brief",
                "run all tests on Linux with the default features",
            );
        }
    }
    assert!(named > 100, "the page names {named} tests");
}

/// Tests below `src` need nothing but Rust, so that none of them can be skipped.
#[test]
fn unit_tests_skip_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for (folder, words) in
        [("src", &["skipped:", "#[ignore", "BRIEF_TEST_"][..]), ("tests/brief", &["println!(\"skipped", "#[ignore\n", "#[ignore]"])]
    {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|extension| extension == "rs") && !entry.path().ends_with(file!()) {
                let text = fs::read_to_string(entry.path()).unwrap();
                read += 1;
                assert!(!words.iter().any(|word| text.contains(word)), "{}: a test is skipped by `need!` alone", entry.path().display());
            }
        }
    }
    assert!(read > 200, "{read} files");
}
