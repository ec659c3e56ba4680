//! A site that takes over what stays the same is, byte for byte, the one that is made from nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use brief::pipeline::{SiteOptions, site};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{add_with, files};
use crate::random::config;

const MISSIONS: usize = 4;
const SOURCES: usize = 3;

/// What a version holds.
#[derive(Debug, Clone)]
struct Content {
    /// Each with its name, its figure and its source, where it is there.
    missions: Vec<Option<(u8, u8, usize)>>,
    sources: Vec<u8>,
    /// Which of them relays the first.
    via: Option<usize>,
    text: u8,
    language: &'static str,
    marking: Option<&'static str>,
    printed: bool,
}

fn content() -> impl Strategy<Value = Content> {
    let mission = prop::option::weighted(0.8, (0..2_u8, 0..3_u8, 0..SOURCES));
    let missions = prop::collection::vec(mission, MISSIONS);
    let sources = prop::collection::vec(0..2_u8, SOURCES);
    let marking = prop_oneof![4 => Just(None), 1 => Just(Some("TLP:GREEN")), 1 => Just(Some("TLP:CLEAR"))];
    let language = prop_oneof![4 => Just("en"), 1 => Just("de")];
    (missions, sources, prop::option::of(1..SOURCES), 0..3_u8, language, marking, any::<bool>()).prop_map(
        |(missions, sources, via, text, language, marking, printed)| Content { missions, sources, via, text, language, marking, printed },
    )
}

fn add(output: &Path, number: usize, content: &Content) {
    let source = |id: usize| format!("source-{id}");
    let mut missions = Map::new();
    let mut claims = Vec::new();
    for (id, mission) in content.missions.iter().enumerate() {
        let Some((name, troops, from)) = mission else { continue };
        let value = json!({ "value": 1000 * u32::from(*troops), "source": [source(*from)] });
        let claim = json!({ "source": [source(*from)], "as_of": "2025-11-05" });
        let record = json!({ "name": format!("Mission {id}.{name}"), "fields": { "troops": value }, "claims": { "/troops": claim } });
        missions.insert(format!("mission-{id}"), record);
        claims.push(json!({
            "claim": format!("missions/mission-{id}/troops"), "value": troops, "printed": troops.to_string(), "sources": [source(*from)],
            "as_of": "2025-11-05", "notes": [], "line": 3, "page": 1,
        }));
    }
    let schema = json!({ "type": "object", "properties": { "via": { "type": "string", "x-ref": "sources" } } });
    let sources: Map<String, Value> = (0..SOURCES)
        .map(|id| {
            let title = format!("Source {id}.{}", content.sources[id]);
            let mut fields = json!({ "title": title });
            if content.via == Some(id) {
                fields["via"] = json!(source(0));
            }
            (source(id), json!({ "name": title, "fields": fields }))
        })
        .collect();
    let mut book = json!({ "title": "A Small Book", "as_of": "2025-11-05", "language": content.language });
    if let Some(marking) = content.marking {
        book["defaults"] = json!({ "marking": marking });
    }
    let collections = json!({ "missions": { "records": missions }, "sources": { "schema": schema, "records": sources } });
    let documents = if content.printed { json!({ "book": claims }) } else { json!({ "missions/kfor": claims }) };
    let text = format!("text {}\n\n## Part {}\n\nversion {number}", content.text, content.text);
    let more = [
        ("data.json".to_owned(), json!({ "format": 1, "book": book, "collections": collections }).to_string()),
        ("claims.json".to_owned(), json!({ "format": 1, "documents": documents }).to_string()),
    ];
    add_with(output, &text, true, &more);
}

fn made(output: &Path) -> BTreeMap<String, Vec<u8>> {
    site(output, &SiteOptions::default()).unwrap();
    files(&output.join("site"))
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn a_site_is_the_same_as_one_made_from_nothing(contents in prop::collection::vec(content(), 2..5)) {
        let folder = TempDir::new().unwrap();
        let output = folder.path().join("output");
        let mut last = BTreeMap::new();
        for (number, content) in contents.iter().enumerate() {
            add(&output, number, content);
            last = made(&output);
        }
        prop_assert_eq!(&made(&output), &last, "made again");
        fs::remove_dir_all(output.join("site")).unwrap();
        let fresh = made(&output);
        let differing: Vec<&String> = fresh.keys().chain(last.keys()).filter(|name| fresh.get(*name) != last.get(*name)).collect();
        prop_assert!(differing.is_empty(), "{:?}", differing);
    }
}
