//! Reading content: each folder in `tests/cases/load`, and each called `records…` in `tests/cases/check/<code>`, is a book
//! with one fault, and `expected.txt` what a person is told. A new case needs no Rust: `cargo expect load` writes what is said now, to be read and kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brief::diagnostic::{self, Code, Diagnostic, Painter, Place, Severity};
use brief::model::{Book, Value};
use brief::tree::{Tree, folder};
use brief::{check, load};

use super::cases::{self, Comparison};
use super::faults::{is_of_records, rule_cases};

/// What every book of a case has, unless the case has the file itself.
const COMMON: [(&str, &str); 1] = [("content/book.yaml", "title: A book\nas_of: 2025-11-05\n")];

/// Files that can't be kept in a repository, made for the cases that need them.
fn made(case: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bomb = |levels: usize| {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..levels {
            let below = level - 1;
            text.push_str(&format!(
                "a{level}: &a{level} [*a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}, *a{below}]\n"
            ));
        }
        text.into_bytes()
    };
    let file = |bytes: Vec<u8>| vec![("content/things/it.yaml", bytes)];
    match case {
        "not-utf8" => file(b"name: caf\xe9\n".to_vec()),
        "forbidden-character" => file(b"name: a\0b\n".to_vec()),
        "forbidden-character-escaped" => file(b"name: \"a\\0b\"\nnote: \"\\e[31m\"\n".to_vec()),
        "byte-order-mark" => file(b"\xef\xbb\xbfname: fine\nnick: not fine\n".to_vec()),
        "yaml-limit-aliases" => file(bomb(30)),
        "yaml-limit-aliases-few" => file(bomb(8)),
        "yaml-limit-depth" => file(format!("name: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)).into_bytes()),
        "yaml-limit-depth-open" => file(format!("name: {}\n", "[".repeat(1_000_000)).into_bytes()),
        "yaml-limit-depth-block" => file((0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>().into_bytes()),
        "yaml-limit-text" => file(format!("name: {}\n", "x".repeat(17 << 20)).into_bytes()),
        // Just under the library's own limit, which counts aliases, not what they stand for.
        "yaml-limit-nodes" => {
            let mut text = format!("name: &a [{}]\nlist:\n", "1, ".repeat(10_000));
            text.push_str(&"- *a\n".repeat(2000));
            file(text.into_bytes())
        }
        "yaml-limit-alias-text" => {
            let mut text = format!("name: &a {}\nlist:\n", "x".repeat(1 << 20));
            text.push_str(&"- *a\n".repeat(1000));
            file(text.into_bytes())
        }
        _ => Vec::new(),
    }
}

fn cases() -> Vec<PathBuf> {
    let mut cases = cases::cases("load");
    cases.extend(rule_cases(|_, case| is_of_records(case)));
    cases
}

/// Everything that is wrong with the records of a book, located and sorted.
fn faults(tree: &Tree, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let loaded = load::load(tree);
    found.extend(loaded.diagnostics);
    if let Some(book) = &loaded.book {
        found.extend(check::book(book, tree));
    }
    load::locate(tree, &mut found);
    diagnostic::sort(&mut found);
    found
}

fn tree_of(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(text.as_bytes())));
    Tree { files: files.collect() }
}

fn book_of(files: &[(&str, &str)]) -> Book {
    let loaded = load::load(&tree_of(files));
    assert_eq!(loaded.diagnostics, [], "the book has no faults");
    loaded.book.unwrap()
}

#[test]
fn every_case_says_what_is_expected() {
    let mut comparison = Comparison::default();
    for case in cases() {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(case.is_dir(), "`{name}` is no folder of a case");
        let (mut tree, found) = folder::read(&case).unwrap();
        for (path, bytes) in made(&name) {
            assert!(tree.files.insert(path.to_owned(), bytes.into()).is_none(), "`{name}` has `{path}` twice");
        }
        if name != "book-missing" {
            for (path, text) in COMMON {
                tree.files.entry(path.to_owned()).or_insert_with(|| text.as_bytes().into());
            }
        }
        let faults = faults(&tree, found);
        assert!(!faults.is_empty(), "`{name}` has no fault");
        let painted = Painter::new(&tree, false).paint_all(&faults);
        comparison.file(&case.join("expected.txt"), &painted);
        cases::has_only(&case, &["content", "templates", "fonts", "expected.txt"]);
    }
    comparison.finish();
}

const SCHEMA: &str = "\
type: object
additionalProperties: false
properties:
  name: { type: string }
  order: { type: integer }
  since: { type: string, format: partial-date }
  troops: { type: integer, x-claim: true }
  tasks: { type: array, items: { type: string, x-claim: true } }
  places: { type: array, items: { type: string }, x-claim: true }
  next: { $ref: '#/$defs/step' }
  text: { type: string, format: markdown, x-claim: true }
  friend: { type: string, x-ref: things }
  friends: { type: array, x-ref: things, items: { type: string } }
$defs:
  step:
    type: object
    properties:
      amount: { allOf: [{ $ref: '#/$defs/amount' }] }
      next: { $ref: '#/$defs/step' }
  amount: { type: number, x-claim: true }
";

fn thing(text: &str) -> Vec<(&'static str, String)> {
    vec![
        (
            "content/book.yaml",
            "title: A book\nas_of: 2025-11-05\nconfidence: low\nmarking: TLP:GREEN\ncollections:\n  things: { defaults: { as_of: 2020 } }\n".to_owned(),
        ),
        ("content/schemas/things.yaml", SCHEMA.to_owned()),
        ("content/things/it.yaml", text.to_owned()),
    ]
}

fn borrowed<'a>(files: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

#[test]
fn claims_are_lifted_and_take_what_they_do_not_say() {
    let files = thing(
        "source: report#7
as_of: 2024
since: 1999
troops: { value: 50000, approximate: true, unit: soldiers, source: [a, b#2], confidence: high }
tasks: [plain, { value: own, source: c }, { unknown: not-reported }]
places: { value: [x, y], source: d }
next: { amount: 1.5, next: { amount: { range: [2, 3.5] } } }
text: Some *Markdown*.
friend: it
friends: [it, it]
",
    );
    let book = book_of(&borrowed(&files));
    let record = &book.collections["things"].records["it"];
    let mut claims = BTreeMap::new();
    record.each_claim(&mut |claim| {
        let sources: Vec<String> = claim.sources.iter().map(ToString::to_string).collect();
        claims.insert(claim.path.clone(), (sources.join(" "), claim.as_of.map(|date| date.to_string()), claim.clone()));
    });
    let sources: Vec<(&str, &str)> = claims.iter().map(|(path, (sources, ..))| (path.as_str(), sources.as_str())).collect();
    let expected = [
        ("/next/amount", "report#7"),
        ("/next/next/amount", "report#7"),
        ("/places", "d"),
        ("/tasks/0", "report#7"),
        ("/tasks/1", "c"),
        ("/tasks/2", "report#7"),
        ("/text", "report#7"),
        ("/troops", "a b#2"),
    ];
    assert_eq!(sources, expected);
    let troops = &claims["/troops"].2;
    assert_eq!(
        (troops.unit.as_deref(), troops.confidence.as_deref(), troops.marking.text().as_deref()),
        (Some("soldiers"), Some("high"), Some("TLP:GREEN"))
    );
    assert!(troops.envelope && troops.own_source && troops.value() == Some(&Value::Number(50000.into())));
    assert!(claims.values().all(|(_, as_of, _)| as_of.as_deref() == Some("2024")));
    assert_eq!(claims["/text"].2.confidence.as_deref(), Some("low"), "from the book");
    assert_eq!(claims["/text"].2.value(), Some(&Value::Markdown("Some *Markdown*.".to_owned())));
    assert_eq!(record.fields["since"], Value::Text("1999".to_owned()), "a year is a date, not a number");
    assert!(matches!(&record.fields["friend"], Value::Reference(friend) if friend.collection == "things"));
    assert!(matches!(&record.fields["friends"], Value::List(friends) if matches!(friends[1], Value::Reference(_))));
}

#[test]
fn records_keep_the_declared_order() {
    let schema = "type: object\nproperties: { id: {}, order: {}, code: { type: object, properties: { n: { type: string } } } }\n";
    let files = |config: &str| {
        vec![
            ("content/book.yaml", format!("title: A book\nas_of: 2025\ncollections: {{ rows: {config} }}\n")),
            ("content/schemas/rows.yaml", schema.to_owned()),
            (
                "content/rows.yaml",
                "- { id: c, order: 10, code: { n: A/1 } }\n- { id: a, code: { n: é } }\n- { id: b, order: 9, code: { n: '007' } }\n"
                    .to_owned(),
            ),
        ]
    };
    let ids = |config: &str| -> Vec<String> { book_of(&borrowed(&files(config))).collections["rows"].records.keys().cloned().collect() };
    assert_eq!(ids("{}"), ["c", "a", "b"], "as in the file");
    assert_eq!(ids("{ sort: order }"), ["b", "c", "a"], "by number, what has none last");
    assert_eq!(ids("{ sort: id, reverse: true }"), ["c", "b", "a"]);
    assert_eq!(ids("{ key: code.n }"), ["A/1", "é", "007"], "with a key, any text is an id");
}

#[test]
fn keys_of_a_mapping_may_have_capitals() {
    let book = book_of(&[
        ("content/book.yaml", "title: A book\nas_of: 2025\n"),
        ("content/schemas/members.yaml", "type: object\nproperties: { name: {}, near: { type: string, x-ref: members } }\n"),
        ("content/members.yaml", "DE: { name: Germany, near: FR-2 }\nFR-2: { name: France }\n"),
    ]);
    let members = &book.collections["members"].records;
    assert_eq!(members.keys().collect::<Vec<_>>(), ["DE", "FR-2"]);
    let tree = tree_of(&[("content/book.yaml", "title: A book\nas_of: 2025\n"), ("content/members/DE.yaml", "name: Germany\n")]);
    assert!(
        load::load(&tree).diagnostics.iter().any(|fault| fault.code == Code::InvalidId),
        "a file's name may not, since some systems take it for another"
    );
}

#[test]
fn without_its_date_there_is_no_book_and_the_faults_of_records_are_found_all_the_same() {
    for as_of in ["", "as_of: 2025-13-05\n", "as_of: []\n", "as_of: 0\n"] {
        let settings = format!("title: A book\n{as_of}collections: {{ things: {{}} }}\n");
        let loaded = load::load(&tree_of(&[("content/book.yaml", &settings), ("content/things/a b.yaml", "name: A\n")]));
        let codes: Vec<Code> = loaded.diagnostics.iter().map(|fault| fault.code).collect();
        assert_eq!(loaded.book, None, "{as_of}: {codes:?}");
        assert!(codes.contains(&Code::BookSettings) && codes.contains(&Code::InvalidId), "{as_of}: {codes:?}");
    }
}

#[test]
fn a_label_may_lie_deeper() {
    let book = book_of(&[
        ("content/book.yaml", "title: A book\nas_of: 2025\ncollections: { rows: { label: name.short, sort: name.short } }\n"),
        (
            "content/schemas/rows.yaml",
            "type: object\nproperties: { name: { type: object, properties: { short: { type: string, x-claim: true } } } }\n",
        ),
        ("content/rows.yaml", "a: { name: { short: Beta, source: report } }\nb: { name: { short: { value: Alpha, source: report } } }\n"),
    ]);
    let names: Vec<&str> = book.records().map(|record| book.display_name(record)).collect();
    assert_eq!(names, ["Alpha", "Beta"]);
}

#[test]
fn a_mapping_around_claims_gives_them_its_source() {
    let files = thing("source: report\nnext: { source: letter#1, confidence: high, amount: 1.5, next: { as_of: 2024, amount: 2 } }\n");
    let book = book_of(&borrowed(&files));
    let record = &book.collections["things"].records["it"];
    let Some(Value::Map(next)) = record.at(&["next"].into()) else { panic!("{:?}", record.fields) };
    assert_eq!(next.keys().collect::<Vec<_>>(), ["amount", "next"], "what is read is no field");
    let data = brief::model::Snapshot::of(&book);
    let snapped = &data.collections["things"].records["it"];
    assert_eq!(snapped.nested.keys().collect::<Vec<_>>(), ["/next", "/next/next"]);
    assert_eq!(snapped.nested["/next"].source, ["letter#1"]);
    let deep = &snapped.claims["/next/next/amount"];
    assert_eq!((deep.source[0].as_str(), deep.as_of.as_deref(), deep.confidence.as_deref()), ("letter#1", Some("2024"), Some("high")));
    assert_eq!(serde_json::json!(snapped.fields["next"]), serde_json::json!({ "amount": 1.5, "next": { "amount": 2 } }));
}

#[test]
fn a_markdown_record_is_front_matter_and_text() {
    let schema =
        "type: object\nadditionalProperties: false\nproperties: { title: {}, body: { type: string, format: markdown, x-claim: true } }\n";
    let book = book_of(&[
        ("content/book.yaml", "title: A book\nas_of: 2025\n"),
        ("content/schemas/texts.yaml", schema),
        ("content/texts/one.md", "---\r\ntitle: One\r\nsource: x\r\n---\r\n\r\nFirst.\r\n\r\n---\r\n\r\nSecond.\r\n"),
        ("content/texts/two.md", "    code\n"),
    ]);
    let texts = &book.collections["texts"].records;
    let text = |id: &str| texts[id].fields["body"].bare().cloned();
    assert_eq!(text("one"), Some(Value::Markdown("First.\n\n---\n\nSecond.".to_owned())));
    assert_eq!(texts["one"].own.sources[0].source, "x");
    assert_eq!(text("two"), Some(Value::Markdown("    code".to_owned())), "an indent has a meaning");
    let tree = tree_of(&[("content/texts/one.md", "---\ntitle: One\n---\n\nFirst.\n")]);
    let mut found = vec![Diagnostic::error(Code::RawHtml, Place::value("content/texts/one.md", ["body"]), "x")];
    load::locate(&tree, &mut found);
    assert_eq!(found[0].place, Place::line("content/texts/one.md", 5));
}

#[test]
fn the_bundled_schema_of_settings_is_one() {
    let schema = load::book_schema();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&serde_json::json!({ "title": "x", "as_of": "2025" })));
}

/// An editor accepts what `load` accepts, in both forms of a claim.
#[test]
fn an_editor_knows_both_forms_and_the_reserved_keys() {
    let files = thing("source: report\ntroops: 5\n");
    let book = book_of(&borrowed(&files));
    let schema = load::editor_schema(&book, "things").unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let accepts = |text: &str| validator.is_valid(&serde_yaml::from_str::<serde_json::Value>(text).unwrap());
    for right in [
        "source: [a, b#2]\nconfidence: high\nallow: [missing-glyph]\ntroops: 5",
        "troops: { value: 5, approximate: true, source: a }\nsince: 1999",
        "troops: { unknown: not-reported }\ntasks: [a, { value: b }]\nplaces: { value: [a] }",
        "next: { source: a, next: { source: [b#2], as_of: 2024, amount: { range: [1, 2], unit: km } } }",
    ] {
        assert!(accepts(right), "{right}\n{schema:#}");
    }
    for wrong in [
        "trops: 5",
        "troops: many",
        "troops: { value: many }",
        "troops: { sauce: a, value: 5 }",
        "next: { amount: x }",
        "name: { value: x }",
        "marking: TLP:RED",
    ] {
        assert!(!accepts(wrong), "{wrong}");
    }
    assert!(load::editor_schema(&book, "thing").unwrap_err().to_string().contains("did you mean `things`?"));
}

#[test]
fn a_skeleton_says_what_its_schema_wants() {
    let schema = "\
title: A thing
description: What there is.
type: object
required: [kind, count]
properties:
  name: { type: string, description: What it is called. }
  kind: { enum: [big, small], description: How large it is }
  count: { $ref: '#/$defs/count' }
  at: { type: object, required: [day], properties: { day: { type: string, format: date }, place: { type: string, x-claim: true } } }
  list: { type: array, items: { type: string, x-ref: things } }
$defs:
  count: { type: integer, minimum: 1, x-claim: true, title: Count }
";
    let book = book_of(&[("content/book.yaml", "title: A book\nas_of: 2025\n"), ("content/schemas/things.yaml", schema)]);
    let text = load::skeleton(&book.collections["things"], "new-one");
    let expected = "\
# A thing: What there is.

# Source: who says what a claim below doesn't say itself, as a source's id, or id#place.
source: \"\"

# How large it is. One of: big, small.
kind: big

# Count
count: { unknown: not-reported }

# What it is called.
# name: \"\"

# at
# at:
#   # Source of the claims below, where it is another than the record's.
#   # source: \"\"
#   # day. Written YYYY-MM-DD.
#   day: \"\"
#   # place
#   # place: { unknown: not-reported }

# list. From `things`.
# list: []
";
    assert_eq!(text, expected);
}

/// They are characters like others: in values, in keys, and for the lines of what stands behind them.
#[test]
fn only_line_feeds_and_carriage_returns_break_lines() {
    let text = "plain: a\u{2028}b \u{85}c\nlist: [x\u{2029}y]\nblock: |\n  one\u{2028}two\n  three\nfolded: >\n  one\u{85}two\n  three\nke\u{2028}y: z\nquoted: 'a\u{85}b'\nnext: { amount: x }\n";
    let files = [
        ("content/book.yaml", "title: A book\nas_of: 2025\n"),
        ("content/schemas/things.yaml", "type: object\nproperties: { next: { type: object, properties: { amount: { type: number } } } }\n"),
        ("content/things/it.yaml", text),
    ];
    let tree = tree_of(&files);
    let faults = faults(&tree, Vec::new());
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    let Place::Span(span) = &fault.place else { panic!("{fault:?}") };
    assert_eq!((span.line, span.column), (11, 17), "{fault:?}");
    let book = load::load(&tree).book.unwrap();
    let fields = &book.collections["things"].records["it"].fields;
    let text = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("plain"), "a\u{2028}b \u{85}c");
    assert_eq!(fields["list"], Value::List(vec![Value::Text("x\u{2029}y".to_owned())]));
    assert_eq!((text("block").as_str(), text("folded").as_str()), ("one\u{2028}two\nthree\n", "one\u{85}two three\n"));
    assert_eq!((text("ke\u{2028}y").as_str(), text("quoted").as_str()), ("z", "a\u{85}b"));
    let broken = tree_of(&[files[0], ("content/things/it.yaml", "a: x\u{2028}y\nb: [\n")]);
    let found = load::load(&broken).diagnostics;
    assert!(
        found.iter().any(|fault| matches!(&fault.place, Place::Span(span) if span.file.ends_with("it.yaml") && span.line == 2)),
        "{found:?}"
    );
}

/// The report has 23 paragraphs, and the book cites none beyond; with one less it would.
#[test]
fn the_bundled_book_cites_no_paragraph_beyond_its_report() {
    let (mut tree, found) = folder::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(faults(&tree, found), []);
    let book = load::load(&tree).book.unwrap();
    let sources = &book.collections["sources"].records;
    assert!(sources.keys().all(|id| book.source_length(id) == Some(23)));
    let shorter = tree.text("content/sources.yaml").unwrap().replace("length: 23", "length: 22");
    tree.files.insert("content/sources.yaml".to_owned(), shorter.into_bytes().into());
    let beyond = faults(&tree, Vec::new());
    assert!(!beyond.is_empty() && beyond.iter().all(|fault| fault.code == Code::LocatorOutOfRange), "{beyond:?}");
}

/// What the systems below can't be made to hold in a repository: links, pipes, files that may not be read.
#[cfg(unix)]
#[test]
fn nothing_outside_the_book_is_read_and_nothing_blocks() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.yaml"), "name: secret\n").unwrap();
    let root = tempfile::tempdir().unwrap();
    let content = root.path().join("content/things");
    fs::create_dir_all(content.join(".hidden")).unwrap();
    fs::write(root.path().join("content/book.yaml"), "title: A book\nas_of: 2025\n").unwrap();
    fs::write(content.join("fine.yaml"), "name: fine\n").unwrap();
    fs::write(content.join(".hidden/not.yaml"), "name: [\n").unwrap();
    fs::write(content.join(".not.yaml"), "name: [\n").unwrap();
    symlink("fine.yaml", content.join("also-fine.yaml")).unwrap();
    symlink(outside.path().join("secret.yaml"), content.join("out.yaml")).unwrap();
    symlink(outside.path(), content.join("out")).unwrap();
    symlink("../..", content.join("round")).unwrap();
    symlink("nowhere", content.join("gone.yaml")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(content.join("pipe.yaml")).status().unwrap().success());
    let large = fs::File::create(content.join("large.yaml")).unwrap();
    large.set_len(folder::MAX_FILE + 1).unwrap();
    let (tree, found) = folder::read(root.path()).unwrap();
    assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["content/book.yaml", "content/things/also-fine.yaml", "content/things/fine.yaml"]);
    let messages: Vec<&str> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    let expected = [
        "`content/things/gone.yaml` can't be read: a link that leads nowhere (no such file or directory)",
        "`content/things/large.yaml` can't be read: it holds 256 MiB, more than the limit of 256 MiB",
        "`content/things/out` can't be read: a link that leads out of the book",
        "`content/things/out.yaml` can't be read: a link that leads out of the book",
        "`content/things/pipe.yaml` can't be read: it is not a regular file",
        "`content/things/round` can't be read: a link that leads out of the book",
    ];
    assert_eq!(messages, expected);
    assert!(found.iter().all(|diagnostic| diagnostic.code == Code::FileUnreadable && diagnostic.severity == Severity::Error));
    assert!(folder::read(&root.path().join("content/book.yaml")).is_err());
    assert!(folder::read(&root.path().join("nowhere")).is_err());
}
