//! Documents that differ are named, and why, between every two kinds of sides.

use std::fs;

use brief::version::Digest;
use serde_json::{Value, json};

use super::books::{Book, Run, brief_with, git, typst};

type Edit<'a> = &'a dyn Fn(&Book);

const IMAGE: [&str; 2] = [
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"><rect width=\"10\" height=\"10\"/></svg>\n",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"><circle r=\"5\"/></svg>\n",
];

/// A book with an image and a theme of its own.
fn book() -> Book {
    let book = Book::new();
    book.write("content/assets/map.svg", IMAGE[0]);
    book.edit("templates/book.md.jinja", "\n\n{% for", "\n\n![A map](assets/map.svg)\n\n{% for");
    let theme = book.brief(&["theme"]);
    assert_eq!(theme.code, Some(0), "{theme:?}");
    book.commit("an image and a theme");
    book
}

fn build(book: &Book, environment: &[(String, String)]) -> Run {
    let run = brief_with(&book.root, &["build", "--date", "2025-11-06"], environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

fn documents(book: &Book, sides: &[&str]) -> (Option<i32>, Value) {
    let run = book.brief(&[&["diff", "--format", "json", "--exit-code"], sides].concat());
    let changes: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{sides:?}: {run:?}"));
    assert_eq!(changes["complete"], true, "{sides:?}: {run:?}");
    (run.code, changes["documents"].clone())
}

fn changed(ids: &[&str], reasons: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "id": id, "kind": "changed", "reasons": reasons })).collect()
}

const BOTH: [&str; 2] = ["book", "missions/kfor"];

/// What can change, and what is to be said of it.
fn cases() -> Vec<(&'static str, Edit<'static>, Value)> {
    let image = json!([{ "id": "book", "kind": "changed", "reasons": ["image"], "images": ["assets/map.svg"] }]);
    vec![
        ("a record", &|book| book.edit("content/missions/kfor.yaml", "50000", "45000"), changed(&BOTH, &["records"])),
        (
            "a template",
            &|book| book.edit("templates/mission.md.jinja", " troops.", " soldiers."),
            changed(&["missions/kfor"], &["template"]),
        ),
        (
            "a layout",
            &|book| book.edit("templates/mission.md.jinja", "{% if record.troops", ":::box\nA frame.\n:::\n\n{% if record.troops"),
            changed(&["missions/kfor"], &["template"]),
        ),
        ("a theme", &|book| book.edit("templates/theme.typ", "10.8pt", "10.9pt"), changed(&BOTH, &["theme"])),
        ("an image", &|book| book.write("content/assets/map.svg", IMAGE[1]), image),
        ("paper", &|book| book.edit("content/book.yaml", "language: en", "language: en\npaper: us-letter"), changed(&BOTH, &["settings"])),
        (
            "a word",
            &|book| book.edit("content/book.yaml", "language: en", "language: en\nwords: { notes: Remarks }"),
            changed(&BOTH, &["settings"]),
        ),
        (
            "an order",
            &|book| {
                book.write(
                    "content/missions/kfor.yaml",
                    "name: Kosovo Force\nmandate: The end comes first.\ntroops: { value: 50000, source: report#7 }\nlead: alpha\n",
                );
            },
            changed(&["book"], &["records"]),
        ),
        (
            "a new record",
            &|book| book.write("content/missions/unifil.yaml", "name: Interim Force\n"),
            json!([{ "id": "book", "kind": "changed", "reasons": ["records"] }, { "id": "missions/unifil", "kind": "added" }]),
        ),
    ]
}

#[test]
fn each_kind_of_change_is_named_between_each_two_kinds_of_sides() {
    let Some(environment) = typst() else { return };
    for (name, edit, expected) in cases() {
        let book = book();
        if name == "a theme" {
            let theme = fs::read_to_string(book.root.join("templates/theme.typ")).unwrap();
            assert!(theme.contains("10.8pt"), "{theme}");
        }
        let copy = book.beside("copy");
        fs::create_dir(&copy).unwrap();
        git(&copy, &["clone", "-q", book.repository.to_str().unwrap(), "."]);
        build(&book, &environment);
        edit(&book);
        book.commit(name);
        build(&book, &environment);
        for base in ["v1", "output/v1", "HEAD~1", "../copy"] {
            for head in [Some("v2"), Some("output/v2"), Some("HEAD"), Some("."), None] {
                let sides: Vec<&str> = std::iter::once(base).chain(head).collect();
                assert_eq!(documents(&book, &sides), (Some(1), expected.clone()), "{name}: {sides:?}");
            }
        }
        for same in [["v1", "HEAD~1"], ["v2", "HEAD"], ["v2", "."], ["output/v1", "../copy"], ["HEAD", "."], ["v1", "output/v1"]] {
            assert_eq!(documents(&book, &same), (Some(0), json!([])), "{name}: {same:?}");
        }
        // The version itself says so, and so do the list of versions and the comment for a pull request.
        let made: Value = serde_json::from_slice(&fs::read(book.root.join("output/v2/changes.json")).unwrap()).unwrap();
        assert_eq!((&made["documents"], &made["complete"]), (&expected, &json!(true)), "{name}");
        let versions: Value = serde_json::from_str(&book.brief(&["versions", "--format", "json"]).out).unwrap();
        assert_eq!(versions[0]["differing"], expected, "{name}");
        let id = expected[0]["id"].as_str().unwrap();
        let versions = book.brief(&["versions"]).out;
        assert!(versions.contains(id), "{name}: {versions}");
        for base in ["v1", "HEAD~1"] {
            let review = book.brief(&["review", base]);
            assert!(review.out.contains(&format!("| Documents | {} affected: `{id}`", expected.as_array().unwrap().len())), "{review:?}");
        }
        assert_eq!(book.brief(&["site"]).code, Some(0));
        let page = fs::read_to_string(book.root.join("output/site/v2/changes.html")).unwrap();
        assert!(page.contains("<h2 id=\"documents\">Documents</h2>") && page.contains(&format!("{id}.html\">")), "{name}: {page}");
        let text = book.brief(&["diff", "v1", "v2"]).out;
        assert!(text.contains("\ndocuments\n") && text.contains(id) && !text.contains("nothing changed"), "{name}: {text}");
    }
}

/// A version from before manifests said what documents are made of.
fn without_parts(book: &Book, number: u32) {
    let path = format!("output/v{number}/manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(book.root.join(&path)).unwrap()).unwrap();
    manifest["format"] = 1.into();
    for entry in manifest["documents"].as_object_mut().unwrap().values_mut() {
        assert!(entry.as_object_mut().unwrap().remove("parts").is_some());
    }
    let manifest = format!("{manifest:#}\n");
    let mut ledger: Value = serde_json::from_slice(&fs::read(book.root.join("output/versions.json")).unwrap()).unwrap();
    let entry = ledger["versions"].as_array_mut().unwrap().iter_mut().find(|entry| entry["number"] == number).unwrap();
    entry["manifest"] = Digest::of(manifest.as_bytes()).to_string().into();
    book.write(&path, &manifest);
    book.write("output/versions.json", &format!("{ledger:#}\n"));
}

#[test]
fn of_an_older_version_the_reason_is_not_recorded() {
    let Some(environment) = typst() else { return };
    let book = book();
    build(&book, &environment);
    without_parts(&book, 1);
    assert_eq!(documents(&book, &["v1"]), (Some(0), json!([])));
    book.edit("templates/theme.typ", "10.8pt", "10.9pt");
    let unknown = json!([{ "id": "book", "kind": "changed" }, { "id": "missions/kfor", "kind": "changed" }]);
    assert_eq!(documents(&book, &["v1"]), (Some(1), unknown.clone()));
    let text = book.brief(&["diff", "v1"]).out;
    assert!(text.contains("  changed (why is not recorded): book, missions/kfor\n"), "{text}");
    let run = build(&book, &environment);
    assert!(run.out.contains("no record changed; 2 documents differ"), "{run:?}");
    assert_eq!(documents(&book, &["v1", "v2"]), (Some(1), unknown));
}

#[test]
fn a_version_that_cannot_be_read_is_not_said_to_be_the_same() {
    let Some(environment) = typst() else { return };
    let book = book();
    build(&book, &environment);
    book.edit("templates/theme.typ", "10.8pt", "10.9pt");
    build(&book, &environment);
    fs::remove_dir_all(book.root.join("output/v1")).unwrap();
    let versions = book.brief(&["versions"]).out;
    assert!(versions.contains("which documents differ is not known: this version or the one before can't be read"), "{versions}");
    let versions: Value = serde_json::from_str(&book.brief(&["versions", "--format", "json"]).out).unwrap();
    assert_eq!(versions[0].get("differing"), None);
}

#[test]
fn other_tools_are_a_reason() {
    let Some(environment) = typst() else { return };
    let book = book();
    build(&book, &environment);
    for old in [false, true] {
        // As an earlier brief would have made it: its digests are of other programs.
        let path = "output/v1/manifest.json";
        let manifest: Value = serde_json::from_slice(&fs::read(book.root.join(path)).unwrap()).unwrap();
        let mut manifest = manifest;
        manifest["tools"]["typst"] = "0.14.0".into();
        for entry in manifest["documents"].as_object_mut().unwrap().values_mut() {
            entry["digest"] = Digest::of(b"of another typst").to_string().into();
            if old {
                entry.as_object_mut().unwrap().remove("parts");
            }
        }
        fs::create_dir_all(book.beside("older")).unwrap();
        fs::write(book.beside("older/manifest.json"), manifest.to_string()).unwrap();
        fs::copy(book.root.join("output/v1/data.json"), book.beside("older/data.json")).unwrap();
        let expected = if old {
            json!([{ "id": "book", "kind": "changed" }, { "id": "missions/kfor", "kind": "changed" }])
        } else {
            changed(&BOTH, &["tools"])
        };
        assert_eq!(documents(&book, &["../older"]), (Some(1), expected));
    }
}

#[test]
fn what_is_not_compared_is_said_in_every_format() {
    let book = book();
    book.write("content/missions/kfor.yaml", "name: [unclosed\n");
    let left_out = "`missions/kfor` can't be read in the working tree, and is left out of the comparison";
    let plain = "missions/kfor";
    for (format, parts) in [
        ("text", vec!["no change was found in what could be compared", "not compared", left_out]),
        ("markdown", vec!["No change was found in what could be compared", "### Not compared", plain]),
        ("json", vec!["\"complete\": false", left_out]),
        ("html", vec!["No change was found in what could be compared", "<h2>Not compared</h2>", plain]),
    ] {
        let run = book.brief(&["diff", "HEAD", "--format", format]);
        assert_eq!(run.code, Some(2), "{format}: {run:?}");
        parts.iter().for_each(|part| assert!(run.out.contains(part), "{format} lacks `{part}`: {}", run.out));
        assert!(!run.out.to_lowercase().contains("nothing changed"), "{format}: {}", run.out);
    }
    let review = book.brief(&["review", "HEAD"]);
    assert_eq!(review.code, Some(2));
    assert!(
        review.out.contains("### Not compared") && review.out.contains("| Records | no change found in what could be compared |"),
        "{review:?}"
    );

    // What can be read and not rendered: records are compared, documents aren't, and whether they differ isn't known.
    let book = self::book();
    build_nothing(&book);
    let run = book.brief(&["diff", "HEAD", "--format", "json"]);
    let changes: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &changes["complete"], &changes["documents"]), (Some(0), &json!(false), &json!([])));
    assert!(changes["missing"][0].as_str().unwrap().starts_with("the content of the working tree has errors"), "{changes}");
    let run = book.brief(&["diff", "HEAD", "--exit-code"]);
    assert_eq!(run.code, Some(1), "a file changed: {run:?}");

    // Two records of one id: the second is named, since the first is the one that is compared.
    let book = self::book();
    book.write(
        "content/members.yaml",
        "- id: { code: alpha }\n  name: Alpha\n- id: { code: beta }\n  name: Beta\n- id: { code: alpha }\n  name: Again\n",
    );
    for format in ["text", "markdown", "json", "html"] {
        let run = book.brief(&["diff", "HEAD", "--format", format]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.out.contains("content/members.yaml:5"), "{format}: {}", run.out);
        assert!(run.out.contains("; only the first (") && run.out.contains("content/members.yaml:1"), "{format}: {}", run.out);
        assert!(!run.out.to_lowercase().contains("nothing changed"), "{format}: {}", run.out);
    }
}

/// A template that can't be rendered.
fn build_nothing(book: &Book) {
    book.edit("templates/mission.md.jinja", "record.troops %}", "record.no_such_field %}");
}

/// An audience isn't told what templates are made of; what else differs is named all the same.
#[test]
fn an_audience_is_told_of_settings() {
    let Some(environment) = typst() else { return };
    let book = book();
    let audiences =
        "language: en\ndefault_marking: TLP:CLEAR\naudiences: { public: { clearance: TLP:CLEAR }, desk: { clearance: TLP:AMBER } }";
    book.edit("content/book.yaml", "language: en", audiences);
    build(&book, &environment);
    for (setting, number) in [("portion_marks", 2), ("page_marking", 3)] {
        book.edit("content/book.yaml", "language: en", &format!("language: en\n{setting}: true"));
        build(&book, &environment);
        let versions = [format!("public/v{}", number - 1), format!("public/v{number}")];
        assert_eq!(documents(&book, &[&versions[0], &versions[1]]), (Some(1), changed(&BOTH, &["settings"])), "{setting}");
    }
}
