//! A site from its versions: what is taken over from the site before, what is made anew, and what is known of versions
//! whose files are not here. Where versions are kept, and how files are written, is handed in.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::asset::inert;
use super::{Facts, Page, Renderer, Version, path, robots};
use crate::layout::SITE_HISTORY;

const HISTORY_FORMAT: u32 = 1;
/// Not published, as its name begins with a dot.
const PAGE_KEYS: &str = ".page-keys.json";

/// A version as the ledger lists it.
#[derive(Debug, Clone)]
pub struct ListedVersion {
    pub number: u32,
    pub digest: String,
    /// Whether its files were removed here.
    pub pruned: bool,
    /// Whether its files will be beside the site.
    pub is_held: bool,
    /// Whether its files and pages stand already where the site will be.
    pub is_published: bool,
    /// What the ledger says of it; a change means that its own pages differ.
    pub identity: String,
    /// The digest of its manifest; if that changes, the pages of the version after it do.
    pub manifest: String,
}

/// Where a site's versions come from.
pub trait Source {
    /// A version with its contents, compared with an earlier one; and its links that lead nowhere, in words.
    fn read(&mut self, number: u32, since: Option<u32>) -> Result<(Version, Vec<String>)>;
    /// All files of a version in one; nothing where they would be too long for that.
    fn archive(&mut self, number: u32) -> Result<Option<Vec<u8>>>;
    /// The documents of a version whose redlines from an earlier one were made, with the PDFs.
    fn redlines(&mut self, since: u32, number: u32) -> Result<Vec<(String, Vec<u8>)>>;
    /// A version as the ledger alone knows it.
    fn without_files(&self, number: u32) -> Result<Version>;
}

/// Where a site's files go, beside those of the site before, which they will replace.
pub trait Folder: Sync {
    /// A file of the site before; nothing where it has none of that name.
    fn read_before(&self, path: &str) -> Result<Option<Vec<u8>>>;
    fn has_before(&self, path: &str) -> bool;
    /// Takes a file over as it is; `false` where the site before has none of that name.
    fn take_over(&self, path: &str) -> Result<bool>;
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()>;
}

/// A site that was assembled.
#[derive(Debug, Default)]
pub struct Assembled {
    /// How many pages it has, and how many of them were made anew.
    pub pages: usize,
    /// Its links that lead nowhere, in words.
    pub broken: Vec<String>,
    /// The versions whose pages were not written, since they stand where they are published.
    pub elsewhere: BTreeSet<u32>,
    /// The `robots.txt` of the folder above the site's own, which holds the versions' files too.
    pub robots_above: Vec<u8>,
}

/// `history.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct History {
    format: u32,
    versions: BTreeMap<u32, KnownVersion>,
}

/// A version as it was when its pages were made.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KnownVersion {
    /// What its pages depend on; where it is the same, they are taken over.
    key: String,
    pages: Vec<String>,
    /// Its links that lead nowhere, in words.
    broken: Vec<String>,
    version: Version,
}

/// What a site was made of, as digests: for the next site alone.
#[derive(Debug, Default, Serialize, Deserialize)]
struct PageKeys {
    /// Of all that the site was made of.
    site: String,
    /// The site's files but this one.
    files: Vec<String>,
    /// The pages that show all versions, each with a digest of all that it is made of.
    pages: BTreeMap<String, String>,
}

impl PageKeys {
    fn parse(bytes: &[u8]) -> PageKeys {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

impl History {
    fn parse(bytes: &[u8]) -> History {
        serde_json::from_slice(bytes).ok().filter(|history: &History| history.format == HISTORY_FORMAT).unwrap_or_default()
    }
}

/// Writes all files of a site but those of the versions themselves. `listed` are the versions, oldest first; `fetched` is
/// the `history.json` of where they are published; `above` is the folder below which the site stands among the versions.
pub fn assemble(
    facts: &Facts,
    listed: &[ListedVersion],
    fetched: &[u8],
    above: &str,
    source: &mut dyn Source,
    folder: &dyn Folder,
) -> Result<Assembled> {
    let renderer = Renderer::new(facts)?;
    let mut known = History::parse(fetched).versions;
    known.extend(History::parse(&folder.read_before(SITE_HISTORY)?.unwrap_or_default()).versions);
    let keys = PageKeys::parse(&folder.read_before(PAGE_KEYS)?.unwrap_or_default());
    let mut assembly =
        Assembly { renderer: &renderer, source, folder, known, keys: BTreeMap::new(), before: None, elsewhere: BTreeSet::new() };
    let site_key = assembly.site_key(facts, listed, fetched)?;
    let is_elsewhere = |pair: &[ListedVersion]| stands_elsewhere(&pair[1], Some(&pair[0]));
    let is_all_here = !listed.first().is_some_and(|first| stands_elsewhere(first, None)) && !listed.windows(2).any(is_elsewhere);
    let known: Vec<&KnownVersion> = listed.iter().rev().filter_map(|version| assembly.known.get(&version.number)).collect();
    let is_all_known = known.len() == listed.len() && keys.files.iter().all(|file| folder.has_before(file));
    if keys.site == site_key && is_all_here && is_all_known {
        return take_over_all(&keys, &known, facts, above, folder);
    }
    let newest = listed.iter().rev().find(|version| !version.pruned).map(|version| version.number);
    let mut assembled = Assembled::default();
    let mut versions = Vec::new();
    let mut history = History { format: HISTORY_FORMAT, versions: BTreeMap::new() };
    for version in listed {
        let is_newest = Some(version.number) == newest;
        let made = assembly.version(version, is_newest)?;
        assembled.broken.extend(made.broken.iter().cloned());
        assembled.pages += made.pages.iter().filter(|page| is_page(page)).count();
        // Of versions other than the newest, no page but their own needs the contents.
        let KnownVersion { key, pages, broken, version: contents } = made;
        let newest = is_newest.then(|| contents.clone());
        let without = contents.without_contents();
        versions.push(newest.unwrap_or_else(|| without.clone()));
        history.versions.insert(version.number, KnownVersion { key, pages, broken, version: without });
    }
    versions.reverse();
    let pages = renderer.whole(&versions, &|path| keys.pages.get(path).filter(|_| folder.has_before(path)).cloned())?;
    assembled.pages += pages.keyed.len();
    pages.keyed.par_iter().try_for_each(|page| match &page.bytes {
        Some(bytes) => folder.write(&page.path, bytes),
        None => folder.take_over(&page.path).map(drop),
    })?;
    write(folder, &pages.others)?;
    let of_versions = history.versions.iter().filter(|(number, _)| !assembly.elsewhere.contains(number));
    let of_versions = of_versions.flat_map(|(_, version)| version.pages.iter().cloned());
    let others = pages.others.iter().map(|page| page.path.clone()).chain([SITE_HISTORY.to_owned()]);
    let whole = pages.keyed.iter().map(|page| page.path.clone());
    let keys = PageKeys {
        site: site_key,
        files: of_versions.chain(whole).chain(others).collect(),
        pages: pages.keyed.into_iter().map(|page| (page.path, page.key)).collect(),
    };
    folder.write(PAGE_KEYS, (serde_json::to_string(&keys)? + "\n").as_bytes())?;
    folder.write(SITE_HISTORY, (inert(&serde_json::to_string(&history)?) + "\n").as_bytes())?;
    assembled.elsewhere = assembly.elsewhere;
    assembled.robots_above = robots::robots_above(facts, &versions, above);
    Ok(assembled)
}

/// Takes over a site that would be the same as the one before; `known` are its versions, newest first.
fn take_over_all(keys: &PageKeys, known: &[&KnownVersion], facts: &Facts, above: &str, folder: &dyn Folder) -> Result<Assembled> {
    keys.files.par_iter().map(String::as_str).chain([PAGE_KEYS]).try_for_each(|file| folder.take_over(file).map(drop))?;
    let versions: Vec<Version> = known.iter().map(|known| known.version.clone()).collect();
    let pages = known.iter().flat_map(|known| &known.pages).filter(|page| is_page(page)).count();
    Ok(Assembled {
        pages: pages + keys.pages.len(),
        broken: known.iter().rev().flat_map(|known| known.broken.iter().cloned()).collect(),
        elsewhere: BTreeSet::new(),
        robots_above: robots::robots_above(facts, &versions, above),
    })
}

/// Whether a version's pages stand where the site will be, and none of its files is here to make them from, or to compare
/// them with.
fn stands_elsewhere(listed: &ListedVersion, before: Option<&ListedVersion>) -> bool {
    listed.is_published && (listed.pruned || before.is_some_and(|before| before.pruned))
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}

fn write(folder: &dyn Folder, pages: &[Page]) -> Result<()> {
    pages.par_iter().try_for_each(|page| folder.write(&page.path, &page.bytes))
}

/// The site in the making, version by version, the oldest first.
struct Assembly<'a> {
    renderer: &'a Renderer<'a>,
    source: &'a mut dyn Source,
    folder: &'a dyn Folder,
    /// What is known from the site before, or from where the versions are published.
    known: BTreeMap<u32, KnownVersion>,
    /// What the pages of each version depend on; set by `site_key`.
    keys: BTreeMap<u32, String>,
    /// The version before.
    before: Option<ListedVersion>,
    /// The versions whose pages are not written, since they stand where the site will be.
    elsewhere: BTreeSet<u32>,
}

impl Assembly<'_> {
    /// Writes the pages of a version, or takes them over.
    fn version(&mut self, listed: &ListedVersion, is_newest: bool) -> Result<KnownVersion> {
        let known = self.known.remove(&listed.number).filter(|known| known.version.digest == listed.digest);
        let before = self.before.replace(listed.clone());
        let follows_missing = before.as_ref().is_some_and(|before| before.pruned);
        let stands_there = stands_elsewhere(listed, before.as_ref());
        if let Some(known) = known.as_ref().filter(|_| stands_there && (listed.pruned || !is_newest)) {
            self.elsewhere.insert(listed.number);
            return Ok(known.clone());
        }
        let before = before.filter(|before| !before.pruned);
        if listed.pruned || !listed.is_held {
            return self.without_files(listed, before.as_ref(), known);
        }
        let key = self.keys.get(&listed.number).cloned().unwrap_or_default();
        let is_same = |known: &KnownVersion| known.key == key && known.pages.iter().all(|page| self.folder.has_before(page));
        if let Some(known) = known.as_ref().filter(|known| !is_newest && is_same(known)) {
            known.pages.par_iter().try_for_each(|page| self.folder.take_over(page).map(drop))?;
            return Ok(known.clone());
        }
        if let Some(known) = known.as_ref().filter(|known| stands_there || is_same(known)) {
            // Its own pages stay, but pages that show all versions need the newest version's contents.
            let (read, broken) = self.source.read(listed.number, None)?;
            let read = read.prepared();
            if stands_there {
                self.elsewhere.insert(listed.number);
            } else {
                known.pages.par_iter().try_for_each(|page| self.folder.take_over(page).map(drop))?;
            }
            let version = Version { documents: read.documents, records: read.records, ..known.version.clone() };
            return Ok(KnownVersion { key: known.key.clone(), pages: known.pages.clone(), broken, version });
        }
        let before = before.map(|before| before.number);
        let (version, broken) = self.source.read(listed.number, before)?;
        let mut version = version.prepared();
        if let Some(known) = known.filter(|_| follows_missing) {
            version.changes = known.version.changes;
        }
        let redlines = before.map_or(Ok(Vec::new()), |before| self.source.redlines(before, listed.number))?;
        let archive = self.source.archive(listed.number)?;
        version.archive = archive.as_ref().map(|bytes| bytes.len() as u64);
        version.redlines = redlines.iter().map(|(id, bytes)| (id.clone(), bytes.len() as u64)).collect();
        let mut pages = self.renderer.version(&mut version)?;
        let since = version.changes.as_ref().filter(|_| version.has_changes_page).map(|changes| changes.since);
        let redlines = since.into_iter().flat_map(|since| redlines.iter().map(move |(id, bytes)| (since, id, bytes)));
        pages.extend(redlines.map(|(since, id, bytes)| Page { path: path::redline(listed.number, since, id), bytes: bytes.clone() }));
        pages.extend(archive.map(|bytes| Page { path: path::archive(listed.number), bytes }));
        write(self.folder, &pages)?;
        Ok(KnownVersion { key, pages: pages.into_iter().map(|page| page.path).collect(), broken, version })
    }

    /// A version whose files will not be beside the site keeps what is known of it, and says so: its documents' pages would
    /// lead to files and images that are gone.
    fn without_files(
        &mut self,
        listed: &ListedVersion,
        before: Option<&ListedVersion>,
        known: Option<KnownVersion>,
    ) -> Result<KnownVersion> {
        let version = match known {
            Some(known) => known.version,
            None if listed.pruned => self.source.without_files(listed.number)?,
            None => self.source.read(listed.number, before.map(|before| before.number))?.0,
        };
        let mut version = Version { pruned: true, archive: None, ..version.prepared().without_contents() };
        let pages = self.renderer.version(&mut version)?;
        write(self.folder, &pages)?;
        let pages = pages.into_iter().map(|page| page.path).collect();
        Ok(KnownVersion { key: String::new(), pages, broken: Vec::new(), version })
    }

    /// What the whole site depends on, and each version's pages.
    fn site_key(&mut self, facts: &Facts, listed: &[ListedVersion], fetched: &[u8]) -> Result<String> {
        let mut versions = Vec::new();
        let mut before: Option<&ListedVersion> = None;
        for version in listed {
            let compared = before.filter(|before| !before.pruned && !version.pruned && version.is_held);
            let redlines = compared.map_or(Ok(Vec::new()), |before| self.source.redlines(before.number, version.number))?;
            let key = self.key(version, before.filter(|before| !before.pruned), &redlines)?;
            self.keys.insert(version.number, key.clone());
            versions.push((key, &version.digest, &version.manifest, version.pruned, version.is_published));
            before = Some(version);
        }
        let facts = (&facts.title, &facts.subtitle, &facts.organization);
        Ok(path::digest(&serde_json::to_vec(&(self.renderer.key(), facts, versions, path::digest(fetched)))?))
    }

    /// What the pages of a version depend on.
    fn key(&self, listed: &ListedVersion, before: Option<&ListedVersion>, redlines: &[(String, Vec<u8>)]) -> Result<String> {
        let before = before.map(|before| (before.number, &before.manifest));
        let redlines: Vec<(&str, String)> = redlines.iter().map(|(id, bytes)| (id.as_str(), path::digest(bytes))).collect();
        let parts = serde_json::to_vec(&(self.renderer.key(), &listed.identity, before, listed.is_held, redlines))?;
        Ok(path::digest(&parts))
    }
}
