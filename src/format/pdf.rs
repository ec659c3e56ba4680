//! PDF: Typst's plain elements under the book's theme, typeset by typst.

use anyhow::anyhow;

use super::{ClaimPlaces, Format, Manuscript, Needs, WrittenFile, date};
use crate::document::TypstSource;
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
        let source = self.source(manuscript);
        let pdf = typesetting.engine.typeset(&Job {
            source: &source,
            theme: manuscript.theme,
            assets: manuscript.images.iter().map(|(path, bytes)| (path.clone(), &**bytes)).collect(),
            fonts: manuscript.fonts,
            timestamp: date(manuscript.stamp)?.unix(),
            standards: &manuscript.book.settings.pdf.standards,
            timeout: typesetting.timeout,
            keep_temporary: typesetting.keep_temporary,
        })?;
        Ok(WrittenFile { bytes: pdf.bytes, claims: ClaimPlaces::Pages(pdf.claim_pages), typeset: Some((source, pdf.kept)) })
    }
}
