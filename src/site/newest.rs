//! Which version is the newest: said in `newest.js` and `newest.json` alone, so that a new version changes no page of
//! the others. Pages on a disk can fetch no JSON, so theirs is a script.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::asset::inert;
use super::data::{Chapter, Version};
use super::whole::Whole;
use super::{Page, index, path};

/// `newest.js` and `newest.json`, with the index for the search and the list of the newest version's pages.
pub(super) fn pages(whole: &Whole<'_>) -> Vec<Page> {
    let Some(newest) = whole.newest() else { return Vec::new() };
    let (index, texts) = index::scripts(newest);
    let places = script("places", &format!("briefPlaces={};\n", inert(&places(newest).to_string())));
    let facts = json!({ "version": newest.number, "date": newest.long_date, "index": index.path, "places": places.path });
    // Pages of older versions are marked before they are shown, so that the notice moves nothing when it appears.
    let text = format!(
        "briefNewest={};\n((page)=>{{const version=Number(page.dataset.version);\
         if(version&&version<{})page.dataset.older=\"\"}})(document.documentElement);\n",
        inert(&facts.to_string()),
        newest.number
    );
    let file = |path: &str, text: String| Page { path: path.to_owned(), bytes: text.into_bytes() };
    let mut pages = vec![file("newest.js", text), file("newest.json", format!("{facts}\n")), index, places];
    pages.extend(texts);
    pages
}

fn script(name: &str, text: &str) -> Page {
    Page { path: format!("assets/{name}.{}.js", path::short(text.as_bytes())), bytes: text.as_bytes().to_vec() }
}

/// The pages of a version below its folder, each with the ids of its headings.
fn places(version: &Version) -> Value {
    let pages = version.documents.iter().flat_map(|document| {
        let chapters = document.chapters_by_id();
        let mut ids: HashMap<&str, Vec<&str>> = HashMap::new();
        for heading in &document.article.headings {
            let chapter = chapters.get(heading.id.as_str()).map_or("", |chapter| chapter.id.as_str());
            ids.entry(chapter).or_default().push(&heading.id);
        }
        let page = |chapter: &Chapter| {
            let ids = ids.get(chapter.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            (path::chapter_below_version(&document.id, &chapter.id), json!(ids))
        };
        document.chapters.iter().map(page).collect::<Vec<_>>()
    });
    let claims = version.places.iter().filter(|place| place.ends_with(".claims.html")).map(|place| (place.clone(), json!([])));
    let own = [("index.html".to_owned(), json!([]))];
    let changes = version.changes.is_some().then(|| ("changes.html".to_owned(), json!([])));
    Value::Object(pages.chain(claims).chain(own).chain(changes).collect())
}
