//! `tests/cases/redline/<case>/`: `old.md`, `new.md` and `expected.md`.

use std::fs;

use brief::document::{Inline, walk};
use brief::markdown::parse_published;
use brief::redline::fragment;

use crate::cases::{self, Comparison};

use super::plain::paint;
use super::{compared, document, listed};

#[test]
fn cases() {
    let mut comparison = Comparison::default();
    for case in cases::cases("redline") {
        // Of these, both texts are read as those of versions are.
        let is_published = case.file_name().unwrap().to_str().unwrap().starts_with("published-");
        let parse = |text: &str| if is_published { parse_published(text).document } else { document(text) };
        let read = |name| parse(&fs::read_to_string(case.join(name)).unwrap_or_else(|e| panic!("{}: {name}: {e}", case.display())));
        let (old, new) = (read("old.md"), read("new.md"));
        let redline = compared(&old, &new);
        let found = paint(&redline);

        // Each change has its place in the text, once; and a page of its own kind can be painted of it.
        let mut anchors = Vec::new();
        walk::inlines(redline.text(), &mut |inline| {
            if let Inline::Anchor(name) = inline {
                anchors.push(name.clone());
            }
        });
        anchors.sort();
        let mut listed = listed(&redline);
        listed.sort();
        assert_eq!(anchors, listed, "{}", case.display());
        let page = fragment(&redline, &|_| None, &|_| None);
        for anchor in &anchors {
            assert!(page.contains(&format!("id=\"change-{anchor}\"")), "{}", case.display());
        }

        comparison.file(&case.join("expected.md"), &found);
        cases::has_only(&case, &["old.md", "new.md", "expected.md"]);
    }
    comparison.finish();
}

#[test]
fn the_document_names_both_versions() {
    let redline = compared(&document("# A Book\n\nOne.\n"), &document("---\nsubtitle: s\n---\n\n# A Book\n\nTwo.\n"));
    let front = &redline.document.front;
    assert_eq!(front["title"], "Changes from v7 to v9: A Book");
    assert_eq!(front["redline"], serde_json::json!({ "old": "v7", "new": "v9" }));
    assert_eq!(front["subtitle"], "s");
    // The list of a redline is no part of the next comparison.
    assert!(compared(&redline.document, &redline.document).changes.is_empty());
}

#[test]
fn pages_hold_no_markup_of_the_text() {
    let old = document("# <b>\n\nA `<script>` & \"x\" [l](javascript:alert) <i>raw</i>\n\n```\n</code><script>\n```\n");
    let new = document("# <b>\n\nA `<img src=x>` & \"y\" [l](https://a.b/?\"><script>) <i>cooked</i>\n\n<script>alert(1)</script>\n");
    let page = fragment(&compared(&old, &new), &|_| None, &|_| None);
    for bad in ["<script", "<img", "<i>", "<b>", "javascript:", "\"><script"] {
        assert!(!page.contains(bad), "{bad}: {page}");
    }
    assert!(page.contains("<span class=\"said\">deleted: </span>"), "{page}");
}

/// Versions of an earlier brief have one mark for several claims, for a whole row, and marks that stand together.
#[test]
fn the_form_of_marks_is_no_change() {
    let old = "# T\n\nA 50. B 60.[^1][^2] C 70[^1].\n\n| a | b |\n| - | - |\n| x | 1[^2] |\n| y | 2[^2] |\n\n| c | d |\n| - | - |\n| 3 | 4[^1] |\n| 5 | 6[^1] |\n\n[^1]: A letter, p. 7.\n\n[^2]: A report.\n";
    let new = "# T\n\nA 50.\u{a0}[^1-2] B 60.\u{a0}[^1-2] C 70\u{a0}[^1].\n\n| a | b |\n| - | - |\n| x[^2] | 1\u{a0}[^2] |\n| y | 2\u{a0}[^2] |\n\n| c | d |\n| - | - |\n| 3 | 4 |\n| 5 | 6 |\n\nSource: A letter, p. 7.\u{a0}[^1]\n\n[^1]: A letter, p. 7.\n\n[^1-2]: A letter, p. 7.\\\n    A report.\n\n[^2]: A report.\n";
    let published = |text: &str| parse_published(text).document;
    for (old, new) in [(old, new), (new, old), (new, new)] {
        let redline = compared(&published(old), &published(new));
        assert!(redline.changes.is_empty(), "{}", paint(&redline));
    }
    let other = compared(&published(old), &published(&new.replace("| 3 | 4 |", "| 3 | 8 |")));
    assert_eq!(other.changes.len(), 1, "{}", paint(&other));
}
