//! Styles, scripts and data, under names that change with their content: a browser may keep them for ever.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::facts::{cited, known_sources};
use super::{Language, Page, Row, Version, path};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The site's style and script, by their paths from its root.
#[derive(Debug)]
pub(super) struct Assets {
    pub(super) style: String,
    pub(super) script: String,
    /// The script's bytes: the words of the book's language, then what all sites have.
    script_text: String,
}

impl Assets {
    pub(super) fn new(language: &Language) -> Assets {
        let words = json!(language.translated());
        let script_text = format!("const briefWords = {};\n{SCRIPT}", inert(&words.to_string()));
        Assets { style: named("style", "css", STYLE), script: named("script", "js", &script_text), script_text }
    }

    pub(super) fn pages(&self) -> [Page; 2] {
        [(&self.style, STYLE), (&self.script, self.script_text.as_str())]
            .map(|(path, text)| Page { path: path.clone(), bytes: text.as_bytes().to_vec() })
    }
}

fn named(name: &str, extension: &str, text: &str) -> String {
    format!("assets/{name}.{}.{extension}", path::short(text.as_bytes()))
}

/// What a version says, for comparisons in the browser.
pub(super) fn version_data(version: &Version) -> Page {
    let text = data(version);
    Page { path: named(&path::version(version.number), "js", &text), bytes: text.into_bytes() }
}

/// A version's records and what its documents are made of, as a script that adds them to `briefVersions`.
fn data(version: &Version) -> String {
    let mut records = Map::new();
    let sources = known_sources(&version.records, &version.language);
    let text = |row: &Row| match row.part.as_str() {
        "source" => row.sources.iter().map(|source| cited(&sources, source)).collect::<Vec<_>>().join("; "),
        _ => row.text.clone(),
    };
    for record in &version.records {
        let row = |row: &Row| match &row.written {
            Some(written) => json!([row.path, row.full_label(), row.part, text(row), written]),
            None => json!([row.path, row.full_label(), row.part, text(row)]),
        };
        let rows: Vec<_> = record.rows.iter().map(row).collect();
        records.insert(format!("{}/{}", record.collection, record.id), json!([record.name, rows]));
    }
    let documents: Map<String, Value> = version
        .documents
        .iter()
        .map(|document| {
            let parts: Map<String, Value> = document.made_of.parts.iter().map(|(name, digest)| (name.clone(), json!(digest))).collect();
            (document.id.clone(), json!([document.title, document.made_of.digest, parts]))
        })
        .collect();
    let all = json!({ "records": records, "documents": documents });
    format!("(window.briefVersions=window.briefVersions||{{}})[{}]={};\n", version.number, inert(&all.to_string()))
}

/// For documents in chapters, which chapter each place is in, as a script that sets `briefChapters`: the page of each
/// document, with the pages of its chapters and the ids on them.
pub(super) fn chapters(number: u32, pages: &BTreeMap<String, BTreeMap<String, String>>) -> Page {
    let text = format!("briefChapters={};\n", inert(&json!(pages).to_string()));
    let name = format!("{}.chapters", path::version(number));
    Page { path: named(&name, "js", &text), bytes: text.into_bytes() }
}

/// JSON that may stand in a script, wherever the script stands.
pub(super) fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
