//! Markings: what is marked above clear is published where that is meant, and each version's pages keep their own.

use brief::pipeline::publish;
use brief::progress::Silent;
use tempfile::TempDir;

use super::{Place, add_marked, add_with, failure, options, places, read};

fn add(output: &std::path::Path, content: &str, marking: Option<&str>) {
    add_marked(output, content, true, &[], marking);
}

fn page(place: &Place, key: &str) -> (bool, String) {
    let text = String::from_utf8(read(place, key).unwrap_or_else(|| panic!("{key}"))).unwrap();
    let banner = text.split_once("<p class=\"marking\">").map(|(_, rest)| rest.split('<').next().unwrap().to_owned());
    (text.contains("noindex"), banner.unwrap_or_default())
}

#[test]
fn what_is_marked_above_clear_is_published_where_that_is_meant() {
    for (marking, wanted) in [("TLP:AMBER", true), ("tlp:clear", false), ("TLP:CLEAR", false), ("RESTRICTED", true), ("TLP:GREEN", true)] {
        let folder = TempDir::new().unwrap();
        let place = &places(&folder)[0];
        let output = folder.path().join("output");
        add(&output, "one", Some(marking));
        let mut options = options(&output, place);
        if wanted {
            for allowed in [vec![], vec!["TLP:RED".to_owned()]] {
                options.allow_marked = allowed;
                for dry_run in [true, false] {
                    options.dry_run = dry_run;
                    let said = failure(publish(&options, &Silent));
                    assert!(said.contains(&format!("v1 (`{marking}`)")) && said.contains("--allow-marked"), "{said}");
                }
                assert_eq!(read(place, "v1/book.md"), None, "nothing was sent");
            }
            options.allow_marked = vec![marking.to_lowercase()];
        }
        assert_eq!(publish(&options, &Silent).unwrap().newest, 1, "{marking}");
        // What is there already needs no leave again; what is new does.
        options.allow_marked.clear();
        assert!(publish(&options, &Silent).unwrap().unchanged);
        add(&output, "two", Some("TLP:RED"));
        assert!(failure(publish(&options, &Silent)).contains("v2 (`TLP:RED`)"));
        // Pages show versions whose files stay here, too.
        add(&output, "three", None);
        options.keep = Some(1);
        assert!(failure(publish(&options, &Silent)).contains("v2 (`TLP:RED`)"));
    }
}

/// One thing in a book that is marked is enough, wherever it stands.
#[test]
fn what_is_marked_inside_a_record_is_published_where_that_is_meant() {
    let red = "TLP:RED";
    let record = |more: &str| format!(r#"{{"missions":{{"records":{{"kfor":{{"name":"KFOR",{more}}}}}}}}}"#);
    let text = |text: &str| record(&format!(r#""fields":{{"body":{}}}"#, serde_json::to_string(text).unwrap()));
    for (collections, labels) in [
        (record(r#""own":{"marking":"TLP:RED"},"fields":{}"#), &[red][..]),
        (record(r#""fields":{"notes":["a"]},"markings":{"/notes/0":"TLP:RED"}"#), &[red]),
        (record(r#""fields":{"notes":{"a":1}},"nested":{"/notes":{"marking":" TLP:RED "}}"#), &[red]),
        (record(r#""fields":{"troops":1},"claims":{"/troops":{"marking":"TLP:RED"}}"#), &[red]),
        (r#"{"missions":{"defaults":{"marking":"TLP:RED"},"records":{}}}"#.to_owned(), &[red]),
        (record(r#""fields":{},"markings":{"":"TLP:CLEAR // TLP:RED // EYES ONLY"}"#), &["EYES ONLY", red]),
        (text("for all\n\n:::marked TLP:RED\nfor some\n:::\n"), &[red]),
        (text("- a list\n\n  :::marked RED\n  for some\n  :::\n"), &["RED"]),
        (text(":::marked\nfor whom?\n:::\n"), &[":::marked"]),
        (record(r#""fields":{"a":[{"b":":::marked TLP:RED\nfor some\n:::\n"}]}"#), &[red]),
        (record(r#""own":{"marking":"tlp:clear"},"fields":{"a":"marked TLP:RED"},"markings":{"/a":"TLP:WHITE // CLEAR"}"#), &[]),
        (text(":::marked CLEAR\nfor all\n:::\n"), &[]),
    ] {
        let folder = TempDir::new().unwrap();
        let place = &places(&folder)[0];
        let output = folder.path().join("output");
        let data =
            format!(r#"{{"format":1,"book":{{"title":"A Small Book","as_of":"2025-11-05","language":"en"}},"collections":{collections}}}"#);
        add_with(&output, "one", true, &[("data.json".to_owned(), data)]);
        let mut options = options(&output, place);
        options.base_url = Some("https://example.org/briefing/site".to_owned());
        if !labels.is_empty() {
            let said = failure(publish(&options, &Silent));
            assert!(labels.iter().all(|label| said.contains(&format!("v1 (`{label}`)"))), "{collections}: {said}");
            options.allow_marked = labels.iter().map(|label| (*label).to_owned()).collect();
        }
        assert_eq!(publish(&options, &Silent).unwrap().newest, 1, "{collections}");
        let is_marked = !labels.is_empty();
        assert_eq!(page(place, "site/v1/book.html").0, is_marked, "{collections}");
        let robots = String::from_utf8(read(place, "robots.txt").unwrap()).unwrap();
        assert_eq!(robots.contains("Disallow: /\n"), is_marked, "{collections}: {robots}");
    }
}

/// A template may hold a marked block that no record does: its document bears the marking.
#[test]
fn a_document_that_bears_a_marking_is_published_where_that_is_meant() {
    for (marking, is_marked) in [("TLP:RED", true), ("TLP:CLEAR", false)] {
        let folder = TempDir::new().unwrap();
        let place = &places(&folder)[0];
        let output = folder.path().join("output");
        let text = format!("---\nmarking: {marking}\n---\n\n# A Small Book\n\nfor some\n");
        add_with(&output, "one", true, &[("book.md".to_owned(), text)]);
        let mut options = options(&output, place);
        if is_marked {
            assert!(failure(publish(&options, &Silent)).contains("v1 (`TLP:RED`)"));
            options.allow_marked = vec![marking.to_owned()];
        }
        publish(&options, &Silent).unwrap();
        for key in ["site/v1/book.html", "site/v1/index.html", "site/index.html"] {
            assert_eq!(page(place, key).0, is_marked, "{key}");
        }
    }
}

#[test]
fn each_versions_pages_keep_their_own_marking_and_robots_rule() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add(&output, "one", Some("TLP:AMBER"));
    let mut options = options(&output, place);
    options.allow_marked = vec!["TLP:AMBER".to_owned()];
    options.base_url = Some("https://example.org/briefing/site".to_owned());
    publish(&options, &Silent).unwrap();
    assert_eq!(page(place, "site/v1/book.html"), (true, "TLP:AMBER".to_owned()));
    assert_eq!(String::from_utf8(read(place, "robots.txt").unwrap()).unwrap(), "User-agent: *\nDisallow: /\n");
    for marking in ["TLP:CLEAR", "TLP:CLEAR"] {
        add(&output, &format!("more of {marking} {}", super::numbers(&output).len()), Some(marking));
    }
    publish(&options, &Silent).unwrap();
    // The first version is as it was.
    for key in ["site/v1/book.html", "site/v1/index.html"] {
        assert_eq!(page(place, key), (true, "TLP:AMBER".to_owned()), "{key}");
    }
    for key in ["site/v2/book.html", "site/v2/index.html", "site/v3/book.html", "site/v3/changes.html"] {
        assert_eq!(page(place, key), (false, "TLP:CLEAR".to_owned()), "{key}");
    }
    // What shows something of the first is marked as that is.
    for key in ["site/v2/changes.html", "site/index.html", "site/records/index.html", "site/search.html", "site/compare.html"] {
        assert_eq!(page(place, key), (true, "TLP:AMBER".to_owned()), "{key}");
    }
    let robots = String::from_utf8(read(place, "robots.txt").unwrap()).unwrap();
    assert!(!robots.contains("v1"), "{robots}");
    for rule in [
        "User-agent: *\nDisallow: /\n",
        "Allow: /briefing/v3/\n",
        "Allow: /briefing/site/v3/\n",
        "Allow: /briefing/site/latest/\n",
        "Allow: /briefing/site/v2/\nDisallow: /briefing/site/v2/changes.html\n",
        "Sitemap: https://example.org/briefing/site/sitemap.xml\n",
    ] {
        assert!(robots.contains(rule), "{rule}: {robots}");
    }
    let sitemap = String::from_utf8(read(place, "site/sitemap.xml").unwrap()).unwrap();
    assert!(sitemap.contains("site/latest/book.html<") && !sitemap.contains("/v1/") && !sitemap.contains("site/index.html"), "{sitemap}");
    // A later version that is marked higher changes nothing of what earlier ones say.
    add(&output, "four", Some("TLP:RED"));
    options.allow_marked.push("TLP:RED".to_owned());
    publish(&options, &Silent).unwrap();
    assert_eq!(page(place, "site/v3/book.html"), (false, "TLP:CLEAR".to_owned()));
    assert_eq!(page(place, "site/v1/book.html"), (true, "TLP:AMBER".to_owned()));
    assert_eq!(page(place, "site/index.html"), (true, "TLP:RED, TLP:AMBER".to_owned()));
}
