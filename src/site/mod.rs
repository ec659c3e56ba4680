//! The reading site: pages on which people read the versions of a book, in a browser, from a folder or a web server.
//!
//! In comes what the versions hold, as data; out come files. Pages are plain HTML that links to each other
//! relatively, so the same files work from a disk, a memory stick or any path of a server; script only searches,
//! compares what was not compared beforehand, and knows which version is the newest. The same versions give the same bytes.
//!
//! A version's own pages ([`Renderer::version`]) depend on that version and the one before it alone, so that a new
//! version leaves them as they are. What shows several versions ([`Renderer::whole`]) is made anew each time.

mod address;
mod anchors;
mod archive;
mod assembly;
mod asset;
mod changes;
mod chapters;
mod data;
mod dates;
mod document_page;
mod facts;
mod feed;
mod headlines;
mod history;
mod index;
mod links;
mod lists;
mod marked;
mod newest;
mod path;
mod printed;
mod record_page;
mod robots;
mod summary;
mod titles;
mod views;
mod whole;
mod words;

use anyhow::Result;
use minijinja::Environment;
use rayon::prelude::*;

pub use address::{front_door, normal_address};
pub use archive::zip;
pub use assembly::{Assembled, Folder, ListedVersion, Source, assemble};
pub use data::{
    ChangedDocument, ChangedField, Chapter, Cite, Document, DocumentTitle, Facts, MadeOf, PrintedClaim, RecordChange, RecordChangeKind,
    RecordName, RecordValues, Row, Version, VersionChanges,
};
pub use dates::long_date;
pub use links::{VersionLinks, in_reading_order};
pub use titles::tell_apart;
pub use words::{Language, texts};

use crate::layout::to_address;
use crate::text::escape_value;
use asset::Assets;
use document_page::IndexedVersion;
use views::{MadeFrom, View};
use whole::Whole;

/// Counted up by every change of code that alters the bytes of any file of a site, so that it is made anew.
const PAGES: u32 = 5;

/// A file of the site: its path from the root, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// A page that was made, or that would be the same as the one before.
#[derive(Debug)]
pub struct KeyedPage {
    pub path: String,
    /// A digest of all that it is made of.
    pub key: String,
    /// `None` if they are those of the site before.
    pub bytes: Option<Vec<u8>>,
}

/// Makes the pages of one site.
#[derive(Debug)]
pub struct Renderer<'a> {
    facts: &'a Facts,
    environment: Environment<'static>,
    assets: Assets,
    key: String,
}

impl<'a> Renderer<'a> {
    /// For a book whose newest version says these facts.
    pub fn new(facts: &'a Facts) -> Result<Renderer<'a>> {
        let assets = Assets::new(&facts.language);
        let templates: String = views::TEMPLATES.iter().map(|(name, source)| format!("{name}\0{source}\0")).collect();
        let parts = [&PAGES.to_string(), &templates, &assets.style, &assets.script, &facts.files];
        let text = parts.into_iter().chain(&facts.base_url).cloned().collect::<Vec<_>>().join("\0");
        let key = format!("{}-{}", env!("CARGO_PKG_VERSION"), path::short(text.as_bytes()));
        Ok(Renderer { facts, environment: environment()?, assets, key })
    }

    /// Identifies what the pages of every version depend on besides the version.
    pub fn key(&self) -> &str {
        &self.key
    }

    fn made_from(&self) -> MadeFrom<'_> {
        MadeFrom { facts: self.facts, assets: &self.assets, environment: &self.environment, key: &self.key }
    }

    /// The pages of a version, and its data for comparisons, whose path is entered in it.
    pub fn version(&self, version: &mut Version) -> Result<Vec<Page>> {
        let data = (!version.documents.is_empty()).then(|| asset::version_data(version));
        version.data = data.as_ref().map(|page| page.path.clone());
        version.has_changes_page = version.changes.as_ref().is_some_and(|changes| changes.is_complete);
        let folder = format!("{}/", path::version(version.number));
        let indexed = IndexedVersion::new(version);
        let views = views::of_version(&indexed);
        let made_from = self.made_from();
        let mut pages: Vec<Page> = views.into_par_iter().map(|view| view.page(&made_from)).collect::<Result<_>>()?;
        let places = pages.iter().map(|page| page.path.strip_prefix(&folder).unwrap_or_default().to_owned()).collect();
        pages.extend(indexed.chapters_script());
        pages.extend(data);
        version.places = places;
        Ok(pages)
    }

    /// The pages that show all versions, newest first; the newest has its documents and records. `known` gives the key that a
    /// page had which is still there.
    pub fn whole(&self, versions: &[Version], known: &(dyn Fn(&str) -> Option<String> + Sync)) -> Result<WholePages> {
        let whole = Whole::new(self.facts, versions);
        let views = views::of_all(&whole);
        let from = self.made_from();
        let keyed = || views.par_iter().map(|view| view.keyed_page(&from, known(&view.path()).as_deref())).collect::<Result<_>>();
        let (newest, keyed) = rayon::join(|| newest::pages(&whole), keyed);
        let clear: Vec<String> = views.iter().filter(|view| view.is_clear() && view.is_listed()).map(View::path).collect();
        let mut others = vec![feed::feed(&whole), robots::robots(self.facts, versions)];
        others.extend(robots::sitemap(&whole, &clear));
        others.extend(newest);
        others.extend(self.assets.pages());
        Ok(WholePages { keyed: keyed?, others })
    }
}

/// The pages that show all versions.
#[derive(Debug)]
pub struct WholePages {
    pub keyed: Vec<KeyedPage>,
    /// Those of which it is not known what they are made of: few.
    pub others: Vec<Page>,
}

/// The templates, in which every value is escaped that is not said to be HTML.
fn environment() -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, source) in views::TEMPLATES {
        environment.add_template(name, source)?;
    }
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.set_formatter(escape_value);
    environment.add_filter("say", words::filter);
    environment.add_filter("summary", summary::filter);
    environment.add_filter("size", views::size);
    environment.add_filter("address", |path: &str| to_address(path).into_owned());
    Ok(environment)
}
