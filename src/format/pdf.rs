//! PDF: Typst's plain elements under the book's theme, typeset by typst.

use std::collections::BTreeMap;

use anyhow::anyhow;

use super::{ClaimPlaces, Format, Manuscript, Needs, WrittenFile, date};
use crate::document::TypstSource;
use crate::document::chart::DRAWINGS;
use crate::figure::{self, Colors, Lettering};
use crate::markdown::{self, TypstMeta};
use crate::model::Style;
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
        let drawings = drawings(manuscript, &mut source);
        let assets = manuscript.images.iter().map(|(path, bytes)| (path.clone(), drawings.get(path).map_or(&**bytes, String::as_bytes)));
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

/// The drawings as they are printed: in the theme's colors, with larger letters beside large type, and with numbers for the
/// characters that no font has, which are noted in the source.
fn drawings(manuscript: &Manuscript<'_>, source: &mut TypstSource) -> BTreeMap<String, String> {
    let coverage = manuscript.fonts.coverage();
    let theme = &manuscript.book.settings.theme;
    let colors = Colors::of(theme);
    let mut drawings = BTreeMap::new();
    for (path, bytes) in manuscript.images.iter().filter(|(path, _)| path.starts_with(DRAWINGS)) {
        let enlarged = manuscript
            .document
            .charts
            .get(path)
            .filter(|_| theme.style == Style::Reader)
            .map(|chart| figure::draw(chart, Lettering::Large));
        let Some(drawing) = enlarged.as_deref().or_else(|| str::from_utf8(bytes).ok()) else { continue };
        let Some(mut drawing) = figure::colored(drawing, &colors) else { continue };
        if let Some((numbered, characters)) = figure::with_numbers(&drawing, &coverage) {
            let line = source.text.lines().position(|line| line.contains(path.as_str())).and_then(|index| source.lines.get(index));
            let line = line.copied().unwrap_or_default();
            source.missing.extend(characters.into_iter().map(|c| (c, line)));
            drawing = numbered;
        }
        drawings.insert(path.clone(), drawing);
    }
    drawings
}
