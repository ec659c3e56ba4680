//! `brief check --format`: annotations, JSON, and SARIF that its official schema accepts.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::books::Book;

fn sarif(book: &Book) -> Value {
    let run = book.brief(&["check", "--format", "sarif"]);
    assert_eq!(run.err, "");
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sarif/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    // The standard's own pattern of a language, which brief doesn't print, lacks a bracket and is no regular expression.
    for holder in ["run", "toolComponent"] {
        let pattern = schema.pointer_mut(&format!("/definitions/{holder}/properties/language/pattern")).unwrap();
        assert_eq!(pattern.take(), "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
        *pattern = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&log).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, [] as [String; 0]);
    log
}

fn faulty() -> Book {
    let book = Book::new();
    book.edit("content/missions/kfor.yaml", "lead: alpha", "lead: gamma");
    book.edit("content/missions/kfor.yaml", "source: report#7", "source: rapport#7");
    book.write("content/notes/é ü.yaml", "name: A note\n");
    book
}

#[test]
fn sarif_is_valid_and_places_each_fault() {
    let book = faulty();
    let log = sarif(&book);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 3, "{results:#?}");
    let reference = results.iter().find(|result| result["ruleId"] == "dangling-reference").unwrap();
    let place = &reference["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "content/missions/kfor.yaml");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 12 }));
    assert!(
        results
            .iter()
            .any(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "content/notes/%C3%A9%20%C3%BC.yaml")
    );
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), brief::diagnostic::Code::ALL.len());
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn sarif_of_a_book_without_faults_is_valid_too() {
    let book = Book::new();
    assert_eq!(sarif(&book)["runs"][0]["results"], serde_json::json!([]));
    book.remove("content/book.yaml");
    assert_ne!(sarif(&book)["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let book = faulty();
    let prints = |log: &Value| -> Vec<Value> {
        log["runs"][0]["results"].as_array().unwrap().iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let before = prints(&sarif(&book));
    book.edit("content/missions/kfor.yaml", "name:", "# a comment\n\n\nname:");
    let after = sarif(&book);
    assert_eq!(prints(&after), before);
    assert_eq!(
        after["runs"][0]["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == "dangling-reference").unwrap()["locations"]
            [0]["physicalLocation"]["region"]["startLine"],
        6
    );
    let mut unique = before.iter().map(Value::to_string).collect::<Vec<_>>();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), before.len());
}

#[test]
fn annotations_are_commands_with_paths_from_the_repository() {
    let book = Book::at("books/small");
    book.edit("content/missions/kfor.yaml", "lead: alpha", "lead: gamma");
    let inside = super::books::brief(&book.repository, &["check", "--root", "./books/small", "--format", "github"]);
    assert_eq!(inside.code, Some(1));
    let expected = "::error file=books/small/content/missions/kfor.yaml,line=3,endLine=3,col=7,endColumn=12,title=dangling-reference::";
    assert!(inside.out.starts_with(expected), "{}", inside.out);
    assert!(inside.out.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{}", inside.out);
    book.edit("content/missions/kfor.yaml", "lead: gamma", "lead: alpha");
    let fine = book.brief(&["check", "--format", "github"]);
    assert_eq!((fine.code, fine.out.as_str()), (Some(0), ""));
}

#[test]
fn json_holds_every_fault() {
    let run = faulty().brief(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let found: Value = serde_json::from_str(&run.out).unwrap();
    let faults = found["faults"].as_array().unwrap();
    assert_eq!(found["errors"].as_u64().unwrap() + found["warnings"].as_u64().unwrap(), faults.len() as u64);
    assert!(faults.iter().any(|fault| fault["code"] == "unknown-source" && fault["record"] == "missions/kfor" && fault["line"] == 2));
}

/// Every format names files from the repository's root, however the book's folder is named, and from wherever.
#[test]
fn paths_are_the_repository_s() {
    let book = Book::at("books/small");
    book.edit("content/missions/kfor.yaml", "lead: alpha", "lead: gamma");
    let (absolute, repository) = (book.root.to_str().unwrap().to_owned(), book.repository.clone());
    let cases: [(&Path, &str); 5] = [
        (&repository, "books/small"),
        (&repository, &absolute),
        (&book.root, "."),
        (&repository.join("books"), "small"),
        (Path::new("/"), &absolute),
    ];
    for (folder, root) in cases {
        for (format, expected) in [
            ("json", "\"file\": \"books/small/content/missions/kfor.yaml\""),
            ("github", "file=books/small/content/missions/kfor.yaml,line=3,"),
            ("sarif", "\"uri\": \"books/small/content/missions/kfor.yaml\""),
        ] {
            let run = super::books::brief(folder, &["check", "--root", root, "--format", format]);
            assert_eq!(run.code, Some(1), "{run:?}");
            assert!(run.out.contains(expected), "{format} in {} with {root}: {}", folder.display(), run.out);
        }
    }
}
