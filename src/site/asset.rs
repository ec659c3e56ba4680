//! Styles, scripts and data, under names that change with their content: a browser may keep them for ever.

use serde_json::{Map, Value, json};

use super::{Page, Site, Version, path};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The site's assets, and their paths from its root.
pub(super) struct Assets {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) index: String,
    /// The data of each version, by its number, for comparisons.
    pub(super) data: Vec<(u32, String)>,
    pages: Vec<Page>,
}

impl Assets {
    pub(super) fn new(site: &Site, index: &str) -> anyhow::Result<Assets> {
        let mut pages = Vec::new();
        let mut add = |name: &str, extension: &str, text: &str| {
            let path = format!("assets/{name}.{}.{extension}", path::short(text.as_bytes()));
            pages.push(Page { path: path.clone(), bytes: text.as_bytes().to_vec() });
            path
        };
        let style = add("style", "css", STYLE);
        let script = add("script", "js", SCRIPT);
        let index = add("index", "js", index);
        let versions = site.versions.iter().filter(|version| !version.pruned);
        let data = versions.map(|version| (version.number, add(&path::version(version.number), "js", &data(version)))).collect();
        Ok(Assets { style, script, index, data, pages })
    }

    pub(super) fn into_pages(self) -> Vec<Page> {
        self.pages
    }
}

/// A version's records and what its documents are made of, as a script that adds them to `briefVersions`.
fn data(version: &Version) -> String {
    let mut records = Map::new();
    for record in &version.records {
        let rows: Vec<_> = record.rows.iter().map(|row| json!([row.path, row.label, row.part, row.text])).collect();
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

/// JSON that may stand in a script, wherever the script stands.
pub(super) fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
