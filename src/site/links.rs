//! Where a document's links lead on the site: to other documents' pages, and to the files of its version.

use std::collections::{BTreeMap, BTreeSet};

use super::path;
use super::words::Language;
use crate::layout::{to_address, to_path};
use crate::text::escape_html;

/// The files of a version, as its documents link to them.
#[derive(Debug)]
pub struct VersionLinks<'a> {
    pub number: u32,
    /// The ids of its documents, by the paths of their files in every format.
    pub documents: BTreeMap<String, &'a str>,
    /// The paths of all its files.
    pub files: BTreeSet<&'a str>,
    /// In which its pages are.
    pub language: &'a Language,
    /// The way from the site's root to the folder that holds `v1/`, `v2/` …
    pub root: &'a str,
}

impl VersionLinks<'_> {
    /// The address of a document's link, relative to the document's page; `None` if it leads nowhere.
    pub fn resolve(&self, id: &str, address: &str) -> Option<String> {
        let (path, fragment) = address.split_once('#').map_or((address, String::new()), |(path, id)| (path, format!("#{id}")));
        let document = |path: &str| self.documents.get(path).copied();
        // An author may have written a file's name without escaping it.
        let target = [to_path(path).into_owned(), path.to_owned()].iter().find_map(|path| {
            let target = joined(id, path)?;
            (self.files.contains(target.as_str()) || document(&target).is_some()).then_some(target)
        })?;
        match document(&target) {
            Some(other) => Some(format!("{}{}{fragment}", self.to_root(id), path::document(self.number, other))),
            None => Some(format!("{}{}/{}", self.to_files(id), path::version(self.number), to_address(&target))),
        }
    }

    /// A link in HTML to a page of a document's file that has pages, seen from the document's own page on the site.
    pub fn printed_page(&self, id: &str, file: &str, page: u32) -> String {
        let address = format!("{}{}/{}#page={page}", self.to_files(id), path::version(self.number), to_address(file));
        let place = self.language.say_with("p. {page}", &[("page", &page)]);
        format!(" <a class=\"page\" href=\"{}\">PDF {}</a>", escape_html(&address), escape_html(&place).replace(' ', "&#160;"))
    }

    fn to_root(&self, id: &str) -> String {
        path::root(&path::document(self.number, id))
    }

    fn to_files(&self, id: &str) -> String {
        format!("{}{}", self.to_root(id), self.root)
    }
}

/// A document's path, relative to its version's folder; `None` if it leads out of the folder.
fn joined(id: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = id.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Sorts documents as a reader looks for them: the book first, then those in no folder, then folder by folder. Within a
/// folder they follow the order of the collection of that name, which `place` gives.
pub fn in_reading_order<'a>(ids: impl Iterator<Item = &'a str>, place: impl Fn(&str, &str) -> Option<usize>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_by_cached_key(|id| {
        let (folder, name) = id.rsplit_once('/').unwrap_or(("", id));
        let place = place(folder, name).unwrap_or(usize::MAX);
        (!folder.is_empty(), folder.to_owned(), name != "book", place, name.to_owned())
    });
    ids
}
