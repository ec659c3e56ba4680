//! From a ledger's folder to its reading site: versions are read, checked against their manifests and compared with
//! their neighbours, `site` makes pages of them, and `version` puts the pages into place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::compare::version_documents;
use super::marked::{self, labels_above_clear};
use super::told::without_citations;
use crate::diff::{self, Change, ChangeKind, Changes, DocumentChange, FieldPart, Op, Snapshot};
use crate::files;
use crate::format::{Format, MarkdownFormat, PdfFormat};
use crate::layout::{CLAIMS, DATA, LEDGER, MANIFEST, SITE, version_folder};
use crate::markdown::{self, Surroundings};
use crate::model::Date;
use crate::site::{
    self, ChangedDocument, ChangedField, Document, Facts, MadeOf, PrintedClaim, RecordChange, RecordChangeKind, RecordValues, Renderer,
    VersionChanges,
};
use crate::text::capital;
use crate::tree::folder::MAX_FILE;
use crate::version::{self, ClaimLedger, ClaimRow, Digest, Entry, Health, Ledger, Manifest, Stage, Store, Version};

/// The list of the site's own files, and the name that it had before; only a folder that has it, or is empty, is replaced.
const LISTS: &[&str] = &[".reading-site", ".reading-room"];
/// `history.json` as it was fetched with a shallow history.
pub(super) const FETCHED_HISTORY: &str = ".history.json";

/// The versions that a site shows, without their contents: what is known of one whose files are not here any more.
pub(super) const HISTORY: &str = "history.json";
/// A value longer than this is cut.
const LONG: usize = 20_000;
const HISTORY_FORMAT: u32 = 1;

/// A reading site that was written.
#[derive(Debug)]
pub struct WrittenSite {
    pub folder: PathBuf,
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
    version: site::Version,
}

impl History {
    fn parse(bytes: &[u8]) -> History {
        serde_json::from_slice(bytes).ok().filter(|history: &History| history.format == HISTORY_FORMAT).unwrap_or_default()
    }
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
    let base_url = options.base_url.map(normal_address).transpose()?;
    let all = Version::all(ledger_folder)?;
    ensure_intact(&all)?;
    let Some(newest_with_files) = ledger.versions().iter().find(|entry| !entry.pruned) else {
        bail!("every version was pruned: there is nothing to show");
    };
    let facts = facts(&VersionFiles::read(ledger_folder, newest_with_files)?, base_url, if inside { "../" } else { "" });
    let renderer = Renderer::new(&facts)?;
    let (mut count, mut robots_above, mut elsewhere) = (0, Vec::new(), BTreeSet::new());
    version::replace_folder(target, LISTS, |stage| {
        let fetched = files::read(&ledger_folder.join(FETCHED_HISTORY), MAX_FILE).unwrap_or_default();
        let mut known = History::parse(&fetched).versions;
        known.extend(History::parse(&stage.read_before(HISTORY)?.unwrap_or_default()).versions);
        let mut assembly = Assembly {
            ledger_folder,
            renderer: &renderer,
            facts: &facts,
            options,
            stage,
            known,
            before: None,
            is_missing: false,
            elsewhere: BTreeSet::new(),
        };
        let mut versions = Vec::new();
        let mut history = History { format: HISTORY_FORMAT, versions: BTreeMap::new() };
        for entry in ledger.versions().iter().rev() {
            let made = assembly.version(entry, entry.number == newest_with_files.number)?;
            notes.extend(made.broken.iter().cloned());
            count += made.pages.iter().filter(|page| page.ends_with(".html")).count();
            versions.push(made.version.clone());
            history.versions.insert(entry.number, KnownVersion { version: made.version.without_contents(), ..made });
        }
        versions.reverse();
        elsewhere = assembly.elsewhere;
        let pages = renderer.whole(&versions)?;
        count += pages.iter().filter(|page| page.path.ends_with(".html")).count();
        pages.par_iter().try_for_each(|page| stage.write_or_take_over(&page.path, &page.bytes))?;
        stage.write_or_take_over(HISTORY, (serde_json::to_string(&history)? + "\n").as_bytes())?;
        robots_above = site::robots_above(&facts, &versions, SITE);
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
        stable_documents(&newest)?.iter().try_for_each(|name| stage.write(&format!("latest/{name}"), &newest.read(name)?))
    })?;
    Ok(WrittenSite { folder: target.to_path_buf(), pages: count, newest: newest.number, notes, robots_above, elsewhere })
}

/// The PDFs of a version that have an address of their own for the newest: those of no collection.
pub(super) fn stable_documents(version: &Version) -> Result<Vec<String>> {
    let manifest = version.manifest()?;
    let documents = manifest.documents.keys().filter(|id| !id.contains('/')).map(|id| PdfFormat.file(id));
    Ok(documents.filter(|name| manifest.outputs.contains_key(name)).collect())
}

/// The site in the making, version by version, the oldest first.
struct Assembly<'a> {
    ledger_folder: &'a Path,
    renderer: &'a Renderer<'a>,
    facts: &'a Facts,
    options: &'a SiteOptions<'a>,
    stage: &'a Stage,
    /// What is known from the site before, or from where the versions are published.
    known: BTreeMap<u32, KnownVersion>,
    /// The version before: its entry, and its files where they had to be read.
    before: Option<(Entry, Option<VersionFiles>)>,
    /// Whether the files of the version before are not here.
    is_missing: bool,
    /// The versions whose pages are not written, since they stand where the site will be.
    elsewhere: BTreeSet<u32>,
}

impl Assembly<'_> {
    /// Writes the pages of a version, or takes them over.
    fn version(&mut self, entry: &Entry, is_newest: bool) -> Result<KnownVersion> {
        let known = self.known.remove(&entry.number).filter(|known| known.version.digest == entry.digest.to_string());
        let follows_missing = std::mem::replace(&mut self.is_missing, entry.pruned);
        let elsewhere = match &known {
            Some(known) if (entry.pruned || follows_missing) && self.is_published(entry) => Some(known.clone()),
            _ => None,
        };
        if let Some(known) = elsewhere.filter(|_| entry.pruned || !is_newest) {
            self.elsewhere.insert(entry.number);
            self.before = (!entry.pruned).then(|| (entry.clone(), None));
            return Ok(known);
        }
        if entry.pruned {
            return self.without_files(entry, known);
        }
        let key = self.key(entry)?;
        let is_same = |known: &KnownVersion| known.key == key && known.pages.iter().all(|page| self.stage.has_before(page));
        if let Some(known) = known.as_ref().filter(|known| !is_newest && is_same(known)) {
            known.pages.par_iter().try_for_each(|page| self.stage.take_over(page).map(drop))?;
            self.before = Some((entry.clone(), None));
            return Ok(known.clone());
        }
        let files = VersionFiles::read(self.ledger_folder, entry)?;
        let before = match self.before.take() {
            Some((before, None)) => Some(VersionFiles::read(self.ledger_folder, &before)?),
            Some((_, files)) => files,
            None => None,
        };
        let changes = before.map(|before| compare(&before, &files)).transpose()?;
        let data = PageData { language: &files.snapshot.book.language, files: &self.facts.files };
        let (mut version, broken) = data.version(&files, changes)?;
        version.pruned = self.options.held.is_some_and(|held| !held.contains(&entry.number));
        if let Some(known) = known.filter(|_| follows_missing) {
            version.changes = known.version.changes.map(|changes| VersionChanges { is_complete: false, ..changes });
            if self.is_published(entry) {
                // Its pages stand where it is published, and say what changed.
                (version.data, version.places) = (known.version.data, known.version.places);
                version.has_changes_page = known.version.has_changes_page;
                self.elsewhere.insert(entry.number);
                return Ok(KnownVersion { key: known.key, pages: known.pages, broken, version });
            }
        }
        let pages = self.renderer.version(&mut version)?;
        pages.par_iter().try_for_each(|page| self.stage.write_or_take_over(&page.path, &page.bytes))?;
        let pages = pages.into_iter().map(|page| page.path).collect();
        self.before = Some((entry.clone(), Some(files)));
        Ok(KnownVersion { key, pages, broken, version })
    }

    /// Whether the version's files and pages stand where the site will be.
    fn is_published(&self, entry: &Entry) -> bool {
        self.options.published.is_some_and(|published| published.contains(&entry.number))
    }

    /// A version whose files are not here any more keeps what is known of it, and says so.
    fn without_files(&self, entry: &Entry, known: Option<KnownVersion>) -> Result<KnownVersion> {
        let data = PageData { language: &self.facts.language, files: &self.facts.files };
        let mut version = match known {
            Some(known) => site::Version { pruned: true, ..known.version },
            None => data.entry(entry, self.facts, None),
        };
        let changes = format!("{}/changes.html", version_folder(entry.number));
        let kept = self.stage.take_over(&changes)?;
        let mut pages = Vec::new();
        for page in self.renderer.version(&mut version)? {
            self.stage.write_or_take_over(&page.path, &page.bytes)?;
            pages.push(page.path);
        }
        version.has_changes_page = kept;
        if kept {
            pages.push(changes);
            version.places.push("changes.html".to_owned());
        }
        Ok(KnownVersion { key: String::new(), pages, broken: Vec::new(), version })
    }

    /// What the pages of a version depend on.
    fn key(&self, entry: &Entry) -> Result<String> {
        let before = self.before.as_ref().map(|(before, _)| before);
        let is_held = self.options.held.is_none_or(|held| held.contains(&entry.number));
        let parts = serde_json::to_vec(&(
            self.renderer.key(),
            marked::RULE,
            entry,
            before.map(|before| (before.number, before.manifest)),
            is_held,
        ))?;
        Ok(Digest::of(&parts).to_string())
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

/// An address that paths can be put behind.
fn normal_address(address: &str) -> Result<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'`\\?#".contains(&byte));
    match rest {
        Some(rest) if plain && rest.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == b'[') => {
            Ok(format!("{}/", address.trim_end_matches('/')))
        }
        _ => bail!("`{address}` is not an address that pages can have: write it like https://example.org/briefing/"),
    }
}

/// A version with what its folder holds.
struct VersionFiles {
    entry: Entry,
    version: Version,
    snapshot: Snapshot,
    claims: ClaimLedger,
}

impl VersionFiles {
    fn read(output: &Path, entry: &Entry) -> Result<VersionFiles> {
        let version = Version::find(output, entry.number)?;
        let unusable = |name: &str| format!("can't use `{}`", version.folder().join(name).display());
        let snapshot = Snapshot::from_data_json(&version.read(DATA)?).with_context(|| unusable(DATA))?;
        let claims = ClaimLedger::parse(&version.read(CLAIMS)?).with_context(|| unusable(CLAIMS))?;
        Ok(VersionFiles { entry: entry.clone(), version, snapshot, claims })
    }
}

/// The book as its newest version describes it.
fn facts(newest: &VersionFiles, base_url: Option<String>, files: &str) -> Facts {
    let book = &newest.snapshot.book;
    Facts {
        title: book.title.clone(),
        subtitle: book.subtitle.clone(),
        organization: book.organization.clone(),
        language: book.language.clone(),
        base_url,
        files: files.to_owned(),
    }
}

/// A version, and what changed from it to the next.
struct ChangesSince {
    number: u32,
    marking: Option<String>,
    clear: bool,
    changes: Changes,
}

fn compare(old: &VersionFiles, new: &VersionFiles) -> Result<ChangesSince> {
    let changes = Changes::new(None, diff::compare(&old.snapshot, &new.snapshot), diff::settings(&old.snapshot, &new.snapshot));
    let documents = version_documents(old.version.manifest()?, new.version.manifest()?, &changes);
    Ok(ChangesSince {
        number: old.entry.number,
        marking: old.snapshot.book.defaults.marking.clone(),
        clear: labels_above_clear(&old.snapshot).is_empty(),
        changes: changes.with_documents(documents),
    })
}

/// Turns versions into the site's data.
struct PageData<'a> {
    language: &'a str,
    /// The way from the site's root to the versions' files.
    files: &'a str,
}

impl PageData<'_> {
    fn date(&self, date: Date) -> String {
        site::long_date(date, self.language)
    }

    fn version(&self, files: &VersionFiles, changes: Option<ChangesSince>) -> Result<(site::Version, Vec<String>)> {
        let snapshot = &files.snapshot;
        let facts = facts(files, None, self.files);
        let mut version = self.entry(&files.entry, &facts, changes.as_ref());
        let as_of = &snapshot.book.as_of;
        version.as_of = as_of.parse().map_or_else(|_| as_of.clone(), |date| self.date(date));
        version.marking = snapshot.book.defaults.marking.clone();
        version.clear = labels_above_clear(snapshot).is_empty();
        version.records = diff::values(snapshot).into_iter().map(|(change, rows)| record_values(change, &rows)).collect();
        if changes.is_none() {
            version.began_with = version.records.iter().map(|record| (record.collection.clone(), record.id.clone())).collect();
        }
        let manifest = files.version.manifest()?;
        let place = |folder: &str, name: &str| snapshot.collections.get(folder)?.records.get_index_of(name);
        let ids = site::in_reading_order(manifest.documents.keys().map(String::as_str), place);
        let links = site::VersionLinks {
            number: files.entry.number,
            documents: manifest.documents.keys().map(String::as_str).collect(),
            files: manifest.outputs.keys().map(String::as_str).collect(),
            root: self.files,
        };
        let claims = |id: &str| files.claims.documents.get(id).map(Vec::as_slice).unwrap_or_default();
        let documents: Vec<(Document, Vec<String>)> =
            ids.par_iter().map(|id| self.document(&files.version, id, claims(id), &links)).collect::<Result<_>>()?;
        let (documents, broken): (Vec<Document>, Vec<Vec<String>>) = documents.into_iter().unzip();
        version.documents = documents;
        site::tell_apart(&mut version.documents, &version.title, self.language);
        Ok((version, broken.into_iter().flatten().collect()))
    }

    /// A version as the ledger alone knows it.
    fn entry(&self, entry: &Entry, facts: &Facts, changes: Option<&ChangesSince>) -> site::Version {
        let commit = |commit: &version::Commit| {
            let short = commit.id.get(..12).unwrap_or(&commit.id);
            if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
        };
        site::Version {
            number: entry.number,
            title: facts.title.clone(),
            language: facts.language.clone(),
            digest: entry.digest.to_string(),
            date: entry.date.to_string(),
            long_date: self.date(entry.date),
            as_of: String::new(),
            marking: None,
            // Nobody knows what it was marked with.
            clear: false,
            summary: capital(&summary(&entry.summary, changes.map(|since| &since.changes))),
            changes: changes.map(|since| VersionChanges {
                since: since.number,
                since_marking: since.marking.clone(),
                since_clear: since.clear,
                is_complete: true,
                documents: since.changes.documents.iter().map(changed_document).collect(),
                records: since.changes.records.iter().map(record_change).collect(),
            }),
            commits: entry.commits.iter().map(commit).collect(),
            pruned: entry.pruned,
            began_with: Vec::new(),
            data: None,
            places: Vec::new(),
            has_changes_page: false,
            documents: Vec::new(),
            records: Vec::new(),
        }
    }

    /// A document, and its links that lead nowhere.
    fn document(&self, version: &Version, id: &str, rows: &[ClaimRow], links: &site::VersionLinks<'_>) -> Result<(Document, Vec<String>)> {
        let number = version.entry.number;
        let manifest = version.manifest()?;
        let name = MarkdownFormat.file(id);
        let text =
            String::from_utf8(version.read(&name)?).with_context(|| format!("`{}` is not text", version.folder().join(&name).display()))?;
        let pdf = manifest.outputs.get(&PdfFormat.file(id)).map(|output| output.size);
        let link = |address: &str| links.resolve(id, address);
        let beside = |from: usize, to: usize| {
            let page = rows.iter().find(|row| (from..to).contains(&row.line)).and_then(|row| row.page).filter(|_| pdf.is_some());
            page.map(|page| format!(" <a class=\"page\" href=\"{}\">PDF p.&#160;{page}</a>", links.pdf_page(id, page))).unwrap_or_default()
        };
        let article = markdown::to_html(&text, &Surroundings { link: &link, beside: &beside });
        let faults = article
            .broken
            .iter()
            .map(|(line, address)| format!("v{number}/{name}:{line} links to `{address}`, which is not there; the page shows its text"))
            .collect();
        let front = |key: &str| article.front.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let (title, subtitle) = (front("title").unwrap_or_else(|| article.title.clone()), front("subtitle"));
        let revised = manifest.documents.get(id).map(|document| &document.revised);
        let document = Document {
            id: id.to_owned(),
            list_title: title.clone(),
            title,
            subtitle,
            revised: revised.map_or(number, |revised| revised.version),
            revised_date: revised.map(|revised| self.date(revised.date)).unwrap_or_default(),
            pdf,
            claims: rows.iter().map(printed_claim).collect(),
            made_of: made_of(manifest, id),
            article,
        };
        Ok((document, faults))
    }
}

fn printed_claim(row: &ClaimRow) -> PrintedClaim {
    PrintedClaim {
        claim: row.claim.clone().or_else(|| Some(row.derived.as_ref()?.how.clone())).unwrap_or_default(),
        records: row.claims().map(|claim| claim.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")).collect(),
        printed: row.printed.clone(),
        sources: row.sources.clone(),
        as_of: row.as_of.clone(),
        notes: row.notes.clone(),
        page: row.page,
    }
}

/// What a document is made of, by the reasons for which two versions of it can differ.
fn made_of(manifest: &Manifest, id: &str) -> MadeOf {
    let Some(entry) = manifest.documents.get(id) else { return MadeOf::default() };
    let parts = entry.parts.iter().flat_map(|parts| {
        let named = [
            ("text", format!("{}{}", parts.markdown.short(), parts.typst.short())),
            ("template", parts.template.short()),
            ("settings", parts.settings.short()),
            ("options", parts.options.short()),
            ("theme", parts.theme.short()),
            ("fonts", parts.fonts.short()),
            ("tools", format!("{} {}", manifest.tools.brief, manifest.tools.typst)),
        ];
        let images = parts.images.iter().map(|(path, digest)| (format!("image {path}"), digest.short()));
        named.map(|(name, digest)| (name.to_owned(), digest)).into_iter().chain(images).collect::<Vec<_>>()
    });
    MadeOf { digest: entry.digest.short(), parts: parts.collect() }
}

fn record_values(change: Change, rows: &[diff::Shown]) -> RecordValues {
    let row = |row: &diff::Shown| site::Row {
        path: row.path.to_string(),
        label: row.label.clone(),
        part: row.part.name().to_owned(),
        text: without_citations(&row.text),
    };
    RecordValues { rows: rows.iter().map(row).collect(), collection: change.collection, id: change.id, name: change.name }
}

fn op(op: Op) -> &'static str {
    match op {
        Op::Equal => "equal",
        Op::Delete => "delete",
        Op::Insert => "insert",
    }
}

fn changed_document(document: &DocumentChange) -> ChangedDocument {
    ChangedDocument {
        id: document.id.clone(),
        verb: document.kind.verb().to_owned(),
        reasons: document.reasons.iter().map(|reason| reason.name().to_owned()).collect(),
    }
}

fn record_change(change: &Change) -> RecordChange {
    RecordChange {
        collection: change.collection.clone(),
        id: change.id.clone(),
        old_id: change.old_id.clone(),
        name: change.name.clone(),
        kind: match change.kind {
            ChangeKind::Added | ChangeKind::Removed => RecordChangeKind::AddedOrRemoved,
            ChangeKind::Changed | ChangeKind::Renamed => RecordChangeKind::Changed,
        },
        verb: change.kind.verb().to_owned(),
        fields: change
            .fields
            .iter()
            .map(|field| ChangedField {
                text: field.text.clone(),
                label: field.label.clone(),
                part: field.part.name().to_owned(),
                before: field.both(LONG).0.map(|text| without_citations(&text)),
                after: field.both(LONG).1.map(|text| without_citations(&text)),
                words: field.words.iter().map(|word| (op(word.op).to_owned(), without_citations(&word.text))).collect(),
                is_claim_value: field.claim.is_some() && field.part == FieldPart::Value,
            })
            .collect(),
    }
}

/// The ledger's summary; that of a version from before documents were compared leaves out those that differ all the same.
fn summary(summary: &str, changes: Option<&Changes>) -> String {
    match changes {
        Some(changes) if summary == diff::summary(&[], &[]) => diff::summary(&changes.records, &changes.documents),
        _ => summary.to_owned(),
    }
}
