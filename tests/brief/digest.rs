//! Digests and `data.json`: what a reader would see decides, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use brief::layout::Pointer;
use brief::model::{
    Attribution, Book, Citation, Claim, Collection, CollectionConfig, Held, Map, NotesPlacement, PdfOptions, Qualifier, Record, Settings,
    Shape, Shapes, SharedRecord, Snapshot, ThemeOptions, Value,
};
use brief::version::{BookParts, Digest, DigestBuilder, DocumentParts, Tools, book_digest, document_digest, records_digest};
use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::json;

use super::random::config;

fn claim(held: Held) -> Claim {
    Claim {
        held,
        unit: None,
        sources: vec![Citation::parse("news#7")],
        as_of: None,
        marking: Default::default(),
        confidence: None,
        path: Pointer::root(),
        envelope: false,
        own_source: false,
    }
}

fn known(value: Value) -> Held {
    Held::Known { value, qualifier: None }
}

fn number(number: i64) -> Value {
    Value::Number(number.into())
}

fn record(id: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Record {
    Record {
        collection: "precedents".to_owned(),
        id: id.to_owned(),
        file: format!("content/precedents/{id}.yaml"),
        pointer: Pointer::root(),
        fields: Arc::new(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        own: Attribution { sources: vec![Citation::parse("news#7")], ..Attribution::default() },
        allow: Vec::new(),
        nested: Default::default(),
        marking: Default::default(),
        marked: Default::default(),
    }
}

fn book() -> Book {
    let settings = Settings {
        title: "A book".to_owned(),
        subtitle: None,
        organization: Some("A desk".to_owned()),
        as_of: "2025-11-05".parse().unwrap(),
        as_of_inferred: false,
        stale_after: None,
        language: "en".to_owned(),
        numbers: brief::model::NumberStyle::default(),
        attribution: Attribution { confidence: Some("high".to_owned()), ..Attribution::default() },
        markings: brief::model::MarkingScheme::tlp(),
        default_marking: Default::default(),
        page_marking: false,
        portion_marks: false,
        theme: ThemeOptions::default(),
        notes: NotesPlacement::End,
        pdf: PdfOptions { standards: Vec::new() },
        words: IndexMap::new(),
        site_words: Default::default(),
        documents: Vec::new(),
        collections: IndexMap::new(),
        reader: None,
        audiences: Vec::new(),
    };
    let mut shapes = Shapes::default();
    let root = shapes.add();
    let troops = shapes.add();
    *shapes.get_mut(troops).unwrap() =
        Shape { claim: true, title: Some("Troops".to_owned()), description: Some("How many".to_owned()), ..Shape::default() };
    shapes.get_mut(root).unwrap().properties.insert("troops".to_owned(), troops);
    let kfor = record(
        "kfor",
        [
            ("name", Value::Text("Kosovo Force".to_owned())),
            ("troops", Value::Claim(Box::new(claim(Held::Known { value: number(50_000), qualifier: Some(Qualifier::Approximate) })))),
            ("lost", Value::Claim(Box::new(claim(Held::Unknown("not-reported".to_owned()))))),
            (
                "cost",
                Value::Claim(Box::new(Claim {
                    unit: Some("EUR".to_owned()),
                    sources: vec![Citation::parse("spencer#8")],
                    own_source: true,
                    as_of: Some("2025-10".parse().unwrap()),
                    confidence: Some("high".to_owned()),
                    ..claim(Held::Range(1.into(), 2.into()))
                })),
            ),
            (
                "tasks",
                Value::List(vec![Value::Claim(Box::new(claim(known(Value::Text("patrol".to_owned()))))), Value::Text("rest".to_owned())]),
            ),
            (
                "a/b~c",
                Value::Map(Map::from([
                    ("d".to_owned(), Value::Claim(Box::new(claim(known(Value::List(vec![number(1)])))))),
                    ("e".to_owned(), Value::Claim(Box::new(claim(known(Value::Map(Map::from([("value".to_owned(), number(1))]))))))),
                ])),
            ),
        ],
    );
    let unifil = record("unifil", [("name", Value::Text("UNIFIL".to_owned())), ("open", Value::Bool(true)), ("until", Value::Null)]);
    let collection = Collection {
        name: "precedents".to_owned(),
        config: CollectionConfig { sort: Some("name".to_owned()), ..CollectionConfig::default() },
        schema: Some(json!({ "type": "object" })),
        shapes,
        records: [kfor, unifil].into_iter().map(|record| (record.id.clone(), SharedRecord::new(record))).collect(),
        is_withheld: false,
    };
    Book { settings, collections: IndexMap::from([("precedents".to_owned(), collection)]) }
}

#[test]
fn data_json_holds_the_snapshot() {
    let snapshot = Snapshot::of(&book());
    let bytes = snapshot.to_data_json().unwrap();
    assert_eq!(Snapshot::from_data_json(&bytes).unwrap(), snapshot);
    assert_eq!(Snapshot::from_data_json(&bytes).unwrap().to_data_json().unwrap(), bytes);
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"
    {
    "format": 1,
    "book": {"title":"A book","organization":"A desk","as_of":"2025-11-05","language":"en","defaults":{"confidence":"high"}},
    "collections": {
    "precedents": {
    "sort": "name",
    "schema": {"type":"object"},
    "shapes": [{"properties":{"troops":1}},{"title":"Troops","claim":true}],
    "records": {
    "kfor": {"name":"Kosovo Force","own":{"source":["news#7"]},"fields":{"name":"Kosovo Force","troops":{"value":50000,"approximate":true},"lost":{"unknown":"not-reported"},"cost":{"range":[1,2],"unit":"EUR","source":["spencer#8"],"as_of":"2025-10"},"tasks":["patrol","rest"],"a/b~c":{"d":[1],"e":{"value":{"value":1}}}},"claims":{"/a~1b~0c/d":{"source":["news#7"]},"/a~1b~0c/e":{"source":["news#7"]},"/cost":{"source":["spencer#8"],"as_of":"2025-10","confidence":"high"},"/lost":{"source":["news#7"]},"/tasks/0":{"source":["news#7"]},"/troops":{"source":["news#7"]}}},
    "unifil": {"name":"UNIFIL","own":{"source":["news#7"]},"fields":{"name":"UNIFIL","open":true,"until":null}}
    }}
    }
    }
    "#);
}

#[test]
fn a_damaged_data_json_is_an_error() {
    for (text, says) in [
        ("{", "its records can't be read: it is damaged"),
        ("{\"format\":2}", "its records are of format 2, and this brief reads format 1"),
        ("{\"format\":1,\"book\":{}}", "its records can't be read: it is damaged"),
    ] {
        assert_eq!(Snapshot::from_data_json(text.as_bytes()).unwrap_err().to_string(), says);
    }
}

#[test]
fn what_a_reader_sees_changes_the_digest() {
    type Edit = fn(&mut Settings, &mut Record);
    fn fields(record: &mut Record) -> &mut Map {
        Arc::make_mut(&mut record.fields)
    }
    fn troops(record: &mut Record) -> &mut Claim {
        let Value::Claim(claim) = &mut fields(record)["troops"] else { unreachable!() };
        claim
    }
    let digest_after = |edit: Edit| {
        let mut book = book();
        let records = &mut book.collections["precedents"].records;
        let mut kfor = Record::clone(&records.shift_remove("kfor").unwrap());
        edit(&mut book.settings, &mut kfor);
        records.insert(kfor.id.clone(), SharedRecord::new(kfor));
        records_digest(&book)
    };
    let same = records_digest(&book());
    let changes: [(&str, Edit); 12] = [
        ("title", |settings, _| settings.title.push('!')),
        ("as of", |settings, _| settings.as_of = "2025-11-06".parse().unwrap()),
        ("value", |_, kfor| troops(kfor).held = Held::Known { value: number(45_000), qualifier: Some(Qualifier::Approximate) }),
        ("qualifier", |_, kfor| troops(kfor).held = known(number(50_000))),
        ("unit", |_, kfor| troops(kfor).unit = Some("soldiers".to_owned())),
        ("source", |_, kfor| troops(kfor).sources = vec![Citation::parse("news#8")]),
        ("another source", |_, kfor| troops(kfor).sources.push(Citation::parse("news#8"))),
        ("claim's as of", |_, kfor| troops(kfor).as_of = Some("2025".parse().unwrap())),
        ("claim or not", |_, kfor| fields(kfor)["troops"] = number(50_000)),
        ("field", |_, kfor| drop(fields(kfor).shift_remove("tasks"))),
        ("id", |_, kfor| kfor.id = "kfor2".to_owned()),
        ("text for number", |_, kfor| fields(kfor)["name"] = number(1)),
    ];
    let mut seen = vec![same];
    for (what, edit) in changes {
        let digest = digest_after(edit);
        assert!(!seen.contains(&digest), "{what}");
        seen.push(digest);
    }
    let no_changes: [(&str, Edit); 6] = [
        ("order of keys", |_, kfor| fields(kfor).reverse()),
        // The record was taken out and put back at the end.
        ("order of records", |_, _| ()),
        ("file", |_, kfor| kfor.file = "content/precedents/elsewhere.yaml".to_owned()),
        ("envelope", |_, kfor| troops(kfor).envelope = true),
        ("silenced checks", |_, kfor| kfor.allow.push("raw-html".to_owned())),
        ("whose source", |_, kfor| troops(kfor).own_source = true),
    ];
    for (what, edit) in no_changes {
        assert_eq!(digest_after(edit), same, "{what}");
    }
}

#[test]
fn each_part_of_a_document_changes_its_digest() {
    let tools = Tools::with_typst(brief::typeset::VERSION);
    let assets = BTreeMap::from([("content/assets/map.svg".to_owned(), Digest::of(b"map"))]);
    let options = json!({ "standards": ["a-3a", "ua-1"], "paper": "a4" });
    let parts = || DocumentParts {
        id: "book",
        texts: &[("markdown", "# A"), ("typst", "= A")],
        theme: "#set page()",
        assets: &assets,
        fonts: Digest::of(b"fonts"),
        tools: &tools,
        options: &options,
    };
    let newer = Tools::with_typst("0.15.2");
    let (no_assets, reordered) = (BTreeMap::new(), json!({ "paper": "a4", "standards": ["a-3a", "ua-1"] }));
    let other_options = json!({ "standards": ["ua-1", "a-3a"], "paper": "a4" });
    let digests = [
        document_digest(&parts()),
        document_digest(&DocumentParts { id: "summary", ..parts() }),
        document_digest(&DocumentParts { texts: &[("markdown", "# B"), ("typst", "= A")], ..parts() }),
        document_digest(&DocumentParts { texts: &[("markdown", "# At"), ("ypst", "= A")], ..parts() }),
        document_digest(&DocumentParts { theme: "", ..parts() }),
        document_digest(&DocumentParts { assets: &no_assets, ..parts() }),
        document_digest(&DocumentParts { fonts: Digest::of(b""), ..parts() }),
        document_digest(&DocumentParts { tools: &newer, ..parts() }),
        document_digest(&DocumentParts { options: &other_options, ..parts() }),
    ];
    let mut different = digests.to_vec();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), digests.len());
    assert_eq!(document_digest(&DocumentParts { options: &reordered, ..parts() }), digests[0]);

    let of = |documents: &[(String, Digest)]| {
        book_digest(&BookParts { records: Digest::of(b"records"), documents, tools: &tools, options: &options })
    };
    let (a, b) = (("a".to_owned(), digests[0]), ("b".to_owned(), digests[1]));
    assert_eq!(of(&[a.clone(), b.clone()]), of(&[b.clone(), a.clone()]));
    assert_ne!(of(&[a.clone(), b]), of(&[a]));
}

#[test]
fn a_digest_reads_back() {
    let digest = Digest::of(b"abc");
    assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(digest.short(), "ba7816bf8f01");
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for wrong in ["", "ba78", &digest.to_string().to_uppercase(), &"é".repeat(32)] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn parts_never_run_together(one in prop::collection::vec((".{0,4}", ".{0,4}"), 0..4), two in prop::collection::vec((".{0,4}", ".{0,4}"), 0..4)) {
        let digest = |parts: &[(String, String)]| parts.iter().fold(DigestBuilder::new("test"), |all, (tag, part)| all.with(tag, part)).finish();
        prop_assert_eq!(digest(&one) == digest(&two), one == two);
    }
}
