//! Markdown: GitHub's, which reads well as it is.

use super::{ClaimPlaces, Format, Manuscript, Needs, WrittenFile};
use crate::markdown::{self, Written};
use crate::typeset::Error;

/// Documents as Markdown.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownFormat;

impl MarkdownFormat {
    /// The text of a document.
    pub fn text(self, manuscript: &Manuscript<'_>) -> Written {
        let link = |other: &str| (manuscript.link)(other, self.extension());
        markdown::to_markdown(manuscript.published, manuscript.stamp, &link)
    }
}

impl Format for MarkdownFormat {
    fn name(&self) -> &'static str {
        "Markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn media_type(&self) -> &'static str {
        "text/markdown; charset=utf-8"
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn write(&self, manuscript: &Manuscript<'_>) -> Result<WrittenFile, Error> {
        let Written { text, claim_lines } = self.text(manuscript);
        Ok(WrittenFile { bytes: text.into_bytes(), claims: ClaimPlaces::Lines(claim_lines), typeset: None })
    }
}
