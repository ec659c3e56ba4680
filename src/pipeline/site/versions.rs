//! The versions in a ledger's folder as the site's data: what their files hold, compared with the version before.

use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::changes::{TwoVersions, changed_book, changed_document};
use super::readers_text::{DATE, ReadersText, named, printed_texts};
use crate::assembly::labels::{self, labels_above_clear};
use crate::comparison::compare::told_base;
use crate::comparison::versions::version_changes;
use crate::diff::{self, Change, Changes, DocumentChange, FieldPart, FileKind, Snapshot};
use crate::document::Article;
use crate::document::chart::DRAWINGS;
use crate::figure;
use crate::files;
use crate::format::{FORMATS, Format, MarkdownFormat, PdfFormat};
use crate::layout::{CLAIMS, DATA, MANIFEST, since_file, version_folder};
use crate::markdown::{self, Surroundings};
use crate::model::Date;
use crate::site::{self, Document, Facts, Language, MadeOf, PrintedClaim, RecordValues, VersionChanges};
use crate::text::capital;
use crate::tree::folder::MAX_FILE;
use crate::typeset::identity;
use crate::version::{self, ClaimLedger, ClaimRow, Digest, Entry, Ledger, Manifest, Shared, Version};

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

/// A document's Markdown.
fn markdown_of(version: &Version, id: &str) -> Result<String> {
    let name = MarkdownFormat.file(id);
    String::from_utf8(version.read(&name)?).with_context(|| format!("`{}` is not text", version.folder().join(&name).display()))
}

/// What a version calls a document, where that can be read, and the document bears no marking of its own that its title would
/// have to bear.
fn title_in(version: &Version, id: &str) -> Option<String> {
    let text = markdown_of(version, id).ok()?;
    let nowhere = Surroundings { link: &|_| None, beside: &|_, _| String::new(), drawing: &|_, _, _| None };
    let article = markdown::to_html(&text, &nowhere);
    (!article.front.contains_key("marking")).then(|| title(&article))
}

/// What a document is called: as its front matter says, else its first heading.
fn title(article: &Article) -> String {
    article.front.get("title").and_then(|value| value.as_str()).map_or_else(|| article.title.clone(), str::to_owned)
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

    /// A date in words, said to be inferred where it is.
    fn dated(&self, text: &str, is_inferred: bool) -> String {
        let date = text.parse().map_or_else(|_| text.to_owned(), |date| self.date(date));
        if is_inferred { self.language.inferred(&date) } else { date }
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
        version.as_of = self.dated(&snapshot.book.as_of, snapshot.book.as_of_inferred);
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
            ids.par_iter().map(|id| self.document(&files.version, id, claims(id), &links, &reader)).collect::<Result<_>>()?;
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
                        FieldPart::AsOf => self.dated(&written.text, reader.has_inferred_as_of(collection, &change.id, &written.text)),
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

    /// A document, and its links that lead nowhere.
    fn document(
        &self,
        version: &Version,
        id: &str,
        rows: &[ClaimRow],
        links: &site::VersionLinks<'_>,
        reader: &ReadersText<'_>,
    ) -> Result<(Document, Vec<String>)> {
        let number = version.entry.number;
        let manifest = version.manifest()?;
        let name = MarkdownFormat.file(id);
        let text = markdown_of(version, id)?;
        let pdf = manifest.outputs.get(&PdfFormat.file(id)).map(|output| output.size);
        let link = |address: &str| links.resolve(id, address);
        let beside = |from: usize, to: usize| {
            let page = rows.iter().find(|row| (from..to).contains(&row.line)).and_then(|row| row.page).filter(|_| pdf.is_some());
            page.map(|page| links.printed_page(id, &PdfFormat.file(id), page)).unwrap_or_default()
        };
        let drawing = |address: &str, alternative: &str, prefix: &str| {
            let name = address.trim_start_matches("../");
            let is_drawing = name.strip_prefix(DRAWINGS).is_some_and(|rest| rest.starts_with('/')) && manifest.outputs.contains_key(name);
            let bytes = version.read(name).ok().filter(|_| is_drawing)?;
            figure::inline(std::str::from_utf8(&bytes).ok()?, alternative, prefix)
        };
        let article = markdown::to_html(&text, &Surroundings { link: &link, beside: &beside, drawing: &drawing });
        let faults = article
            .broken
            .iter()
            .map(|(line, address)| format!("v{number}/{name}:{line} links to `{address}`, which is not there; the page shows its text"))
            .collect();
        let front = |key: &str| article.front.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let (title, subtitle) = (title(&article), front("subtitle"));
        let entry = manifest.documents.get(id);
        let revised = entry.map(|entry| &entry.revised);
        let document = Document {
            id: id.to_owned(),
            list_title: title.clone(),
            title,
            subtitle,
            marking: front("marking"),
            revised: revised.map_or(number, |revised| revised.version),
            revised_date: revised.map(|revised| self.date(revised.date)).unwrap_or_default(),
            shared: entry.and_then(|entry| entry.shared.as_ref()).map(Shared::name),
            pdf,
            claims: rows.iter().map(|row| printed_claim(row, reader, &|date| self.dated(date, reader.is_inferred_in(row, date)))).collect(),
            made_of: made_of(manifest, id),
            chapters: Vec::new(),
            article,
        };
        Ok((document, faults))
    }
}

fn printed_claim(row: &ClaimRow, reader: &ReadersText<'_>, as_of: &dyn Fn(&str) -> String) -> PrintedClaim {
    let how = row.derived.as_ref().map(|derived| derived.how.clone());
    PrintedClaim {
        is_derived: how.is_some(),
        title: how.as_deref().or(row.claim.as_deref()).map(|how| reader.title(how, row)).unwrap_or_default(),
        confidence: row.claim.as_deref().and_then(|claim| reader.confidence(claim)),
        claim: row.claim.clone().or(how).unwrap_or_default(),
        records: row.claims().map(|claim| claim.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")).collect(),
        printed: row.printed.clone(),
        sources: row.sources.clone(),
        as_of: row.as_of.as_deref().map(as_of),
        notes: row.notes.clone(),
        line: row.line,
        page: row.page,
    }
}

/// What a document is made of, by the reason for which two versions of it can differ.
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
