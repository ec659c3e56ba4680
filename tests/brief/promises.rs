//! `docs/promises.md` names the test that holds each promise: each of them exists.

use std::fs;
use std::path::Path;

#[test]
fn each_promise_is_held_by_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/promises.md")).unwrap();
    // What comes last are figures.
    let (page, _) = page.split_once("\n## To look for more\n").unwrap();
    let mut named = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise")) {
        let tests: Vec<&str> = row.split('`').filter(|part| part.contains(".rs::")).collect();
        assert!(!tests.is_empty(), "no test holds: {row}");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let path = if file.starts_with("src/") { root.join(file) } else { root.join("tests/brief").join(file) };
            let source = fs::read_to_string(path).unwrap_or_else(|fault| panic!("`{file}`: {fault}"));
            let at = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("`{file}` has no test `{name}`"));
            let before = source[..at].trim_end().lines().rev().take(3).any(|line| line.trim() == "#[test]");
            assert!(before, "`{name}` in `{file}` is no test");
            named += 1;
        }
    }
    assert!(named > 20, "the page names {named} tests");
}
