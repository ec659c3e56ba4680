//! Which module uses which: as ARCHITECTURE.md says, and without circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Uses = BTreeMap<String, BTreeSet<String>>;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The top-level modules, each with those that its files name, tests left out.
fn uses() -> Uses {
    let src = Path::new(ROOT).join("src");
    let module = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let modules: BTreeSet<String> = fs::read_dir(&src).unwrap().map(|entry| module(&entry.unwrap().path())).collect();
    let mut uses = Uses::new();
    for entry in walkdir::WalkDir::new(&src).min_depth(1) {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let of = module(Path::new(entry.path().strip_prefix(&src).unwrap().components().next().unwrap().as_os_str()));
        if ["lib", "main"].contains(&of.as_str()) {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let named = uses.entry(of.clone()).or_default();
        for (at, path) in code.match_indices("crate::") {
            named.extend(names(&code[at + path.len()..]).into_iter().filter(|name| *name != of && modules.contains(name)));
        }
    }
    uses
}

/// The first segments behind `crate::`: one name, or several in braces.
fn names(rest: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(inner) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut depth = 0;
    let mut found = vec![word(inner.trim_start())];
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => found.push(word(inner[at + 1..].trim_start())),
            _ => {}
        }
    }
    found
}

#[test]
fn modules_use_each_other_as_the_map_says() {
    let uses = uses();
    let actual: String = uses.iter().filter(|(_, used)| !used.is_empty()).fold(String::new(), |map, (module, used)| {
        let used: Vec<&str> = used.iter().map(String::as_str).collect();
        map + &format!("{module:11} {}\n", used.join(" "))
    });
    let document = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let map = document.split("```uses\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a map in ARCHITECTURE.md");
    assert!(map == actual, "ARCHITECTURE.md has another map than the code:\n{actual}");
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut uses = uses();
    // Modules that use none that is left are below all others; what remains stands in a circle.
    while let Some(lowest) = uses.iter().find(|(_, used)| used.is_empty()).map(|(module, _)| module.clone()) {
        uses.remove(&lowest);
        uses.values_mut().for_each(|used| {
            used.remove(&lowest);
        });
    }
    assert!(uses.is_empty(), "these modules use each other in a circle, or one that does: {uses:?}");
}

/// "How to add …" in CONTRIBUTING.md shows changes: what they take out or stand beside is in the code, and
/// the lines that they add are as many as it says.
#[test]
fn the_changes_that_contributing_shows_fit_the_code() {
    let document = fs::read_to_string(Path::new(ROOT).join("CONTRIBUTING.md")).unwrap();
    let mut parts = document.split("```");
    let mut shown = 0;
    while let (Some(before), Some(block)) = (parts.next(), parts.next()) {
        let Some(change) = block.strip_prefix("diff\n") else { continue };
        shown += 1;
        let (mut files, mut added) = (0, 0);
        let mut code = None;
        for line in change.lines() {
            if let Some(file) = line.strip_prefix("# ") {
                files += 1;
                code = fs::read_to_string(Path::new(ROOT).join(file)).ok();
                continue;
            }
            let (mark, text) = line.split_at(1);
            match (mark, &code) {
                ("+", _) => added += 1,
                (_, Some(code)) => assert!(code.lines().any(|line| line == text), "the code has no line `{text}`"),
                (_, None) => panic!("`{line}` is in no file"),
            }
        }
        let said = format!("({added} lines, {files} files)");
        assert!(before.contains(&said), "not said before a change: {said}");
    }
    assert_eq!(shown, 4);
}
