//! What the reading site says of records, changes and versions: that it is so.

use std::fs;

use walkdir::WalkDir;

use super::books::Book;
use super::site::{build, long_book, published, site, unescaped};

fn page(book: &Book, path: &str) -> String {
    let path = book.root.join("output/site").join(path);
    unescaped(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Makes a version, and the site of all.
fn build_with_site(book: &Book, date: &str) {
    build(book, date).unwrap();
    assert_eq!(site(book, &[]).code, Some(0));
}

/// What stands between two texts, the first of each.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no `{to}` in {rest}")).0
}

/// A source that a record names for all it says is the same as one of a single claim: its title, its place, its page.
#[test]
fn sources_of_a_whole_record_lead_to_their_pages() {
    let Some(book) = published() else { return };
    book.edit("content/missions/kfor.yaml", "name:", "source: [report#3, \"letter#annex A, B\"]\nname:");
    build_with_site(&book, "2025-11-08");
    let record = page(&book, "records/missions/kfor.html");
    let sources = between(&record, "<ul class=\"sources\">", "</ul>");
    let items: Vec<&str> = sources.split("<li>").skip(1).collect();
    assert_eq!(items.len(), 2, "{sources}");
    assert!(items.iter().all(|item| item.contains("<a href=\"../../records/sources/")), "{sources}");
    let source = page(&book, "records/sources/letter.html");
    assert!(source.contains("<ul class=\"resting\">"), "{source}");
}

/// A record's own marking is shown with what it says, not the highest of the book.
#[test]
fn records_bear_their_own_markings() {
    let Some(book) = published() else { return };
    book.edit("content/missions/kfor.yaml", "name:", "marking: TLP:GREEN\nname:");
    book.edit("content/missions/script.yaml", "name:", "marking: TLP:AMBER\nname:");
    book.write("content/missions/quiet.yaml", "name: Quiet Force\ntroops: { value: 7, source: letter }\n");
    build_with_site(&book, "2025-11-08");
    let own = |record: &str| {
        let html = page(&book, &format!("records/missions/{record}.html"));
        let says = between(&html, "What it says</h2>", "</table>").to_owned();
        ["TLP:GREEN", "TLP:AMBER"].map(|marking| says.contains(marking))
    };
    assert_eq!(own("kfor"), [true, false]);
    assert_eq!(own("script"), [false, true]);
    assert_eq!(own("quiet"), [false, false]);
}

/// The book's date is said to be inferred wherever a claim has it from the book, and a source's where it says so.
#[test]
fn inferred_dates_are_said_to_be() {
    let Some(book) = published() else { return };
    book.edit("content/book.yaml", "as_of: 2025-11-05", "as_of: 2025-10-31\nas_of_inferred: true");
    book.edit("content/schemas/sources.yaml", "kind:", "date: { type: string, format: date }\n  date_inferred: { type: boolean }\n  kind:");
    book.edit("content/sources.yaml", "  title: The letter\n", "  title: The letter\n  date: 2025-10-30\n  date_inferred: true\n");
    book.edit("content/missions/kfor.yaml", "value: 45000,", "value: 45000, as_of: 2025-10-29,");
    book.write("content/missions/quiet.yaml", "name: Quiet Force\ntroops: { value: 7, source: letter }\n");
    build_with_site(&book, "2025-11-08");
    let pages = [
        "index.html",
        "v4/index.html",
        "v4/book.html",
        "v4/missions/quiet.html",
        "records/missions/quiet.html",
        "records/sources/letter.html",
    ];
    for path in pages {
        let html = page(&book, path);
        let bare = html.matches(" October 2025").count() - html.matches("29 October 2025").count();
        assert_eq!(html.matches(" October 2025 (inferred)").count(), bare, "{path}: {html}");
        assert!(bare > 0, "{path}: {html}");
    }
    let stated = page(&book, "v4/missions/kfor.html");
    assert!(stated.contains("as of 29 October 2025<"), "{stated}");
}

/// A renamed record goes on under its new id with its whole history, and the old page leads there.
#[test]
fn a_renamed_record_goes_on_under_its_new_id() {
    let Some(book) = published() else { return };
    let text = fs::read_to_string(book.root.join("content/missions/kfor.yaml")).unwrap();
    book.remove("content/missions/kfor.yaml");
    book.write("content/missions/kosovo.yaml", &text);
    build_with_site(&book, "2025-11-08");
    let old = page(&book, "records/missions/kfor.html");
    assert!(old.contains("under another id: <a href=\"../../records/missions/kosovo.html\">Kosovo Force</a>"), "{old}");
    assert!(!old.contains("no more"), "{old}");
    let new = page(&book, "records/missions/kosovo.html");
    let history = between(&new, "<ol class=\"history\"", "</ol>");
    for told in ["renamed from kfor", "<li value=\"2\">", "45,000", "in the book"] {
        assert!(history.contains(told), "no `{told}` in {history}");
    }
    assert!(page(&book, "v4/changes.html").contains("Kosovo Force</a>: renamed from kfor"));
}

/// The summary of a version is in the book's language, too.
#[test]
fn summaries_are_in_the_books_language() {
    let Some(book) = published() else { return };
    book.edit("content/book.yaml", "language: en", "language: de");
    book.edit("content/missions/kfor.yaml", "45000", "44000");
    build(&book, "2025-11-08").unwrap();
    assert_eq!(site(&book, &["--base-url", "https://example.org/"]).code, Some(0));
    for path in ["index.html", "feed.xml", "v4/changes.html", "compare.html"] {
        let text = page(&book, path);
        for english in ["record changed", "First version", "records changed", "documents differ"] {
            assert!(!text.contains(english), "{path} has `{english}`: {text}");
        }
        assert!(text.contains("1 Eintrag geändert"), "{path}: {text}");
    }
}

/// Records that get a date of their own, by which their claims have another, changed once: from what was to what is.
#[test]
fn a_date_that_records_get_of_their_own_is_told_once() {
    let Some(book) = published() else { return };
    let record = |number: usize, own: &str| format!("name: Mission {number}\n{own}troops: {{ value: {number}000, source: letter }}\n");
    for (own, date) in [("", "2025-11-08"), ("as_of: 2025-11-07\n", "2025-11-09")] {
        (1..=4).for_each(|number| book.write(&format!("content/missions/mission-{number}.yaml"), &record(number, own)));
        build(&book, date).unwrap();
    }
    assert_eq!(site(&book, &[]).code, Some(0));
    let changes = page(&book, "v5/changes.html");
    assert_eq!(changes.matches("7 November 2025").count(), 1, "{changes}");
    assert!(changes.contains("5 November 2025</del>") && changes.contains("in 4 records"), "{changes}");
}

/// What changed but in records: the book's title as it was and is, the image by its name, a document that went by its
/// title; documents that differ alike together, and the feed with the words themselves.
#[test]
fn changes_of_the_book_and_its_documents_are_told() {
    let Some(book) = published() else { return };
    book.edit("content/book.yaml", "title: A Small Book", "title: A Smaller Book");
    book.write(
        "content/assets/map.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"21\"><title>Sectors</title></svg>",
    );
    book.edit("content/missions/kfor.yaml", "breach", "break");
    build(&book, "2025-11-08").unwrap();
    book.edit(
        "content/book.yaml",
        "{ id: \"missions/{{ record.id }}\", each: missions, template: mission.md.jinja }",
        "{ id: other, template: mission.md.jinja }",
    );
    book.edit("templates/mission.md.jinja", "# {{ record.name }}", "# Other");
    book.edit(
        "templates/mission.md.jinja",
        "{% if record.troops %}{{ record.troops }} troops. See [the book](../book.md).{% endif %}",
        "Nothing.",
    );
    build(&book, "2025-11-09").unwrap();
    assert_eq!(site(&book, &["--base-url", "https://example.org/"]).code, Some(0));
    let changes = page(&book, "v4/changes.html");
    assert!(between(&changes, "id=\"book\"", "</ul>").contains("A Small Book</del>"), "{changes}");
    assert!(changes.contains("assets/map.svg"), "{changes}");
    let gone = page(&book, "v5/changes.html");
    assert!(gone.contains("<li>Kosovo Force: removed</li>") && !gone.contains("missions/kfor"), "{gone}");
    let feed = page(&book, "feed.xml");
    assert!(feed.contains("breach</del>") && feed.contains("break</ins>"), "{feed}");
    assert!(feed.contains("Title: A Small Book → A Smaller Book"), "{feed}");
}

/// Where nothing is known of what changed in a version whose files are gone, nothing is said to be kept.
#[test]
fn what_is_not_known_of_a_removed_version_is_not_said_to_be_kept() {
    let Some(book) = published() else { return };
    assert_eq!(book.brief(&["prune", "--keep", "1", "--yes"]).code, Some(0));
    assert_eq!(site(&book, &[]).code, Some(0));
    for number in [1, 2] {
        let overview = page(&book, &format!("v{number}/index.html"));
        assert!(overview.contains("The files of this version were removed."), "{overview}");
        assert!(!overview.contains("is kept") && !overview.contains("Content as of"), "{overview}");
    }
}

/// A source's page leads to where each claim is printed, texts included, and to the place in the document.
#[test]
fn claims_that_rest_on_a_source_lead_to_where_they_are_printed() {
    let Some(book) = published() else { return };
    book.edit("content/missions/kfor.yaml", "to the council within", "to the council.[@report#5] It does so within");
    build_with_site(&book, "2025-11-08");
    let source = page(&book, "records/sources/report.html");
    let claim = source.split("<li>").find(|item| item.contains("(paragraph 5)")).unwrap_or_else(|| panic!("no text in {source}"));
    assert!(claim.contains("Printed in <a href=\"../../latest/book.html#kosovo-force\">"), "{claim}");
    let letter = page(&book, "records/sources/letter.html");
    assert!(letter.contains("latest/missions/kfor.html#c-missions-kfor-troops\">"), "{letter}");
    let record = page(&book, "records/missions/kfor.html");
    assert!(between(&record, "Where it is printed</h2>", "</ul>").contains("latest/book.html#"), "{record}");
}

/// The note of a mark says once what a sentence prints twice, and names what stands beside another.
#[test]
fn a_note_says_once_what_is_printed_twice() {
    let Some(book) = published() else { return };
    book.write("content/missions/quiet.yaml", "name: Quiet Force\nsource: letter#9\ntroops: 70\n");
    book.edit("content/schemas/missions.yaml", "  lead:", "  ships: { type: integer, title: Ships, x-claim: true }\n  lead:");
    book.edit("content/missions/quiet.yaml", "troops: 70", "troops: 70\nships: 3");
    book.write("templates/mission.md.jinja", "# {{ record.name }}\n\n{% if record.ships %}{{ record.troops }} of {{ record.troops }} troops and {{ record.ships }} ships.{% endif %}\n");
    build_with_site(&book, "2025-11-08");
    let html = page(&book, "v4/missions/quiet.html");
    let notes: Vec<&str> = html.split("<div class=\"note\"").skip(1).collect();
    assert_eq!(notes.iter().map(|note| note.matches("</span> 70").count()).sum::<usize>(), 1, "{html}");
    assert!(notes.iter().any(|note| note.contains("Troops:</span> 70") && note.contains("Ships:</span> 3")), "{html}");
}

/// Every page of a version whose files are gone says so, those of chapters and claims too.
#[test]
fn all_pages_of_a_removed_version_say_so() {
    let Some(book) = long_book() else { return };
    book.edit("content/missions/kfor.yaml", "50000", "40000");
    build_with_site(&book, "2025-11-06");
    let folder = book.root.join("output/site/v1");
    let pages = || -> Vec<String> {
        let files = WalkDir::new(&folder).into_iter().map(|file| file.unwrap().path().display().to_string());
        files.filter(|path| path.ends_with(".html")).collect()
    };
    let before = pages();
    assert!(before.iter().filter(|path| path.contains(".chapter-")).count() > 4, "{before:?}");
    assert_eq!(book.brief(&["prune", "--keep", "1", "--yes"]).code, Some(0));
    for _ in 0..2 {
        assert_eq!(site(&book, &[]).code, Some(0));
        assert_eq!(pages().len(), before.len());
        for path in pages() {
            let html = fs::read_to_string(&path).unwrap();
            assert!(html.contains("The files of this version were removed.") && !html.contains("Paragraph 1"), "{path}: {html}");
        }
    }
}

/// A date that a record states is not the book's, though it is the same; a record that was renamed and then removed goes on
/// nowhere.
#[test]
fn what_a_record_states_is_its_own() {
    let Some(book) = published() else { return };
    book.edit("content/book.yaml", "as_of: 2025-11-05", "as_of: 2025-10-31\nas_of_inferred: true");
    book.write("content/missions/quiet.yaml", "name: Quiet Force\nas_of: 2025-10-31\ntroops: { value: 7, source: letter }\n");
    build(&book, "2025-11-08").unwrap();
    let text = fs::read_to_string(book.root.join("content/missions/quiet.yaml")).unwrap();
    book.remove("content/missions/quiet.yaml");
    book.write("content/missions/calm.yaml", &text);
    build_with_site(&book, "2025-11-09");
    let record = page(&book, "records/missions/calm.html");
    assert!(record.contains("31 October 2025") && !record.contains("inferred"), "{record}");
    book.remove("content/missions/calm.yaml");
    build_with_site(&book, "2025-11-10");
    let gone = page(&book, "records/missions/quiet.html");
    assert!(!gone.contains("under another id"), "{gone}");
}
