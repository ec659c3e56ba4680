//! All versions together, indexed for the pages that show several of them.

use std::collections::{BTreeMap, HashSet};

use super::data::{Facts, Record, Version};
use super::facts::{KnownSource, Resting, known_sources, resting};
use super::history;
use super::printed::{PrintedPlaces, printed};

/// A book and all its versions.
pub(super) struct Whole<'a> {
    pub(super) facts: &'a Facts,
    /// Newest first.
    pub(super) versions: &'a [Version],
    /// Every record that any version has, by collection and id.
    pub(super) records: Vec<Record>,
    /// Where the newest version prints what its records say.
    pub(super) printed: PrintedPlaces,
    /// What it prints for each claim.
    pub(super) printed_texts: BTreeMap<&'a str, &'a str>,
    /// The newest version's claims by the sources that they rest on.
    pub(super) resting: BTreeMap<String, Vec<Resting>>,
    /// The paths of its pages, below its folder.
    pub(super) places: HashSet<&'a str>,
    /// Its sources.
    pub(super) sources: BTreeMap<&'a str, KnownSource<'a>>,
}

impl<'a> Whole<'a> {
    pub(super) fn new(facts: &'a Facts, versions: &'a [Version]) -> Whole<'a> {
        let newest = versions.iter().find(|version| !version.pruned);
        let records = newest.map(|newest| newest.records.as_slice()).unwrap_or_default();
        let documents = newest.map(|newest| newest.documents.as_slice()).unwrap_or_default();
        Whole {
            facts,
            versions,
            records: history::records(versions),
            printed: newest.map(printed).unwrap_or_default(),
            printed_texts: printed_texts(versions),
            resting: resting(records, documents),
            places: newest.into_iter().flat_map(|newest| &newest.places).map(String::as_str).collect(),
            sources: known_sources(records, &facts.language),
        }
    }

    /// The newest version whose files are here.
    pub(super) fn newest(&self) -> Option<&'a Version> {
        self.versions.iter().find(|version| !version.pruned)
    }

    /// Whether anyone may see what all versions together say.
    pub(super) fn clear(&self) -> bool {
        self.versions.iter().all(|version| version.clear)
    }

    /// The marking of pages that show all versions.
    pub(super) fn marking(&self) -> Option<String> {
        marking(self.versions.iter().map(|version| (version.marking.as_deref(), version.clear)))
    }
}

/// The marking of a page that shows several versions: the markings of all of them. A marking that lets anyone see a version
/// is shown only if no version has a higher one.
pub(super) fn marking<'a>(versions: impl Iterator<Item = (Option<&'a str>, bool)>) -> Option<String> {
    let mut above: Vec<&str> = Vec::new();
    let mut clear = None;
    for (marking, is_clear) in versions {
        match marking {
            Some(marking) if is_clear => clear = clear.or(Some(marking)),
            Some(marking) if !above.contains(&marking) => above.push(marking),
            _ => {}
        }
    }
    if above.is_empty() { clear.map(str::to_owned) } else { Some(above.join(", ")) }
}

fn printed_texts(versions: &[Version]) -> BTreeMap<&str, &str> {
    let newest = versions.iter().find(|version| !version.pruned);
    let claims = newest.into_iter().flat_map(|newest| &newest.documents).flat_map(|document| &document.claims);
    claims.map(|claim| (claim.claim.as_str(), claim.printed.as_str())).collect()
}
