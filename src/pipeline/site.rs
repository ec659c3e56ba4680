//! From a ledger's folder to its reading site: versions are read, checked against their manifests and compared with
//! their neighbours, `site` makes pages of them, and `version` puts the pages into place.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::compare::version_documents;
use super::marked::labels_above_clear;
use crate::diff::{self, Change, ChangeKind, Changes, Part, Snapshot, paint};
use crate::layout::{CLAIMS, DATA, LEDGER, MANIFEST, SITE, version_folder};
use crate::markdown::{self, Surroundings};
use crate::model::Date;
use crate::site::{
    self, ChangedField, Document, Facts, MadeOf, PrintedClaim, RecordChange, RecordChangeKind, RecordValues, VersionChanges,
};
use crate::text::capital;
use crate::version::{self, ClaimLedger, ClaimRow, Entry, Health, Ledger, Manifest, Store, Version};

/// The list of the site's own files, and the name that it had before; only a folder that has it, or is empty, is replaced.
const LISTS: &[&str] = &[".reading-site", ".reading-room"];

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
}

/// Writes the reading site of a ledger's folder, as a whole or not at all.
///
/// In the folder's own `site/` it links to the versions beside it; elsewhere it takes their files along.
pub fn site(ledger_folder: &Path, destination: Option<&Path>, base_url: Option<&str>) -> Result<WrittenSite> {
    let own = ledger_folder.join(SITE);
    let target = destination.unwrap_or(&own);
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
    let base_url = base_url.map(normal_address).transpose()?;
    ensure_intact(&Version::all(ledger_folder)?)?;
    let versions: Vec<VersionFiles> =
        ledger.versions().par_iter().map(|entry| VersionFiles::read(ledger_folder, entry)).collect::<Result<_>>()?;
    let site = assemble(&versions, base_url, if inside { "../" } else { "" }, &mut notes)?;
    let pages = site::pages(&site)?;
    let robots_above = site::robots_above(&site, SITE);
    let count = pages.iter().filter(|page| page.path.ends_with(".html")).count();
    version::replace_folder(target, LISTS, |stage| {
        pages.par_iter().try_for_each(|page| stage.write(&page.path, &page.bytes))?;
        if inside {
            return Ok(());
        }
        stage.write(LEDGER, ledger.to_json()?.as_bytes())?;
        versions.par_iter().filter_map(|files| files.version.as_ref()).try_for_each(|version| {
            let folder = version_folder(version.entry.number);
            let manifest = version.manifest()?;
            stage.write(&format!("{folder}/{MANIFEST}"), manifest.to_json()?.as_bytes())?;
            manifest.outputs.keys().try_for_each(|name| stage.write(&format!("{folder}/{name}"), &version.read(name)?))
        })
    })?;
    Ok(WrittenSite { folder: target.to_path_buf(), pages: count, newest: newest.number, notes, robots_above })
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

/// A version as the ledger and its folder have it; without files where it was pruned.
struct VersionFiles {
    entry: Entry,
    version: Option<Version>,
    snapshot: Option<Snapshot>,
    claims: Option<ClaimLedger>,
}

impl VersionFiles {
    fn read(output: &Path, entry: &Entry) -> Result<VersionFiles> {
        if entry.pruned {
            return Ok(VersionFiles { entry: entry.clone(), version: None, snapshot: None, claims: None });
        }
        let version = Version::find(output, entry.number)?;
        let unusable = |name: &str| format!("can't use `{}`", version.folder().join(name).display());
        let snapshot = Snapshot::from_data_json(&version.read(DATA)?).with_context(|| unusable(DATA))?;
        let claims = ClaimLedger::parse(&version.read(CLAIMS)?).with_context(|| unusable(CLAIMS))?;
        Ok(VersionFiles { entry: entry.clone(), version: Some(version), snapshot: Some(snapshot), claims: Some(claims) })
    }
}

fn assemble(versions: &[VersionFiles], base_url: Option<String>, files: &str, notes: &mut Vec<String>) -> Result<site::Site> {
    let with_files: Vec<(&VersionFiles, &Snapshot)> =
        versions.iter().filter_map(|version| Some((version, version.snapshot.as_ref()?))).collect();
    let Some((_, newest)) = with_files.first() else {
        bail!("every version was pruned: there is nothing to show");
    };
    let book = &newest.book;
    let writer = PageData { language: &book.language, files };
    let neighbours: Vec<Option<&(&VersionFiles, &Snapshot)>> = (0..with_files.len()).map(|at| with_files.get(at + 1)).collect();
    let made: Vec<(site::Version, Vec<String>)> = with_files
        .par_iter()
        .zip(neighbours)
        .map(|((version, snapshot), before)| {
            let changes = before.map(|(before, old)| compare((before, old), (version, snapshot)));
            writer.version(version, snapshot, changes)
        })
        .collect::<Result<_>>()?;
    let mut made = made.into_iter().peekable();
    let mut all = Vec::new();
    for version in versions {
        match made.next_if(|(next, _)| next.number == version.entry.number) {
            Some((version, broken)) => {
                all.push(version);
                notes.extend(broken);
            }
            None => all.push(writer.entry(&version.entry, None)),
        }
    }
    let facts = Facts {
        title: book.title.clone(),
        subtitle: book.subtitle.clone(),
        organization: book.organization.clone(),
        language: book.language.clone(),
        base_url,
        files: files.to_owned(),
    };
    Ok(site::Site::new(facts, all))
}

/// What changed from one version to the next, with the number of the first.
fn compare((old_files, old): (&VersionFiles, &Snapshot), (new_files, new): (&VersionFiles, &Snapshot)) -> (u32, Changes) {
    let manifest = |files: &VersionFiles| files.version.as_ref().and_then(|version| version.manifest().ok().cloned());
    let changes = Changes::new(None, diff::compare(old, new), diff::settings(old, new));
    let changes = match (manifest(old_files), manifest(new_files)) {
        (Some(before), Some(after)) => {
            let documents = version_documents(&before, &after, &changes);
            changes.with_documents(documents)
        }
        _ => changes,
    };
    (old_files.entry.number, changes)
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

    fn version(&self, files: &VersionFiles, snapshot: &Snapshot, changes: Option<(u32, Changes)>) -> Result<(site::Version, Vec<String>)> {
        let mut version = self.entry(&files.entry, changes.as_ref());
        let as_of = &snapshot.book.as_of;
        version.as_of = as_of.parse().map_or_else(|_| as_of.clone(), |date| self.date(date));
        version.marking = snapshot.book.defaults.marking.clone();
        version.clear = labels_above_clear(snapshot).is_empty();
        version.records = diff::values(snapshot).into_iter().map(|(change, rows)| record_values(change, &rows)).collect();
        let mut broken = Vec::new();
        if let (Some(source), Some(claims)) = (&files.version, &files.claims) {
            let manifest = source.manifest()?;
            let place = |folder: &str, name: &str| snapshot.collections.get(folder)?.records.get_index_of(name);
            let ids = site::in_reading_order(manifest.documents.keys().map(String::as_str), place);
            let links = site::VersionLinks {
                number: files.entry.number,
                documents: manifest.documents.keys().map(String::as_str).collect(),
                files: manifest.outputs.keys().map(String::as_str).collect(),
                root: self.files,
            };
            let documents: Vec<(Document, Vec<String>)> = ids
                .par_iter()
                .map(|id| self.document(source, id, claims.documents.get(*id).map(Vec::as_slice).unwrap_or_default(), &links))
                .collect::<Result<_>>()?;
            for (document, faults) in documents {
                version.documents.push(document);
                broken.extend(faults);
            }
        }
        Ok((version, broken))
    }

    /// A version as the ledger alone knows it.
    fn entry(&self, entry: &Entry, changes: Option<&(u32, Changes)>) -> site::Version {
        let commit = |commit: &version::Commit| {
            let short = commit.id.get(..12).unwrap_or(&commit.id);
            if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
        };
        site::Version {
            number: entry.number,
            digest: entry.digest.to_string(),
            date: entry.date.to_string(),
            long_date: self.date(entry.date),
            as_of: String::new(),
            marking: None,
            clear: true,
            summary: capital(&summary(&entry.summary, changes.map(|(_, changes)| changes))),
            changes: changes.map(|(since, changes)| VersionChanges {
                since: *since,
                html: paint::html_fragment(changes),
                records: changes.records.iter().map(record_change).collect(),
            }),
            commits: entry.commits.iter().map(commit).collect(),
            pruned: entry.pruned,
            documents: Vec::new(),
            records: Vec::new(),
        }
    }

    /// A document, and its links that lead nowhere.
    fn document(&self, version: &Version, id: &str, rows: &[ClaimRow], links: &site::VersionLinks<'_>) -> Result<(Document, Vec<String>)> {
        let number = version.entry.number;
        let manifest = version.manifest()?;
        let name = format!("{id}.md");
        let text =
            String::from_utf8(version.read(&name)?).with_context(|| format!("`{}` is not text", version.folder().join(&name).display()))?;
        let pdf = manifest.outputs.get(&format!("{id}.pdf")).map(|output| output.size);
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
        text: row.text.clone(),
    };
    RecordValues { rows: rows.iter().map(row).collect(), collection: change.collection, id: change.id, name: change.name }
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
            .map(|field| ChangedField { text: field.text.clone(), is_claim_value: field.claim.is_some() && field.part == Part::Value })
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
