//! The pages of a site, one view each: what it is called, and what its template is told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::asset::Assets;
use super::changes::{DocumentGroup, ToldChanges, document_groups};
use super::data::{ChangedDocument, DocumentTitle, Facts, Record, VersionChanges};
use super::document_page::{self, IndexedVersion, PlaceOfChapter};
use super::headlines::headlines;
use super::lists;
use super::record_page;
use super::summary;
use super::whole::{Whole, marking};
use super::words::Language;
use super::{KeyedPage, Page, Version, path};

/// The templates by name.
pub(super) const TEMPLATES: [(&str, &str); 15] = [
    ("page.html", include_str!("templates/page.html")),
    ("front.html", include_str!("templates/front.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("documents.html", include_str!("templates/documents.html")),
    ("version.html", include_str!("templates/version.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("document.html", include_str!("templates/document.html")),
    ("changed.html", include_str!("templates/changed.html")),
    ("claims.html", include_str!("templates/claims.html")),
    ("removed.html", include_str!("templates/removed.html")),
    ("latest.html", include_str!("templates/latest.html")),
    ("records.html", include_str!("templates/records.html")),
    ("record.html", include_str!("templates/record.html")),
    ("compare.html", include_str!("templates/compare.html")),
    ("search.html", include_str!("templates/search.html")),
];

/// One page.
pub(super) enum View<'a> {
    Front(&'a Whole<'a>),
    Search(&'a Whole<'a>),
    Compare(&'a Whole<'a>),
    /// A page of the list of records, from 0.
    Records(&'a Whole<'a>, usize),
    Record(&'a Whole<'a>, &'a Record),
    /// What leads to a page of the newest version: its path below the version's folder.
    Latest(&'a Whole<'a>, &'a str),
    /// What a version is, with a page of the list of its documents, from 0.
    Overview(&'a Version, usize),
    Changes(&'a Version),
    /// A chapter of a document.
    Document(&'a IndexedVersion<'a>, PlaceOfChapter),
    /// The claims that a chapter prints.
    Claims(&'a IndexedVersion<'a>, PlaceOfChapter),
    /// What stands in the place of a document's page when the version's files are gone: the document's title, and the path.
    Removed(&'a Version, &'a str, String),
}

/// The pages that belong to one version.
pub(super) fn of_version<'a>(indexed: &'a IndexedVersion<'a>) -> Vec<View<'a>> {
    let version = indexed.version;
    let mut views: Vec<View<'a>> = (0..lists::pages_of_documents(version)).map(|page| View::Overview(version, page)).collect();
    if version.changes.as_ref().is_some_and(|changes| changes.is_complete) {
        views.push(View::Changes(version));
    }
    match version.documents.as_slice() {
        [] => {
            let made: BTreeSet<String> = views.iter().map(View::path).collect();
            views.extend(removed_pages(version, &made));
        }
        documents => {
            let places = documents
                .iter()
                .enumerate()
                .flat_map(|(document, held)| (0..held.chapters.len()).map(move |chapter| PlaceOfChapter { document, chapter }));
            let places: Vec<PlaceOfChapter> = places.collect();
            views.extend(places.iter().map(|place| View::Document(indexed, *place)));
            let with_claims = places.into_iter().filter(|place| !indexed.claims(*place).is_empty());
            views.extend(with_claims.map(|place| View::Claims(indexed, place)));
        }
    }
    views
}

/// The pages that a version had while its files were there, but for those that are `made` without them.
fn removed_pages<'a>(version: &'a Version, made: &BTreeSet<String>) -> Vec<View<'a>> {
    let titles: BTreeMap<String, &str> =
        version.titles.iter().map(|title| (path::below_version(&title.id), title.title.as_str())).collect();
    let pages: BTreeSet<&str> = titles.keys().chain(&version.places).map(String::as_str).collect();
    let removed = pages.into_iter().filter_map(|page| {
        let path = format!("{}/{page}", path::version(version.number));
        let title = titles.get(&path::page_of_document(page)).copied().unwrap_or(&version.title);
        (page.ends_with(".html") && !made.contains(&path)).then_some(View::Removed(version, title, path))
    });
    removed.collect()
}

/// The pages that show all versions.
pub(super) fn of_all<'a>(whole: &'a Whole<'a>) -> Vec<View<'a>> {
    let mut views = vec![View::Front(whole), View::Search(whole), View::Compare(whole)];
    views.extend((0..lists::pages_of_records(whole)).map(|page| View::Records(whole, page)));
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
            View::Records(_, page) => path::records(*page),
            View::Record(_, record) => path::record(&record.collection, &record.id),
            View::Latest(_, place) => path::latest(place),
            View::Overview(version, page) => path::overview(version.number, *page),
            View::Changes(version) => path::changes(version.number),
            View::Document(indexed, place) => format!("{}/{}", path::version(indexed.version.number), indexed.page(*place)),
            View::Claims(indexed, place) => {
                let page = path::claims_below_version(&indexed.document(place.document).id, &indexed.chapter(*place).id);
                format!("{}/{page}", path::version(indexed.version.number))
            }
            View::Removed(_, _, path) => path.clone(),
        }
    }

    fn template(&self) -> &'static str {
        match self {
            View::Front(_) => "front.html",
            View::Search(_) => "search.html",
            View::Compare(_) => "compare.html",
            View::Records(..) => "records.html",
            View::Record(..) => "record.html",
            View::Latest(..) => "latest.html",
            View::Overview(..) => "version.html",
            View::Changes(_) => "changes.html",
            View::Document(..) => "document.html",
            View::Claims(..) => "claims.html",
            View::Removed(..) => "removed.html",
        }
    }

    /// The version that the page belongs to.
    fn version(&self) -> Option<&Version> {
        match self {
            View::Overview(version, _) | View::Changes(version) | View::Removed(version, ..) => Some(version),
            View::Document(indexed, _) | View::Claims(indexed, _) => Some(indexed.version),
            _ => None,
        }
    }

    /// What the browser's window is called, before the book's title.
    fn title(&self, facts: &Facts) -> Option<String> {
        let language = self.version().map_or(&facts.language, |version| &version.language);
        let own = |english: &str| Some(language.say(english).to_owned());
        let of_version =
            |title: &str, number: u32| Some(language.say_with("{title}, version {number}", &[("title", &title), ("number", &number)]));
        match self {
            View::Front(_) => None,
            View::Search(_) => own("Search"),
            View::Compare(_) => own("Compare versions"),
            View::Records(_, 0) => own("Records"),
            View::Records(_, page) => Some(format!("{} {}", language.say("Records"), page + 1)),
            View::Record(_, record) => Some(record.name.clone()),
            View::Latest(..) => own("Newest version"),
            View::Overview(version, 0) => Some(language.say_with("Version {number}", &[("number", &version.number)])),
            View::Overview(version, page) => of_version(&format!("{} {}", language.say("Documents"), page + 1), version.number),
            View::Changes(version) => Some(language.say_with("Changes in version {number}", &[("number", &version.number)])),
            View::Document(indexed, place) | View::Claims(indexed, place) => of_version(&indexed.title(*place), indexed.version.number),
            View::Removed(version, title, _) => of_version(title, version.number),
        }
    }

    fn description(&self, facts: &Facts) -> String {
        match self {
            View::Record(_, record) => format!("{}. {}", record.name, facts.title),
            View::Overview(version, _) | View::Changes(version) => summary::in_language(&version.summary, &version.language),
            View::Document(indexed, place) | View::Claims(indexed, place) => {
                let (version, title) = (indexed.version, indexed.title(*place));
                {
                    let number = version.language.say_with("Version {number}", &[("number", &version.number)]);
                    format!("{title}. {}, {number}, {}.", version.title, version.long_date)
                }
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
                    documents => newest.map(|newest| lists::documents(newest, 0)).unwrap_or_default(),
                    parts => newest.map(|newest| lists::parts_of_documents(newest, 0)).unwrap_or_default(),
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
            View::Records(whole, page) => context! {
                collections => lists::records(whole, *page), page => *page, parts => lists::parts_of_records(whole, *page),
            },
            View::Record(whole, record) => record_page::told(whole, record, &facts.language),
            View::Latest(_, place) => context! { place => *place },
            View::Overview(version, page) => context! {
                version => Value::from(Serde(version)),
                documents => lists::documents(version, *page),
                page => *page,
                parts => lists::parts_of_documents(version, *page),
                lines => headlines(version),
                earlier => version.changes.as_ref().map(|changes| changes.since),
            },
            View::Changes(version) => context! {
                version => Value::from(Serde(version)),
                changes => version.changes.as_ref().map(|changes| ToldChanges::of(changes, &version.language).context()),
                documents => version.changes.as_ref().map(|changes| changed_documents(version, changes)).unwrap_or_default(),
            },
            View::Removed(version, title, _) => context! { version => Value::from(Serde(version)), title => *title },
            View::Document(indexed, place) => document_page::told(indexed, *place),
            View::Claims(indexed, place) => document_page::claims_told(indexed, *place),
        }
    }

    /// Whether anyone may see the page: what it shows of versions decides, whatever others say.
    pub(super) fn is_clear(&self) -> bool {
        match self {
            View::Overview(version, _) | View::Removed(version, ..) => version.clear,
            View::Document(indexed, _) | View::Claims(indexed, _) => indexed.version.clear,
            View::Changes(version) => version.clear && version.changes.as_ref().is_none_or(|changes| changes.since_clear),
            View::Latest(whole, _) => whole.newest().is_none_or(|newest| newest.clear),
            View::Front(whole) | View::Search(whole) | View::Compare(whole) | View::Records(whole, _) | View::Record(whole, _) => {
                whole.clear()
            }
        }
    }

    /// Whether search engines are told of the page: of versions' pages only by the addresses that lead to the newest.
    pub(super) fn is_listed(&self) -> bool {
        match self {
            View::Latest(whole, place) => whole.places.contains(place),
            View::Search(_) | View::Compare(_) => false,
            _ => self.version().is_none(),
        }
    }

    fn marking(&self) -> Option<String> {
        match self {
            View::Overview(version, _) | View::Removed(version, ..) => version.marking.clone(),
            View::Document(indexed, place) | View::Claims(indexed, place) => {
                indexed.document(place.document).marking.clone().or_else(|| indexed.version.marking.clone())
            }
            View::Changes(version) => {
                let since = version.changes.as_ref().map(|changes| (changes.since_marking.as_deref(), changes.since_clear));
                marking(std::iter::once((version.marking.as_deref(), version.clear)).chain(since))
            }
            View::Latest(whole, _) => whole.newest().and_then(|newest| newest.marking.clone()),
            View::Front(whole) | View::Search(whole) | View::Compare(whole) | View::Records(whole, _) | View::Record(whole, _) => {
                whole.marking()
            }
        }
    }

    /// The page.
    pub(super) fn page(&self, from: &MadeFrom<'_>) -> Result<Page> {
        let path = self.path();
        let told = self.told(from, &path);
        let bytes = self.rendered(from, &path, told)?;
        Ok(Page { path, bytes })
    }

    fn rendered(&self, from: &MadeFrom<'_>, path: &str, told: Value) -> Result<Vec<u8>> {
        let html = from.environment.get_template(self.template()).and_then(|template| template.render(told));
        html.map(String::into_bytes).with_context(|| format!("can't make the page `{path}`"))
    }

    /// The page, or that it is as it was where what it is made of has the digest that is known of it.
    pub(super) fn keyed_page(&self, from: &MadeFrom<'_>, known: Option<&str>) -> Result<KeyedPage> {
        let path = self.path();
        let told = self.told(from, &path);
        let parts = serde_json::to_vec(&(from.key, self.template(), &told)).with_context(|| format!("can't make the page `{path}`"))?;
        let key = path::short(&parts);
        if known == Some(key.as_str()) {
            return Ok(KeyedPage { path, key, bytes: None });
        }
        let bytes = Some(self.rendered(from, &path, told)?);
        Ok(KeyedPage { path, key, bytes })
    }

    /// All that the page's template is told.
    fn told(&self, from: &MadeFrom<'_>, path: &str) -> Value {
        let MadeFrom { facts, assets, .. } = *from;
        let version = self.version();
        let place = version.and_then(|version| path.strip_prefix(&format!("{}/", path::version(version.number))).map(path::latest));
        context! {
            root => path::root(path),
            files => format!("{}{}", path::root(path), facts.files),
            path => path,
            canonical => place.as_deref().unwrap_or(path),
            latest => &place,
            book => version.map_or(&facts.title, |version| &version.title),
            direction => direction(version.map_or(&facts.language, |version| &version.language)),
            language => Value::from(version.map_or(&facts.language, |version| &version.language)),
            number => version.map(|version| version.number),
            made => version.map(|version| version.long_date.clone()),
            marking => self.marking(),
            clear => self.is_clear(),
            base_url => &facts.base_url,
            window => self.title(facts),
            description => self.description(facts),
            style => &assets.style,
            script => &assets.script,
            here => self.template(),
            ..self.own(facts)
        }
    }
}

/// What pages are made from besides what they show.
#[derive(Clone, Copy)]
pub(super) struct MadeFrom<'a> {
    pub(super) facts: &'a Facts,
    pub(super) assets: &'a Assets,
    pub(super) environment: &'a Environment<'static>,
    /// Another where the same values give another page.
    pub(super) key: &'a str,
}

/// The direction in which a language is written, by its tag or its script.
fn direction(language: &Language) -> &'static str {
    let mut parts = language.tag().split('-');
    let main = parts.next().unwrap_or_default().to_ascii_lowercase();
    let script = parts.next().filter(|part| part.len() == 4).map(str::to_ascii_lowercase);
    let is_right_to_left = match script.as_deref() {
        Some(script) => matches!(script, "arab" | "hebr" | "syrc" | "thaa" | "nkoo" | "adlm" | "rohg"),
        None => matches!(main.as_str(), "ar" | "he" | "fa" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv" | "ckb" | "syr" | "arc"),
    };
    if is_right_to_left { "rtl" } else { "ltr" }
}

/// The documents that differ, by what happened to them and why.
fn changed_documents(version: &Version, changes: &VersionChanges) -> Vec<Value> {
    let titles: BTreeMap<&str, &DocumentTitle> = version.titles.iter().map(|title| (title.id.as_str(), title)).collect();
    let document = |changed: &ChangedDocument| {
        let known = titles.get(changed.id.as_str());
        context! {
            title => known.map(|document| &document.title).or(changed.title.as_ref()).unwrap_or(&changed.id),
            path => known.map(|document| path::document(version.number, &document.id)),
            redline => version.redlines.get(&changed.id).map(|size| {
                context! { path => path::redline(version.number, changes.since, &changed.id), size => size }
            }),
        }
    };
    let group = |group: &DocumentGroup<'_>| {
        context! { said => group.said(&version.language), documents => group.documents.iter().map(|changed| document(changed)).collect::<Vec<_>>() }
    };
    document_groups(changes).iter().map(group).collect()
}

/// A size as people read it: `14 KB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
