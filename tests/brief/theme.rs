//! The default theme: its styles and papers, notes in the margin, and what a book may choose under `theme:`.

use std::fs;

use super::books::{brief_with, typst};
use super::press;

/// The book that `init` writes, with a style and a paper, and its text page by page.
fn pages(style: &str, more: &str) -> Option<Vec<String>> {
    let environment = typst()?;
    let folder = tempfile::tempdir().unwrap();
    let made = brief_with(folder.path(), &["init", "book", "--style", style], &environment);
    assert_eq!(made.code, Some(0), "{made:?}");
    let root = folder.path().join("book");
    let settings = root.join("content/book.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    assert_eq!(text.contains("theme:"), style != "briefing", "{text}");
    fs::write(&settings, text + more).unwrap();
    let built = brief_with(&root, &["build", "--date", "2025-10-01"], &environment);
    assert_eq!(built.code, Some(0), "{style}: {built:?}");
    assert!(!built.err.contains("warning"), "{style}: {built:?}");
    press::pages(&fs::read(root.join("output/v1/book.pdf")).unwrap())
}

#[test]
fn every_style_is_typeset_on_every_paper_without_a_warning() {
    for style in ["briefing", "plain", "reader"] {
        for paper in ["a4", "us-letter"] {
            let Some(pages) = pages(style, &format!("paper: {paper}\n")) else { return };
            assert!(pages.len() > 3, "{style} on {paper} has {} pages", pages.len());
        }
    }
}

/// A mark stands in the line, and with the note's text in the margin of the same page.
#[test]
fn notes_stand_in_the_margin_of_each_page_that_marks_them() {
    let Some(pages) = pages("briefing", "") else { return };
    let last = pages.iter().rposition(|page| page.contains("\nNotes\n")).expect("a list of notes");
    let mut checked = 0;
    for page in &pages[..last] {
        let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for number in 1..40 {
            let mark = format!("[{number}]");
            match text.matches(&mark).count() {
                0 => {}
                1 => panic!("{mark} is marked on a page whose margin doesn't say what it means: {text}"),
                _ => checked += 1,
            }
        }
    }
    assert!(checked > 5, "only {checked} marks were found");
}
