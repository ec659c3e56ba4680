//! A document of a version as the site's data: its text as HTML, and what is printed in it.

use anyhow::{Context, Result};

use super::readers_text::{ReadersText, dated};
use crate::document::Article;
use crate::document::chart::DRAWINGS;
use crate::figure;
use crate::format::{Format, MarkdownFormat, PdfFormat};
use crate::markdown::{self, Surroundings};
use crate::site::{self, Document, MadeOf, PrintedClaim};
use crate::version::{ClaimRow, Manifest, Shared, Version};

/// A document, and its links that lead nowhere.
pub(super) fn document(
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
        revised_date: revised.map(|revised| site::long_date(revised.date, links.language)).unwrap_or_default(),
        shared: entry.and_then(|entry| entry.shared.as_ref()).map(Shared::name),
        pdf,
        claims: rows
            .iter()
            .map(|row| printed_claim(row, reader, &|date| dated(date, reader.is_inferred_in(row, date), links.language)))
            .collect(),
        made_of: made_of(manifest, id),
        chapters: Vec::new(),
        article,
    };
    Ok((document, faults))
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

/// A document's Markdown.
fn markdown_of(version: &Version, id: &str) -> Result<String> {
    let name = MarkdownFormat.file(id);
    String::from_utf8(version.read(&name)?).with_context(|| format!("`{}` is not text", version.folder().join(&name).display()))
}

/// What a version calls a document, where that can be read, and the document bears no marking of its own that its title would
/// have to bear.
pub(super) fn title_in(version: &Version, id: &str) -> Option<String> {
    let text = markdown_of(version, id).ok()?;
    let nowhere = Surroundings { link: &|_| None, beside: &|_, _| String::new(), drawing: &|_, _, _| None };
    let article = markdown::to_html(&text, &nowhere);
    (!article.front.contains_key("marking")).then(|| title(&article))
}

/// What a document is called: as its front matter says, else its first heading.
fn title(article: &Article) -> String {
    article.front.get("title").and_then(|value| value.as_str()).map_or_else(|| article.title.clone(), str::to_owned)
}
