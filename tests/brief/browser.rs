//! The reading site in a real browser: Chromium, driven by playwright-core, with axe-core for accessibility.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::site::published;
use super::tools::need;

/// What a script sees in a browser; `None` where a tool is missing, and the test is skipped.
pub(crate) fn seen(script: &str, arguments: &[&OsStr]) -> Option<Value> {
    let (folder, node, chromium) = (need!(BROWSER), need!(NODE), need!(CHROMIUM));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(script);
    let output = Command::new(node).arg(script).arg(folder).args(arguments).env("BRIEF_TEST_CHROMIUM", chromium).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Opens a site with three versions and gives what the browser saw; `None` where there is no browser.
fn look() -> Option<(super::books::Book, Value)> {
    let book = published()?;
    let run = book.brief(&["site"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let output = book.root.join("output");
    let report = seen("reading-site.mjs", &[output.join("site").as_os_str(), output.as_os_str()])?;
    Some((book, report))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn people_can_read_search_and_compare() {
    let Some((book, report)) = look() else { return };
    for nothing in ["console", "requests", "violations", "overflow", "covered", "small"] {
        assert_eq!(texts(&report[nothing]), [""; 0], "{nothing}");
    }
    assert_eq!(report["pages"], 80);
    assert!(report["opened"].as_u64().unwrap() > 10, "{}", report["opened"]);

    for place in ["opened", "served"] {
        let found = &report["search"][place];
        let leads = |question: &str| texts(&found[question]);
        assert!(leads("kosovo")[0].ends_with("missions/kfor.html") || leads("kosovo")[0].ends_with("book.html#kosovo-force"), "{found}");
        assert!(leads("ceasef").contains(&"v3/book.html#kosovo-force"), "{found}");
        assert!(leads("ceasef").contains(&"records/missions/kfor.html"), "{found}");
        assert!(leads("45000").len() > 1 && leads("45000") == leads("45,000") && leads("45000") == leads("45 000"), "{found}");
        assert!(leads("posovo")[0] == leads("kosovo")[0], "{found}");
        assert!(leads("kosvo")[0] == leads("kosovo")[0] && leads("ceasefrie") == leads("ceasefire"), "{found}");
        assert!(texts(&found["marked"]).iter().all(|hit| *hit == "45,000"), "{found}");
        assert_eq!(texts(&found["shared"]), ["q=ceasef", "ceasef", "ceasefire"], "{found}");
        assert!(leads("troops force").contains(&"v3/book.html#kosovo-force"), "{found}");
        assert!(!leads("sohne").is_empty() && leads("sohne") == leads("SÖHNE"), "{found}");
        assert!(leads("nowhere-at-all").is_empty() && leads("").is_empty(), "{found}");
        assert!(found["landed"].as_str().unwrap().contains("version 3"), "{found}");
    }

    // The browser's comparison names the records that `brief diff` names, however far apart the versions are.
    for (pair, [base, head]) in [("v1..v3", ["v1", "v3"]), ("v3..v1", ["v3", "v1"]), ("v1..v2", ["v1", "v2"]), ("v2..v2", ["v2", "v2"])] {
        let run = book.brief(&["diff", base, head, "--format", "json"]);
        let changes: Value = serde_json::from_str(&run.out).unwrap();
        let expected: BTreeSet<(String, String)> = changes["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| {
                (
                    format!("{}/{}", change["collection"].as_str().unwrap(), change["id"].as_str().unwrap()),
                    change["kind"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        let differing: Vec<&str> =
            changes["documents"].as_array().unwrap().iter().map(|document| document["id"].as_str().unwrap()).collect();
        let listed = report["documents"][pair].as_array().unwrap();
        assert_eq!(listed.iter().map(|document| document[0].as_str().unwrap()).collect::<Vec<_>>(), differing, "{pair}");
        assert!(
            listed
                .iter()
                .all(|document| ["(records)", ": added", ": removed"].iter().any(|end| document[1].as_str().unwrap().ends_with(end))),
            "{listed:?}"
        );
        let shown: BTreeSet<(String, String)> = report["compared"][pair]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| (record[0].as_str().unwrap().to_owned(), record[1].as_str().unwrap().rsplit(": ").next().unwrap().to_owned()))
            .collect();
        assert_eq!(shown, expected, "{pair}");
    }
    let rows = report["compared"]["v1..v3"][0][2].to_string();
    assert!(rows.contains("deleted: 50,000") && rows.contains("inserted: 45,000") && rows.contains("The letter, paragraph 2"), "{rows}");
    assert_eq!(report["chosen"], "#v2..v3");

    assert!(report["note"].as_str().unwrap().contains("The letter"), "{}", report["note"]);
    assert_eq!((&report["noteVisible"], &report["noteHidden"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(report["withoutScript"], "Version 2");
    assert!(report["printed"].as_u64().unwrap() > 10_000);
    // One page, its style and its script, in one round trip's worth of each.
    let front = &report["front"];
    assert!(front["requests"].as_u64().unwrap() <= 4 && (15_000..60_000).contains(&front["bytes"].as_u64().unwrap()), "{front}");
    eprintln!("front page: {front}");

    let shifts = report["shifts"].as_object().unwrap();
    assert_eq!(shifts.len(), 28);
    assert!(shifts.values().all(|shift| shift.as_f64().unwrap() < 0.05), "{shifts:?}");
    let older = report["older"].as_object().unwrap();
    assert_eq!(older.len(), 4);
    assert!(older.values().all(|seen| *seen == serde_json::json!([true, true, true])), "{older:?}");
}

/// Addresses from before a document was in chapters, and of chapters that have another name now, lead to their places.
#[test]
fn old_addresses_find_their_chapter() {
    let Some(book) = super::site::long_book() else { return };
    let site = book.root.join("output/site");
    let page = std::fs::read_to_string(site.join("v1/book.chapter-part-4.html")).unwrap();
    let paragraph = page.split("<p id=\"").nth(2).unwrap().split('"').next().unwrap();
    let addresses = [
        "v1/book.html#part-1".to_owned(),
        "v1/book.html#part-5".to_owned(),
        format!("v1/book.html#{paragraph}"),
        format!("latest/book.html#{paragraph}"),
        format!("latest/book.chapter-part-6.html#{paragraph}"),
        "v1/book.html#nowhere".to_owned(),
        "v1/book.html#%".to_owned(),
    ];
    // A chapter that the newest version has no more.
    let gone = std::fs::read_to_string(site.join("latest/book.chapter-part-6.html")).unwrap();
    std::fs::write(site.join("latest/book.chapter-gone.html"), gone.replace("book.chapter-part-6.html", "book.chapter-gone.html")).unwrap();
    let gone = format!("latest/book.chapter-gone.html#{paragraph}");
    let arguments: Vec<&OsStr> = [site.as_os_str()].into_iter().chain(addresses.iter().chain([&gone]).map(OsStr::new)).collect();
    let Some(report) = seen("addresses.mjs", &arguments) else { return };
    let chapter = |number: u32, id: &str| format!("v1/book.chapter-part-{number}.html#{id}");
    let expected = [
        "v1/book.html#part-1".to_owned(),
        chapter(5, "part-5"),
        chapter(4, paragraph),
        chapter(4, paragraph),
        chapter(4, paragraph),
        "v1/book.html#nowhere".to_owned(),
        "v1/book.html#%".to_owned(),
        chapter(4, paragraph),
    ];
    assert_eq!(texts(&report["landed"]), expected);
    assert_eq!(texts(&report["console"]), [""; 0]);
}

/// What `layout.mjs` sees of pages in windows of some widths.
fn laid_out(book: &super::books::Book, widths: &str, pages: &[&str]) -> Option<Value> {
    let site = book.root.join("output/site");
    let arguments: Vec<&OsStr> =
        [site.as_os_str(), OsStr::new(widths)].into_iter().chain(pages.iter().map(|page| OsStr::new(*page))).collect();
    seen("layout.mjs", &arguments)
}

/// Wide tables scroll within themselves, no mark begins a line, and a version can be cited.
#[test]
fn tables_scroll_and_marks_stay_with_their_words() {
    let book = super::books::Book::new();
    let columns = (1..=9).map(|column| format!("| Column number {column} ")).collect::<String>() + "|\n" + &"|--".repeat(9) + "|\n";
    let row = "| {{ missions.kfor.troops }} ".repeat(9) + "|\n";
    let words = "observers report that the parties keep to the line and that convoys pass ";
    let text: String = (1..=40).map(|place| format!("{}{{{{ missions.kfor.troops }}}} troops.\n\n", &words[..place + 20])).collect();
    book.write("templates/mission.md.jinja", &format!("# {{{{ record.name }}}}\n\n{columns}{row}\n{text}"));
    book.edit("content/book.yaml", "language: en", "language: en\norganization: The Commission");
    let Some(environment) = super::books::typst() else { return };
    for arguments in [["build", "--date", "2025-11-05"].as_slice(), &["site", "--base-url", "https://example.org/"]] {
        let run = super::books::brief_with(&book.root, arguments, &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let Some(report) = laid_out(&book, "320,341,375,400,768,1280", &["v1/missions/kfor.html"]) else { return };
    for nothing in ["overflow", "alone", "violations"] {
        assert_eq!(texts(&report[nothing]), [""; 0], "{nothing}");
    }
    assert_eq!(report["marks"], 6 * 41);
    let scrolling = texts(&report["scrolling"]);
    assert!(scrolling.len() == 6 && scrolling.iter().all(|how| how.ends_with(": auto")), "{scrolling:?}");
    let cited = "The Commission: Kosovo Force. A Small Book, version 1, 5 November 2025. https://example.org/v1/missions/kfor.html Digest ";
    assert!(
        texts(&report["cite"]).iter().all(|cite| cite.starts_with("Cite this version\n") && cite.contains(cited)),
        "{}",
        report["cite"]
    );
}

/// A book in Arabic is read from right to left, in its own words.
#[test]
fn an_arabic_book_is_read_from_right_to_left() {
    let book = super::books::Book::new();
    book.edit("content/book.yaml", "language: en", "language: ar");
    let Some(environment) = super::books::typst() else { return };
    for arguments in [["build", "--date", "2025-11-05"].as_slice(), &["site"]] {
        let run = super::books::brief_with(&book.root, arguments, &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let pages = [
        "index.html",
        "v1/index.html",
        "v1/book.html",
        "v1/missions/kfor.html",
        "v1/book.claims.html",
        "records/missions/kfor.html",
        "search.html",
    ];
    let Some(report) = laid_out(&book, "320,1280", &pages) else { return };
    for nothing in ["overflow", "violations"] {
        assert_eq!(texts(&report[nothing]), [""; 0], "{nothing}");
    }
    assert!(texts(&report["direction"]).iter().all(|direction| *direction == "rtl"), "{}", report["direction"]);
    assert!(texts(&report["start"]).iter().all(|start| *start == "right"), "{}", report["start"]);
    for page in pages {
        let html = std::fs::read_to_string(book.root.join("output/site").join(page)).unwrap();
        assert!(html.contains("lang=\"ar\" dir=\"rtl\""), "{page}");
        for english in [">Records<", ">Documents<", ">Search<", ">Notes<", ">History<", "Skip to", "Link to", "Newest", "Cite this"] {
            assert!(!html.contains(english), "{page} has `{english}`");
        }
    }
}

/// The page of changes in windows from a telephone's to a desk's: words stay whole, and nothing scrolls sideways.
#[test]
fn the_page_of_changes_fits_narrow_windows() {
    let book = super::books::Book::new();
    let long = "A commission that was established and mandated internationally to oversee the demilitarization of municipalities";
    book.write("content/missions/unifil.yaml", &format!("name: {long}\ntroops: {{ value: 10000, source: report#9 }}\nmandate: {long}.\n"));
    book.write("templates/mission.md.jinja", "# {{ record.name }}\n\n| Denomination | Commissioned | Responsibilities | Municipalities | Demilitarization |\n|--|--|--|--|--|\n| {{ record.name }} | international | administrative | Schleswig | acknowledged |\n\n{% if record.mandate %}{{ record.mandate }}{% endif %}\n");
    book.commit("a mission with long words");
    book.edit("content/missions/unifil.yaml", "10000", "12000");
    book.edit(
        "content/missions/unifil.yaml",
        "municipalities.",
        "constituencies and municipalities, as https://example.org/a/very/long/address/that/does/not/fit/into/any/column/at/all says.",
    );
    book.edit("content/missions/unifil.yaml", "source: report#9", "source: [report#9, letter]");
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.edit("content/members.yaml", "- id: { code: beta }\n  name: Beta\n", "");
    let run = book.brief(&["diff", "HEAD", "--format", "html", "--document", "missions/unifil"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let page = book.beside("changes.html");
    std::fs::write(&page, &run.out).unwrap();
    let Some(report) = seen("page.mjs", &[OsStr::new("390,768,1100"), page.as_os_str()]) else { return };
    assert_eq!(texts(&report["sideways"]), [""; 0]);
    // An address that is longer than the window is broken, and nothing else.
    let broken: BTreeSet<&str> =
        texts(&report["broken"]).into_iter().filter(|word| !run.out.contains(&format!("/{}", word.split(' ').next().unwrap()))).collect();
    assert_eq!(broken, BTreeSet::new());
    assert!(report["words"].as_u64().unwrap() > 200, "{report}");
}
