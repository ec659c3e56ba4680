//! Content that is older than a version, and a date that is inferred: said wherever a reader would need to know.

use std::fs;

use super::books::{Book, brief_with, typst};
use super::pdf;

#[test]
fn old_content_is_said_to_be_old_on_each_page() {
    let Some(typst) = typst() else { return };
    let book = Book::new();
    book.edit("content/book.yaml", "as_of: 2025-11-05\n", "as_of: 2025-11-05\nas_of_inferred: true\nstale_after: 30\n");
    let template = "---\ncover: true\n---\n# {{ book.title }}\n\n## One\n\nText.\n\n:::pagebreak\n:::\n\n## Two\n\nText.\n";
    book.write("templates/book.md.jinja", template);
    let build = |date: &str| {
        let run = brief_with(&book.root, &["build", "--date", date], &typst);
        assert_eq!(run.code, Some(0), "{}", run.err);
    };
    build("2025-11-06");
    let fresh = fs::read_to_string(book.root.join("output/v1/book.md")).unwrap();
    assert!(fresh.contains("as_of: 5 November 2025 (inferred)") && !fresh.contains("content_age"), "{fresh}");
    book.edit("content/book.yaml", "title: A Small Book", "title: A Small Book, Again");
    build("2026-11-06");
    let version = book.root.join("output/v2");
    let text = fs::read_to_string(version.join("book.md")).unwrap();
    assert!(text.contains("content_age: 12 months before this version"), "{text}");
    let site = book.brief(&["site"]);
    assert_eq!(site.code, Some(0), "{}", site.err);
    let page = fs::read_to_string(book.root.join("output/site/v2/index.html")).unwrap();
    assert!(page.contains("5 November 2025 (inferred)"), "{page}");
    let Some(pages) = pdf::pages(&fs::read(version.join("book.pdf")).unwrap()) else { return };
    assert!(pages.len() >= 3, "{pages:?}");
    for page in &pages {
        let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("12 months before this version"), "a page doesn't say how old its content is: {words}");
    }
}
