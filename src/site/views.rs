//! The pages of a room, one view each: what it is called, and what its template is told.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::asset::Assets;
use super::{Document, Page, Record, Room, Version, path};
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

/// All pages of a room.
pub(super) fn all(room: &Room) -> Vec<View<'_>> {
    let mut views = vec![View::Front, View::Search, View::Compare, View::Records];
    views.extend(room.records.iter().map(View::Record));
    for version in &room.versions {
        views.push(View::Overview(version));
        if version.before.is_some() {
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

    fn description(&self, room: &Room) -> String {
        match self {
            View::Record(record) => format!("{}: what the book says of it, and since when", record.name),
            View::Overview(version) | View::Changes(version) => version.summary.clone(),
            View::Document(version, document) => {
                format!("{}. Version {} of {}, {}.", document.title, version.number, room.title, version.long_date)
            }
            _ => room.subtitle.clone().unwrap_or_else(|| room.title.clone()),
        }
    }

    fn own(&self, room: &Room, assets: &Assets) -> Value {
        match self {
            View::Front => {
                let newest = room.versions.iter().find(|version| !version.pruned);
                context! {
                    versions => Value::from(Serde(&room.versions)),
                    newest => Value::from(Serde(newest)),
                    documents => newest.map(linked).unwrap_or_default(),
                    subtitle => room.subtitle.clone(),
                    organization => room.organization.clone(),
                    as_of => newest.map(|version| version.as_of.clone()),
                }
            }
            View::Search => context! { index => &assets.index },
            View::Compare => {
                let data: BTreeMap<u32, &String> = assets.data.iter().map(|(number, path)| (*number, path)).collect();
                context! { versions => Value::from(Serde(&room.versions)), data => super::asset::inert(&serde_json::json!(data).to_string()) }
            }
            View::Records => {
                let mut collections: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
                for record in &room.records {
                    let path = path::record(&record.collection, &record.id);
                    collections
                        .entry(&record.collection)
                        .or_default()
                        .push(context! { name => &record.name, path => path, gone => record.rows.is_empty() });
                }
                context! { collections => collections }
            }
            View::Record(record) => context! { record => Value::from(Serde(record)), printed => printed_in(room, record) },
            View::Overview(version) => context! {
                version => Value::from(Serde(version)),
                documents => linked(version),
                earlier => version.before.as_ref().map(|before| before.number),
                later => room.versions.iter().find(|other| other.before.as_ref().is_some_and(|b| b.number == version.number)).map(|v| v.number),
            },
            View::Changes(version) => context! { version => Value::from(Serde(version)) },
            View::Document(version, document) => context! {
                version => Value::from(Serde(version)),
                document => Value::from(Serde(document)),
                html => Value::from_safe_string(document.article.html.clone()),
                headings => document.article.headings.iter().filter(|heading| heading.level <= 3)
                    .map(|heading| context! { level => heading.level, id => heading.id.clone(), text => heading.text.clone() }).collect::<Vec<_>>(),
                notes => notes(room, document),
                newest => room.versions.first().map(|newest| newest.number),
                claims => document.claims.iter().map(|claim| claim_row(room, claim)).collect::<Vec<_>>(),
            },
        }
    }

    /// Whether anyone may see the page: what it shows of versions decides, whatever others say.
    pub(super) fn is_clear(&self, room: &Room) -> bool {
        self.versions(room).iter().all(|version| version.clear)
    }

    fn marking(&self, room: &Room) -> Option<String> {
        room.marking(self.versions(room).into_iter())
    }

    /// The versions that the page shows something of.
    fn versions<'a>(&'a self, room: &'a Room) -> Vec<&'a Version> {
        match self {
            View::Overview(version) | View::Document(version, _) => vec![version],
            View::Changes(version) => {
                let before = version.before.as_ref().and_then(|before| room.version(before.number));
                std::iter::once(*version).chain(before).collect()
            }
            _ => room.versions.iter().collect(),
        }
    }

    /// The page as a file.
    pub(super) fn page(&self, room: &Room, assets: &Assets, environment: &Environment<'_>) -> Result<Page> {
        let path = self.path();
        let told = context! {
            root => path::root(&path),
            files => format!("{}{}", path::root(&path), room.files),
            path => path.clone(),
            book => &room.title,
            language => &room.language,
            marking => self.marking(room),
            clear => self.is_clear(room),
            base_url => &room.base_url,
            window => self.title(),
            description => self.description(room),
            style => &assets.style,
            script => &assets.script,
            here => self.template(),
            current => room.versions.first().map(|version| context! { number => &version.number, long_date => &version.long_date }),
            ..self.own(room, assets)
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
fn notes(room: &Room, document: &Document) -> Vec<Value> {
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
        let links: Vec<Value> = ids.into_iter().filter_map(|id| source_link(room, id)).collect();
        let shown = if numbers.is_empty() { note.label.clone() } else { note.label.replace(['-', '+'], ", ") };
        context! { label => &note.label, shown => shown, html => Value::from_safe_string(note.html.clone()), sources => links }
    };
    document.article.notes.iter().map(note).collect()
}

fn source_link(room: &Room, id: &str) -> Option<Value> {
    let record = room.record(SOURCES, id)?;
    Some(context! { name => &record.name, path => path::record(&record.collection, &record.id) })
}

fn claim_row(room: &Room, claim: &super::PrintedClaim) -> Value {
    // A figure that was calculated from several records leads to none of them.
    let only = claim.records.first().filter(|_| claim.records.len() == 1);
    let record = only.and_then(|record| record.split_once('/')).filter(|(collection, id)| room.record(collection, id).is_some());
    let sources: Vec<Value> = claim
        .sources
        .iter()
        .map(|source| {
            let (id, place) = source.split_once('#').map_or((source.as_str(), None), |(id, place)| (id, Some(place)));
            context! { name => id, place => place, path => room.record(SOURCES, id).is_some().then(|| path::record(SOURCES, id)) }
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
fn printed_in(room: &Room, record: &Record) -> Vec<Value> {
    let Some(newest) = room.versions.iter().find(|version| !version.pruned) else { return Vec::new() };
    let name = format!("{}/{}", record.collection, record.id);
    let printing = newest.documents.iter().filter_map(|document| {
        let mut claims = document.claims.iter().filter(|claim| claim.records.contains(&name)).peekable();
        let page = claims.peek()?.page;
        Some(context! {
            title => &document.title, path => path::document(newest.number, &document.id), page => page,
            pdf => document.pdf.is_some().then(|| format!("{}/{}.pdf", path::version(newest.number), document.id)), claims => claims.count(),
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
