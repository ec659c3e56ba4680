//! The digests of what readers get: of a document, of its parts, and of the book.

use std::collections::BTreeMap;

use super::canonical;
use super::digest::{Digest, DigestBuilder};
use super::manifest::{PartDigests, Tools};
use crate::model::Book;
use crate::tree::Tree;

/// What a reader of one document gets.
#[derive(Debug)]
pub struct DocumentParts<'a> {
    pub id: &'a str,
    /// Its texts by name (`markdown`, `typst`), rendered under [`crate::document::Stamp::blank`].
    pub texts: &'a [(&'a str, &'a str)],
    /// The theme's Typst code.
    pub theme: &'a str,
    /// The files that it shows, by path, and their digests.
    pub assets: &'a BTreeMap<String, Digest>,
    /// What [`files_digest`] says of `fonts/`.
    pub fonts: Digest,
    pub tools: &'a Tools,
    /// Options that change what a reader sees, such as the PDF standards.
    pub options: &'a serde_json::Value,
}

/// The digest of one document's content.
pub fn document_digest(parts: &DocumentParts<'_>) -> Digest {
    let mut all = DigestBuilder::new("brief document 1").with("id", parts.id);
    for (name, text) in parts.texts {
        all.add(name, text);
    }
    all.add("theme", parts.theme);
    for (path, digest) in parts.assets {
        all.add("asset", path);
        all.add_digest("bytes", *digest);
    }
    all.add_digest("fonts", parts.fonts);
    add_tools(&mut all, parts.tools);
    all.add_json("options", parts.options);
    all.finish()
}

/// The digest of a template, from the names and sources of the templates that it is made of.
pub fn template_digest<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Digest {
    let mut parts = DigestBuilder::new("brief template 1");
    for (name, source) in sources {
        parts.add("name", name);
        parts.add("text", source);
    }
    parts.finish()
}

/// The digests of a document's parts, each by itself; `template` is the digest of what its template says, `settings`
/// what of the book's settings its text is made by.
pub fn part_digests(parts: &DocumentParts<'_>, template: Digest, settings: &serde_json::Value) -> PartDigests {
    let text = |name: &str| {
        let texts = parts.texts.iter().filter(|(known, _)| *known == name).map(|(_, text)| *text);
        Digest::of(texts.collect::<String>().as_bytes())
    };
    let json = |value: &serde_json::Value| {
        let mut parts = DigestBuilder::new("brief options 1");
        parts.add_json("options", value);
        parts.finish()
    };
    PartDigests {
        markdown: text("markdown"),
        typst: text("typst"),
        template,
        theme: Digest::of(parts.theme.as_bytes()),
        fonts: parts.fonts,
        options: json(parts.options),
        settings: json(settings),
        images: parts.assets.clone(),
    }
}

/// What a reader of the whole book gets.
#[derive(Debug)]
pub struct BookParts<'a> {
    /// What [`records_digest`] says.
    pub records: Digest,
    /// Each document's id and content digest, in any order.
    pub documents: &'a [(String, Digest)],
    pub tools: &'a Tools,
    pub options: &'a serde_json::Value,
}

/// The digest of the book's content, which decides whether a build makes a version.
pub fn book_digest(parts: &BookParts<'_>) -> Digest {
    let mut all = DigestBuilder::new("brief book 1");
    all.add_digest("records", parts.records);
    let mut documents: Vec<&(String, Digest)> = parts.documents.iter().collect();
    documents.sort();
    for (id, digest) in documents {
        all.add("document", id);
        all.add_digest("content", *digest);
    }
    add_tools(&mut all, parts.tools);
    all.add_json("options", parts.options);
    all.finish()
}

/// The digest of the book's own facts and of all records, with what their claims take from the cascade.
pub fn records_digest(book: &Book) -> Digest {
    let mut all = DigestBuilder::new("brief records 1");
    let settings = &book.settings;
    all.add("title", &settings.title);
    for (tag, part) in [("subtitle", &settings.subtitle), ("organization", &settings.organization)] {
        if let Some(text) = part {
            all.add(tag, text);
        }
    }
    all.add("as_of", settings.as_of.to_string());
    all.add("language", &settings.language);
    for (english, own) in &settings.site_words {
        all.add("site text", english);
        all.add("site word", own);
    }
    let mut bytes = Vec::new();
    canonical::push_attribution(&mut bytes, &settings.attribution);
    all.add("attribution", &bytes);
    let mut collections: Vec<_> = book.collections.values().filter(|collection| !collection.is_withheld).collect();
    collections.sort_by_key(|collection| &collection.name);
    for collection in collections {
        all.add("collection", &collection.name);
        let mut records: Vec<_> = collection.records.values().collect();
        records.sort_by_key(|record| &record.id);
        for record in records {
            bytes.clear();
            canonical::push_record(&mut bytes, record);
            canonical::push_markings(&mut bytes, record, &collection.config.defaults.or(&settings.attribution));
            all.add("id", &record.id);
            all.add("record", &bytes);
        }
    }
    all.finish()
}

/// The digest of the files below a folder of the tree: their paths and bytes.
pub fn files_digest(tree: &Tree, folder: &str) -> Digest {
    let mut all = DigestBuilder::new("brief files 1");
    for (path, bytes) in tree.below(folder) {
        all.add("path", path);
        all.add("bytes", bytes);
    }
    all.finish()
}

/// The digest of what the files below a folder hold, whatever they are called.
pub fn contents_digest(tree: &Tree, folder: &str) -> Digest {
    let mut contents: Vec<Digest> = tree.below(folder).map(|(_, bytes)| Digest::of(bytes)).collect();
    contents.sort_unstable();
    let mut all = DigestBuilder::new("brief contents 1");
    contents.into_iter().for_each(|digest| all.add_digest("bytes", digest));
    all.finish()
}

fn add_tools(all: &mut DigestBuilder, tools: &Tools) {
    all.add("brief", &tools.brief);
    all.add("typst", &tools.typst);
}
