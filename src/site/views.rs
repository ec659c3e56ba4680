//! The pages of a site, one view each: what it is called, and what its template is told.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::asset::Assets;
use super::data::{PrintedClaim, Record};
use super::headlines::headlines;
use super::{Document, Page, Site, Version, path};
use crate::document::{ArticleNote, note_numbers};
use crate::model::SOURCES;

/// The templates by name.
pub(super) const TEMPLATES: [(&str, &str); 10] = [
    ("page.html", include_str!("templates/page.html")),
    ("front.html", include_str!("templates/front.html")),
    ("documents.html", include_str!("templates/documents.html")),
    ("version.html", include_str!("templates/version.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("document.html", include_str!("templates/document.html")),
    ("records.html", include_str!("templates/records.html")),
    ("record.html", include_str!("templates/record.html")),
    ("compare.html", include_str!("templates/compare.html")),
    ("search.html", include_str!("templates/search.html")),
];

/// One page.
pub(super) enum View<'a> {
    Front,
    Search,
    Compare,
    Records,
    Record(&'a Record),
    Overview(&'a Version),
    Changes(&'a Version),
    Document(&'a Version, &'a Document),
}

/// All pages of a site.
pub(super) fn all(site: &Site) -> Vec<View<'_>> {
    let mut views = vec![View::Front, View::Search, View::Compare, View::Records];
    views.extend(site.records.iter().map(View::Record));
    for version in &site.versions {
        views.push(View::Overview(version));
        if version.changes.is_some() {
            views.push(View::Changes(version));
        }
        views.extend(version.documents.iter().map(|document| View::Document(version, document)));
    }
    views
}

impl View<'_> {
    pub(super) fn path(&self) -> String {
        match self {
            View::Front => "index.html".to_owned(),
            View::Search => "search.html".to_owned(),
            View::Compare => "compare.html".to_owned(),
            View::Records => "records/index.html".to_owned(),
            View::Record(record) => path::record(&record.collection, &record.id),
            View::Overview(version) => path::overview(version.number),
            View::Changes(version) => path::changes(version.number),
            View::Document(version, document) => path::document(version.number, &document.id),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            View::Front => "front.html",
            View::Search => "search.html",
            View::Compare => "compare.html",
            View::Records => "records.html",
            View::Record(_) => "record.html",
            View::Overview(_) => "version.html",
            View::Changes(_) => "changes.html",
            View::Document(..) => "document.html",
        }
    }

    /// What the browser's window is called, before the book's title.
    fn title(&self) -> Option<String> {
        match self {
            View::Front => None,
            View::Search => Some("Search".to_owned()),
            View::Compare => Some("Compare versions".to_owned()),
            View::Records => Some("Records".to_owned()),
            View::Record(record) => Some(record.name.clone()),
            View::Overview(version) => Some(format!("Version {}", version.number)),
            View::Changes(version) => Some(format!("Changes in version {}", version.number)),
            View::Document(version, document) => Some(format!("{}, version {}", document.title, version.number)),
        }
    }

    fn description(&self, site: &Site) -> String {
        match self {
            View::Record(record) => format!("{}: what the book says of it, and since when", record.name),
            View::Overview(version) | View::Changes(version) => version.summary.clone(),
            View::Document(version, document) => {
                format!("{}. Version {} of {}, {}.", document.title, version.number, site.facts.title, version.long_date)
            }
            _ => site.facts.subtitle.clone().unwrap_or_else(|| site.facts.title.clone()),
        }
    }

    fn own(&self, site: &Site, assets: &Assets) -> Value {
        match self {
            View::Front => {
                let newest = site.newest();
                context! {
                    versions => Value::from(Serde(&site.versions)),
                    newest => Value::from(Serde(newest)),
                    documents => newest.map(linked).unwrap_or_default(),
                    lines => newest.map(headlines).unwrap_or_default(),
                    subtitle => site.facts.subtitle.clone(),
                    organization => site.facts.organization.clone(),
                    as_of => newest.map(|version| version.as_of.clone()),
                }
            }
            View::Search => context! { index => &assets.index },
            View::Compare => {
                let data: BTreeMap<u32, &String> = assets.data.iter().map(|(number, path)| (*number, path)).collect();
                context! { versions => Value::from(Serde(&site.versions)), data => super::asset::inert(&serde_json::json!(data).to_string()) }
            }
            View::Records => {
                let mut collections: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
                for record in &site.records {
                    let path = path::record(&record.collection, &record.id);
                    collections
                        .entry(&record.collection)
                        .or_default()
                        .push(context! { name => &record.name, path => path, gone => record.rows.is_empty() });
                }
                context! { collections => collections }
            }
            View::Record(record) => context! { record => Value::from(Serde(record)), printed => printed_in(site, record) },
            View::Overview(version) => context! {
                version => Value::from(Serde(version)),
                documents => linked(version),
                lines => headlines(version),
                earlier => version.changes.as_ref().map(|changes| changes.since),
                later => site.versions.iter().find(|other| other.changes.as_ref().is_some_and(|changes| changes.since == version.number)).map(|v| v.number),
            },
            View::Changes(version) => context! {
                version => Value::from(Serde(version)),
                html => version.changes.as_ref().map(|changes| Value::from_safe_string(changes.html.clone())),
            },
            View::Document(version, document) => context! {
                version => Value::from(Serde(version)),
                document => Value::from(Serde(document)),
                html => Value::from_safe_string(document.article.html.clone()),
                headings => document.article.headings.iter().filter(|heading| heading.level <= 3)
                    .map(|heading| context! { level => heading.level, id => heading.id.clone(), text => heading.text.clone() }).collect::<Vec<_>>(),
                notes => notes(site, document),
                newest => site.versions.first().map(|newest| newest.number),
                claims => document.claims.iter().map(|claim| claim_row(site, claim)).collect::<Vec<_>>(),
            },
        }
    }

    /// Whether anyone may see the page: what it shows of versions decides, whatever others say.
    pub(super) fn is_clear(&self, site: &Site) -> bool {
        self.versions(site).iter().all(|version| version.clear)
    }

    fn marking(&self, site: &Site) -> Option<String> {
        site.marking(self.versions(site).into_iter())
    }

    /// The versions that the page shows something of.
    fn versions<'a>(&'a self, site: &'a Site) -> Vec<&'a Version> {
        match self {
            View::Overview(version) | View::Document(version, _) => vec![version],
            View::Changes(version) => {
                let before = version.changes.as_ref().and_then(|changes| site.version(changes.since));
                std::iter::once(*version).chain(before).collect()
            }
            _ => site.versions.iter().collect(),
        }
    }

    /// The page as a file.
    pub(super) fn page(&self, site: &Site, assets: &Assets, environment: &Environment<'_>) -> Result<Page> {
        let path = self.path();
        let told = context! {
            root => path::root(&path),
            files => format!("{}{}", path::root(&path), site.facts.files),
            path => path.clone(),
            book => &site.facts.title,
            language => &site.facts.language,
            marking => self.marking(site),
            clear => self.is_clear(site),
            base_url => &site.facts.base_url,
            window => self.title(),
            description => self.description(site),
            style => &assets.style,
            script => &assets.script,
            here => self.template(),
            current => site.versions.first().map(|version| context! { number => &version.number, long_date => &version.long_date }),
            ..self.own(site, assets)
        };
        let html = environment.get_template(self.template()).and_then(|template| template.render(told));
        Ok(Page { bytes: html.with_context(|| format!("can't make the page `{path}`"))?.into_bytes(), path })
    }
}

/// The documents of a version with their paths, those below a folder together.
fn linked(version: &Version) -> Vec<Value> {
    let mut groups: Vec<(Option<&str>, Vec<Value>)> = Vec::new();
    for document in &version.documents {
        let folder = document.id.rsplit_once('/').map(|(folder, _)| folder);
        let entry = context! { document => Value::from(Serde(document)), path => path::document(version.number, &document.id) };
        match groups.iter_mut().find(|(name, _)| *name == folder) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((folder, vec![entry])),
        }
    }
    groups.into_iter().map(|(folder, documents)| context! { folder => folder, documents => documents }).collect()
}

/// A document's notes, each with the sources that its claims name.
fn notes(site: &Site, document: &Document) -> Vec<Value> {
    let mut sources: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for claim in &document.claims {
        // A claim with as many notes as sources: each note is of the source in its place.
        for (note, source) in claim.notes.iter().zip(&claim.sources) {
            let id = source.split('#').next().unwrap_or(source);
            let known = sources.entry(*note).or_default();
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }
    let note = |note: &ArticleNote| {
        let numbers = note_numbers(&note.label).unwrap_or_default();
        let mut ids: Vec<&str> = Vec::new();
        for id in numbers.iter().filter_map(|number| sources.get(number)).flatten() {
            if !ids.contains(id) {
                ids.push(id);
            }
        }
        let links: Vec<Value> = ids.into_iter().filter_map(|id| source_link(site, id)).collect();
        let shown = if numbers.is_empty() { note.label.clone() } else { note.label.replace(['-', '+'], ", ") };
        context! { label => &note.label, shown => shown, html => Value::from_safe_string(note.html.clone()), sources => links }
    };
    document.article.notes.iter().map(note).collect()
}

fn source_link(site: &Site, id: &str) -> Option<Value> {
    let record = site.record(SOURCES, id)?;
    Some(context! { name => &record.name, path => path::record(&record.collection, &record.id) })
}

fn claim_row(site: &Site, claim: &PrintedClaim) -> Value {
    // A figure that was calculated from several records leads to none of them.
    let only = claim.records.first().filter(|_| claim.records.len() == 1);
    let record = only.and_then(|record| record.split_once('/')).filter(|(collection, id)| site.record(collection, id).is_some());
    let sources: Vec<Value> = claim
        .sources
        .iter()
        .map(|source| {
            let (id, place) = source.split_once('#').map_or((source.as_str(), None), |(id, place)| (id, Some(place)));
            context! { name => id, place => place, path => site.record(SOURCES, id).is_some().then(|| path::record(SOURCES, id)) }
        })
        .collect();
    context! {
        printed => &claim.printed,
        name => &claim.claim,
        path => record.map(|(collection, id)| path::record(collection, id)),
        sources => sources,
        page => &claim.page,
    }
}

/// Where the newest version prints a record's claims: documents, with the first page of each.
fn printed_in(site: &Site, record: &Record) -> Vec<Value> {
    let Some(newest) = site.newest() else { return Vec::new() };
    let places = site.printed.get(&format!("{}/{}", record.collection, record.id)).map(Vec::as_slice).unwrap_or_default();
    let printing = places.iter().filter_map(|place| {
        let document = newest.documents.get(place.document)?;
        Some(context! {
            title => &document.title, path => path::document(newest.number, &document.id), page => place.page,
            pdf => document.pdf.is_some().then(|| format!("{}/{}.pdf", path::version(newest.number), document.id)),
        })
    });
    printing.collect()
}

/// A size as people read it: `14 KB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
