//! What holds for any content: places map back, and the cascade is one rule.

use std::sync::Arc;

use brief::diagnostic::{Code, Diagnostic, Place, Target};
use brief::layout::Pointer;
use brief::load;
use brief::model::{Attribution, Citation, Date, Marking, Snapshot};
use brief::tree::Tree;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::random::config;

fn tree_of(file: &str, text: String) -> Tree {
    Tree { files: [(file.to_owned(), Arc::from(text.into_bytes()))].into() }
}

/// Any JSON value with keys and texts that need care in YAML and in pointers.
fn json() -> impl Strategy<Value = Json> {
    let text = prop_oneof!["[a-z]{1,8}", "[a-z~/ :#'\"é日🙂-]{1,12}", Just("~1".to_owned()), Just("a/b".to_owned()), Just("0".to_owned())];
    let leaf = prop_oneof![any::<i32>().prop_map(Json::from), any::<bool>().prop_map(Json::from), text.clone().prop_map(Json::from)];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 1..6).prop_map(Json::from),
            vec((text.clone(), inner), 1..6).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

/// The pointers of all scalars, with their values.
fn scalars(json: &Json, pointer: &str, found: &mut Vec<(String, Json)>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                scalars(item, &format!("{pointer}/{index}"), found);
            }
        }
        Json::Object(fields) => {
            for (key, value) in fields {
                scalars(value, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        scalar => found.push((pointer.to_owned(), scalar.clone())),
    }
}

/// YAML in block style, with lines that say nothing and characters of several bytes in between.
fn yaml(json: &Json, indent: usize, out: &mut String) {
    let blanks = " ".repeat(indent);
    match json {
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{blanks}# é\n{blanks}-"));
                yaml(item, indent + 2, out);
            }
        }
        Json::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                out.push_str(&format!("\n{blanks}{}:", Json::from(key.as_str())));
                yaml(value, indent + 2, out);
            }
        }
        // JSON's scalars and empty collections are YAML.
        flow => out.push_str(&format!(" {flow}")),
    }
}

fn attribution() -> impl Strategy<Value = Attribution> {
    let text = || proptest::option::of("[a-z]{1,4}");
    (vec("[a-z]{1,4}", 0..3), proptest::option::of(1900i16..2100), text(), text()).prop_map(|(sources, year, marking, confidence)| {
        Attribution {
            sources: sources.iter().map(|source| Citation::parse(source)).collect(),
            as_of: year.map(|year| Date { year, month: None, day: None }),
            marking: marking.into_iter().collect(),
            confidence,
        }
    })
}

/// The keys that say an attribution in YAML.
fn written(said: &Attribution) -> Map<String, Json> {
    let mut keys = Map::new();
    if !said.sources.is_empty() {
        keys.insert("source".to_owned(), said.sources.iter().map(|source| Json::from(source.to_string())).collect());
    }
    keys.extend(said.as_of.map(|date| ("as_of".to_owned(), Json::from(date.to_string()))));
    keys.extend(said.marking.text().map(|text| ("marking".to_owned(), text.into())));
    keys.extend(said.confidence.clone().map(|text| ("confidence".to_owned(), text.into())));
    keys
}

proptest! {
    #![proptest_config(config(128))]

    /// Whatever stands in a file is found where it stands.
    #[test]
    fn places_map_back(value in json(), lines_before in 0usize..3) {
        let mut text = "# a comment\n".repeat(lines_before);
        yaml(&value, 0, &mut text);
        text.push('\n');
        let mut wanted = Vec::new();
        scalars(&value, "", &mut wanted);
        let tree = tree_of("content/a.yaml", text.clone());
        let mut found: Vec<Diagnostic> =
            wanted.iter().map(|(pointer, _)| Diagnostic::error(Code::InvalidDate, Place::value("content/a.yaml", Pointer::parse(pointer).unwrap()), "x")).collect();
        load::locate(&tree, &mut found);
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        for ((pointer, value), diagnostic) in wanted.iter().zip(&found) {
            let Place::Span(span) = &diagnostic.place else { panic!("`{pointer}` is not found in\n{text}") };
            prop_assert_eq!(span.line, span.end_line);
            let meant: String = lines[span.line - 1][span.column - 1..span.end_column - 1].iter().collect();
            let read: Json = serde_yaml::from_str(&meant).unwrap();
            prop_assert_eq!(&read, value, "`{}` is taken for `{}` in\n{}", pointer, meant, text);
        }
    }

    /// What doesn't exist is found at what would hold it, and nothing panics.
    #[test]
    fn what_is_missing_has_a_place(value in json(), steps in vec("[a-z0-9~/]{0,3}", 0..4), key in any::<bool>()) {
        let mut text = String::new();
        yaml(&value, 0, &mut text);
        let target = if key { Target::Key } else { Target::Value };
        let place = Place::Pointer { file: "content/a.yaml".to_owned(), pointer: steps.iter().collect(), target };
        let mut found = vec![Diagnostic::error(Code::InvalidDate, place, "x")];
        load::locate(&tree_of("content/a.yaml", text), &mut found);
        prop_assert!(matches!(found[0].place, Place::Span(_)));
    }

    /// A claim has what is nearest to it: its own, that of each mapping around it, the record's, the collection's, the book's.
    #[test]
    fn the_nearest_says_so(
        claim in attribution(),
        mappings in vec((attribution(), 0usize..3), 0..5),
        (record, collection, book) in (attribution(), attribution(), attribution()),
    ) {
        let said = |keys: Map<String, Json>| Json::Object(keys);
        let mut envelope = written(&claim);
        envelope.insert("value".to_owned(), 5.into());
        // Each mapping is the value of a field, an item of a list, or a field that the schema describes by `$ref` and `allOf`.
        let (mut inner, mut key) = (said(envelope), "troops");
        for (mapping, kind) in &mappings {
            let mut fields = written(mapping);
            fields.insert(key.to_owned(), inner);
            (inner, key) = match kind {
                0 => (said(fields), "part"),
                1 => (Json::from(vec![serde_json::json!({ "troops": { "unknown": "x", "source": "other" } }), said(fields)]), "list"),
                _ => (said(fields), "both"),
            };
        }
        let mut fields = written(&record);
        fields.insert(key.to_owned(), inner);
        let mut settings = written(&book);
        settings.insert("as_of".to_owned(), "2025-11-05".into());
        settings.insert("title".to_owned(), "A book".into());
        settings.insert("collections".to_owned(), serde_json::json!({ "things": { "defaults": said(written(&collection)) } }));
        let schema = "type: object
$ref: '#/$defs/part'
$defs:
  part:
    type: object
    additionalProperties: false
    properties:
      troops: { type: integer, x-claim: true }
      part: { $ref: '#/$defs/part' }
      list: { type: array, items: { $ref: '#/$defs/part' } }
      both: { allOf: [{ $ref: '#/$defs/part' }, { type: object }] }
";
        let files = [
            ("content/book.yaml", Json::Object(settings).to_string()),
            ("content/schemas/things.yaml", schema.to_owned()),
            ("content/things/it.yaml", Json::Object(fields).to_string()),
        ];
        let tree = Tree { files: files.into_iter().map(|(path, text)| (path.to_owned(), Arc::from(text.into_bytes()))).collect() };
        let loaded = load::load(&tree);
        prop_assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        let loaded = loaded.book.unwrap();
        let mut found = None;
        loaded.collections["things"].records["it"].each_claim(&mut |claim| {
            if claim.value().is_some() {
                found = Some(claim.clone());
            }
        });
        let found = found.unwrap();
        let snapshot = Snapshot::of(&loaded);
        let snapped = &snapshot.collections["things"].records["it"];
        prop_assert_eq!(&snapped.claims[&found.path].source, &found.sources.iter().map(ToString::to_string).collect::<Vec<_>>());
        let said = mappings.iter().filter(|(mapping, _)| *mapping != Attribution::default()).count();
        prop_assert_eq!(snapped.nested.len(), said);

        let outwards: Vec<&Attribution> =
            [&claim].into_iter().chain(mappings.iter().map(|(mapping, _)| mapping)).chain([&record, &collection, &book]).collect();
        let nearest = |pick: fn(&Attribution) -> Option<String>| outwards.iter().find_map(|said| pick(said));
        prop_assert_eq!(&found.marking, &outwards.iter().fold(Marking::default(), |all, said| all.and(&said.marking)));
        prop_assert_eq!(found.confidence, nearest(|said| said.confidence.clone()));
        let sources: Vec<Citation> = outwards.iter().map(|said| &said.sources).find(|sources| !sources.is_empty()).cloned().unwrap_or_default();
        prop_assert_eq!(found.sources, sources);
        let date = outwards[..outwards.len() - 1].iter().find_map(|said| said.as_of).map_or("2025-11-05".to_owned(), |date| date.to_string());
        prop_assert_eq!(found.as_of.map(|date| date.to_string()), Some(date));
        prop_assert_eq!(found.own_source, !claim.sources.is_empty());
    }

    /// Bytes of any kind are read or refused, never more.
    #[test]
    fn no_bytes_bring_it_down(bytes in vec(any::<u8>(), 0..200), text in "[-:\\[\\]{}?!&*#|> \na-c'\"%@\t]{0,60}") {
        for content in [bytes, text.into_bytes()] {
            for (file, schema) in [("content/things/it.yaml", "content/schemas/other.yaml"), ("content/schemas/things.yaml", "content/things/x.md"), ("content/book.yaml", "content/other.yaml")] {
                let files = [(file.to_owned(), Arc::from(content.clone())), (schema.to_owned(), Arc::from(content.clone()))];
                let tree = Tree { files: files.into() };
                let mut found = load::load(&tree).diagnostics;
                load::locate(&tree, &mut found);
            }
        }
    }
}
