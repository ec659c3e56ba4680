//! The painters of changes: each case of `tests/cases/diff/` in each of them, and that they agree.

use std::fs;

use brief::diff::paint::{self, Names, Tally};
use brief::diff::{ChangeKind, Changes, FieldKind, FieldPart, FileChange, FileKind, Since, Snapshot, compare, settings};
use proptest::prelude::*;

use super::cases::{self, Comparison};
use super::diff::edited;
use super::random::config;

const NAMES: Names<'static> = Names { base: "v7", head: "the working tree" };

fn changes(base: &Snapshot, head: &Snapshot) -> Changes {
    let since = Since { number: Some(7), name: "v7".to_owned(), date: None, digest: None };
    Changes::new(Some(since), compare(base, head), settings(base, head))
}

/// What a painter makes of a case, without what is the same in all: the page's style.
fn painted(changes: &Changes) -> [(&'static str, String); 3] {
    let page = paint::html(changes, NAMES, &[]);
    let (_, main) = page.split_once("<main>\n").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    [
        ("painted.txt", paint::text(changes, NAMES, &|_, text| text.to_owned())),
        ("painted.md", paint::markdown(changes, NAMES, 65_535)),
        ("painted.html", main.to_owned()),
    ]
}

#[test]
fn cases() {
    let mut comparison = Comparison::default();
    for case in cases::cases("diff") {
        let read = |name| Snapshot::from_data_json(&fs::read(case.join(name)).unwrap()).unwrap();
        for (name, found) in painted(&changes(&read("base.json"), &read("head.json"))) {
            comparison.file(&case.join(name), &found);
        }
    }
    comparison.finish();
}

#[test]
fn colors_add_nothing_to_the_text() {
    let folder = cases::folder("diff/prose");
    let read = |name| Snapshot::from_data_json(&fs::read(folder.join(name)).unwrap()).unwrap();
    let changes = changes(&read("base.json"), &read("head.json"));
    let plain = paint::text(&changes, NAMES, &|_, text| text.to_owned());
    let tinted = paint::text(&changes, NAMES, &|_, text| format!("\u{1b}[1m{text}\u{1b}[0m"));
    assert!(tinted.contains('\u{1b}'));
    assert_eq!(tinted.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), plain);
}

#[test]
fn content_makes_no_markup() {
    let hostile = "<script>alert(1)</script> **bold** [x](javascript:1) ![i](http://e/x.png) @everyone #1 | pipe \u{1b}[31m `code`";
    let record = |text: &str| {
        serde_json::json!({ "format": 1, "book": { "title": "B", "as_of": "2025-11-05", "language": "en" }, "collections": { "a|<b>": { "records": {
            "`x`|<i>": { "name": text, "fields": { "body": format!("some words before {text} and after"), "<u>": text } }
        } } } })
    };
    let read = |text| Snapshot::from_data_json(record(text).to_string().as_bytes()).unwrap();
    let changes = changes(&read("harmless and more"), &read(hostile));
    let files = vec![FileChange { path: "templates/<b>|`.jinja".to_owned(), kind: FileKind::Changed, documents: vec!["<i>".to_owned()] }];
    let changes = Changes::new(None, changes.records, files);
    let [(_, text), (_, markdown), (_, html)] = painted(&changes);
    assert!(!text.contains('\u{1b}'), "{text}");
    for markup in ["<script", "<i>", "<b>", "<u>"] {
        assert!(!html.contains(markup), "{html}");
    }
    // Read as a code host reads it: nothing but the painter's own marks comes out.
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.render.r#unsafe = true;
    let page = comrak::markdown_to_html(&markdown, &options);
    for markup in ["<script", "<i>", "<b>", "<u>", "<img", "=\"javascript:", "<strong>bold", "@everyone", "#1", "&#8203;", "\u{200b}"] {
        assert!(!page.replace("<a href", "").contains(markup), "`{markup}` in {page}");
    }
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("<td")).collect();
    assert_eq!(rows.len() % 4, 0, "a pipe made a cell: {page}");
}

#[test]
fn two_thousand_records_fit_a_comment() {
    let book = |shift: usize| {
        let records: serde_json::Map<String, serde_json::Value> = (0..2_000)
            .map(|n| {
                let body =
                    format!("Record {n} says a great deal in many words, and {} of them are not those that it said before.", n + shift);
                let fields = serde_json::json!({ "troops": n * 10 + shift, "body": body });
                let claims = serde_json::json!({ "/troops": { "source": if n % 100 == 0 && shift > 0 { vec![] } else { vec!["s#1"] } } });
                (format!("record-{n:04}"), serde_json::json!({ "name": format!("Record {n}"), "fields": fields, "claims": claims }))
            })
            .collect();
        let json = serde_json::json!({ "format": 1, "book": { "title": "B", "as_of": "2025-11-05", "language": "en" }, "collections": { "many": { "records": records } } });
        Snapshot::from_data_json(json.to_string().as_bytes()).unwrap()
    };
    let changes = changes(&book(0), &book(1));
    assert_eq!(changes.records.len(), 2_000);
    let markdown = paint::markdown(&changes, NAMES, 65_535);
    let review = paint::review(
        &paint::Review {
            changes: &changes,
            names: NAMES,
            checks: None,
            documents: None,
            notes: Vec::new(),
            redline: "See there.".to_owned(),
        },
        65_535,
    );
    for comment in [&markdown, &review] {
        assert!((40_000..=65_535).contains(&comment.len()), "{}", comment.len());
        assert!(comment.contains("> Shortened to fit: "), "what was cut is said");
        assert!(comment.contains("#### Record 1900 · `many/record-1900` changed"), "a claim that lost its source is shown");
    }
    assert!(review.contains("### Claims without a source now"));
    assert!(review.starts_with(paint::MARKER) && review.contains("See there."));
    assert!(review.contains("| Records | 2000 changed |"), "{}", &review[..600]);
}

#[test]
fn large_reviews_keep_the_headline() {
    let book = |is_head: bool| {
        let members = (0..403).map(|n| {
            let terms = if is_head { serde_json::json!(["2023-01-03", "2025-01-03"]) } else { serde_json::json!(["2023-01-03"]) };
            let body = format!(
                "Member {n} has said {} about it, at great length and more than once.",
                if is_head && n % 3 == 0 { "much" } else { "little" }
            );
            let seats = if is_head && n == 7 { 2 } else { 1 };
            let fields = serde_json::json!({ "terms": terms, "body": format!("{body} {n}"), "seats": seats });
            (
                format!("m{n:03}"),
                serde_json::json!({ "name": format!("Member {n}"), "fields": fields, "claims": { "/seats": { "source": ["s#1"] } } }),
            )
        });
        let own = if is_head { "new" } else { "old" };
        let came = (0..40).map(|n| {
            (
                format!("{own}-{n:02}"),
                serde_json::json!({ "name": format!("The {own} one, {n}"), "fields": { own: format!("{own} {n}"), "n": n } }),
            )
        });
        let records: serde_json::Map<String, serde_json::Value> = members.chain(came).collect();
        let json = serde_json::json!({ "format": 1, "book": { "title": "B", "as_of": "2025-11-05", "language": "en" }, "collections": { "members": { "records": records } } });
        Snapshot::from_data_json(json.to_string().as_bytes()).unwrap()
    };
    let changes = changes(&book(false), &book(true));
    let review = |limit| {
        let review = paint::Review {
            changes: &changes,
            names: NAMES,
            checks: None,
            documents: None,
            notes: Vec::new(),
            redline: "See there.".to_owned(),
        };
        paint::review(&review, limit)
    };
    for painted in [paint::markdown(&changes, NAMES, 30_000), review(30_000)] {
        assert!(painted.len() <= 30_000, "{}", painted.len());
        assert!(painted.contains("- **403 members**: terms: added 2025-01-03 (`m000`, `m001`"), "{}", &painted[..2000]);
        assert_eq!(painted.matches("2025-01-03").count(), 1, "it is told once");
        // What came and went is named, all of it, before any record is shown; then what weighs most.
        let shown = painted.find("#### ").unwrap();
        for n in 0..40 {
            for own in ["old", "new"] {
                let at =
                    painted.find(&format!("The {own} one, {n} (`members/{own}-{n:02}`)")).unwrap_or_else(|| panic!("{own} {n}: {painted}"));
                assert!(at < shown, "{own} {n}");
            }
        }
        assert!(painted[shown..].starts_with("#### Member 7 · "), "{}", &painted[shown..shown + 200]);
    }
    let short = review(9_000);
    assert!(
        short.contains(" not at all (") && short.contains(" changed") && short.contains("What is missing here is in the list"),
        "{short}"
    );
    assert!(short.contains("**Removed** (40): ") && short.contains("**Added** (40): "), "{short}");
    let text = paint::text(&changes, NAMES, &|_, text| text.to_owned());
    assert!(
        text.contains("\n40 records removed: members/old-00, ")
            && text.contains("  403 members: terms: added 2025-01-03\n    m000, m001, "),
        "{text}"
    );
}

/// How many records of each kind a painting shows, in its own marks.
fn shown(painted: &str, mark: &dyn Fn(&str) -> String) -> [usize; 4] {
    ["added", "removed", "changed", "renamed"].map(|kind| painted.matches(mark(kind).as_str()).count())
}

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn painters_agree_on_counts((base, head) in edited()) {
        let changes = changes(&base, &head);
        let json: serde_json::Value = serde_json::from_str(&changes.to_json().unwrap()).unwrap();
        let counted = |kind: &str| json["records"].as_array().unwrap().iter().filter(|record| record["kind"] == kind).count();
        let expected = ["added", "removed", "changed", "renamed"].map(counted);
        let tally = Tally::of(&changes);
        prop_assert_eq!([tally.added, tally.removed, tally.changed, tally.renamed], expected);

        let [(_, text), (_, markdown), (_, html)] = painted(&changes);
        let lines: String = text.lines().skip(2).map(|line| format!("\n{}", line.trim_start())).collect();
        prop_assert_eq!(shown(&lines, &|kind| format!("\n{kind} one/")).iter().sum::<usize>() + shown(&lines, &|kind| format!("\n{kind} two/")).iter().sum::<usize>(), changes.records.len());
        let alone: usize = html.matches(", by this alone</li>").count();
        let mut in_html = shown(&html, &|kind| format!("<section class=\"record {kind}\">"));
        in_html[2] += alone;
        prop_assert_eq!(in_html, expected);
        let mut in_markdown = shown(&markdown, &|kind| format!("` {kind}\n"));
        in_markdown[2] += alone;
        prop_assert_eq!(in_markdown, expected, "{}", markdown);

        // Every change of a field is in each: those of one kind, and the ones that are only inherited, once for all.
        let own = changes.records.iter().flat_map(|record| &record.fields).filter(|field| !field.inherited || (field.part == FieldPart::Source && field.kind == FieldKind::Removed));
        let (prose, rows): (Vec<_>, Vec<_>) = own.partition(|field| !field.words.is_empty());
        prop_assert_eq!(html.matches("<tr class=").count(), rows.len());
        prop_assert_eq!(html.matches("<p class=\"prose\">").count(), prose.len());
        let fields: usize = changes.records.iter().filter(|change| change.kind == ChangeKind::Added).map(|change| change.fields.len()).sum();
        prop_assert!(rows.len() >= fields);
    }
}
