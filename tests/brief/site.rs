//! The reading site: what its pages hold, where their links lead, and what stops it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brief::version::Store;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::books::{Book, Run, brief_with, typst};

const MAP: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\"><title>Sectors</title><rect width=\"40\" height=\"20\"/></svg>";

/// A book with three versions: a value, a source and a text change; a record comes, one goes. Texts are hostile.
pub(crate) fn published() -> Option<Book> {
    let book = Book::new();
    book.write(
        "content/missions/script.yaml",
        "name: \"<script>alert('a')</script> & Söhne\"\nmandate: \"Keep `#read(\\\"/etc/passwd\\\")` out.\"\n",
    );
    book.write("content/assets/map.svg", MAP);
    book.write("templates/mission.md.jinja", "# {{ record.name }}\n\n![The sectors](assets/map.svg \"Sectors\")\n\n## Strength\n\n{% if record.troops %}{{ record.troops }} troops. See [the book](../book.md).{% endif %}\n");
    let mut templates = fs::read_to_string(book.root.join("templates/book.md.jinja")).unwrap();
    templates.push_str("\n## Sectors\n\n![The sectors](assets/map.svg)\n\nTable: Strengths\n\n| Mission | Troops |\n| :-- | --: |\n{% for m in missions %}\n| {{ m }} | {{ m.troops if m.troops else \"none\" }} |\n{% endfor %}\n");
    book.write("templates/book.md.jinja", &templates);
    build(&book, "2025-11-05")?;
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.edit("content/missions/kfor.yaml", "without delay", "within one day");
    book.write("content/missions/unifil.yaml", "name: Interim Force\ntroops: { value: 10000, source: letter }\n");
    build(&book, "2025-11-06")?;
    book.edit("content/missions/kfor.yaml", "report#7", "letter#2");
    book.remove("content/missions/unifil.yaml");
    build(&book, "2025-11-07")?;
    Some(book)
}

pub(crate) fn build(book: &Book, date: &str) -> Option<()> {
    let environment = typst()?;
    let run = brief_with(&book.root, &["build", "--date", date], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    Some(())
}

pub(crate) fn site(book: &Book, arguments: &[&str]) -> Run {
    book.brief(&[&["site"], arguments].concat())
}

/// All files of a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    entries.map(|entry| (entry.path().strip_prefix(folder).unwrap().to_path_buf(), fs::read(entry.path()).unwrap())).collect()
}

/// The values of an attribute in a page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// A part of an address as a browser reads it, `%C3%B6` and all.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

/// An attribute's text without HTML's references.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The newest version of a site.
fn newest_number(folder: &Path) -> u32 {
    let script = fs::read_to_string(folder.join("newest.js")).unwrap();
    let (_, number) = script.split_once("\"version\":").unwrap_or_else(|| panic!("no version in {script}"));
    number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// Every link of every page that is no address of its own leads to a file, and its fragment to an id in it.
pub(crate) fn links_lead_somewhere(folder: &Path) -> usize {
    let pages: Vec<PathBuf> = files(folder).into_keys().filter(|path| path.extension().is_some_and(|e| e == "html")).collect();
    let mut checked = 0;
    for page in &pages {
        let html = fs::read_to_string(folder.join(page)).unwrap();
        let ids: BTreeSet<String> = attributes(&html, "id").into_iter().map(unescaped).collect();
        assert_eq!(ids.len(), attributes(&html, "id").len(), "an id stands twice in {}", page.display());
        for target in attributes(&html, "href").into_iter().chain(attributes(&html, "src")).map(unescaped) {
            if target.starts_with("data:") || target.starts_with("https://") {
                continue;
            }
            checked += 1;
            let (path, fragment) = target.split_once('#').map_or((decoded(&target), None), |(path, id)| (decoded(path), Some(decoded(id))));
            if path.is_empty() {
                assert!(ids.contains(&fragment.unwrap()), "{} links to `{target}`, which is not there", page.display());
                continue;
            }
            let file = folder.join(page).parent().unwrap().join(&path);
            assert!(file.is_file(), "{} links to `{target}`, which is not there", page.display());
            if let Some(id) = fragment.filter(|id| !id.starts_with("page=")) {
                // An address that leads to the newest version leads to the place there.
                let there = match path.split_once("latest/") {
                    Some((up, below)) => {
                        let site = folder.join(page).parent().unwrap().join(up);
                        site.join(format!("v{}", newest_number(&site))).join(below)
                    }
                    None => file,
                };
                let there = fs::read_to_string(&there).unwrap();
                assert!(
                    attributes(&there, "id").into_iter().map(unescaped).any(|known| known == id),
                    "{} links to `{target}`, which has no such id",
                    page.display()
                );
            }
        }
        for target in attributes(&html, "popovertarget") {
            assert!(ids.contains(target), "{} has no note `{target}`", page.display());
        }
    }
    checked
}

#[test]
fn pages_hold_what_versions_hold() {
    let Some(book) = published() else { return };
    let run = site(&book, &[]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    let folder = book.root.join("output/site");
    assert!(links_lead_somewhere(&folder) > 200);

    let read = |path: &str| unescaped(&fs::read_to_string(folder.join(path)).unwrap());
    let front = read("index.html");
    for part in [
        "A Small Book",
        "7 November 2025",
        "5 November 2025",
        "<li>1 record changed, 1 removed</li>",
        "href=\"../v3/book.pdf\"",
        "href=\"v2/changes.html\"",
    ] {
        assert!(front.contains(part), "no `{part}` in {front}");
    }
    let document = read("v3/missions/kfor.html");
    for part in [
        "Last revised in <a href=\"../../v3",
        "Revised in v3.",
        "PDF p.&#160;1</a>",
        "<h2 id=\"strength\">",
        "href=\"../../v3/book.html\"",
        "../../../v3/assets/map.svg",
    ] {
        assert_eq!(document.contains(part), !part.starts_with("Last"), "`{part}` in {document}");
    }
    assert!(read("v3/missions/script.html").contains("Last revised in <a href=\"../../v1/index.html\">v1</a>"));
    assert!(read("v3/book.html").contains("</strong>\u{a0}Strengths</caption>"));
    let record = read("records/missions/kfor.html");
    for part in ["45,000", "50,000", "Version 2", "Version 3", "The letter</a>, paragraph 2", "<figure class=\"chart\">"] {
        assert!(record.contains(part), "no `{part}` in {record}");
    }
    for part in ["letter#2", "report#7", "about 4", "[@"] {
        assert!(!record.contains(part), "`{part}` in {record}");
    }
    assert!(record.contains("href=\"../../latest/missions/kfor.html#c-missions-kfor-troops\""), "{record}");
    assert!(read("records/missions/unifil.html").contains("The newest version has this record no more."));
    assert!(read("records/missions/unifil.html").contains("What it said last") && read("records/missions/unifil.html").contains("10,000"));
    let source = read("records/sources/letter.html");
    for part in [
        "Claims that rest on it",
        "href=\"../../records/missions/kfor.html\"",
        "45,000",
        "Printed in <a href=\"../../latest/book.html#c-missions-kfor-troops\"",
    ] {
        assert!(source.contains(part), "no `{part}` in {source}");
    }
    let changes = read("v2/changes.html");
    for part in ["45,000", "50,000", "Interim Force", "within one day"] {
        assert!(changes.contains(part), "no `{part}` in {changes}");
    }
    assert!(front.len() < 60_000);
}

/// Drawings of brief's own stand in the page, which gives them its colors; other images are files beside it.
#[test]
fn drawings_stand_in_the_page_itself() {
    let book = Book::new();
    book.write("content/assets/map.svg", MAP);
    book.write(
        "content/assets/drawings/evil.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"><script>1</script></svg>",
    );
    let chart = |title: &str| format!("{{{{ bar_chart([missions.kfor], label=\"name\", value=\"troops\", title=\"{title}\") }}}}\n\n");
    let images = "![A map](assets/map.svg)\n\n![No drawing](assets/drawings/evil.svg)\n";
    book.write(
        "templates/book.md.jinja",
        &format!("# {{{{ book.title }}}}\n\n{}{}{images}", chart("One \u{201c}chart\u{201d}"), chart("Two")),
    );
    let Some(()) = build(&book, "2025-11-05") else { return };
    let run = site(&book, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let folder = book.root.join("output/site");
    links_lead_somewhere(&folder);
    let page = fs::read_to_string(folder.join("v1/book.html")).unwrap();
    assert_eq!(page.matches("<svg class=\"drawing\" role=\"img\" aria-label=\"Bar chart. ").count(), 2, "{page}");
    assert_eq!(page.matches("<img").count(), 2, "{page}");
    assert!(page.contains("id=\"drawing-1-hatch\"") && page.contains("id=\"drawing-2-hatch\""), "{page}");
    assert!(!page.contains("<script>1"), "{page}");
}

#[test]
fn no_text_becomes_markup() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &["--base-url", "https://example.org/a&b"]).code, Some(0));
    let mut seen = 0;
    for (path, bytes) in files(&book.root.join("output/site")) {
        if path.extension().is_some_and(|extension| extension == "zip") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        if path.extension().is_some_and(|extension| extension != "css")
            && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with("script."))
        {
            assert!(!text.contains("<script>alert"), "{}", path.display());
            seen += usize::from(text.contains("alert("));
        }
    }
    assert!(seen > 10, "the hostile name is on {seen} pages only");
}

/// What an address would take for its fragment, its query or a code of a character.
#[test]
fn ids_may_hold_what_addresses_take_for_something_else() {
    let book = Book::new();
    let mut settings = fs::read_to_string(book.root.join("content/book.yaml")).unwrap();
    for id in ["annex #1", "annexes/100%25", "what & 'why'"] {
        settings.push_str(&format!("  - {{ id: \"{id}\", template: annex.md.jinja }}\n"));
    }
    book.write("content/book.yaml", &settings);
    book.write("templates/annex.md.jinja", "# An annex\n\n{% for m in missions %}{{ m }} has {{ m.troops }} troops.{% endfor %}\n");
    let links = "# {{ book.title }}\n\n[One](annex%20%231.md), [two](annexes/100%2525.md), [PDF](annex%20%231.pdf).\n";
    book.edit("templates/book.md.jinja", "# {{ book.title }}\n", links);
    let Some(()) = build(&book, "2025-11-05") else { return };
    let run = site(&book, &[]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    assert!(links_lead_somewhere(&book.root.join("output/site")) > 30);
    let annexes = |page: &str| {
        let html = fs::read_to_string(book.root.join("output/site").join(page)).unwrap();
        attributes(&html, "href").into_iter().filter(|href| href.contains("annex")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(annexes("v1/index.html").iter().any(|href| href.ends_with("annex %231.pdf")), "{:?}", annexes("v1/index.html"));
    assert_eq!(annexes("v1/book.html").len(), 4, "three links and the next document: {:?}", annexes("v1/book.html"));
}

/// A version that is dated before the one it follows is warned of; a date that no PDF can hold is refused as that.
#[test]
fn a_date_that_goes_back_is_warned_of_and_one_too_late_is_refused() {
    let book = Book::new();
    for arguments in [["build", "--date", "9999-12-31"].as_slice(), &["build", "--draft", "--no-pdf", "--date", "9999-12-31"]] {
        let run = book.brief(arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains("9999-12-31 can't be the date of a version"), "{}", run.err);
    }
    let Some(()) = build(&book, "2025-11-05") else { return };
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    let run = brief_with(&book.root, &["build", "--date", "2025-11-04"], &typst().unwrap());
    assert!(run.err.contains("warning[invalid-date]: the version is dated 2025-11-04, before v1"), "{run:?}");
    book.edit("content/missions/kfor.yaml", "45000", "40000");
    let run = brief_with(&book.root, &["build", "--date", "2025-11-04"], &typst().unwrap());
    assert_eq!((run.code, run.err.contains("warning")), (Some(0), false), "the same day is fine: {run:?}");
}

#[test]
fn the_same_versions_give_the_same_bytes_anywhere() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let first = files(&book.root.join("output/site"));
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(first, files(&book.root.join("output/site")));
}

#[test]
fn elsewhere_a_site_is_complete_by_itself() {
    let Some(book) = published() else { return };
    let away = book.beside("public/site");
    let run = site(&book, &["--output", away.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(links_lead_somewhere(&away) > 200);
    for name in ["v1/book.pdf", "v3/missions/kfor.md", "v3/claims.json", "v3/assets/map.svg", "versions.json"] {
        assert_eq!(fs::read(away.join(name)).unwrap(), fs::read(book.root.join("output").join(name)).unwrap(), "{name}");
    }
    assert!(!book.root.join("output/site").exists());
}

#[test]
fn the_feed_is_atom() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &["--base-url", "https://example.org/site"]).code, Some(0));
    let folder = book.root.join("output/site");
    let text = fs::read_to_string(folder.join("feed.xml")).unwrap();
    let feed = roxmltree::Document::parse(&text).unwrap();
    const ATOM: &str = "http://www.w3.org/2005/Atom";
    let child = |node: roxmltree::Node<'_, '_>, name: &str| -> Vec<String> {
        let children = node.children().filter(|child| child.has_tag_name((ATOM, name)));
        children.map(|child| child.attribute("href").or(child.text()).unwrap_or_default().to_owned()).collect()
    };
    let root = feed.root_element();
    assert!(root.has_tag_name((ATOM, "feed")));
    // RFC 4287, 4.1.1 and 4.1.2: exactly one each; a link to the feed itself; no two entries of one id.
    for name in ["title", "id", "updated"] {
        assert_eq!(child(root, name).len(), 1, "{name}");
    }
    assert_eq!(child(root, "link"), ["https://example.org/site/index.html", "https://example.org/site/feed.xml"]);
    let entries: Vec<_> = root.children().filter(|child| child.has_tag_name((ATOM, "entry"))).collect();
    assert_eq!(entries.len(), 3);
    let mut ids = BTreeSet::from([child(root, "id")[0].clone()]);
    for (entry, number) in entries.iter().zip([3, 2, 1]) {
        for name in ["title", "id", "updated", "summary", "content"] {
            assert_eq!(child(*entry, name).len(), 1, "{name}");
        }
        // RFC 4287, 4.1.3.3: HTML is escaped, so that the element holds text alone.
        let content = child(*entry, "content")[0].clone();
        assert!(content.starts_with("<p>") && content.matches(&child(*entry, "summary")[0]).count() == 1, "{content}");
        assert_eq!(content.contains("Kosovo Force: Troops: 50,000 → 45,000"), number == 2, "{content}");
        assert!(!content.contains("report#") && !content.contains("[@"), "{content}");
        assert_eq!(child(*entry, "link"), [format!("https://example.org/site/v{number}/index.html")]);
        assert_eq!(child(*entry, "updated"), [format!("2025-11-{:02}T00:00:00Z", number + 4)]);
        assert!(ids.insert(child(*entry, "id")[0].clone()));
    }
    assert!(ids.iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45), "{ids:?}");

    let map = fs::read_to_string(folder.join("sitemap.xml")).unwrap();
    let map = roxmltree::Document::parse(&map).unwrap();
    let listed: BTreeSet<_> =
        map.descendants().filter(|node| node.tag_name().name() == "loc").map(|node| node.text().unwrap().to_owned()).collect();
    // The newest version alone, under the addresses that lead to it, and what shows all versions.
    let latest = ["book", "book.claims", "changes", "index", "missions/kfor", "missions/kfor.claims", "missions/script"]
        .map(|page| format!("latest/{page}"));
    let records =
        files(&folder).into_keys().filter(|path| path.starts_with("records")).map(|path| path.with_extension("").display().to_string());
    let pages: BTreeSet<_> =
        latest.into_iter().chain(records).chain(["index".to_owned()]).map(|page| format!("https://example.org/site/{page}.html")).collect();
    assert_eq!(listed, pages);
    for (page, canonical) in
        [("v1/book", "latest/book"), ("v3/missions/kfor", "latest/missions/kfor"), ("records/missions/kfor", "records/missions/kfor")]
    {
        let html = fs::read_to_string(folder.join(format!("{page}.html"))).unwrap();
        let link = format!("<link rel=\"canonical\" href=\"https://example.org/site/{canonical}.html\">");
        assert!(unescaped(&html).contains(&link), "{page}: {html}");
    }
}

#[test]
fn search_engines_are_told_by_the_marking() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    assert_eq!(fs::read_to_string(folder.join("robots.txt")).unwrap(), "User-agent: *\nAllow: /\n");
    assert!(!fs::read_to_string(folder.join("v3/book.html")).unwrap().contains("noindex"));
    book.edit("content/book.yaml", "as_of: 2025-11-05", "as_of: 2025-11-05\nmarking: \"TLP:AMBER\"");
    build(&book, "2025-11-08").unwrap();
    assert_eq!(site(&book, &["--base-url", "https://example.org/site"]).code, Some(0));
    // Versions keep their own rule; what shows the new one is not to be listed.
    let robots = fs::read_to_string(folder.join("robots.txt")).unwrap();
    let rules = "User-agent: *\nDisallow: /\nAllow: /site/v3/\nAllow: /site/v2/\nAllow: /site/v1/\n";
    assert_eq!(robots, rules);
    // The newest version is not for search engines, and no other is listed.
    assert!(!folder.join("sitemap.xml").exists());
    let (mut open, mut closed) = (0, 0);
    for (path, bytes) in files(&folder) {
        if path.extension().is_some_and(|extension| extension == "html") {
            let is_open = ["v1", "v2", "v3"].iter().any(|version| path.starts_with(version));
            let page = String::from_utf8(bytes).unwrap();
            assert_eq!(page.contains("<meta name=\"robots\" content=\"noindex, nofollow\">"), !is_open, "{}", path.display());
            assert_eq!(page.contains("<p class=\"marking\">TLP:AMBER</p>"), !is_open, "{}", path.display());
            if is_open { open += 1 } else { closed += 1 }
        }
    }
    assert!(open > 6 && closed > 6, "{open}, {closed}");
}

#[test]
fn what_stops_it_is_named_and_leaves_the_site_as_it_was() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let before = files(&book.root.join("output/site"));
    let mut said = Vec::new();
    let mut fails = |arguments: &[&str]| {
        let run = site(&book, arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
        said.push(run.err.replace(book.beside("").to_str().unwrap(), "…/"));
    };
    fails(&["--base-url", "example.org"]);
    fails(&["--base-url", "https://example.org/?a"]);
    fails(&["--audience", "public"]);
    fails(&["--audience", "../.."]);
    fails(&["--output", "content"]);
    fails(&["--output", "content/book.yaml"]);
    fails(&["--versions", "nowhere"]);

    let json = |path: &str| -> Value { serde_json::from_slice(&fs::read(book.root.join(path)).unwrap()).unwrap() };
    let good = fs::read_to_string(book.root.join("output/versions.json")).unwrap();
    let mut ledger = json("output/versions.json");
    ledger["format"] = json!(99);
    book.write("output/versions.json", &ledger.to_string());
    fails(&[]);
    book.write("output/versions.json", &good);

    let claims = fs::read_to_string(book.root.join("output/v2/claims.json")).unwrap();
    book.write("output/v2/claims.json", &claims.replacen("4500", "4501", 1));
    fails(&[]);
    book.remove("output/v2/claims.json");
    fails(&[]);
    book.write("output/v2/claims.json", &claims);
    fs::rename(book.root.join("output/v1"), book.root.join("output/away")).unwrap();
    fails(&[]);
    fs::rename(book.root.join("output/away"), book.root.join("output/v1")).unwrap();

    insta::with_settings!({ snapshot_path => "../cases/cli", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("site-faults", said.join("\n"));
    });
    assert_eq!(before, files(&book.root.join("output/site")));
    assert_eq!(site(&book, &[]).code, Some(0));
}

/// What `output/site` leads to is not brief's to fill, be it empty or not there.
#[cfg(unix)]
#[test]
fn no_page_is_written_through_a_link() {
    let Some(book) = published() else { return };
    let elsewhere = book.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for target in [elsewhere.clone(), book.beside("nowhere")] {
        std::os::unix::fs::symlink(&target, book.root.join("output/site")).unwrap();
        let run = site(&book, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.err.contains("output/site` is a link, and what it leads to is not brief's to replace"), "{run:?}");
        fs::remove_file(book.root.join("output/site")).unwrap();
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    assert!(!book.beside("nowhere").exists());
}

#[test]
fn a_pruned_version_is_listed_without_files() {
    let Some(book) = published() else { return };
    assert_eq!(book.brief(&["prune", "--keep", "2", "--yes"]).code, Some(0));
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    assert!(links_lead_somewhere(&folder) > 150);
    assert!(fs::read_to_string(folder.join("v1/index.html")).unwrap().contains("The files of this version were removed."));
}

/// After files were removed the site can be made as often as one likes, and keeps what it knew.
#[test]
fn what_changed_in_a_pruned_version_is_kept() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    let changes = fs::read_to_string(folder.join("v2/changes.html")).unwrap();
    assert_eq!(book.brief(&["prune", "--keep", "1", "--yes"]).code, Some(0));
    assert_eq!(site(&book, &[]).code, Some(0));
    let first = files(&folder);
    for page in ["v1/index.html", "v1/book.html", "v2/missions/kfor.html"] {
        let html = fs::read_to_string(folder.join(page)).unwrap();
        assert!(html.contains("The files of this version were removed."), "{page}: {html}");
    }
    assert_eq!(fs::read_to_string(folder.join("v2/changes.html")).unwrap(), changes);
    assert!(links_lead_somewhere(&folder) > 150);
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(files(&folder), first);
}

/// A site that would be the same is taken over whole: what was made of the same versions is never looked at again, but what
/// is missing, and whatever else a site is made of, is noticed.
#[test]
fn a_site_that_would_be_the_same_is_taken_over() {
    let Some(book) = published() else { return };
    let folder = book.root.join("output/site");
    let run = site(&book, &["--base-url", "https://example.org/a"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let first = files(&folder);
    let again = site(&book, &["--base-url", "https://example.org/a"]);
    assert_eq!((again.code, &again.out, &again.err), (Some(0), &run.out, &run.err));
    assert_eq!(files(&folder), first);
    // Of a page that every version shares, or of the site's own, none may be missing.
    for missing in ["v1/book.html", "feed.xml", "search.html", "newest.js"] {
        fs::remove_file(folder.join(missing)).unwrap();
        assert_eq!(site(&book, &["--base-url", "https://example.org/a"]).code, Some(0));
        assert_eq!(files(&folder), first, "{missing}");
    }
    assert_eq!(site(&book, &["--base-url", "https://example.org/b"]).code, Some(0));
    assert!(fs::read_to_string(folder.join("v1/book.html")).unwrap().contains("https://example.org/b/"), "the address is another");
    let environment = typst().unwrap();
    assert_eq!(brief_with(&book.root, &["since", "v2"], &environment).code, Some(0));
    assert_eq!(site(&book, &["--base-url", "https://example.org/b"]).code, Some(0));
    assert!(fs::read_to_string(folder.join("v3/changes.html")).unwrap().contains("since-v2/book.pdf"), "a redline was made");
}

/// The site stands among the versions, so whoever changes either is waited for; elsewhere, so are others who write a site.
#[test]
fn the_site_waits_for_who_holds_the_versions() {
    let Some(book) = published() else { return };
    let output = book.root.join("output");
    let store = Store::open(&output, &mut |_| {}).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| site(&book, &[]));
        std::thread::sleep(Duration::from_secs(3));
        assert!(!waiting.is_finished() && !output.join("site").exists(), "it was written while somebody builds");
        drop(store);
        let run = waiting.join().unwrap();
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.err.contains(&format!("process {}", std::process::id())), "{run:?}");
    });
    let there = book.beside("there");
    let there = there.to_str().unwrap();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| site(&book, &["--output", there]))).collect();
        for run in runs {
            let run = run.join().unwrap();
            assert_eq!(run.code, Some(0), "{run:?}");
        }
    });
    let beside = fs::read_dir(Path::new(there).parent().unwrap()).unwrap();
    let left: Vec<_> =
        beside.map(|entry| entry.unwrap().file_name()).filter(|name| name.to_string_lossy().starts_with(".there.")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A book's own words for texts of the site, in a language that is shipped and in one that is not.
#[test]
fn the_site_has_the_book_s_own_words() {
    let Some(book) = published() else { return };
    let own = "words:\n  site:\n    Documents: Akten\n    \"Version {number}\": \"Stand {number}\"\n    November: Marraskuu\n    \
               Note: '<script>1\"'\n    Link to this paragraph: '\"><script>2'\n    Link to this section: '<script>3'\n    \
               \"p. {page}\": '<script>{page}'\n    Notes: <script>4\n";
    for (number, language, untouched) in [(4, "de", "Neueste Fassung"), (5, "fi", "Newest version")] {
        let settings = fs::read_to_string(book.root.join("content/book.yaml")).unwrap();
        let settings = settings
            .replace("language: en", &format!("{own}language: {language}"))
            .replace("language: de", &format!("language: {language}"));
        book.write("content/book.yaml", &settings);
        build(&book, "2025-11-08").unwrap();
        assert_eq!(site(&book, &[]).code, Some(0));
        let read = |path: &str| unescaped(&fs::read_to_string(book.root.join("output/site").join(path)).unwrap());
        let overview = read(&format!("v{number}/index.html"));
        assert!(overview.contains(">Akten<") && overview.contains(&format!("Stand {number}")), "{overview}");
        assert!(overview.contains(untouched), "{overview}");
        assert!(overview.contains("Marraskuu 2025"), "dates are in the book's words: {overview}");
        assert!(!read("v1/index.html").contains("Akten"), "earlier versions speak as they did");
        let page = fs::read_to_string(book.root.join(format!("output/site/v{number}/book.html"))).unwrap();
        for number in ["1&quot;", "2", "3", "4"] {
            assert!(page.contains(&format!("&lt;script&gt;{number}")), "{number} is not printed, or as markup: {page}");
        }
        // The page's own scripts have addresses.
        assert_eq!(page.matches("<script").count(), page.matches("<script src=").count(), "{page}");
    }
    // A version is made for the words alone, and says so.
    book.edit("content/book.yaml", "Documents: Akten", "Documents: Papiere");
    build(&book, "2025-11-09").unwrap();
    assert!(book.brief(&["versions"]).out.contains("no record changed; content/book.yaml did\n"));
}

/// Pages speak the language of their version, and what shows all versions that of the newest.
#[test]
fn the_interface_is_in_the_books_language() {
    let Some(book) = published() else { return };
    book.edit("content/book.yaml", "language: en", "language: de");
    book.edit("content/missions/kfor.yaml", "45000", "44000");
    build(&book, "2025-11-08").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    let read = |path: &str| unescaped(&fs::read_to_string(folder.join(path)).unwrap());
    let pages = [
        "index.html",
        "v4/index.html",
        "v4/changes.html",
        "v4/book.html",
        "records/index.html",
        "records/missions/kfor.html",
        "search.html",
        "compare.html",
    ];
    for page in pages {
        let html = read(page);
        assert!(html.contains("lang=\"de\"") && html.contains(">Zum Text</a>") && html.contains("Neueste Fassung"), "{page}: {html}");
        for english in [
            ">Records<",
            ">Documents<",
            ">What changed<",
            ">Search<",
            ">Notes<",
            ">History<",
            "Skip to",
            "Link to",
            "Newest",
            "Note ",
            "November 2025, version",
        ] {
            assert!(!html.contains(english), "{page} has `{english}`: {html}");
        }
    }
    assert!(read("v4/changes.html").contains("gestrichen:") && !read("v4/changes.html").contains("deleted:"));
    assert!(read("index.html").contains("8. November 2025") && read("v3/book.html").contains("Skip to the text"));
    let script = files(&folder).into_iter().find(|(path, _)| path.to_string_lossy().starts_with("assets/script.")).unwrap().1;
    assert!(String::from_utf8(script).unwrap().contains("Fundstellen für"));
}

/// A book whose text is longer than a page may be, and a sheet that leads into it; `None` where there is no typst.
pub(crate) fn long_book() -> Option<Book> {
    let book = Book::new();
    let section = |number: usize| {
        let words = "observers report that the parties keep to the line and that convoys pass without delay ".repeat(6);
        let text: String = (1..=60).map(|place| format!("Paragraph {place} of part {number}: {words}\n\n")).collect();
        format!("## Part {number}\n\nSee [the next](#part-{}).\n\n{{{{ missions.kfor.troops }}}} troops.\n\n{text}", number % 6 + 1)
    };
    let sections: String = (1..=6).map(section).collect();
    book.write("templates/book.md.jinja", &format!("# {{{{ book.title }}}}\n\nBefore all.\n\n{sections}"));
    book.write(
        "templates/mission.md.jinja",
        "# {{ record.name }}\n\n{{ record.troops }} troops; see [part 5](../book.md#part-5) and [the book](../book.md).\n",
    );
    build(&book, "2025-11-05")?;
    let run = site(&book, &["--base-url", "https://example.org/"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    Some(book)
}

/// A long document is on several pages, of which none is longer than a telephone likes, and every link finds its place.
#[test]
fn a_long_document_is_in_chapters() {
    let Some(book) = long_book() else { return };
    let folder = book.root.join("output/site");
    links_lead_somewhere(&folder);
    let all = files(&folder);
    let pages: Vec<(String, usize)> = all.iter().map(|(path, bytes)| (path.display().to_string(), bytes.len())).collect();
    let long: Vec<_> = pages.iter().filter(|(path, length)| path.ends_with(".html") && *length > 200_000).collect();
    assert!(long.is_empty(), "{long:?}");
    let chapters: Vec<&str> = pages.iter().map(|(path, _)| path.as_str()).filter(|path| path.starts_with("v1/book.chapter-")).collect();
    let expected: Vec<String> =
        (2..=6).flat_map(|number| ["claims.html", "html"].map(|end| format!("v1/book.chapter-part-{number}.{end}"))).collect();
    assert_eq!(chapters, expected);
    let read = |path: &str| unescaped(std::str::from_utf8(&all[Path::new(path)]).unwrap());
    let fifth = read("v1/book.chapter-part-5.html");
    for part in [
        "<title>Part 5 – A Small Book, version 1 – A Small Book</title>",
        "rel=\"prev\" href=\"../v1/book.chapter-part-4.html\">Part 4<",
        "rel=\"next\" href=\"../v1/book.chapter-part-6.html\">Part 6<",
        "href=\"../v1/book.chapter-part-6.html#part-6\"",
        "<li class=\"level-2\"><a href=\"../v1/book.html#part-1\">Part 1</a></li>",
        "<li class=\"level-2\"><a href=\"#part-5\">Part 5</a></li>",
        "https://example.org/latest/book.chapter-part-5.html",
        "data-document=\"book.html\"",
    ] {
        assert!(fifth.contains(part), "no `{part}` in {fifth}");
    }
    assert!(read("v1/missions/kfor.html").contains("href=\"../../v1/book.chapter-part-5.html#part-5\""));
    assert!(read("latest/book.chapter-part-5.html").contains("data-place=\"book.chapter-part-5.html\""));
    // Every place of the document is known to the script that old addresses ask, and once.
    let script = all.iter().find(|(path, _)| path.to_string_lossy().starts_with("assets/v1.chapters.")).unwrap().1;
    let known: Value = serde_json::from_slice(&script["briefChapters=".len()..script.len() - 2]).unwrap();
    let known: Vec<&str> = known["book.html"].as_object().unwrap().values().flat_map(|ids| ids.as_str().unwrap().split(' ')).collect();
    assert_eq!(known.iter().collect::<BTreeSet<_>>().len(), known.len(), "{known:?}");
    assert!(known.contains(&"part-5") && known.iter().any(|id| id.starts_with("c-missions-kfor-troops")) && known.len() > 360, "{known:?}");
    // The search leads to the chapter.
    let index = all.iter().find(|(path, _)| path.to_string_lossy().starts_with("assets/index.")).unwrap().1;
    assert!(String::from_utf8_lossy(index).contains("latest/book.chapter-part-5.html"));
}

/// The entries of a zip, by their local headers (APPNOTE.TXT 4.3.7), which its directory must name one after another.
fn entries(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, length: usize| zip[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let text = |at: usize, length: usize| String::from_utf8(zip[at..at + length].to_vec()).unwrap();
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let (count, mut directory, mut at) = (number(end + 10, 2), number(end + 16, 4), 0);
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        assert_eq!((&zip[at..at + 4], &zip[directory..directory + 4]), (&b"PK\x03\x04"[..], &b"PK\x01\x02"[..]));
        assert_eq!(zip[at + 4..at + 30], zip[directory + 6..directory + 32], "the directory repeats the header");
        assert_eq!(number(directory + 42, 4), at);
        let (size, named) = (number(at + 18, 4), number(at + 26, 2));
        let name = text(at + 30, named);
        assert_eq!(name, text(directory + 46, named));
        entries.insert(name, zip[at + 30 + named..at + 30 + named + size].to_vec());
        (at, directory) = (at + 30 + named + size, directory + 46 + named);
    }
    assert_eq!((at, directory), (number(end + 16, 4), end));
    entries
}

/// All files of a version can be taken along in one, which has the same bytes whenever it is made, and holds theirs.
#[test]
fn all_files_of_a_version_are_in_one() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    let archive = folder.join("v3/all-v3.zip");
    for page in ["index.html", "v3/index.html"] {
        let html = fs::read_to_string(folder.join(page)).unwrap();
        assert!(html.contains("all-v3.zip\" download>All files of this version (zip), "), "{page}: {html}");
    }
    let bytes = fs::read(&archive).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert!(fs::read(&archive).unwrap() == bytes);
    let own = files(&book.root.join("output/v3")).into_iter().map(|(path, bytes)| (format!("v3/{}", path.display()), bytes));
    assert_eq!(entries(&bytes), own.collect());
    assert_eq!(book.brief(&["prune", "--keep", "1", "--yes"]).code, Some(0));
    assert_eq!(site(&book, &[]).code, Some(0));
    assert!(archive.exists() && !folder.join("v2/all-v2.zip").exists());
}

/// What lies beside the site under a name that looks like brief's own stays, unless brief's list in it says otherwise.
#[test]
fn what_brief_did_not_write_beside_the_site_or_the_draft_stays() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let foreign: Vec<PathBuf> = ["site", "draft"]
        .into_iter()
        .flat_map(|name| ["new", "old", "gone", "new-1-1", "old-1-1", "gone-1-1"].map(|what| format!("output/.{name}.{what}/mine.txt")))
        .chain(["output/.staging-mine/mine.txt", "output/.staging-draft/mine.txt", "output/.staging-old-draft/mine.txt"].map(str::to_owned))
        .map(|path| book.root.join(path))
        .collect();
    for path in &foreign {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    let draft = |book: &Book| assert_eq!(book.brief(&["build", "--draft", "--no-pdf", "--date", "2025-11-08"]).code, Some(0));
    for _ in 0..2 {
        assert_eq!(site(&book, &[]).code, Some(0));
        draft(&book);
    }
    for path in &foreign {
        assert_eq!(fs::read_to_string(path).ok().as_deref(), Some("mine"), "{}", path.display());
    }
}

/// What a run left that was killed at any point is put away by the next, and the site stands.
#[test]
fn what_a_killed_run_left_is_put_away() {
    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let output = book.root.join("output");
    let whole = files(&output.join("site"));
    let list = |folder: &Path| folder.join(".reading-site");
    // Stopped while it was written, between the two renames, and while the one before was removed.
    let unfinished = output.join(".site.new-1-1");
    fs::create_dir(&unfinished).unwrap();
    fs::write(list(&unfinished), r#"{ "format": 1, "files": {}, "unfinished": true }"#).unwrap();
    fs::write(unfinished.join("index.html"), "half").unwrap();
    fs::rename(output.join("site"), output.join(".site.old-1-2")).unwrap();
    let gone = output.join(".site.gone-1-3");
    fs::create_dir_all(gone.join("v1")).unwrap();
    fs::copy(list(&output.join(".site.old-1-2")), list(&gone)).unwrap();
    fs::write(gone.join("v1/index.html"), "half").unwrap();
    fs::write(gone.join("mine.txt"), "mine").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(files(&output.join("site")), whole);
    let mut beside: Vec<String> = fs::read_dir(&output).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    beside.retain(|name| name.starts_with(".site."));
    assert_eq!(beside, [".site.gone-1-3"], "a file that brief did not write stays where it is");
    assert_eq!(files(&gone).len(), 1);
}

/// Pages that would be the same are taken over, and what is made from them is what a site made from nothing is.
#[cfg(unix)]
#[test]
fn pages_of_unchanged_versions_are_taken_over() {
    use std::os::unix::fs::MetadataExt;

    let Some(book) = published() else { return };
    assert_eq!(site(&book, &[]).code, Some(0));
    let folder = book.root.join("output/site");
    let inode = |page: &str| fs::metadata(folder.join(page)).unwrap().ino();
    let kept =
        ["v1/book.html", "v2/changes.html", "v2/index.html", "v3/missions/kfor.html", "records/members/beta.html", "latest/book.html"];
    let before = kept.map(inode);
    let without_version = |files: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
        files.into_iter().filter(|(path, _)| !path.starts_with("v4")).collect()
    };
    let old = files(&folder);
    book.edit("content/missions/kfor.yaml", "45000", "44000");
    build(&book, "2025-11-08").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(kept.map(inode), before);
    let new = files(&folder);
    let changed: Vec<String> = without_version(new.clone())
        .into_iter()
        .filter(|(path, bytes)| old.get(path) != Some(bytes))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(changed.len() < 20 && changed.iter().all(|path| !path.starts_with('v')), "{changed:?}");
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(files(&folder), new);
}

/// What many records have in common is told once, figures come first, and no id or mark of a citation is shown.
#[test]
fn changes_are_told_as_readers_look_for_them() {
    let Some(book) = published() else { return };
    for number in 1..=4 {
        book.write(
            &format!("content/missions/mission-{number}.yaml"),
            &format!("name: Mission {number}\nas_of: 2025-11-05\ntroops: {{ value: {number}000, source: letter }}\n"),
        );
    }
    build(&book, "2025-11-08").unwrap();
    for number in 1..=4 {
        book.edit(&format!("content/missions/mission-{number}.yaml"), "2025-11-05", "2025-11-06");
    }
    book.edit("content/missions/mission-1.yaml", "1000", "1500");
    build(&book, "2025-11-09").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    let page = unescaped(&fs::read_to_string(book.root.join("output/site/v5/changes.html")).unwrap());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no `{text}` in {page}"));
    assert!(at("<h2 id=\"figures\">") < at("1500<") && at("1500<") < at("<h2 id=\"common\">"), "{page}");
    assert!(
        page.contains("in 4 records") && page.matches("6 November 2025").count() == 1 && page.matches("</a>, <a").count() == 3,
        "{page}"
    );
    assert!(!page.contains("[@") && !page.contains("[=") && !page.contains("missions/mission-1/troops"), "{page}");
    // One line of it in the feed and on the front page, too.
    for file in ["feed.xml", "index.html"] {
        let text = fs::read_to_string(book.root.join("output/site").join(file)).unwrap();
        assert_eq!(text.matches("As of: 5 November 2025 → 6 November 2025, in 4 records").count(), 1, "{file}: {text}");
    }
}

/// A text is shown as it prints, with what was taken out and put in marked.
#[test]
fn texts_are_told_as_prose() {
    let Some(book) = published() else { return };
    book.write(
        "content/schemas/missions.yaml",
        &(fs::read_to_string(book.root.join("content/schemas/missions.yaml")).unwrap()
            + "  story: { title: Story, type: string, format: markdown }\n"),
    );
    book.edit(
        "content/missions/kfor.yaml",
        "name:",
        "story: \"It **holds** [=missions/kfor/troops] troops.[@letter#2]\\n\\n- one\\n- two\\n\"\nname:",
    );
    build(&book, "2025-11-08").unwrap();
    book.edit("content/missions/kfor.yaml", "It **holds**", "It **keeps**");
    build(&book, "2025-11-09").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    let page = unescaped(&fs::read_to_string(book.root.join("output/site/v5/changes.html")).unwrap());
    let texts = &page[page.find("<h2 id=\"texts\">").unwrap()..];
    for part in ["Story</h3>", "holds</del>", "keeps</ins>", "<strong>", "<li>one</li>"] {
        assert!(texts.contains(part), "no `{part}` in {texts}");
    }
    assert!(!page.contains("**") && !page.contains("[@") && !page.contains("[=") && !texts.contains('…'), "{page}");
    let record = fs::read_to_string(book.root.join("output/site/records/missions/kfor.html")).unwrap();
    assert!(record.contains("It keeps ") && record.contains("The letter</a>, paragraph 2") && !record.contains("**"), "{record}");
}

/// Each value once, by its title, under the field that it is in; a source with its place in words, and what its claims say.
#[test]
fn records_and_sources_are_told_to_readers() {
    let Some(book) = published() else { return };
    let schema = fs::read_to_string(book.root.join("content/schemas/missions.yaml")).unwrap();
    let checks = "  checks:\n    title: Checks\n    type: object\n    properties:\n      force:\n        title: Enough force\n        type: object\n        properties:\n          met: { title: Met, type: string, x-claim: true }\n          note: { title: Remark, type: string }\n";
    book.write("content/schemas/missions.yaml", &(schema + "  story: { title: Story, type: string, format: markdown }\n" + checks));
    book.edit("content/missions/kfor.yaml", "name:", "story: \"It came first. It holds the hill,[@letter#3-4] they say.\"\nchecks: { force: { met: mostly, note: by its own count, source: [\"letter#2\", \"letter#annex B\"] } }\nname:");
    build(&book, "2025-11-08").unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    let page = |path: &str| unescaped(&fs::read_to_string(book.root.join("output/site").join(path)).unwrap());
    let record = page("records/missions/kfor.html");
    let facts = &record[record.find("<table class=\"values\">").unwrap()..record.find("</table>").unwrap()];
    assert!(facts.contains("scope=\"rowgroup\" colspan=\"2\">Checks</th>"), "{facts}");
    for (label, value, places) in [("Enough force, Met", "mostly", 1), ("Enough force, Remark", "by its own count", 1)] {
        let row = facts.split("<tr").find(|row| row.contains(&format!(">{label}</th>"))).unwrap_or_else(|| panic!("no {label} in {facts}"));
        assert!(row.contains(value), "{row}");
        assert_eq!(row.matches("The letter</a>, paragraph 2").count(), places, "{row}");
        assert_eq!(row.matches("The letter</a>, annex B").count(), places, "{row}");
    }
    assert_eq!(facts.matches("mostly").count(), 1, "{facts}");
    assert!(!facts.contains(">Name<"), "the heading says it: {facts}");
    assert!(facts.contains("The letter</a>, paragraphs 3–4"), "{facts}");
    let source = page("records/sources/letter.html");
    let resting = &source[source.find("<ul class=\"resting\">").unwrap()..];
    assert!(resting.contains(": It holds the hill … <span class=\"quiet\">(paragraphs 3–4)</span>"), "{resting}");
    assert!(!resting.contains("It came first"), "only the sentence that cites it: {resting}");
    // Nobody else gets this book's documents.
    assert!(!page("v4/book.html").contains("Its files say"), "{}", page("v4/book.html"));
}

/// What changed in a document, marked in its own text, is a PDF beside the page of changes once it was made.
#[test]
fn the_page_of_changes_leads_to_redlines() {
    let Some(book) = published() else { return };
    let environment = typst().unwrap();
    let folder = book.root.join("output/site");
    let page = || fs::read_to_string(folder.join("v3/changes.html")).unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert!(!page().contains("with every change marked"), "{}", page());
    for arguments in [&["since"][..], &["since", "v2", "missions/kfor"], &["since", "v1"]] {
        let run = brief_with(&book.root, arguments, &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    // Neither another document's nor another pair's belongs here, whatever it is called.
    let since = book.root.join("output/since");
    fs::copy(since.join("v1-to-v3/book.pdf"), since.join("v2-to-v3/missions/script.pdf")).unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    let told = page();
    for id in ["book", "missions/kfor"] {
        let size = fs::metadata(since.join(format!("v2-to-v3/{id}.pdf"))).unwrap().len().div_ceil(1000);
        let link = format!("<a class=\"pdf\" href=\"../v3/since-v2/{id}.pdf\">with every change marked: PDF, {size} KB</a>");
        assert!(told.contains(&link), "no `{link}` in {told}");
        assert_eq!(
            fs::read(folder.join(format!("v3/since-v2/{id}.pdf"))).unwrap(),
            fs::read(since.join(format!("v2-to-v3/{id}.pdf"))).unwrap()
        );
    }
    assert_eq!(told.matches("with every change marked").count(), 2, "{told}");
    assert!(!folder.join("v3/since-v2/missions/script.pdf").exists());
    // They stay while they are there, are taken along elsewhere, and go with what they were made from.
    let before = files(&folder);
    assert_eq!(site(&book, &[]).code, Some(0));
    assert_eq!(files(&folder), before);
    assert_eq!(site(&book, &["--output", "../public"]).code, Some(0));
    assert!(book.root.join("../public/v3/since-v2/book.pdf").is_file());
    fs::remove_dir_all(&since).unwrap();
    assert_eq!(site(&book, &[]).code, Some(0));
    assert!(!page().contains("with every change marked") && !folder.join("v3/since-v2").exists());
}
