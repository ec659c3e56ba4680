//! `brief build --since`: what a version's changes are counted from.

use std::fs;

use serde_json::Value;

use super::books::{Book, Run, brief_with, typst};
use super::pdf;

const LIST: &str = "\n:::changes\n{% if changes.since %}Since {{ changes.since.name }}:{% endif %}\n\n\
    {% for record in changes.records %}- {{ record.name }}\n{% endfor %}\n:::\n";

/// A book that prints what changed, without a version.
fn listing() -> Book {
    let book = Book::new();
    let template = fs::read_to_string(book.root.join("templates/book.md.jinja")).unwrap();
    book.write("templates/book.md.jinja", &(template + LIST));
    book.commit("a list of changes");
    book
}

fn build(book: &Book, arguments: &[&str], environment: &[(String, String)]) -> Run {
    brief_with(&book.root, &[&["build", "--date", "2025-11-06"], arguments].concat(), environment)
}

fn json(book: &Book, path: &str) -> Value {
    serde_json::from_slice(&fs::read(book.root.join(path)).unwrap()).unwrap()
}

fn text(book: &Book, path: &str) -> String {
    fs::read_to_string(book.root.join(path)).unwrap()
}

/// A book of two versions whose working tree holds a third.
fn two_versions(environment: &[(String, String)]) -> Book {
    let book = listing();
    assert_eq!(build(&book, &[], environment).code, Some(0));
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    assert_eq!(build(&book, &[], environment).code, Some(0));
    book.edit("content/members.yaml", "Beta", "Gamma");
    book
}

#[test]
fn changes_are_counted_from_the_version_before_or_the_last_published_or_what_is_named() {
    let Some(environment) = typst() else { return };
    let both = "Since v1:\n\n- Gamma\n- Kosovo Force\n";
    let cases: [(&[&str], bool, u64, &str); 4] = [
        (&[], false, 2, "Since v2:\n\n- Gamma\n"),
        (&["--since", "v1"], false, 1, both),
        (&[], true, 1, both),
        (&["--since", "v2"], true, 2, "Since v2:\n\n- Gamma\n"),
    ];
    for (arguments, published, number, listed) in cases {
        let book = two_versions(&environment);
        if published {
            let mut ledger = json(&book, "output/versions.json");
            ledger["published"] = 1.into();
            book.write("output/versions.json", &ledger.to_string());
            assert!(book.brief(&["diff"]).out.starts_with("v1 → the working tree\n"));
        } else {
            assert!(book.brief(&["diff"]).out.starts_with("v2 → the working tree\n"));
        }
        let run = build(&book, arguments, &environment);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
        let changes = json(&book, "output/v3/changes.json");
        assert_eq!((&changes["since"]["number"], &changes["since"]["name"]), (&number.into(), &format!("v{number}").into()));
        assert!(text(&book, "output/v3/book.md").contains(listed), "{arguments:?}: {}", text(&book, "output/v3/book.md"));
        // The list of versions tells of each what is new since the one before.
        assert_eq!(json(&book, "output/versions.json")["versions"][0]["summary"], "1 record changed", "{arguments:?}");
    }
}

#[test]
fn a_published_version_that_is_gone_is_passed_over_and_said_so() {
    let Some(environment) = typst() else { return };
    let book = two_versions(&environment);
    let mut ledger = json(&book, "output/versions.json");
    ledger["published"] = 1.into();
    book.write("output/versions.json", &ledger.to_string());
    fs::remove_dir_all(book.root.join("output/v1")).unwrap();
    let run = build(&book, &[], &environment);
    assert!(
        run.code == Some(0) && run.err.contains("note: what changed is counted from v2: the records of version 1 can't be read"),
        "{run:?}"
    );
    assert_eq!(json(&book, "output/v3/changes.json")["since"]["number"], 2);
}

#[test]
fn a_revision_has_a_name_and_its_files_the_documents_that_they_alter() {
    let Some(environment) = typst() else { return };
    let book = listing();
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.edit("templates/mission.md.jinja", " troops.", " soldiers.");
    let run = build(&book, &["--since", "HEAD"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("first version"), "{run:?}");
    let changes = json(&book, "output/v1/changes.json");
    let name = format!("HEAD ({})", &book.git(&["rev-parse", "HEAD"])[..12]);
    assert_eq!(changes["since"], serde_json::json!({ "name": name, "date": "2023-11-14" }));
    assert_eq!(
        changes["files"],
        serde_json::json!([{ "path": "templates/mission.md.jinja", "kind": "changed", "documents": ["missions/kfor"] }])
    );
    assert!(text(&book, "output/v1/book.md").contains(&format!("Since {name}:\n\n- Kosovo Force\n")));

    // Without a change of the content no version is made, whatever its changes would be counted from.
    let run = build(&book, &["--since", "HEAD~1"], &environment);
    assert!(run.code == Some(0) && run.out.contains("nothing that a reader gets has changed since v1"), "{run:?}");
    assert_eq!(run.err, "note: its list of changes stands, too: `brief diff HEAD~1` shows what has changed since then\n");
    assert_eq!(json(&book, "output/v1/changes.json"), changes);
}

#[test]
fn drafts_count_from_what_is_named_too() {
    let book = listing();
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    let run = build(&book, &["--no-pdf", "--since", "HEAD"], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(text(&book, "output/draft/book.md").contains(":\n\n- Kosovo Force\n"));
    let run = build(&book, &["--no-pdf", "--since", "v7"], &[]);
    assert!(run.code == Some(2) && run.err.contains("there is no version 7"), "{run:?}");
    let run = build(&book, &["--no-pdf", "--since", "no-such-thing"], &[]);
    assert!(run.code == Some(2) && run.err.contains("`no-such-thing` is neither a version, nor a git revision, nor a folder"), "{run:?}");
}

/// The books that come with brief say since when, whether that is a version or not.
#[test]
fn the_books_at_hand_name_a_version_or_a_revision() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path().join("book");
    let run = brief_with(folder.path(), &["init", "book"], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let git = |arguments: &[&str]| super::books::git(&root, arguments);
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "one"]);
    let draft = |arguments: &[&str], environment: &[(String, String)]| {
        let run = brief_with(&root, &[&["build", "--no-pdf"], arguments].concat(), environment);
        assert_eq!(run.code, Some(0), "{run:?}");
        fs::read_to_string(root.join("output/draft/book.md")).unwrap()
    };
    assert!(draft(&[], &[]).contains("\nThis is the first version.\n"));
    let name = format!("HEAD ({}) of 14 November 2023", &git(&["rev-parse", "HEAD"])[..12]);
    let same = draft(&["--since", "HEAD"], &[]);
    assert!(same.contains(&format!("\nNo record has changed since {name}.\n")), "{same}");
    let Some(environment) = typst() else { return };
    let run = brief_with(&root, &["build", "--date", "2025-11-06"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    let sources = fs::read_to_string(root.join("content/sources.yaml")).unwrap();
    fs::write(root.join("content/sources.yaml"), sources.replacen("title: ", "title: New ", 1)).unwrap();
    let changed = draft(&[], &[]);
    assert!(changed.contains("\nChanged since version 1 of 6 November 2025:\n\n- "), "{changed}");
}

/// The list of a book is for its readers: names rather than ids, "became" rather than marks, and the pages in the PDF.
#[test]
fn the_list_of_changes_is_prose_with_pages() {
    let Some(environment) = typst() else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path().join("book");
    assert_eq!(brief_with(folder.path(), &["init", "book"], &[]).code, Some(0));
    let build = || {
        let run = brief_with(&root, &["build", "--date", "2025-11-06"], &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    };
    build();
    let edit = |path: &str, from: &str, to: &str| {
        let text = fs::read_to_string(root.join(path)).unwrap();
        assert!(text.contains(from), "{path} has no `{from}`: {text}");
        fs::write(root.join(path), text.replacen(from, to, 1)).unwrap();
    };
    edit("content/options/weekend.yaml", "riders: 260", "riders: 270");
    edit("templates/book.md.jinja", "## Open questions", "## Questions that are open");
    build();
    let text = fs::read_to_string(root.join("output/v2/book.md")).unwrap();
    let (_, list) = text.split_once("Changed since version 1 of 6 November 2025:").unwrap();
    assert!(list.contains("](#") && list.contains("260 became 270"), "{list}");
    assert!(list.contains("Documents that changed in other ways:") && list.contains(": wording or layout and records."), "{list}");
    for mark in ["[-", "{+", " → ", "options/", "weekend)"] {
        assert!(!list.contains(mark), "`{mark}` in {list}");
    }
    let Some(pages) = pdf::pages(&fs::read(root.join("output/v2/book.pdf")).unwrap()) else { return };
    let pages: Vec<String> = pages.iter().map(|page| page.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let after = pages.iter().find_map(|page| page.split_once("(page ")).unwrap_or_else(|| panic!("no page is named in {pages:?}")).1;
    let page: usize = after.split(')').next().unwrap().parse().unwrap();
    let name = list.split_once("- [").unwrap().1.split_once(']').unwrap().0;
    assert!(pages[page - 1].contains(name), "`{name}` stands on page {page} of {pages:?}");
}
