//! What a document wrote into its PDF about itself: the page of each claim, and where the places are that links lead to.
//!
//! It is carried in an attached file, which is removed after it has been read.

use anyhow::{Context, Result};
use lopdf::{Dictionary, Document, Object, ObjectId};
use serde::Deserialize;

/// The name under which `brief.typ` attaches the list.
const NAME: &[u8] = b"pages.json";

/// What `brief.typ` attaches.
#[derive(Debug, Deserialize)]
struct List {
    /// How many pages there are.
    pages: u32,
    /// Index and page of each claim, in the order of the text; twice where a claim stands in a repeated header.
    claims: Vec<(usize, u32)>,
    /// The places that links lead to, and the headings that have a name.
    #[serde(default)]
    places: Vec<(String, u32, f64, f64)>,
    #[serde(default)]
    headings: Vec<(String, u32, f64, f64)>,
}

/// Where claims and places are.
#[derive(Debug, PartialEq)]
pub(super) struct Attached {
    pub(super) pages: u32,
    /// Index and page of each claim, by index.
    pub(super) claims: Vec<(usize, u32)>,
    pub(super) places: Vec<Place>,
}

/// Where a link may lead to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) page: u32,
    /// How far from the page's left and top, in points.
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Reads the list.
pub(super) fn read(document: &Document) -> Result<Attached> {
    let (_, file) = files(document).into_iter().find(|(name, _)| name == NAME).context("it lacks the list of its claims' pages")?;
    let json = content(document, &file).context("its list of claims' pages can't be read")?;
    let list: List = serde_json::from_slice(&json).context("its list of claims' pages is damaged")?;
    let mut claims = list.claims;
    claims.sort_unstable();
    claims.dedup_by_key(|(index, _)| *index);
    let place = |(name, page, x, y)| Place { name, page, x, y };
    Ok(Attached { pages: list.pages, claims, places: list.places.into_iter().chain(list.headings).map(place).collect() })
}

/// Takes the list out; files that a theme attached stay.
pub(super) fn take_out(document: &mut Document) -> Result<()> {
    let files = files(document);
    let (ours, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name == NAME);
    let root = document.trailer.get(b"Root")?.as_reference()?;
    let mut names = follow(document, document.get_dictionary(root)?, b"Names").cloned().unwrap_or_default();
    names.remove(b"EmbeddedFiles");
    if !others.is_empty() {
        let pairs = others.into_iter().flat_map(|(name, file)| [Object::string_literal(name), file]);
        names.set("EmbeddedFiles", Dictionary::from_iter([("Names", Object::Array(pairs.collect()))]));
    }
    let catalog = document.get_dictionary_mut(root)?;
    if names.is_empty() {
        catalog.remove(b"Names");
    } else {
        catalog.set("Names", names);
    }
    let associated = catalog.get(b"AF").and_then(Object::as_array).cloned().unwrap_or_default();
    let associated: Vec<Object> = associated.into_iter().filter(|file| !ours.iter().any(|(_, our)| our == file)).collect();
    if associated.is_empty() {
        catalog.remove(b"AF");
    } else {
        catalog.set("AF", associated);
    }
    for file in ours.iter().filter_map(|(_, file)| file.as_reference().ok()) {
        let stream = stream_of(document, &Object::Reference(file));
        document.objects.remove(&file);
        stream.and_then(|stream| document.objects.remove(&stream));
    }
    Ok(())
}

/// The attached files: names, and what describes them.
fn files(document: &Document) -> Vec<(Vec<u8>, Object)> {
    let mut found = Vec::new();
    let tree = document.catalog().ok().and_then(|catalog| follow(document, follow(document, catalog, b"Names")?, b"EmbeddedFiles"));
    if let Some(tree) = tree {
        walk(document, tree, 0, &mut |name, file| found.push((name.to_vec(), file.clone())));
    }
    found
}

pub(super) fn follow<'a>(document: &'a Document, from: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    document.dereference(from.get(key).ok()?).ok()?.1.as_dict().ok()
}

/// Visits a name tree's entries.
pub(super) fn walk<'a>(document: &'a Document, node: &'a Dictionary, depth: usize, visit: &mut dyn FnMut(&[u8], &'a Object)) {
    let list = |key: &[u8]| node.get(key).ok().and_then(|list| document.dereference(list).ok()?.1.as_array().ok());
    for pair in list(b"Names").map(|list| list.chunks_exact(2)).into_iter().flatten() {
        if let Some(name) = document.dereference(&pair[0]).ok().and_then(|(_, name)| name.as_str().ok()) {
            visit(name, &pair[1]);
        }
    }
    // Real name trees are shallow: deeper nesting means a cycle.
    for kid in list(b"Kids").into_iter().flatten().filter(|_| depth < 16) {
        if let Some(kid) = document.dereference(kid).ok().and_then(|(_, kid)| kid.as_dict().ok()) {
            walk(document, kid, depth + 1, visit);
        }
    }
}

/// The stream of an attached file.
fn stream_of(document: &Document, file: &Object) -> Option<ObjectId> {
    let file = document.dereference(file).ok()?.1.as_dict().ok()?;
    follow(document, file, b"EF")?.get(b"F").ok()?.as_reference().ok()
}

fn content(document: &Document, file: &Object) -> Option<Vec<u8>> {
    document.get_object(stream_of(document, file)?).ok()?.as_stream().ok()?.get_plain_content().ok()
}

#[cfg(test)]
mod tests {
    use lopdf::{Stream, dictionary};

    use super::*;

    const JSON: &[u8] = br#"{"pages":2,"claims":[[1,2],[0,1],[1,1]],"places":[["a",2,10.5,20]]}"#;

    /// A PDF with files of these names attached.
    fn pdf(names: &[&str]) -> Document {
        let mut pdf = Document::with_version("1.7");
        let mut pairs = Vec::new();
        let mut associated = Vec::new();
        for name in names {
            let stream = pdf.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, JSON.to_vec()));
            let file = pdf.add_object(dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => stream } });
            pairs.extend([Object::string_literal(*name), file.into()]);
            associated.push(file.into());
        }
        let names = dictionary! { "EmbeddedFiles" => dictionary! { "Names" => pairs } };
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Names" => names, "AF" => Object::Array(associated) });
        pdf.trailer.set("Root", catalog);
        pdf
    }

    #[test]
    fn each_claim_has_the_first_of_its_pages() {
        let places = vec![Place { name: "a".into(), page: 2, x: 10.5, y: 20.0 }];
        assert_eq!(read(&pdf(&["pages.json"])).ok(), Some(Attached { pages: 2, claims: vec![(0, 1), (1, 1)], places }));
    }

    #[test]
    fn a_pdf_without_the_list_is_an_error() {
        assert!(read(&pdf(&["others.json"])).is_err());
        assert!(read(&Document::with_version("1.7")).is_err());
    }

    #[test]
    fn the_list_is_taken_out_and_other_files_stay() {
        let mut alone = pdf(&["pages.json"]);
        take_out(&mut alone).unwrap();
        let catalog = alone.catalog().unwrap();
        assert!(!catalog.has(b"Names") && !catalog.has(b"AF"), "{catalog:?}");
        assert_eq!(alone.objects.len(), 1);
        let mut both = pdf(&["a.json", "pages.json"]);
        take_out(&mut both).unwrap();
        assert_eq!(files(&both).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), [b"a.json"]);
        assert_eq!(both.catalog().unwrap().get(b"AF").unwrap().as_array().unwrap().len(), 1);
        assert_eq!(both.objects.len(), 3);
    }
}
