//! The reading room: pages on which people read the versions of a book, in a browser, from a folder or a web server.
//!
//! In comes what the versions hold, as data; out come files. Pages are plain HTML that links to each other
//! relatively, so the same files work from a disk, a memory stick or any path of a server; script only searches and
//! compares what was not compared beforehand. The same versions give the same bytes.

mod asset;
mod escape;
mod feed;
mod index;
mod path;
mod robots;
mod views;

use std::collections::BTreeSet;

use minijinja::Environment;
use rayon::prelude::*;
use serde::Serialize;

pub use path::{document as document_path, record as record_path, version as version_folder};
pub use robots::robots_above;

use crate::document::{Article, to_address};

/// A book and all its versions.
#[derive(Debug, Clone, Serialize)]
pub struct Room {
    pub title: String,
    pub subtitle: Option<String>,
    pub organization: Option<String>,
    /// BCP 47 language tag.
    pub language: String,
    /// Newest first.
    pub versions: Vec<Version>,
    /// By collection and id.
    pub records: Vec<Record>,
    /// Where the room will be found, with a slash at its end.
    pub base_url: Option<String>,
    /// The way from the room's root to the folder that holds `v1/`, `v2/` …: empty, or with a slash at its end.
    pub files: String,
}

/// One version.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    pub number: u32,
    pub digest: String,
    /// ISO 8601, and as a reader writes it.
    pub date: String,
    pub long_date: String,
    pub as_of: String,
    /// The book's marking in this version, which later versions don't change.
    pub marking: Option<String>,
    /// Whether anyone may see it, and search engines may list it.
    pub clear: bool,
    pub summary: String,
    /// The most important changes, a line each.
    pub lines: Vec<String>,
    /// The version before, with the changes since as HTML.
    pub before: Option<Before>,
    pub commits: Vec<String>,
    pub pruned: bool,
    /// In the order of the book; none where it was pruned.
    #[serde(skip)]
    pub documents: Vec<Document>,
    /// What its records say, for comparisons in the browser.
    #[serde(skip)]
    pub records: Vec<RecordValues>,
}

/// What a version is compared with.
#[derive(Debug, Clone, Serialize)]
pub struct Before {
    pub number: u32,
    pub changes: String,
}

/// A document of a version.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub subtitle: Option<String>,
    /// The version that last revised it, and that version's date.
    pub revised: u32,
    pub revised_date: String,
    /// The PDF's size in bytes, where there is one.
    pub pdf: Option<u64>,
    #[serde(skip)]
    pub article: Article,
    pub claims: Vec<PrintedClaim>,
    /// What it is made of, for comparisons in the browser.
    #[serde(skip)]
    pub made_of: MadeOf,
}

/// What a document is made of, as digests: of the whole, and of its parts where they are known.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MadeOf {
    pub digest: String,
    /// Each by the reason for a difference that it is: `text`, `template`, `settings`, `options`, `theme`, `fonts`, `tools`,
    /// and `image` with the image's path.
    pub parts: Vec<(String, String)>,
}

/// A claim that a document prints.
#[derive(Debug, Clone, Serialize)]
pub struct PrintedClaim {
    /// `precedents/kfor/troops`, or the calculation, and the records that it is of.
    pub claim: String,
    pub records: BTreeSet<String>,
    pub printed: String,
    pub sources: Vec<String>,
    pub notes: Vec<usize>,
    pub page: Option<u32>,
}

/// A record's values in one version: rows of pointer, label, part and text.
#[derive(Debug, Clone, Serialize)]
pub struct RecordValues {
    pub record: String,
    pub name: String,
    pub rows: Vec<Row>,
}

/// One value of a record, or what belongs to one.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub path: String,
    pub label: String,
    pub part: String,
    pub text: String,
}

/// A record, with its history through all versions.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub collection: String,
    pub id: String,
    pub name: String,
    /// What it says in the newest version; empty where that has it no more.
    pub rows: Vec<Row>,
    /// Newest first.
    pub history: Vec<Event>,
}

/// What happened to a record in a version.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    pub version: u32,
    pub date: String,
    /// `added`, `removed`, `changed`, `renamed`.
    pub kind: String,
    pub lines: Vec<String>,
}

impl Room {
    /// Whether anyone may see what all versions together say.
    fn clear(&self) -> bool {
        self.versions.iter().all(|version| version.clear)
    }

    /// The marking of pages that show what several versions say: those of all of them, without what says that anyone may
    /// see it where another doesn't.
    fn marking<'a>(&self, versions: impl Iterator<Item = &'a Version>) -> Option<String> {
        let mut above: Vec<&str> = Vec::new();
        let mut clear = None;
        for version in versions {
            match &version.marking {
                Some(marking) if version.clear => clear = clear.or(Some(marking.as_str())),
                Some(marking) if !above.contains(&marking.as_str()) => above.push(marking),
                _ => {}
            }
        }
        if above.is_empty() { clear.map(str::to_owned) } else { Some(above.join(", ")) }
    }

    /// The version of a number.
    fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The record of an id; records are sorted.
    fn record(&self, collection: &str, id: &str) -> Option<&Record> {
        let found = self.records.binary_search_by(|record| (record.collection.as_str(), record.id.as_str()).cmp(&(collection, id)));
        found.ok().and_then(|at| self.records.get(at))
    }
}

/// A file of the room: its path from the root, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// All files of a room, sorted by path.
pub fn pages(room: &Room) -> anyhow::Result<Vec<Page>> {
    let environment = environment()?;
    let index = room.versions.iter().find(|version| !version.pruned).map(index::index);
    let assets = asset::Assets::new(room, index.as_deref().unwrap_or_default())?;
    let wanted = views::all(room);
    let clear: Vec<String> = wanted.iter().filter(|view| view.is_clear(room)).map(views::View::path).collect();
    let mut pages: Vec<Page> = wanted.into_par_iter().map(|view| view.page(room, &assets, &environment)).collect::<anyhow::Result<_>>()?;
    pages.push(feed::feed(room));
    pages.push(robots::robots(room));
    pages.extend(robots::sitemap(room, &clear));
    pages.extend(assets.into_pages());
    pages.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(pages)
}

/// The templates, in which every value is escaped that is not said to be HTML.
fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, source) in views::TEMPLATES {
        environment.add_template(name, source)?;
    }
    environment.add_filter("size", views::size);
    environment.add_filter("address", |path: &str| to_address(path).into_owned());
    Ok(environment)
}
