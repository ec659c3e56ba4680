//! Nothing that is withheld is in anything that is written for those who may not see it: words are planted in every place
//! that can be withheld, and every byte of what they get is searched, with what is packed in it unpacked.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use tempfile::TempDir;

use super::grown::{self, Growth, PLANTED};
use crate::books::{brief_with, files, git, typst};
use crate::pdf::{self, Pdf};

/// The ways in which a word may be written.
fn needles() -> Vec<Vec<u8>> {
    let word = PLANTED.as_bytes();
    let wide = |order: [usize; 2]| -> Vec<u8> {
        let mut wide: Vec<u8> = word.iter().flat_map(|byte| if order == [0, 1] { [0, *byte] } else { [*byte, 0] }).collect();
        if order == [0, 1] {
            wide.remove(0);
        } else {
            wide.pop();
        }
        wide
    };
    let hex = |upper: bool| -> Vec<u8> {
        let digits = word.iter().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
        digits.collect::<String>().into_bytes()
    };
    let mut all = vec![word.to_vec(), wide([0, 1]), wide([1, 0]), hex(true), hex(false)];
    for shift in 0..3 {
        let padded = [&b"xx"[..shift], word].concat();
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(padded);
        // What comes from a neighbouring byte, too, is not the word's alone.
        let text = &text.as_bytes()[if shift == 0 { 0 } else { shift + 1 }..text.len() - 2];
        all.push(text.to_vec());
    }
    all
}

/// What is packed into a PDF: its streams, unpacked, and its texts.
fn unpacked(pdf: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Pdf::of(pdf).unpacked();
    if let Some(pages) = pdf::pages(pdf) {
        found.extend(pages.into_iter().map(String::into_bytes));
    }
    found
}

/// Where a planted word is, if it is anywhere.
fn leak(all: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let needles = needles();
    let holds = |bytes: &[u8]| {
        let folded = bytes.to_ascii_lowercase();
        needles.iter().any(|needle| [bytes, &folded].iter().any(|hay| hay.windows(needle.len()).any(|window| window == needle)))
    };
    all.iter().find_map(|(name, bytes)| {
        let packed = if name.ends_with(".pdf") { unpacked(bytes) } else { Vec::new() };
        let is_leaky = holds(name.as_bytes()) || holds(bytes) || packed.iter().any(|part| holds(part));
        is_leaky.then(|| format!("{name}: {}", String::from_utf8_lossy(bytes).chars().take(2000).collect::<String>()))
    })
}

#[test]
fn a_leak_is_found_wherever_it_is() {
    let at = |name: &str, bytes: &[u8]| leak(&BTreeMap::from([(name.to_owned(), bytes.to_vec())])).is_some();
    let word = format!("{PLANTED}0badcafe");
    assert!(!at("book.md", b"nothing"));
    assert!(at(&format!("{word}.md"), b"") && at("book.md", word.to_uppercase().as_bytes()));
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{word}");
        assert!(at("a.json", base64::engine::general_purpose::STANDARD.encode(&text).as_bytes()), "{before}");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(at("a.json", &wide), "{before}");
    }
}

#[test]
fn nothing_withheld_is_in_anything_that_is_written() {
    let Some(environment) = typst() else { return };
    for seed in [5, 8] {
        let book = TempDir::new().unwrap();
        let root = book.path().join("book");
        fs::create_dir_all(&root).unwrap();
        git(&root, &["init", "-q"]);
        fs::write(root.join(".gitignore"), "/output\n/site\n").unwrap();
        let mut said = String::new();
        let mut run = |arguments: &[&str]| {
            let run = brief_with(&root, arguments, &environment);
            assert!(run.code == Some(0), "{arguments:?}: {}{}", run.out, run.err);
            // What the owner is told on the way is for the owner; what a command was asked for may be handed on.
            said += &run.out;
        };
        for edition in 0..2 {
            grown::write(&root, Growth { seed, withheld: Some(seed + u64::from(edition)), edition });
            git(&root, &["add", "-A"]);
            git(&root, &["-c", &format!("user.name={PLANTED}"), "commit", "-q", "-m", &format!("{PLANTED} {edition}")]);
            run(&["build", "--date", "2025-11-06", "--audience", "public"]);
        }
        run(&["site", "--audience", "public"]);
        run(&["site", "--audience", "public", "--output", "site"]);
        run(&["since", "public/v1", "--date", "2025-11-06"]);
        run(&["versions", "--audience", "public"]);
        run(&["versions", "--audience", "public", "--format", "json"]);
        for format in ["text", "json", "markdown", "html"] {
            run(&["diff", "public/v1", "--format", format]);
            run(&["diff", "public/v1", "public/v2", "--format", format]);
        }
        run(&["review", "public/v1"]);
        run(&["build", "--draft", "--date", "2025-11-06", "--audience", "public"]);
        let mut all = files(&root.join("output/public"));
        all.extend(files(&root.join("site")).into_iter().map(|(name, bytes)| (format!("site/{name}"), bytes)));
        if cfg!(feature = "publish") {
            let place = book.path().join("place");
            run(&["publish", "--audience", "public", place.to_str().unwrap()]);
            let other = book.path().join("other");
            run(&["fetch", place.to_str().unwrap(), "--audience", "public", "--root", other.to_str().unwrap()]);
            for folder in [&place, &other] {
                all.extend(files(folder).into_iter().map(|(name, bytes)| (format!("published/{name}"), bytes)));
            }
        }
        all.insert("what was printed".to_owned(), said.into_bytes());
        assert!(all.keys().any(|name| name.ends_with("v2/book.pdf")), "{:?}", all.keys());
        assert_eq!(leak(&all), None, "seed {seed}");
    }
}

#[test]
fn what_was_public_once_is_not_told_again() {
    let Some(environment) = typst() else { return };
    let book = TempDir::new().unwrap();
    let growth = Growth { seed: 4, withheld: None, edition: 0 };
    grown::write(book.path(), growth);
    let put = |path: &str, text: String| fs::write(book.path().join(path), text).unwrap();
    let gone = |marking: &str, block: (&str, &str), word: &str| {
        put(
            &format!("content/items/item-{word}.yaml"),
            format!("{marking}name: {word}\nprose: {word}\nfigure: {{ value: 4711, source: open-1 }}\n"),
        );
        put(
            "content/items/item-a.yaml",
            format!(
                "name: Item 0\nfigure: {{ value: 5, source: [open-2, {word}] }}\nalso: {{ value: {word}, source: open-1{} }}\n\
                 facts:\n  - {{ text: {word}, source: open-3{} }}\n  - {{ text: Kept, source: open-3 }}\nprose: |\n  Kept.\n\n{}  The {word}.\n{}\n  More.\n",
                if marking.is_empty() { "" } else { ", marking: TLP:RED" },
                if marking.is_empty() { "" } else { ", marking: TLP:RED" },
                block.0,
                block.1
            ),
        );
        put(
            "content/sources.yaml",
            format!(
                "open-1: {{ title: One }}\nopen-2: {{ title: Two }}\nopen-3: {{ title: Three }}\n{word}: {{ title: {word}{} }}\n",
                if marking.is_empty() { "" } else { ", marking: TLP:RED" }
            ),
        );
    };
    let run = |arguments: &[&str]| {
        let run = brief_with(book.path(), arguments, &environment);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}{}", run.out, run.err);
        run.out
    };
    gone("", ("", ""), PLANTED);
    run(&["build", "--date", "2025-11-06"]);
    gone("marking: TLP:RED\n", ("  :::marked TLP:RED\n", "  :::\n"), PLANTED);
    run(&["build", "--date", "2025-11-07"]);
    run(&["site", "--audience", "public"]);
    let mut all = files(&book.path().join("output/public"));
    assert!(leak(&all).is_some(), "the first version had it");
    all.retain(|name, _| (name.contains("v2/") || !name.contains("v1/")) && !name.contains("/history") && !name.ends_with("search.json"));
    all.retain(|name, _| name.starts_with("v2/") || name.starts_with("site/v2/") || name == "versions.json" || name.ends_with("feed.xml"));
    assert!(all.contains_key("v2/changes.json") && all.contains_key("site/v2/changes.html"), "{:?}", all.keys());
    assert_eq!(leak(&all), None);
    let mut said = run(&["diff", "public/v1", "public/v2"]);
    said += &run(&["diff", "public/v1", "--format", "json"]);
    assert_eq!(leak(&BTreeMap::from([("diff".to_owned(), said.into_bytes())])), None);
    let refused = brief_with(book.path(), &["since", "public/v1"], &environment);
    assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("a redline would print them again"), "{}", refused.err);
}
