//! From a ledger's folder to the reading room: its versions read and checked, compared with their neighbours, and laid
//! out as pages.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::compare::version_documents;
use super::marked::labels_above_clear;
use crate::diff::{self, Change, ChangeKind, Changes, Part, Snapshot, paint};
use crate::document::{to_address, to_path};
use crate::markdown::{self, Surroundings};
use crate::model::Date;
use crate::site::{self, Before, Document, Event, MadeOf, PrintedClaim, Record, RecordValues, Room, Row};
use crate::text::capital;
use crate::version::{self, ClaimLedger, Entry, Health, Ledger, Manifest, Store, Version};

const CLAIMS: &str = "claims.json";
const DATA: &str = "data.json";
/// A file that says that a folder is a reading room, and may be replaced by one.
const MARK: &str = ".reading-room";
/// Where the room of a ledger's folder stands by itself.
const SITE: &str = "site";

/// What became of a reading room.
#[derive(Debug)]
pub struct Site {
    pub folder: PathBuf,
    pub pages: usize,
    /// The newest version in it.
    pub newest: u32,
    /// What people should know: links that lead nowhere.
    pub notes: Vec<String>,
    /// The `robots.txt` of the folder above the reading room's own, which holds the versions' files too.
    pub robots_above: Vec<u8>,
}

/// Makes the reading room of a ledger's folder, as a whole or not at all.
///
/// In the folder's own `site/` it links to the versions beside it; elsewhere it takes their files along.
pub fn site(ledger_folder: &Path, destination: Option<&Path>, base_url: Option<&str>) -> Result<Site> {
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
    sound(&Version::all(ledger_folder)?)?;
    let kept: Vec<Kept> = ledger.versions().par_iter().map(|entry| Kept::read(ledger_folder, entry)).collect::<Result<_>>()?;
    let room = room(&kept, base_url, if inside { "../" } else { "" }, &mut notes)?;
    let pages = site::pages(&room)?;
    let robots_above = site::robots_above(&room, SITE);
    let count = pages.iter().filter(|page| page.path.ends_with(".html")).count();
    version::replace_folder(target, MARK, |stage| {
        pages.par_iter().try_for_each(|page| stage.write(&page.path, &page.bytes))?;
        if inside {
            return Ok(());
        }
        stage.write("versions.json", ledger.to_json()?.as_bytes())?;
        kept.par_iter().filter_map(|kept| kept.version.as_ref()).try_for_each(|version| {
            let folder = format!("v{}", version.entry.number);
            let manifest = version.manifest()?;
            stage.write(&format!("{folder}/manifest.json"), manifest.to_json()?.as_bytes())?;
            manifest.outputs.keys().try_for_each(|name| stage.write(&format!("{folder}/{name}"), &version.read(name)?))
        })
    })?;
    Ok(Site { folder: target.to_path_buf(), pages: count, newest: newest.number, notes, robots_above })
}

/// Pages are made only where all versions are as they were written.
fn sound(versions: &[Version]) -> Result<()> {
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

/// A version as the ledger and its folder have it.
struct Kept {
    entry: Entry,
    /// Nothing where it was pruned.
    version: Option<Version>,
    snapshot: Option<Snapshot>,
    claims: Option<ClaimLedger>,
}

impl Kept {
    fn read(output: &Path, entry: &Entry) -> Result<Kept> {
        if entry.pruned {
            return Ok(Kept { entry: entry.clone(), version: None, snapshot: None, claims: None });
        }
        let version = Version::find(output, entry.number)?;
        let unusable = |name: &str| format!("can't use `{}`", version.folder().join(name).display());
        let snapshot = Snapshot::from_data_json(&version.read(DATA)?).with_context(|| unusable(DATA))?;
        let claims = ClaimLedger::parse(&version.read(CLAIMS)?).with_context(|| unusable(CLAIMS))?;
        Ok(Kept { entry: entry.clone(), version: Some(version), snapshot: Some(snapshot), claims: Some(claims) })
    }
}

impl Kept {
    fn manifest(&self) -> Option<&Manifest> {
        self.version.as_ref()?.manifest().ok()
    }
}

fn room(kept: &[Kept], base_url: Option<String>, files: &str, notes: &mut Vec<String>) -> Result<Room> {
    let with_records: Vec<(&Kept, &Snapshot)> = kept.iter().filter_map(|kept| Some((kept, kept.snapshot.as_ref()?))).collect();
    let Some((_, newest)) = with_records.first() else {
        bail!("every version was pruned: there is nothing to show");
    };
    let facts = &newest.book;
    let shown: Vec<Vec<(Change, Vec<diff::Shown>)>> = with_records.par_iter().map(|(_, snapshot)| diff::values(snapshot)).collect();
    // What each version changed, by its number.
    let changes: HashMap<u32, (u32, Changes)> = with_records
        .par_windows(2)
        .map(|pair| {
            let [(new_kept, new), (old_kept, old)] = pair else { return (0, (0, Changes::new(None, Vec::new(), Vec::new()))) };
            let changes = Changes::new(None, diff::compare(old, new), diff::settings(old, new));
            let changes = match (old_kept.manifest(), new_kept.manifest()) {
                (Some(before), Some(after)) => {
                    let documents = version_documents(before, after, &changes);
                    changes.with_documents(documents)
                }
                _ => changes,
            };
            (new_kept.entry.number, (old_kept.entry.number, changes))
        })
        .collect();

    let mut versions = Vec::new();
    let mut broken = Vec::new();
    for kept in kept {
        let at = with_records.iter().position(|(other, _)| other.entry.number == kept.entry.number);
        let records = at.and_then(|at| shown.get(at)).map(|shown| shown.iter().map(values).collect()).unwrap_or_default();
        let made = changes.get(&kept.entry.number);
        versions.push(one(kept, &facts.language, files, records, made, &mut broken)?);
    }
    notes.extend(broken);
    let empty = Vec::new();
    let records = records(shown.first().unwrap_or(&empty), &versions, &changes);
    Ok(Room {
        title: facts.title.clone(),
        subtitle: facts.subtitle.clone(),
        organization: facts.organization.clone(),
        language: facts.language.clone(),
        versions,
        records,
        base_url,
        files: files.to_owned(),
    })
}

fn one(
    kept: &Kept,
    language: &str,
    files: &str,
    records: Vec<RecordValues>,
    made: Option<&(u32, Changes)>,
    broken: &mut Vec<String>,
) -> Result<site::Version> {
    let Entry { number, digest, date, commits, pruned, .. } = &kept.entry;
    let summary = told(&kept.entry.summary, made.map(|(_, changes)| changes));
    let mut documents = Vec::new();
    if let (Some(version), Some(claims), Some(snapshot)) = (&kept.version, &kept.claims, &kept.snapshot) {
        let manifest = version.manifest()?;
        let ids = in_order(manifest.documents.keys().map(String::as_str), snapshot);
        let read: Vec<(Document, Vec<String>)> =
            ids.par_iter().map(|id| document(version, id, claims, language, files)).collect::<Result<_>>()?;
        for (document, faults) in read {
            documents.push(document);
            broken.extend(faults);
        }
    }
    let commit = |commit: &version::Commit| {
        let short = commit.id.get(..12).unwrap_or(&commit.id);
        if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
    };
    Ok(site::Version {
        number: *number,
        digest: digest.to_string(),
        date: date.to_string(),
        long_date: long_date(*date, language),
        as_of: kept
            .snapshot
            .as_ref()
            .map(|s| s.book.as_of.parse().map_or(s.book.as_of.clone(), |d| long_date(d, language)))
            .unwrap_or_default(),
        marking: kept.snapshot.as_ref().and_then(|snapshot| snapshot.book.defaults.marking.clone()),
        clear: kept.snapshot.as_ref().is_none_or(|snapshot| labels_above_clear(snapshot).is_empty()),
        summary: capital(&summary),
        lines: lines(&summary, made.map(|(_, changes)| changes)),
        before: made.map(|(number, changes)| Before { number: *number, changes: paint::html_fragment(changes) }),
        commits: commits.iter().map(commit).collect(),
        pruned: *pruned,
        documents,
        records,
    })
}

/// Documents as a reader looks for them: those at the top first, the book before all, then by folder, in the order of
/// the collection that the folder is named after.
fn in_order<'a>(ids: impl Iterator<Item = &'a str>, snapshot: &Snapshot) -> Vec<&'a str> {
    let mut ids: Vec<&str> = ids.collect();
    let rank = |id: &str| {
        let (folder, name) = id.rsplit_once('/').unwrap_or(("", id));
        let place = snapshot.collections.get(folder).and_then(|collection| collection.records.get_index_of(name));
        (!folder.is_empty(), folder.to_owned(), name != "book", place.unwrap_or(usize::MAX), name.to_owned())
    };
    ids.sort_by_cached_key(|id| rank(id));
    ids
}

fn document(version: &Version, id: &str, claims: &ClaimLedger, language: &str, files: &str) -> Result<(Document, Vec<String>)> {
    let number = version.entry.number;
    let manifest = version.manifest()?;
    let name = format!("{id}.md");
    let text =
        String::from_utf8(version.read(&name)?).with_context(|| format!("`{}` is not text", version.folder().join(&name).display()))?;
    let pdf = manifest.outputs.get(&format!("{id}.pdf")).map(|output| output.size);
    let rows = claims.documents.get(id).map(Vec::as_slice).unwrap_or_default();
    let own = site::document_path(number, id);
    let up = "../".repeat(own.matches('/').count());
    let link = |address: &str| {
        let (path, fragment) = address.split_once('#').map_or((address, String::new()), |(path, id)| (path, format!("#{id}")));
        // An author may have written a file's name as it is.
        let other = [to_path(path).into_owned(), path.to_owned()].iter().find_map(|path| {
            let other = joined(id, path)?;
            let stem = other.strip_suffix(".md").or_else(|| other.strip_suffix(".pdf")).unwrap_or_default();
            (manifest.outputs.contains_key(&other) || manifest.documents.contains_key(stem)).then_some(other)
        })?;
        match other.strip_suffix(".md").or_else(|| other.strip_suffix(".pdf")) {
            Some(other) if manifest.documents.contains_key(other) => Some(format!("{up}{}{fragment}", site::document_path(number, other))),
            _ => Some(format!("{up}{files}{}/{}", site::version_folder(number), to_address(&other))),
        }
    };
    let beside = |from: usize, to: usize| {
        let page = rows.iter().find(|row| (from..to).contains(&row.line)).and_then(|row| row.page).filter(|_| pdf.is_some());
        page.map(|page| {
            format!(
                " <a class=\"page\" href=\"{up}{files}{}/{}.pdf#page={page}\">PDF p.&#160;{page}</a>",
                site::version_folder(number),
                to_address(id)
            )
        })
        .unwrap_or_default()
    };
    let article = markdown::to_html(&text, &Surroundings { link: &link, beside: &beside });
    let faults = article
        .broken
        .iter()
        .map(|(line, address)| format!("v{number}/{name}:{line} links to `{address}`, which is not there; the page shows its text"))
        .collect();
    let said = |key: &str| article.front.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let (title, subtitle) = (said("title").unwrap_or_else(|| article.title.clone()), said("subtitle"));
    let entry = manifest.documents.get(id).map(|document| &document.revised);
    let claims = rows.iter().map(|row| PrintedClaim {
        claim: row.claim.clone().or_else(|| Some(row.derived.as_ref()?.how.clone())).unwrap_or_default(),
        records: row.claims().map(|claim| claim.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")).collect(),
        printed: row.printed.clone(),
        sources: row.sources.clone(),
        notes: row.notes.clone(),
        page: row.page,
    });
    let document = Document {
        id: id.to_owned(),
        title,
        subtitle,
        revised: entry.map_or(number, |revised| revised.version),
        revised_date: entry.map(|revised| long_date(revised.date, language)).unwrap_or_default(),
        pdf,
        claims: claims.collect(),
        made_of: made_of(manifest, id),
        article,
    };
    Ok((document, faults))
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

/// A path in a document, seen from its version's folder; `None` if it leads out.
fn joined(id: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = id.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn values((change, rows): &(Change, Vec<diff::Shown>)) -> RecordValues {
    RecordValues { record: format!("{}/{}", change.collection, change.id), name: change.name.clone(), rows: rows.iter().map(row).collect() }
}

fn row(shown: &diff::Shown) -> Row {
    Row { path: shown.path.clone(), label: shown.label.clone(), part: shown.part.name().to_owned(), text: shown.text.clone() }
}

/// The ledger's summary; that of a version from before documents were compared leaves out those that differ all the same.
fn told(summary: &str, changes: Option<&Changes>) -> String {
    match changes {
        Some(changes) if summary == diff::summary(&[], &[]) => diff::summary(&changes.records, &changes.documents),
        _ => summary.to_owned(),
    }
}

/// The summary, and the two changes that a reader should know first: claims with another value before all else.
fn lines(summary: &str, changes: Option<&Changes>) -> Vec<String> {
    let mut lines = vec![capital(summary)];
    let Some(changes) = changes else { return lines };
    let mut found: Vec<(u8, String)> = Vec::new();
    for change in &changes.records {
        match change.kind {
            ChangeKind::Added | ChangeKind::Removed => found.push((1, format!("{}: {}", change.name, change.kind.verb()))),
            ChangeKind::Changed | ChangeKind::Renamed => found.extend(change.fields.iter().map(|field| {
                let rank = if field.claim.is_some() && field.part == Part::Value { 0 } else { 2 };
                (rank, format!("{}: {}", change.name, field.text))
            })),
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    lines.extend(found.into_iter().take(2).map(|(_, line)| cut(&line)));
    lines
}

fn cut(line: &str) -> String {
    const LONG: usize = 160;
    if line.chars().count() <= LONG { line.to_owned() } else { line.chars().take(LONG).chain(" …".chars()).collect() }
}

/// All records that any version has, each with what it says now and its history, newest first.
fn records(now: &[(Change, Vec<diff::Shown>)], versions: &[site::Version], changes: &HashMap<u32, (u32, Changes)>) -> Vec<Record> {
    let mut records: BTreeMap<(String, String), Record> = BTreeMap::new();
    for (change, shown) in now {
        let record = Record {
            collection: change.collection.clone(),
            id: change.id.clone(),
            name: change.name.clone(),
            rows: shown.iter().map(row).collect(),
            history: Vec::new(),
        };
        records.insert((change.collection.clone(), change.id.clone()), record);
    }
    for version in versions {
        let event = |kind: &str, lines: Vec<String>| Event {
            version: version.number,
            date: version.long_date.clone(),
            kind: kind.to_owned(),
            lines,
        };
        match changes.get(&version.number) {
            Some((_, changes)) => {
                for change in &changes.records {
                    let lines = match change.kind {
                        ChangeKind::Added | ChangeKind::Removed => Vec::new(),
                        _ => change.fields.iter().map(|field| field.text.clone()).collect(),
                    };
                    entry(&mut records, change, &change.id).history.push(event(change.kind.verb(), lines));
                    if let Some(old) = &change.old_id {
                        entry(&mut records, change, old).history.push(event(&format!("renamed to {}", change.id), Vec::new()));
                    }
                }
            }
            // The oldest version that is here: what it holds, it began with.
            None if !version.pruned => {
                for held in &version.records {
                    let Some((collection, id)) = held.record.split_once('/') else { continue };
                    if let Some(record) = records.get_mut(&(collection.to_owned(), id.to_owned())) {
                        record.history.push(event("in the book", Vec::new()));
                    }
                }
            }
            None => {}
        }
    }
    records.into_values().collect()
}

fn entry<'a>(records: &'a mut BTreeMap<(String, String), Record>, change: &Change, id: &str) -> &'a mut Record {
    records.entry((change.collection.clone(), id.to_owned())).or_insert_with(|| Record {
        collection: change.collection.clone(),
        id: id.to_owned(),
        name: change.name.clone(),
        rows: Vec::new(),
        history: Vec::new(),
    })
}

/// `5 November 2025` in English; elsewhere as ISO 8601 has it, which is read everywhere.
fn long_date(date: Date, language: &str) -> String {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let month = date.month.and_then(|month| MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?));
    match (language.split('-').next() == Some("en"), month, date.day) {
        (true, Some(month), Some(day)) => format!("{day} {month} {}", date.year),
        (true, Some(month), None) => format!("{month} {}", date.year),
        _ => date.to_string(),
    }
}
