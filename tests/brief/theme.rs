//! The default theme: its styles and papers, notes in the margin, and what a book may choose under `theme:`.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use super::books::{BUNDLED, brief_with, bundled, typst, versions};
use super::pdf;

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
    pdf::pages(&fs::read(root.join("output/v1/book.pdf")).unwrap())
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

/// The bundled book's PDF in a style, typeset once for all tests.
fn bundled_book(style: &str) -> Option<Vec<u8>> {
    static MADE: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let environment = typst()?;
    let mut made = MADE.lock().unwrap();
    if !made.contains_key(style) {
        let folder = styled(style, "a4");
        let built = brief_with(folder.path(), &["build", "--audience", BUNDLED, "--date", "2025-11-06"], &environment);
        assert_eq!(built.code, Some(0), "{style}: {built:?}");
        assert!(!built.err.contains("warning"), "{style}: {built:?}");
        made.insert(style.to_owned(), fs::read(versions(folder.path()).join("v1/book.pdf")).unwrap());
    }
    made.get(style).cloned()
}

/// The bundled book with a style and a paper.
fn styled(style: &str, paper: &str) -> tempfile::TempDir {
    let folder = bundled();
    let settings = folder.path().join("content/book.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\ntheme: {{ style: {style}, paper: {paper} }}\n")).unwrap();
    folder
}

#[test]
fn the_bundled_book_is_typeset_in_every_style_on_letter_paper_without_a_warning() {
    let Some(environment) = typst() else { return };
    for (style, _, _) in MEASURES {
        let folder = styled(style, "us-letter");
        let built = brief_with(folder.path(), &["build", "--document", "book", "--date", "2025-11-06"], &environment);
        assert_eq!(built.code, Some(0), "{style}: {built:?}");
        assert!(!built.err.contains("warning"), "{style}: {built:?}");
    }
}

/// The lines of a page's text: those that begin at its left margin, with their words but for what stands in the right margin.
fn lines(words: &[pdf::Word], left: f64, right: f64) -> Vec<Vec<&pdf::Word>> {
    let mut lines: Vec<Vec<&pdf::Word>> = Vec::new();
    for word in words.iter().filter(|word| word.left >= left - 1.0 && word.right <= right + 2.0) {
        // A mark stands higher than the word before it.
        let middle = (word.top + word.bottom) / 2.0;
        match lines.last_mut().filter(|line| (line[0].top..line[0].bottom).contains(&middle)) {
            Some(line) => line.push(word),
            None => lines.push(vec![word]),
        }
    }
    lines.retain(|line| (line[0].left - left).abs() < 1.0);
    lines
}

/// What stands between the page's head and foot.
fn body((height, words): &(f64, Vec<pdf::Word>)) -> Vec<pdf::Word> {
    words.iter().filter(|word| word.bottom > 70.0 && word.bottom < height - 60.0).cloned().collect()
}

const CENTIMETRE: f64 = 72.0 / 2.54;

/// Each style: its left margin and how long a line is beside notes, in points.
const MEASURES: [(&str, f64, f64); 3] = [
    ("briefing", 2.5 * CENTIMETRE, 12.2 * CENTIMETRE),
    ("plain", 2.0 * CENTIMETRE, 11.4 * CENTIMETRE),
    ("reader", 2.2 * CENTIMETRE, 13.2 * CENTIMETRE),
];

#[test]
fn full_lines_of_text_hold_66_to_78_letters() {
    for (style, left, measure) in MEASURES {
        let Some(pdf) = bundled_book(style) else { return };
        let Some(pages) = pdf::words(&pdf) else { return };
        let mut by_size: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for page in &pages[2..] {
            for line in lines(&body(page), left, left + measure) {
                if line.last().unwrap().right > left + 0.93 * measure {
                    let size = (10.0 * (line[0].bottom - line[0].top)).round() as u64;
                    by_size.entry(size).or_default().push(line.iter().map(|word| word.text.chars().count() + 1).sum::<usize>() - 1);
                }
            }
        }
        // Smaller type, such as that below drawings, is no running text.
        let counts = by_size.into_values().max_by_key(Vec::len).unwrap();
        let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
        // Large type leaves no room for notes beside lines as full as that.
        let wanted = if style == "reader" { 52.0..=78.0 } else { 66.0..=78.0 };
        assert!(counts.len() > 30 && wanted.contains(&mean), "{style}: {mean} letters in {} lines", counts.len());
    }
}

#[test]
fn no_page_of_a_book_that_runs_on_is_half_empty() {
    for (style, _, _) in MEASURES {
        let Some(pdf) = bundled_book(style) else { return };
        let Some(pages) = pdf::words(&pdf) else { return };
        for (index, page) in pages[..pages.len() - 1].iter().enumerate().skip(2) {
            let lowest = body(page).iter().map(|word| word.bottom).fold(0.0, f64::max);
            assert!(lowest > page.0 / 2.0, "{style}: page {} ends at {lowest} of {}", index + 1, page.0);
        }
    }
}

#[test]
fn no_paragraph_ends_in_a_line_of_one_short_word() {
    for (style, left, measure) in MEASURES {
        let Some(pdf) = bundled_book(style) else { return };
        let Some(pages) = pdf::words(&pdf) else { return };
        for (index, page) in pages.iter().enumerate().skip(2) {
            let body = body(page);
            let lines = lines(&body, left, left + measure);
            let letters = |line: &Vec<&pdf::Word>| -> Vec<String> {
                line.iter().map(|word| word.text.clone()).filter(|text| text.chars().any(char::is_alphabetic)).collect()
            };
            for (at, trio) in lines.windows(3).enumerate() {
                let step = |a: &Vec<&pdf::Word>, b: &Vec<&pdf::Word>| b[0].bottom - a[0].bottom;
                let pitch = step(&trio[0], &trio[1]);
                let ends = lines.get(at + 3).is_none_or(|next| step(&trio[2], next) > pitch * 1.15);
                let is_paragraph = (step(&trio[1], &trio[2]) - pitch).abs() < 0.5 && pitch < 26.0;
                let (last, before) = (letters(&trio[2]), letters(&trio[1]));
                let is_short = |word: Option<&String>| word.is_some_and(|word| word.chars().count() <= 14);
                let alone = is_paragraph && ends && last.len() == 1 && is_short(last.first()) && is_short(before.last());
                assert!(!alone, "{style}, page {}: {:?} stands alone behind {:?}", index + 1, last, before);
            }
        }
    }
}
