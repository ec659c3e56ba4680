//! From a ledger's folder to its reading site: versions are compared with their manifests and read, `site` makes pages
//! of them, and `version` puts the pages into place.

mod changes;
mod documents;
mod readers_text;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use self::versions::LedgerVersions;
use crate::assembly::labels;
use crate::files;
use crate::format::{Format, PdfFormat};
use crate::layout::{FETCHED_HISTORY, LATEST, LEDGER, MANIFEST, SITE, version_folder};
use crate::site::{self, Folder, ListedVersion};
use crate::tree::folder::MAX_FILE;
use crate::version::{self, Health, Ledger, Output, Stage, Store, Version};

/// The list of the site's own files, and the name that it had before; only a folder that has it, or is empty, is replaced.
const LISTS: &[&str] = &[".reading-site", ".reading-room"];

/// A reading site that was written.
#[derive(Debug)]
pub struct WrittenSite {
    pub folder: PathBuf,
    /// Its files by their paths in the folder.
    pub files: BTreeMap<String, Output>,
    pub pages: usize,
    /// The newest version in it.
    pub newest: u32,
    /// What people should know: links that lead nowhere.
    pub notes: Vec<String>,
    /// The `robots.txt` of the folder above the site's own, which holds the versions' files too.
    pub robots_above: Vec<u8>,
    /// The versions whose pages were not written, since they stand where they are published.
    pub elsewhere: BTreeSet<u32>,
}

/// How a site is to be made.
#[derive(Debug, Default)]
pub struct SiteOptions<'a> {
    /// Where; the ledger folder's own `site/` if it doesn't say.
    pub destination: Option<&'a Path>,
    pub base_url: Option<&'a str>,
    /// The versions whose files will be beside it; all that are here if it doesn't say.
    pub held: Option<&'a BTreeSet<u32>>,
    /// Those of them whose files and pages stand there already.
    pub published: Option<&'a BTreeSet<u32>>,
}

/// Writes the reading site of a ledger's folder, as a whole or not at all.
///
/// In the folder's own `site/` it links to the versions beside it; elsewhere it takes their files along. The pages of
/// versions whose pages would be the same are taken over from the site before.
pub fn site(ledger_folder: &Path, options: &SiteOptions<'_>) -> Result<WrittenSite> {
    let own = ledger_folder.join(SITE);
    let target = options.destination.unwrap_or(&own);
    let inside = is_same(target, &own);
    if Ledger::read(ledger_folder)?.newest().is_none() {
        bail!("there is no version in `{}` yet: `brief build` makes the first", ledger_folder.display());
    }
    let mut notes = Vec::new();
    // Beside the versions, nothing is written while somebody builds.
    let mut store = match inside {
        true => Some(Store::open(ledger_folder, &mut |who| notes.push(format!("waited for {who}")))?),
        false => None,
    };
    notes.extend(store.as_mut().map(Store::take_notes).unwrap_or_default());
    let ledger = Ledger::read(ledger_folder)?;
    let newest = ledger.newest().context("the ledger lists no version")?;
    let base_url = options.base_url.map(site::normal_address).transpose()?;
    let all = Version::all(ledger_folder)?;
    ensure_intact(&all)?;
    let Some(newest_with_files) = ledger.versions().iter().find(|entry| !entry.pruned) else {
        bail!("every version was pruned: there is nothing to show");
    };
    let mut source = LedgerVersions::new(ledger_folder, &ledger, newest_with_files, base_url, if inside { "../" } else { "" })?;
    let facts = source.facts.clone();
    let listed = ledger.versions().iter().rev().map(|entry| listed(entry, options)).collect::<Result<Vec<_>>>()?;
    let mut assembled = site::Assembled::default();
    let files = version::replace_folder(target, LISTS, |stage| {
        let fetched = files::read(&ledger_folder.join(FETCHED_HISTORY), MAX_FILE).unwrap_or_default();
        assembled = site::assemble(&facts, &listed, &fetched, SITE, &mut source, &StagedFolder(stage))?;
        if inside {
            return Ok(());
        }
        stage.write(LEDGER, ledger.to_json()?.as_bytes())?;
        all.par_iter().try_for_each(|version| {
            let folder = version_folder(version.entry.number);
            let manifest = version.manifest()?;
            stage.write(&format!("{folder}/{MANIFEST}"), manifest.to_json()?.as_bytes())?;
            manifest.outputs.keys().try_for_each(|name| stage.write_or_take_over(&format!("{folder}/{name}"), &version.read(name)?))
        })?;
        let newest = Version::find(ledger_folder, newest_with_files.number)?;
        stable_documents(&newest)?.iter().try_for_each(|name| stage.write(&format!("{LATEST}/{name}"), &newest.read(name)?))
    })?;
    notes.extend(assembled.broken);
    Ok(WrittenSite {
        folder: target.to_path_buf(),
        files,
        pages: assembled.pages,
        newest: newest.number,
        notes,
        robots_above: assembled.robots_above,
        elsewhere: assembled.elsewhere,
    })
}

/// The PDFs of a version that have an address of their own for the newest: those of no collection.
pub(super) fn stable_documents(version: &Version) -> Result<Vec<String>> {
    let manifest = version.manifest()?;
    let documents = manifest.documents.keys().filter(|id| !id.contains('/')).map(|id| PdfFormat.file(id));
    Ok(documents.filter(|name| manifest.outputs.contains_key(name)).collect())
}

fn listed(entry: &version::Entry, options: &SiteOptions<'_>) -> Result<ListedVersion> {
    Ok(ListedVersion {
        number: entry.number,
        digest: entry.digest.to_string(),
        pruned: entry.pruned,
        is_held: options.held.is_none_or(|held| held.contains(&entry.number)),
        is_published: options.published.is_some_and(|published| published.contains(&entry.number)),
        identity: serde_json::to_string(&(labels::RULE, entry))?,
        manifest: entry.manifest.to_string(),
    })
}

/// The folder of a site in the making.
struct StagedFolder<'a>(&'a Stage);

impl Folder for StagedFolder<'_> {
    fn read_before(&self, path: &str) -> Result<Option<Vec<u8>>> {
        self.0.read_before(path)
    }

    fn has_before(&self, path: &str) -> bool {
        self.0.has_before(path)
    }

    fn take_over(&self, path: &str) -> Result<bool> {
        self.0.take_over(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.0.write_or_take_over(path, bytes)
    }
}

/// Pages are made only where all versions are as they were written.
fn ensure_intact(versions: &[Version]) -> Result<()> {
    for (version, health) in versions.iter().zip(Version::health_of(versions)) {
        let number = version.entry.number;
        match health {
            Health::Intact => {}
            Health::Missing => bail!("version {number} is missing: there is no `{}`", version.folder().display()),
            Health::Damaged(faults) => bail!("version {number} is damaged: {}", faults.join("; ")),
        }
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        absolute.parent().and_then(|parent| Some(parent.canonicalize().ok()?.join(absolute.file_name()?))).unwrap_or(absolute)
    };
    real(one) == real(other)
}
