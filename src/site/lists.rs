//! The lists of a version's documents and of the book's records, on as many pages as they need.

use std::ops::Range;

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::data::Version;
use super::path;
use super::whole::Whole;

/// How many documents, and how many records, a page lists: less than 200 KB of HTML.
const DOCUMENTS: usize = 500;
const RECORDS: usize = 1_000;

/// The pages that a list of so many entries takes, `most` on each; an empty list takes one.
fn pages(entries: usize, most: usize) -> usize {
    entries.div_ceil(most).max(1)
}

fn entries(page: usize, most: usize, all: usize) -> Range<usize> {
    (page * most).min(all)..((page + 1) * most).min(all)
}

pub(super) fn pages_of_documents(version: &Version) -> usize {
    pages(version.documents.len(), DOCUMENTS)
}

pub(super) fn pages_of_records(whole: &Whole<'_>) -> usize {
    pages(whole.records.len(), RECORDS)
}

/// What a template is told of the documents on a page of a version's list, from 0: those below a folder together.
pub(super) fn documents(version: &Version, page: usize) -> Value {
    let mut groups: Vec<(Option<&str>, Vec<Value>)> = Vec::new();
    for document in &version.documents[entries(page, DOCUMENTS, version.documents.len())] {
        let folder = document.id.rsplit_once('/').map(|(folder, _)| folder);
        let entry = context! { document => Value::from(Serde(document)), path => path::document(version.number, &document.id) };
        match groups.last_mut().filter(|(name, _)| *name == folder) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((folder, vec![entry])),
        }
    }
    groups.into_iter().map(|(folder, documents)| context! { folder => folder, documents => documents }).collect()
}

/// The same of records, by their collections.
pub(super) fn records(whole: &Whole<'_>, page: usize) -> Value {
    let mut collections: Vec<(&str, &str, Vec<Value>)> = Vec::new();
    for record in &whole.records[entries(page, RECORDS, whole.records.len())] {
        let entry = context! { name => &record.name, path => path::record(&record.collection, &record.id), gone => record.rows.is_empty() };
        match collections.last_mut().filter(|(collection, ..)| *collection == record.collection) {
            Some((_, _, records)) => records.push(entry),
            None => collections.push((&record.collection, &record.collection_title, vec![entry])),
        }
    }
    collections.into_iter().map(|(_, title, records)| context! { title => title, records => records }).collect()
}

/// The links between the pages of a version's list of documents; none where it takes one.
pub(super) fn parts_of_documents(version: &Version, page: usize) -> Value {
    parts(version.documents.len(), DOCUMENTS, page, &|page| path::overview(version.number, page))
}

/// The links between the pages of the list of records.
pub(super) fn parts_of_records(whole: &Whole<'_>, page: usize) -> Value {
    parts(whole.records.len(), RECORDS, page, &path::records)
}

fn parts(all: usize, most: usize, current: usize, path: &dyn Fn(usize) -> String) -> Value {
    let count = pages(all, most);
    let part = |page: usize| {
        let entries = entries(page, most, all);
        context! { first => entries.start + 1, last => entries.end, path => path(page), current => page == current }
    };
    (0..count).filter(|_| count > 1).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Facts, Page, RecordValues, Renderer};
    use super::*;

    /// 1,200 documents and 2,500 records with long titles.
    #[test]
    fn no_page_of_a_long_list_is_long() {
        let title = |number: usize| format!("A fairly long title of a document of a large book, number {number:04}");
        let document = |number: usize| Document {
            id: format!("contributors/member-{number:04}"),
            title: title(number),
            list_title: title(number),
            pdf: Some(123_456),
            revised: 1,
            ..Document::default()
        };
        let record = |number: usize| RecordValues {
            collection: "contributors".to_owned(),
            collection_title: "Contributors".to_owned(),
            id: format!("member-{number:04}"),
            name: title(number),
            rows: Vec::new(),
        };
        let mut version = Version {
            number: 1,
            documents: (0..1_200).map(document).collect(),
            records: (0..2_500).map(record).collect(),
            ..Version::default()
        };
        version.began_with = version.records.iter().map(|record| (record.collection.clone(), record.id.clone())).collect();
        let facts = Facts {
            title: "A book".to_owned(),
            subtitle: None,
            organization: None,
            language: "en".into(),
            base_url: None,
            files: "../".to_owned(),
        };
        let renderer = Renderer::new(&facts).expect("the templates are valid");
        let mut pages = renderer.version(&mut version).expect("its pages");
        let versions = [version];
        pages.extend(renderer.whole(&versions, &|_| None).expect("the others").keyed.into_iter().map(|page| {
            let bytes = page.bytes.expect("nothing is known");
            Page { path: page.path, bytes }
        }));
        let html = |page: &Page| String::from_utf8(page.bytes.clone()).expect("HTML");
        for (start, wanted, ids) in [("v1/index.", 3, 1_200), ("records/index.", 3, 2_500)] {
            let lists: Vec<String> = pages.iter().filter(|page| page.path.starts_with(start)).map(html).collect();
            assert_eq!(lists.len(), wanted);
            let links = |number: usize| lists.iter().filter(|list| list.contains(&format!("/member-{number:04}.html\""))).count();
            assert!((0..ids).all(|number| links(number) == 1), "each is listed once");
        }
        let lists = pages.iter().filter(|page| page.path.contains("index.") && page.path.ends_with("html"));
        let long: Vec<_> = lists.filter(|page| page.bytes.len() > 200_000).map(|page| (&page.path, page.bytes.len())).collect();
        assert!(long.is_empty(), "{long:?}");
    }

    #[test]
    fn a_list_takes_as_many_pages_as_it_needs() {
        assert_eq!([0, 1, 500, 501, 1_000, 1_001].map(|all| pages(all, 500)), [1, 1, 1, 2, 2, 3]);
        let listed = |all| (0..pages(all, 500)).flat_map(|page| entries(page, 500, all)).eq(0..all);
        assert!([0, 1, 499, 500, 501, 1_234].into_iter().all(listed), "each entry stands on one page");
        let shown = |all| parts(all, 500, 1, &|page| format!("p{page}"));
        assert_eq!(shown(500).len(), Some(0));
        assert_eq!(
            serde_json::to_value(shown(1_234)).expect("data"),
            serde_json::json!([
                { "first": 1, "last": 500, "path": "p0", "current": false },
                { "first": 501, "last": 1000, "path": "p1", "current": true },
                { "first": 1001, "last": 1234, "path": "p2", "current": false },
            ])
        );
    }
}
