//! The reading site's search: whether people find what they look for, however they write it, and what its index costs.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::books::{Book, brief_with, bundled, typst};
use super::browser::seen;

/// What the search of a site answers; `None` where there is no browser.
fn ask(site: &Path, questions: &[&str]) -> Option<Value> {
    let arguments: Vec<&OsStr> = [site.as_os_str()].into_iter().chain(questions.iter().map(|text| OsStr::new(*text))).collect();
    let report = seen("search.mjs", &arguments)?;
    assert_eq!(report["console"].as_array().map(Vec::len), Some(0), "{report}");
    Some(report)
}

fn found<'a>(report: &'a Value, question: &str) -> Vec<&'a str> {
    report["found"][question].as_array().unwrap().iter().map(|address| address.as_str().unwrap()).collect()
}

/// Questions with the page that is looked for, put together by hand.
#[test]
fn people_find_what_they_look_for() {
    let folder = bundled();
    let Some(environment) = typst() else { return };
    for arguments in [["build", "--date", "2026-01-05"].as_slice(), &["site"]] {
        let run = brief_with(folder.path(), &[arguments, &["--audience", "public"]].concat(), &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let set = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search/questions.txt")).unwrap();
    let set: Vec<(&str, &str)> = set.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect();
    let questions: Vec<&str> = set.iter().map(|(question, _)| *question).collect();
    let Some(report) = ask(&folder.path().join("output/public/site"), &questions) else { return };
    let place = |(question, page): &(&str, &str)| {
        let place = found(&report, question).iter().position(|address| address.ends_with(page));
        (format!("{question}: {page} is {place:?} of {:?}", found(&report, question).iter().take(4).collect::<Vec<_>>()), place)
    };
    let places: Vec<(String, Option<usize>)> = set.iter().map(place).collect();
    let late: Vec<&String> = places.iter().filter(|(_, place)| place.is_none_or(|place| place > 2)).map(|(said, _)| said).collect();
    assert!(late.is_empty(), "{late:#?}");
    let not_first: Vec<&String> = places.iter().filter(|(_, place)| *place != Some(0)).map(|(said, _)| said).collect();
    assert!(set.len() >= 30 && not_first.len() * 10 <= set.len(), "{not_first:#?}");
}

/// Letters, numbers and scripts are found however people write them, and one typing error is forgiven.
#[test]
fn it_is_found_however_it_is_written() {
    let book = Book::new();
    let members = "- id: { code: alpha }\n  name: Die Straße von Łódź nach Tromsø\n- id: { code: beta }\n  name: 国際平和維持活動の記録\n\
                   - id: { code: gamma }\n  name: Cost of 1.234.567 euro for 12 345 people\n- id: { code: delta }\n  name: Łukasiewicz of Đakovo and Æthelred\n";
    book.write("content/members.yaml", members);
    let Some(environment) = typst() else { return };
    for arguments in [["build", "--date", "2025-11-05"].as_slice(), &["site"]] {
        let run = brief_with(&book.root, arguments, &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let asked = [
        ("alpha", ["Straße", "strasse", "STRASSE", "Łódź", "lodz", "tromso", "Tromsø", "strase", "tromos"].as_slice()),
        ("beta", &["平和", "維持活動", "国際平和維持", "記録"]),
        ("gamma", &["1234567", "1,234,567", "1.234.567", "1 234 567", "12345", "12,345"]),
        ("delta", &["lukasiewicz", "ŁUKASIEWICZ", "łukasiewcz", "dakovo", "aethelred"]),
    ];
    let questions: Vec<&str> =
        asked.iter().flat_map(|(_, questions)| questions.iter().copied()).chain(["和平", "1234568", "trom so"]).collect();
    let Some(report) = ask(&book.root.join("output/site"), &questions) else { return };
    for (member, questions) in asked {
        for question in questions {
            let page = format!("records/members/{member}.html");
            assert_eq!(found(&report, question).first(), Some(&page.as_str()), "{question}: {:?}", found(&report, question));
            assert!(!report["marked"][question].as_array().unwrap().is_empty(), "nothing is marked for {question}");
        }
    }
    for nowhere in ["和平", "1234568"] {
        assert!(found(&report, nowhere).is_empty(), "{nowhere}: {:?}", found(&report, nowhere));
    }
}
