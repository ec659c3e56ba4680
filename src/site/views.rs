//! The pages of a site, one view each: what it is called, and what its template is told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::anchors::with_anchors;
use super::asset::Assets;
use super::changes;
use super::data::{ChangedDocument, Facts, PrintedClaim, Record, VersionChanges};
use super::facts::{self, Resting, charts, citation};
use super::headlines::headlines;
use super::whole::{Whole, marking};
use super::{Document, Page, Version, long_date, path};
use crate::document::{ArticleNote, note_numbers};
use crate::model::SOURCES;

/// The templates by name.
pub(super) const TEMPLATES: [(&str, &str); 11] = [
    ("page.html", include_str!("templates/page.html")),
    ("front.html", include_str!("templates/front.html")),
    ("documents.html", include_str!("templates/documents.html")),
    ("version.html", include_str!("templates/version.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("document.html", include_str!("templates/document.html")),
    ("latest.html", include_str!("templates/latest.html")),
    ("records.html", include_str!("templates/records.html")),
    ("record.html", include_str!("templates/record.html")),
    ("compare.html", include_str!("templates/compare.html")),
    ("search.html", include_str!("templates/search.html")),
];

/// As many printed claims are shown with a note.
const NOTED: usize = 6;

/// One page.
pub(super) enum View<'a> {
    Front(&'a Whole<'a>),
    Search(&'a Whole<'a>),
    Compare(&'a Whole<'a>),
    Records(&'a Whole<'a>),
    Record(&'a Whole<'a>, &'a Record),
    /// What leads to a page of the newest version: its path below the version's folder.
    Latest(&'a Whole<'a>, &'a str),
    Overview(&'a Version),
    Changes(&'a Version),
    Document(&'a Version, &'a Document),
}

/// The pages that belong to one version.
pub(super) fn of_version(version: &Version) -> Vec<View<'_>> {
    let mut views = vec![View::Overview(version)];
    if version.changes.as_ref().is_some_and(|changes| changes.is_complete) {
        views.push(View::Changes(version));
    }
    views.extend(version.documents.iter().map(|document| View::Document(version, document)));
    views
}

/// The pages that show all versions.
pub(super) fn of_all<'a>(whole: &'a Whole<'a>) -> Vec<View<'a>> {
    let mut views = vec![View::Front(whole), View::Search(whole), View::Compare(whole), View::Records(whole)];
    views.extend(whole.records.iter().map(|record| View::Record(whole, record)));
    let places: BTreeSet<&str> = whole.versions.iter().flat_map(|version| &version.places).map(String::as_str).collect();
    views.extend(places.into_iter().map(|place| View::Latest(whole, place)));
    views
}

impl View<'_> {
    pub(super) fn path(&self) -> String {
        match self {
            View::Front(_) => "index.html".to_owned(),
            View::Search(_) => "search.html".to_owned(),
            View::Compare(_) => "compare.html".to_owned(),
            View::Records(_) => "records/index.html".to_owned(),
            View::Record(_, record) => path::record(&record.collection, &record.id),
            View::Latest(_, place) => path::latest(place),
            View::Overview(version) => path::overview(version.number),
            View::Changes(version) => path::changes(version.number),
            View::Document(version, document) => path::document(version.number, &document.id),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            View::Front(_) => "front.html",
            View::Search(_) => "search.html",
            View::Compare(_) => "compare.html",
            View::Records(_) => "records.html",
            View::Record(..) => "record.html",
            View::Latest(..) => "latest.html",
            View::Overview(_) => "version.html",
            View::Changes(_) => "changes.html",
            View::Document(..) => "document.html",
        }
    }

    /// The version that the page belongs to.
    fn version(&self) -> Option<&Version> {
        match self {
            View::Overview(version) | View::Changes(version) | View::Document(version, _) => Some(version),
            _ => None,
        }
    }

    /// What the browser's window is called, before the book's title.
    fn title(&self) -> Option<String> {
        match self {
            View::Front(_) => None,
            View::Search(_) => Some("Search".to_owned()),
            View::Compare(_) => Some("Compare versions".to_owned()),
            View::Records(_) => Some("Records".to_owned()),
            View::Record(_, record) => Some(record.name.clone()),
            View::Latest(..) => Some("Newest version".to_owned()),
            View::Overview(version) => Some(format!("Version {}", version.number)),
            View::Changes(version) => Some(format!("Changes in version {}", version.number)),
            View::Document(version, document) => Some(format!("{}, version {}", document.list_title, version.number)),
        }
    }

    fn description(&self, facts: &Facts) -> String {
        match self {
            View::Record(_, record) => format!("{}: what the book says of it, and since when", record.name),
            View::Overview(version) | View::Changes(version) => version.summary.clone(),
            View::Document(version, document) => {
                format!("{}. Version {} of {}, {}.", document.list_title, version.number, version.title, version.long_date)
            }
            _ => facts.subtitle.clone().unwrap_or_else(|| facts.title.clone()),
        }
    }

    fn own(&self, facts: &Facts) -> Value {
        match self {
            View::Front(whole) => {
                let newest = whole.newest();
                context! {
                    versions => Value::from(Serde(whole.versions)),
                    newest => Value::from(Serde(newest)),
                    documents => newest.map(linked).unwrap_or_default(),
                    lines => newest.map(headlines).unwrap_or_default(),
                    subtitle => facts.subtitle.clone(),
                    organization => facts.organization.clone(),
                    as_of => newest.map(|version| version.as_of.clone()),
                }
            }
            View::Search(_) => context! {},
            View::Compare(whole) => {
                let data: BTreeMap<u32, &String> =
                    whole.versions.iter().filter_map(|version| Some((version.number, version.data.as_ref()?))).collect();
                context! {
                    versions => Value::from(Serde(whole.versions)),
                    data => super::asset::inert(&serde_json::json!(data).to_string()),
                }
            }
            View::Records(whole) => {
                let mut collections: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
                for record in &whole.records {
                    let path = path::record(&record.collection, &record.id);
                    collections
                        .entry(&record.collection)
                        .or_default()
                        .push(context! { name => &record.name, path => path, gone => record.rows.is_empty() });
                }
                context! { collections => collections }
            }
            View::Record(whole, record) => {
                let mut told = facts::facts(if record.rows.is_empty() { &record.last_rows } else { &record.rows });
                for fact in &mut told {
                    fact.as_of = fact.as_of.take().map(|date| date.parse().map_or(date, |date| long_date(date, &facts.language)));
                }
                let sources: Vec<Vec<Value>> =
                    told.iter().map(|fact| fact.sources.iter().map(|source| citation(&whole.sources, source)).collect()).collect();
                let facts: Vec<Value> = told.iter().map(|fact| Value::from(Serde(fact))).collect();
                context! {
                    record => Value::from(Serde(record)), printed => printed_in(whole, record), charts => charts(record),
                    facts => facts.into_iter().zip(sources).map(|(fact, sources)| context! { fact => fact, sources => sources }).collect::<Vec<_>>(),
                    resting => resting_on(whole, record),
                }
            }
            View::Latest(_, place) => context! { place => *place },
            View::Overview(version) => context! {
                version => Value::from(Serde(version)),
                documents => linked(version),
                lines => headlines(version),
                earlier => version.changes.as_ref().map(|changes| changes.since),
            },
            View::Changes(version) => context! {
                version => Value::from(Serde(version)),
                changes => version.changes.as_ref().map(|changes| changes::told(changes, &version.language)),
                documents => version.changes.as_ref().map(|changes| changed_documents(version, changes)).unwrap_or_default(),
            },
            View::Document(version, document) => {
                let known: BTreeMap<(&str, &str), &str> =
                    version.records.iter().map(|record| ((record.collection.as_str(), record.id.as_str()), record.name.as_str())).collect();
                context! {
                    version => Value::from(Serde(version)),
                    document => Value::from(Serde(document)),
                    html => Value::from_safe_string(with_anchors(&document.article.html)),
                    previous => neighbour(version, document, -1),
                    next => neighbour(version, document, 1),
                    organization => facts.organization.clone(),
                    headings => document.article.headings.iter().filter(|heading| heading.level <= 3)
                        .map(|heading| context! { level => heading.level, id => heading.id.clone(), text => heading.text.clone() }).collect::<Vec<_>>(),
                    notes => notes(&known, document),
                    claims => document.claims.iter().map(|claim| claim_row(&known, claim)).collect::<Vec<_>>(),
                }
            }
        }
    }

    /// Whether anyone may see the page: what it shows of versions decides, whatever others say.
    pub(super) fn is_clear(&self) -> bool {
        match self {
            View::Overview(version) | View::Document(version, _) => version.clear,
            View::Changes(version) => version.clear && version.changes.as_ref().is_none_or(|changes| changes.since_clear),
            View::Latest(whole, _) => whole.newest().is_none_or(|newest| newest.clear),
            View::Front(whole) | View::Search(whole) | View::Compare(whole) | View::Records(whole) | View::Record(whole, _) => {
                whole.clear()
            }
        }
    }

    /// Whether search engines are told of the page: of versions' pages only by the addresses that lead to the newest.
    pub(super) fn is_listed(&self) -> bool {
        match self {
            View::Latest(whole, place) => whole.newest().is_some_and(|newest| newest.places.iter().any(|other| other == place)),
            View::Search(_) | View::Compare(_) => false,
            _ => self.version().is_none(),
        }
    }

    fn marking(&self) -> Option<String> {
        match self {
            View::Overview(version) | View::Document(version, _) => version.marking.clone(),
            View::Changes(version) => {
                let since = version.changes.as_ref().map(|changes| (changes.since_marking.as_deref(), changes.since_clear));
                marking(std::iter::once((version.marking.as_deref(), version.clear)).chain(since))
            }
            View::Latest(whole, _) => whole.newest().and_then(|newest| newest.marking.clone()),
            View::Front(whole) | View::Search(whole) | View::Compare(whole) | View::Records(whole) | View::Record(whole, _) => {
                whole.marking()
            }
        }
    }

    /// The page as a file.
    pub(super) fn page(&self, facts: &Facts, assets: &Assets, environment: &Environment<'_>) -> Result<Page> {
        let path = self.path();
        let version = self.version();
        let place = version.and_then(|version| path.strip_prefix(&format!("{}/", path::version(version.number))).map(path::latest));
        let told = context! {
            root => path::root(&path),
            files => format!("{}{}", path::root(&path), facts.files),
            path => path.clone(),
            canonical => place.clone().unwrap_or_else(|| path.clone()),
            latest => place,
            book => version.map_or(&facts.title, |version| &version.title),
            direction => direction(version.map_or(&facts.language, |version| &version.language)),
            language => version.map_or(&facts.language, |version| &version.language),
            number => version.map(|version| version.number),
            made => version.map(|version| version.long_date.clone()),
            marking => self.marking(),
            clear => self.is_clear(),
            base_url => &facts.base_url,
            window => self.title(),
            description => self.description(facts),
            style => &assets.style,
            script => &assets.script,
            here => self.template(),
            ..self.own(facts)
        };
        let html = environment.get_template(self.template()).and_then(|template| template.render(told));
        Ok(Page { bytes: html.with_context(|| format!("can't make the page `{path}`"))?.into_bytes(), path })
    }
}

/// The direction in which a language is written, by its tag or its script.
fn direction(language: &str) -> &'static str {
    let mut parts = language.split('-');
    let main = parts.next().unwrap_or_default().to_ascii_lowercase();
    let script = parts.next().filter(|part| part.len() == 4).map(str::to_ascii_lowercase);
    let is_right_to_left = match script.as_deref() {
        Some(script) => matches!(script, "arab" | "hebr" | "syrc" | "thaa" | "nkoo" | "adlm" | "rohg"),
        None => matches!(main.as_str(), "ar" | "he" | "fa" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv" | "ckb" | "syr" | "arc"),
    };
    if is_right_to_left { "rtl" } else { "ltr" }
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

/// The names of a version's records, by collection and id.
type Names<'a> = BTreeMap<(&'a str, &'a str), &'a str>;

/// A document's notes, each with the sources that its claims name.
fn notes(known: &Names<'_>, document: &Document) -> Vec<Value> {
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
        let links: Vec<Value> = ids.into_iter().filter_map(|id| source_link(known, id)).collect();
        let shown = if numbers.is_empty() { note.label.clone() } else { note.label.replace(['-', '+'], ", ") };
        // What the text prints there: the figures, and the dates for which they hold.
        let printed: Vec<Value> = document
            .claims
            .iter()
            .filter(|claim| claim.notes.iter().any(|note| numbers.contains(note)))
            .map(|claim| context! { text => &claim.printed, as_of => &claim.as_of })
            .take(NOTED)
            .collect();
        context! { label => &note.label, printed => printed, shown => shown, html => Value::from_safe_string(note.html.clone()), sources => links }
    };
    document.article.notes.iter().map(note).collect()
}

fn source_link(known: &Names<'_>, id: &str) -> Option<Value> {
    let name = known.get(&(SOURCES, id))?;
    Some(context! { name => *name, path => path::record(SOURCES, id) })
}

fn claim_row(known: &Names<'_>, claim: &PrintedClaim) -> Value {
    // A figure that was calculated from several records leads to none of them.
    let only = claim.records.first().filter(|_| claim.records.len() == 1);
    let record = only.and_then(|record| record.split_once('/')).filter(|record| known.contains_key(record));
    let sources: Vec<Value> = claim
        .sources
        .iter()
        .map(|source| {
            let (id, place) = source.split_once('#').map_or((source.as_str(), None), |(id, place)| (id, Some(place)));
            context! { name => id, place => place, path => known.contains_key(&(SOURCES, id)).then(|| path::record(SOURCES, id)) }
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

/// Where the newest version prints a record's claims.
fn printed_in(whole: &Whole<'_>, record: &Record) -> Vec<Value> {
    let Some(newest) = whole.newest() else { return Vec::new() };
    let places = whole.printed.get(&format!("{}/{}", record.collection, record.id)).map(Vec::as_slice).unwrap_or_default();
    let documents = places.iter().filter_map(|place| newest.documents.get(*place));
    documents.map(|document| context! { title => &document.list_title, path => path::latest(&path::below_version(&document.id)) }).collect()
}

/// The claims that rest on a source, each with the documents that print it.
fn resting_on(whole: &Whole<'_>, record: &Record) -> Vec<Value> {
    let Some(newest) = whole.newest().filter(|_| record.collection == SOURCES) else { return Vec::new() };
    let claims = whole.resting.get(&record.id).map(Vec::as_slice).unwrap_or_default();
    let documents = |claim: &str| -> Vec<Value> {
        let places = whole.printed.get(claim).map(Vec::as_slice).unwrap_or_default();
        let documents = places.iter().filter_map(|place| newest.documents.get(*place));
        documents
            .map(|document| context! { title => &document.list_title, path => path::latest(&path::below_version(&document.id)) })
            .collect()
    };
    let row = |claim: &Resting| {
        context! {
            record => &claim.record, path => &claim.path, label => &claim.label, value => claim.value.as_deref().or_else(|| whole.printed_texts.get(claim.claim.as_str()).copied()), place => &claim.place,
            printed => documents(&claim.claim),
        }
    };
    claims.iter().map(row).collect()
}

/// The document before or after one, in the order of the book.
fn neighbour(version: &Version, document: &Document, step: isize) -> Option<Value> {
    let at = version.documents.iter().position(|other| other.id == document.id)?;
    let other = version.documents.get(at.checked_add_signed(step)?)?;
    Some(context! { title => &other.list_title, path => path::document(version.number, &other.id) })
}

/// The documents that differ, by what happened to them.
fn changed_documents(version: &Version, changes: &VersionChanges) -> Vec<Value> {
    let document = |changed: &ChangedDocument| {
        let known = version.documents.iter().find(|document| document.id == changed.id);
        context! {
            title => known.map_or(&changed.id, |document| &document.list_title),
            path => known.map(|document| path::document(version.number, &document.id)),
            verb => &changed.verb, reasons => &changed.reasons,
        }
    };
    changes.documents.iter().map(document).collect()
}

/// A size as people read it: `14 KB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
