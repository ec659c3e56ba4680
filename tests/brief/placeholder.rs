//! What only the book's owner can fill in: drafts show it, versions are made as if it had never been written.

use std::fs;

use super::books::{Book, brief_with, files, typst};
use super::pdf;

const TEMPLATE: &str = "# {{ book.title }}\n\n{{ missions.kfor.troops }} troops.\n\n";
const PLACEHOLDER: &str = ":::placeholder\n## Position { #own }\n\nThe ministry's word, {{ cite(\"letter#3\") }} and {{ missions.kfor.troops }}.[^a]\n\n[^a]: Aside.\n:::\n\n";
const REST: &str = "> one\n>\n> ::::placeholder\n> in a quotation\n> ::::\n\n## Sources\n\n{{ sources_cited() }}\n";
const REST_ALONE: &str = "> one\n\n## Sources\n\n{{ sources_cited() }}\n";

#[test]
fn a_version_is_the_same_as_one_without_placeholders() {
    let Some(typst) = typst() else { return };
    let built = |template: &str| {
        let book = Book::new();
        book.write("templates/book.md.jinja", template);
        let run = brief_with(&book.root, &["build", "--date", "2025-11-06"], &typst);
        assert_eq!(run.code, Some(0), "{}", run.err);
        (book, run.err)
    };
    let (with, said) = built(&format!("{TEMPLATE}{PLACEHOLDER}{REST}"));
    let (without, said_without) = built(&format!("{TEMPLATE}{REST_ALONE}"));
    assert!(said.contains("document `book` leaves out 2 placeholders, which only drafts show"), "{said}");
    assert!(!said_without.contains("placeholder"), "{said_without}");
    let version = |book: &Book| files(&book.root.join("output/v1"));
    let (with_files, without_files) = (version(&with), version(&without));
    assert!(with_files.keys().eq(without_files.keys()), "{:?}", with_files.keys());
    // The manifest alone knows that they have other templates.
    for (name, bytes) in with_files.iter().filter(|(name, _)| *name != "manifest.json") {
        assert!(without_files[name] == *bytes, "{name} differs");
    }
    // What is filled in stands in the next version.
    with.edit("templates/book.md.jinja", ":::placeholder\n", ":::box\n");
    let run = brief_with(&with.root, &["build", "--date", "2025-11-06"], &typst);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let text = fs::read_to_string(with.root.join("output/v2/book.md")).unwrap();
    assert!(text.contains("## Position\n\nThe ministry's word,"), "{text}");
}

#[test]
fn a_draft_shows_placeholders_as_such() {
    let Some(typst) = typst() else { return };
    let book = Book::new();
    book.write("templates/book.md.jinja", &format!("{TEMPLATE}{PLACEHOLDER}{REST}"));
    let run = brief_with(&book.root, &["build", "--draft", "--date", "2025-11-06"], &typst);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(!run.err.contains("leaves out"), "{}", run.err);
    let draft = book.root.join("output/draft");
    let text = fs::read_to_string(draft.join("book.md")).unwrap();
    assert!(text.contains("> *Placeholder: only drafts show this*\n>\n> ## Position\n"), "{text}");
    assert!(text.contains("> > *Placeholder: only drafts show this*\n> >\n> > in a quotation\n"), "{text}");
    let Some(pages) = pdf::pages(&fs::read(draft.join("book.pdf")).unwrap()) else { return };
    let words = pages.join(" ");
    assert_eq!(words.matches("Placeholder: only drafts show this").count(), 2, "{words}");
    assert!(words.contains("The ministry’s word") || words.contains("The ministry's word"), "{words}");
}

#[test]
fn a_draft_with_placeholders_differs_from_no_version() {
    let Some(typst) = typst() else { return };
    let book = Book::new();
    book.write("templates/book.md.jinja", &format!("{TEMPLATE}{PLACEHOLDER}{REST_ALONE}"));
    let build = |options: &[&str]| {
        let arguments: Vec<&str> = ["build", "--date", "2025-11-06"].iter().chain(options).copied().collect();
        let run = brief_with(&book.root, &arguments, &typst);
        assert_eq!(run.code, Some(0), "{}", run.err);
    };
    build(&[]);
    build(&["--draft", "--no-pdf", "--since", "v1"]);
    let text = fs::read_to_string(book.root.join("output/draft/book.md")).unwrap();
    assert!(text.contains("## Position"), "{text}");
    let diff = brief_with(&book.root, &["diff", "v1", "--exit-code"], &typst);
    assert_eq!(diff.code, Some(0), "{}{}", diff.out, diff.err);
}
