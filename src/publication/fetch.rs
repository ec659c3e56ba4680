//! Fetches published versions that the local ledger lacks: whole, oldest first.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::audit::matches_entry;
use super::remote::{History, ensure_audience};
use super::signing::signed;
use super::{INVENTORY_LIMIT as HISTORY_LIMIT, MANIFEST_LIMIT};
use crate::layout::{FETCHED_HISTORY, LEDGER, MANIFEST, SITE, SITE_HISTORY, version_folder, version_list};
use crate::progress::Progress;
use crate::publish::{Address, Destination, Limits, Marker, Sink, VerifyingKey, Wanted};
use crate::version::{Digest, Entry, ExpectedHistory, Ledger, Manifest, Relation, StagedFile, Store};

/// The largest file and the largest version that are fetched, in bytes.
const FILE_LIMIT: u64 = 4 << 30;
const VERSION_LIMIT: u64 = 32 << 30;

/// What to fetch, and from where.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// The folder of one ledger.
    pub output: PathBuf,
    pub audience: Option<String>,
    /// A folder or an address.
    pub source: String,
    pub variables: Vec<(String, String)>,
    pub limits: Limits,
    pub jobs: usize,
    pub expected: ExpectedHistory,
    /// The key that the ledger must be signed with.
    pub key: Option<VerifyingKey>,
    /// Fetch only the newest version; record the others without their files.
    pub shallow: bool,
}

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The newest version that is published; none where nothing is.
    pub newest: Option<u32>,
    /// The versions that were fetched, oldest first.
    pub versions: Vec<u32>,
    pub objects: usize,
    pub notes: Vec<String>,
}

/// Fetches a published ledger and the versions that the folder lacks.
pub fn fetch(options: &FetchOptions, progress: &dyn Progress) -> Result<Fetched> {
    let source = Destination::reading(Address::parse(&options.source)?, &options.variables, &options.limits)?;
    let there = History::read(&source)?;
    if let Some(marker) = &there.marker {
        ensure_audience(marker, options.audience.as_deref(), &source.address.shown)?;
    }
    let Some(newest) = newest(&there, options.expected, &source)? else {
        return Ok(Fetched { newest: None, versions: Vec::new(), objects: 0, notes: Vec::new() });
    };
    if let (Some(key), Some(found)) = (&options.key, &there.ledger_found) {
        signed(&source, &found.bytes, key, options.audience.as_deref())?;
    }
    ensure_no_conflict(&Ledger::read(&options.output)?, &there.ledger, options, &source.address.shown)?;

    let mut waited = Vec::new();
    let mut store = Store::open(&options.output, &mut |who| waited.push(format!("waited for {who}")))?;
    ensure_no_conflict(store.ledger(), &there.ledger, options, &source.address.shown)?;
    let mut fetched = Fetched { newest: Some(newest), versions: Vec::new(), objects: 0, notes: waited };
    let entries: Vec<Entry> = there.ledger.versions().iter().rev().filter(|entry| is_wanted(&store, entry)).cloned().collect();
    progress.start("fetching", entries.len() as u64);
    for entry in &entries {
        if entry.pruned || (options.shallow && entry.number != newest) {
            store.adopt_pruned(entry)?;
            continue;
        }
        fetched.objects += download_version(&source, &mut store, entry, options.jobs)?;
        fetched.versions.push(entry.number);
        progress.step(&version_folder(entry.number));
    }
    progress.finish();
    store.update_from_published(&there.ledger)?;
    if options.shallow
        && let Some(history) = source.read(&format!("{SITE}/{SITE_HISTORY}"), HISTORY_LIMIT)?
    {
        // For the pages of versions whose files are not here.
        store.write_history(FETCHED_HISTORY, &history.bytes)?;
    }
    fetched.notes.extend(store.take_notes());
    Ok(fetched)
}

/// The newest published version, if one is expected. A history that could not be found is never taken to be empty.
fn newest(there: &History, expected: ExpectedHistory, source: &Destination) -> Result<Option<u32>> {
    let shown = &source.address.shown;
    let ledger = source.address.object(LEDGER);
    match (there.ledger.newest(), &there.marker, expected) {
        (Some(newest), _, ExpectedHistory::Versions) => Ok(Some(newest.number)),
        (Some(newest), _, ExpectedHistory::Nothing) => {
            bail!("versions are published at `{shown}` already, up to v{}: leave out `--first`", newest.number)
        }
        (None, Some(marker), _) => bail!(
            "`{ledger}` is missing, though `{}` says that versions of \"{}\" are published there: \
             publish again from where they were built, which `--repair` makes whole",
            source.address.object(Marker::KEY),
            marker.title
        ),
        (None, None, _) if there.ledger_found.is_some() => bail!("`{ledger}` lists no version: it is no ledger of published versions"),
        (None, None, ExpectedHistory::Nothing) => Ok(None),
        (None, None, ExpectedHistory::Versions) => bail!(
            "nothing is published at `{shown}` (there is no versions.json): check the address; \
             `brief build --ledger {shown} --first` builds the first version to be published there"
        ),
    }
}

/// Refuses to fetch if the local ledger has versions that the published one lacks, or that differ there.
fn ensure_no_conflict(here: &Ledger, there: &Ledger, options: &FetchOptions, shown: &str) -> Result<()> {
    let output = options.output.display();
    match there.relation(here) {
        Relation::Covers => Ok(()),
        Relation::Lacks(numbers) => {
            let list = version_list(&numbers);
            bail!("`{output}` has {list}, which `{shown}` lacks: publish first (`brief publish {shown}`), or fetch into another folder")
        }
        Relation::Differs(number) => {
            bail!("v{number} in `{output}` is not the v{number} that `{shown}` holds: move `{output}` away, or fetch into another folder")
        }
    }
}

/// A version is wanted that the ledger lacks, or whose folder is gone though it was not pruned.
fn is_wanted(store: &Store, entry: &Entry) -> bool {
    match store.version(entry.number) {
        None => true,
        Some(version) => !entry.pruned && !version.entry.pruned && !version.folder().exists(),
    }
}

/// Downloads one version as a whole; returns the number of objects.
fn download_version(source: &Destination, store: &mut Store, entry: &Entry, jobs: usize) -> Result<usize> {
    let folder = format!("{}/", version_folder(entry.number));
    let key = format!("{folder}{MANIFEST}");
    let shown = source.address.object(&key);
    let Some(found) = source.read(&key, MANIFEST_LIMIT)? else { bail!("`{shown}` is missing, and the ledger there lists the version") };
    if Digest::of(&found.bytes) != entry.manifest {
        bail!("`{shown}` is damaged: it does not have the digest that the ledger there lists");
    }
    let manifest = Manifest::parse(&found.bytes).with_context(|| format!("can't use `{shown}`"))?;
    if !matches_entry(&manifest, entry) {
        bail!("`{shown}` does not match the ledger entry of v{}", entry.number);
    }
    let sizes = manifest.outputs.values().map(|output| output.size);
    let total = sizes.clone().try_fold(0_u64, u64::checked_add).unwrap_or(u64::MAX);
    if sizes.max().is_some_and(|largest| largest > FILE_LIMIT) || total > VERSION_LIMIT {
        bail!("`{shown}` exceeds the download limits: {} GB for a file, and {} GB for a version", FILE_LIMIT >> 30, VERSION_LIMIT >> 30);
    }
    let wanted: Vec<Wanted> = manifest
        .outputs
        .iter()
        .map(|(name, output)| Wanted { key: format!("{folder}{name}"), sha256: output.sha256.to_string(), size: output.size })
        .collect();
    let stage = store.stage_adopted(entry)?;
    let open = |key: &str| Ok(Staged(stage.begin(key.strip_prefix(&folder).unwrap_or(key))?));
    source.bring(&wanted, jobs, &open, &mut |_, Staged(file)| stage.finish(file))?;
    store.adopt(stage, entry, &found.bytes)?;
    Ok(wanted.len() + 1)
}

/// A file on its way into a version.
struct Staged(StagedFile);

impl Sink for Staged {
    fn restart(&mut self) -> Result<()> {
        self.0.restart()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write(bytes)
    }
}
