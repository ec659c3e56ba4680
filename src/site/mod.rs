//! The reading site: pages on which people read the versions of a book, in a browser, from a folder or a web server.
//!
//! In comes what the versions hold, as data; out come files. Pages are plain HTML that links to each other
//! relatively, so the same files work from a disk, a memory stick or any path of a server; script only searches and
//! compares what was not compared beforehand. The same versions give the same bytes.

mod asset;
mod data;
mod dates;
mod escape;
mod feed;
mod headlines;
mod history;
mod index;
mod links;
mod path;
mod robots;
mod views;

use minijinja::Environment;
use rayon::prelude::*;

pub use data::{
    ChangedField, Document, Facts, MadeOf, PrintedClaim, RecordChange, RecordChangeKind, RecordValues, Row, Site, Version, VersionChanges,
};
pub use dates::long_date;
pub use links::{VersionLinks, in_reading_order};
pub use path::version as version_folder;
pub use robots::robots_above;

use crate::layout::to_address;

/// A file of the site: its path from the root, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// All files of a site, sorted by path.
pub fn pages(site: &Site) -> anyhow::Result<Vec<Page>> {
    let environment = environment()?;
    let index = site.newest().map(index::index);
    let assets = asset::Assets::new(site, index.as_deref().unwrap_or_default())?;
    let wanted = views::all(site);
    let clear: Vec<String> = wanted.iter().filter(|view| view.is_clear(site)).map(views::View::path).collect();
    let mut pages: Vec<Page> = wanted.into_par_iter().map(|view| view.page(site, &assets, &environment)).collect::<anyhow::Result<_>>()?;
    pages.push(feed::feed(site));
    pages.push(robots::robots(site));
    pages.extend(robots::sitemap(site, &clear));
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
