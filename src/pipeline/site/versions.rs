//! The versions in a ledger's folder as the site's data: what their files hold, compared with the version before.

use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::changes::{TwoVersions, changed_book, changed_document};
use super::documents::{document, title_in};
use super::readers_text::{DATE, ReadersText, dated, named, printed_texts};
use crate::assembly::labels::{self, labels_above_clear};
use crate::comparison::compare::told_base;
use crate::comparison::versions::version_changes;
use crate::diff::{self, Change, Changes, DocumentChange, FieldPart, FileKind, Snapshot};
use crate::files;
use crate::format::{FORMATS, Format, PdfFormat};
use crate::layout::{CLAIMS, DATA, MANIFEST, since_file, version_folder};
use crate::model::Date;
use crate::site::{self, Document, Facts, Language, RecordValues, VersionChanges};
use crate::text::capital;
use crate::tree::folder::MAX_FILE;
use crate::typeset::identity;
use crate::version::{self, ClaimLedger, Digest, Entry, Ledger, Version};

/// The versions of a ledger's folder, read when they are asked for.
pub(super) struct LedgerVersions<'a> {
    folder: &'a Path,
    ledger: &'a Ledger,
    /// The book as its newest version describes it.
    pub(super) facts: Facts,
    /// The version that was read last, with which the next is compared.
    last: Option<VersionFiles>,
}

impl<'a> LedgerVersions<'a> {
    /// `files` is the way from the site's root to the versions' files.
    pub(super) fn new(folder: &'a Path, ledger: &'a Ledger, newest: &Entry, base_url: Option<String>, files: &str) -> Result<Self> {
        let facts = facts(&VersionFiles::read(folder, newest)?, base_url, files);
        Ok(LedgerVersions { folder, ledger, facts, last: None })
    }

    fn entry(&self, number: u32) -> Result<&'a Entry> {
        self.ledger.get(number).with_context(|| format!("the ledger lists no version {number}"))
    }
}

impl site::Source for LedgerVersions<'_> {
    fn read(&mut self, number: u32, since: Option<u32>) -> Result<(site::Version, Vec<String>)> {
        let files = VersionFiles::read(self.folder, self.entry(number)?)?;
        let last = self.last.take();
        let before = match since {
            Some(since) => match last.filter(|last| last.entry.number == since) {
                Some(last) => Some(last),
                None => Some(VersionFiles::read(self.folder, self.entry(since)?)?),
            },
            None => None,
        };
        let data = PageData { language: &files.language, files: &self.facts.files };
        let changes = before.map(|before| data.compare(&before, &files)).transpose()?;
        let made = data.version(&files, changes)?;
        self.last = Some(files);
        Ok(made)
    }

    fn archive(&mut self, number: u32) -> Result<Option<Vec<u8>>> {
        let version = Version::find(self.folder, self.entry(number)?.number)?;
        let manifest = version.manifest()?;
        let within = |name: &str| format!("{}/{name}", version_folder(number));
        let read = |name: &String| Ok((within(name), version.read(name)?));
        let mut files = vec![(within(MANIFEST), manifest.to_json()?.into_bytes())];
        files.extend(manifest.outputs.par_iter().map(|(name, _)| read(name)).collect::<Result<Vec<_>>>()?);
        Ok(site::zip(&files))
    }

    fn redlines(&mut self, since: u32, number: u32) -> Result<Vec<(String, Vec<u8>)>> {
        let version = Version::find(self.folder, self.entry(number)?.number)?;
        let made = |id: &String| -> Option<Result<(String, Vec<u8>)>> {
            let path = self.folder.join(since_file(since, number, &PdfFormat.file(id)));
            path.symlink_metadata().ok()?;
            let read = files::read(&path, MAX_FILE).with_context(|| format!("can't read `{}`", path.display()));
            // Skip a file of that name that isn't the redline of these two versions.
            let name = format!("{} → {}", version_folder(since), version_folder(number));
            let is_it = |pdf: &Vec<u8>| identity(pdf).is_some_and(|said| said.document == *id && said.version == name);
            read.map(|pdf| is_it(&pdf).then(|| (id.clone(), pdf))).transpose()
        };
        version.manifest()?.documents.keys().filter_map(made).collect()
    }

    fn without_files(&self, number: u32) -> Result<site::Version> {
        let data = PageData { language: &self.facts.language, files: &self.facts.files };
        Ok(data.entry(self.entry(number)?, &self.facts, None))
    }
}

/// A version with what its folder holds.
struct VersionFiles {
    entry: Entry,
    version: Version,
    snapshot: Snapshot,
    claims: ClaimLedger,
    /// With the book's own words for texts of the site.
    language: Language,
}

impl VersionFiles {
    fn read(output: &Path, entry: &Entry) -> Result<VersionFiles> {
        let version = Version::find(output, entry.number)?;
        let unusable = |name: &str| format!("can't use `{}`", version.folder().join(name).display());
        let snapshot = Snapshot::from_data_json(&version.read(DATA)?).with_context(|| unusable(DATA))?;
        let claims = ClaimLedger::parse(&version.read(CLAIMS)?).with_context(|| unusable(CLAIMS))?;
        let language = Language::new(&*snapshot.book.language, snapshot.book.site_words.clone());
        Ok(VersionFiles { entry: entry.clone(), version, snapshot, claims, language })
    }
}

/// The book as its newest version describes it.
fn facts(newest: &VersionFiles, base_url: Option<String>, files: &str) -> Facts {
    let book = &newest.snapshot.book;
    Facts {
        title: book.title.clone(),
        subtitle: book.subtitle.clone(),
        organization: book.organization.clone(),
        language: newest.language.clone(),
        base_url,
        files: files.to_owned(),
    }
}

/// What changed from one version to the next, as the site has it, and by the ledger's summary.
struct ChangesSince {
    told: VersionChanges,
    summary: String,
}

/// Turns versions into the site's data.
struct PageData<'a> {
    language: &'a Language,
    /// The way from the site's root to the versions' files.
    files: &'a str,
}

impl PageData<'_> {
    fn date(&self, date: Date) -> String {
        site::long_date(date, self.language)
    }

    fn compare(&self, old: &VersionFiles, new: &VersionFiles) -> Result<ChangesSince> {
        let changes = version_changes((&old.snapshot, old.version.manifest()?), (&new.snapshot, new.version.manifest()?));
        let changed = |document: &DocumentChange| {
            let is_gone = document.kind == FileKind::Removed;
            changed_document(document, is_gone.then(|| title_in(&old.version, &document.id)).flatten())
        };
        let documents = changes.documents.iter().map(changed).collect();
        let base = told_base(&old.snapshot, &new.snapshot);
        let (old_printed, new_printed) = (printed_texts(&old.claims), printed_texts(&new.claims));
        let two = TwoVersions {
            old: ReadersText { snapshot: &base, printed: &old_printed, language: &old.language },
            new: ReadersText { snapshot: &new.snapshot, printed: &new_printed, language: &new.language },
            date: &|date| self.date(date),
            language: self.language,
        };
        let since_above_clear = labels_above_clear(&old.snapshot);
        let told = VersionChanges {
            since: old.entry.number,
            since_marking: labels::of_version(since_above_clear.clone(), &old.snapshot),
            since_clear: since_above_clear.is_empty(),
            is_complete: true,
            documents,
            book: changed_book(&base.book, &new.snapshot.book),
            records: changes.records.iter().map(|change| two.record_change(change)).collect(),
        };
        Ok(ChangesSince { told, summary: diff::summary(&changes) })
    }

    fn version(&self, files: &VersionFiles, changes: Option<ChangesSince>) -> Result<(site::Version, Vec<String>)> {
        let snapshot = &files.snapshot;
        let facts = facts(files, None, self.files);
        let is_first = changes.is_none();
        let mut version = self.entry(&files.entry, &facts, changes);
        version.as_of = dated(&snapshot.book.as_of, snapshot.book.as_of_inferred, self.language);
        let printed = printed_texts(&files.claims);
        let reader = ReadersText { snapshot, printed: &printed, language: &files.language };
        version.records = diff::all_as_new(snapshot).into_par_iter().map(|change| self.record_values(change, &reader)).collect();
        if is_first {
            version.began_with = version.records.iter().map(|record| (record.collection.clone(), record.id.clone())).collect();
        }
        let manifest = files.version.manifest()?;
        let place = |folder: &str, name: &str| snapshot.collections.get(folder)?.records.get_index_of(name);
        let ids = site::in_reading_order(manifest.documents.keys().map(String::as_str), place);
        let links = site::VersionLinks {
            number: files.entry.number,
            documents: FORMATS.iter().flat_map(|format| manifest.documents.keys().map(|id| (format.file(id), id.as_str()))).collect(),
            files: manifest.outputs.keys().map(String::as_str).collect(),
            language: self.language,
            root: self.files,
        };
        let claims = |id: &str| files.claims.documents.get(id).map(Vec::as_slice).unwrap_or_default();
        let documents: Vec<(Document, Vec<String>)> =
            ids.par_iter().map(|id| document(&files.version, id, claims(id), &links, &reader)).collect::<Result<_>>()?;
        let (documents, broken): (Vec<Document>, Vec<Vec<String>>) = documents.into_iter().unzip();
        version.documents = documents;
        let mut above_clear = labels_above_clear(snapshot);
        above_clear.extend(labels::above_clear(version.documents.iter().filter_map(|document| document.marking.as_deref())));
        version.clear = above_clear.is_empty();
        version.marking = labels::of_version(above_clear, snapshot);
        site::tell_apart(&mut version.documents, &version.title, self.language, &|folder| reader.schema_title(folder));
        Ok((version, broken.into_iter().flatten().collect()))
    }

    /// A version as the ledger alone knows it.
    fn entry(&self, entry: &Entry, facts: &Facts, changes: Option<ChangesSince>) -> site::Version {
        let commit = |commit: &version::Commit| {
            let short = commit.id.get(..12).unwrap_or(&commit.id);
            if commit.clean { format!("commit {short}") } else { format!("commit {short} with changes") }
        };
        // A summary written before documents were compared leaves out those that differ without a changed record.
        let summary = match &changes {
            Some(changes) if entry.summary == diff::summary(&Changes::new(None, Vec::new(), Vec::new())) => changes.summary.clone(),
            _ => entry.summary.clone(),
        };
        site::Version {
            number: entry.number,
            title: facts.title.clone(),
            language: facts.language.clone(),
            organization: facts.organization.clone(),
            digest: entry.digest.to_string(),
            date: entry.date.to_string(),
            long_date: self.date(entry.date),
            as_of: String::new(),
            marking: None,
            // Its marking isn't known.
            clear: false,
            summary,
            changes: changes.map(|changes| changes.told),
            commits: entry.commits.iter().map(commit).collect(),
            pruned: entry.pruned,
            began_with: Vec::new(),
            data: None,
            archive: None,
            places: Vec::new(),
            has_changes_page: false,
            redlines: Default::default(),
            titles: Vec::new(),
            documents: Vec::new(),
            records: Vec::new(),
        }
    }

    /// What a record says, in readers' words.
    fn record_values(&self, change: Change, reader: &ReadersText<'_>) -> RecordValues {
        let collection = &change.collection;
        let has_inferred_date = reader.has_inferred_date(collection, &change.id);
        let mut values = Vec::new();
        for field in change.fields.into_iter().flat_map(diff::leaves) {
            let field = &field;
            let is_markdown = reader.is_markdown(collection, &field.head_path);
            let mut shown = named(None, reader, &|date| self.date(date), collection, field);
            if let Some(serde_json::Value::String(text)) = shown.new.as_mut().filter(|_| is_markdown) {
                *text = reader.plain(text);
            }
            for (written, row) in diff::rows(field).into_iter().zip(diff::rows(&shown)) {
                let is_value = row.path == field.path && row.part == FieldPart::Value;
                let is_deeper = row.path.depth() > 1;
                let mut titles = if is_deeper { reader.titles(collection, &row.path) } else { vec![row.label] };
                let group = is_deeper.then(|| titles.remove(0));
                values.push(site::Row {
                    path: row.path.to_string(),
                    label: titles.join(", "),
                    group,
                    part: row.part.name().to_owned(),
                    references: if is_value { reader.references(collection, field) } else { Vec::new() },
                    cites: if is_value && is_markdown { reader.cites(&written.text) } else { Vec::new() },
                    text: match row.part {
                        FieldPart::AsOf => {
                            dated(&written.text, reader.has_inferred_as_of(collection, &change.id, &written.text), self.language)
                        }
                        FieldPart::Value if has_inferred_date && row.path == DATE => self.language.inferred(&row.text),
                        _ => row.text.clone(),
                    },
                    sources: written.sources,
                    written: (written.text != row.text).then(|| Digest::of(written.text.as_bytes()).short()),
                });
            }
        }
        RecordValues {
            rows: values,
            collection_title: capital(&reader.collection_title(collection)),
            collection: change.collection,
            id: change.id,
            name: change.name,
        }
    }
}
