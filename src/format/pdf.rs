//! PDF: Typst's plain elements under the book's theme, typeset by typst.

use std::collections::BTreeMap;

use anyhow::anyhow;

use super::{ClaimPlaces, Format, Manuscript, Needs, WrittenFile, date};
use crate::document::TypstSource;
use crate::document::chart::DRAWINGS;
use crate::figure;
use crate::markdown::{self, TypstMeta};
use crate::typeset::{Error, Job};

/// Documents as PDF.
#[derive(Debug, Clone, Copy)]
pub struct PdfFormat;

impl PdfFormat {
    /// What typst is given.
    pub fn source(self, manuscript: &Manuscript<'_>) -> TypstSource {
        let settings = &manuscript.book.settings;
        let meta = TypstMeta {
            document: manuscript.id.to_owned(),
            front: manuscript.front.clone(),
            language: settings.language.clone(),
            theme: settings.theme.clone(),
            notes: manuscript.notes,
            heading_steps: settings.pdf.are_accessible(),
        };
        let link = |other: &str| (manuscript.link)(other, self.extension());
        markdown::to_typst(manuscript.document, manuscript.stamp, &meta, &link, &manuscript.fonts.coverage())
    }
}

impl Format for PdfFormat {
    fn name(&self) -> &'static str {
        "PDF"
    }

    fn extension(&self) -> &'static str {
        "pdf"
    }

    fn media_type(&self) -> &'static str {
        "application/pdf"
    }

    fn needs(&self) -> Needs {
        Needs::Typst
    }

    fn write(&self, manuscript: &Manuscript<'_>) -> Result<WrittenFile, Error> {
        let Some(typesetting) = manuscript.typesetting else { return Err(anyhow!("there is no typst to typeset with").into()) };
        let mut source = self.source(manuscript);
        let numbered = drawings_with_numbers(manuscript, &mut source);
        let assets = manuscript.images.iter().map(|(path, bytes)| (path.clone(), numbered.get(path).map_or(&**bytes, String::as_bytes)));
        let pdf = typesetting.engine.typeset(&Job {
            source: &source,
            theme: manuscript.theme,
            assets: assets.collect(),
            fonts: manuscript.fonts,
            timestamp: date(manuscript.stamp)?.unix(),
            standards: &manuscript.book.settings.pdf.standards,
            timeout: typesetting.timeout,
            keep_temporary: typesetting.keep_temporary,
        })?;
        Ok(WrittenFile { bytes: pdf.bytes, claims: ClaimPlaces::Pages(pdf.claim_pages), typeset: Some((source, pdf.kept)) })
    }
}

/// The drawings with characters that no font has, with their numbers instead; the characters are noted in the source.
fn drawings_with_numbers(manuscript: &Manuscript<'_>, source: &mut TypstSource) -> BTreeMap<String, String> {
    let coverage = manuscript.fonts.coverage();
    let mut numbered = BTreeMap::new();
    for (path, bytes) in manuscript.images.iter().filter(|(path, _)| path.starts_with(DRAWINGS)) {
        let Some((drawing, characters)) = str::from_utf8(bytes).ok().and_then(|drawing| figure::with_numbers(drawing, &coverage)) else {
            continue;
        };
        let line = source.text.lines().position(|line| line.contains(path.as_str())).and_then(|index| source.lines.get(index));
        let line = line.copied().unwrap_or_default();
        source.missing.extend(characters.into_iter().map(|c| (c, line)));
        numbered.insert(path.clone(), drawing);
    }
    numbered
}
