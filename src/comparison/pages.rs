//! How many pages a side's documents have, where a PDF of just that content is at hand.

use std::path::{Path, PathBuf};

use super::rendered::Rendered;
use super::side::{From, Side};
use crate::assembly::document_writer::DocumentWriter;
use crate::assembly::rendering::Prepared;
use crate::assembly::stamp;
use crate::files;
use crate::format::{Format, MarkdownFormat, PdfFormat};
use crate::layout::DRAFT;
use crate::model::Date;
use crate::tree::folder::MAX_FILE;
use crate::typeset;
use crate::version::{Ledger, Version};

/// Where PDFs of a side's content are.
pub(super) enum Pages {
    Version(Box<Version>),
    Draft(PathBuf),
    Unknown,
}

impl Pages {
    /// The version that a side is, or was built as from its commit, clean; or else the draft, if it is still one of
    /// this content.
    pub(super) fn of(side: &Side, rendered: Option<&Rendered>, output: &Path) -> Pages {
        let number = match &side.from {
            From::Version(version) => Some(version.entry.number),
            From::Commit(id) => built_from(output, id),
            From::Folder(_) | From::WorkingTree | From::Nowhere => None,
        };
        if let Some(version) = number.and_then(|number| Version::find(output, number).ok()) {
            return Pages::Version(Box::new(version));
        }
        let draft = output.join(DRAFT);
        let writer = side.tree.as_ref().zip(side.book.as_ref()).map(|(tree, book)| DocumentWriter::new(tree, book));
        match (writer, rendered) {
            (Some(writer), Some(rendered)) if is_draft_of(&draft, &writer, &rendered.documents) => Pages::Draft(draft),
            _ => Pages::Unknown,
        }
    }

    /// The pages of a document.
    pub(super) fn count(&mut self, id: &str) -> Option<u32> {
        let name = PdfFormat.file(id);
        let bytes = match self {
            Pages::Version(version) => version.read(&name).ok()?,
            Pages::Draft(folder) => files::read(&folder.join(name), MAX_FILE).ok()?,
            Pages::Unknown => return None,
        };
        typeset::page_count(&bytes).ok()
    }
}

fn built_from(output: &Path, commit: &str) -> Option<u32> {
    let ledger = Ledger::read(output).ok()?;
    let built = ledger.versions().iter().find(|entry| entry.commits.iter().any(|built| built.clean && built.id == commit))?;
    Some(built.number)
}

/// Whether a draft has every document word for word; if `changed`, of those that print what changed as well.
fn is_draft_of(draft: &Path, writer: &DocumentWriter<'_>, documents: &[Prepared]) -> bool {
    !documents.is_empty()
        && documents.iter().all(|prepared| {
            let id = &prepared.planned.id;
            let text = files::read(&draft.join(MarkdownFormat.file(id)), MAX_FILE).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(text) = text else { return false };
            prepared.uses_changes
                || date_of(&text)
                    .is_some_and(|date| writer.markdown(prepared, &stamp::of_draft(date, &writer.book().settings)).text == text)
        })
}

/// The date in a document's front matter.
fn date_of(text: &str) -> Option<Date> {
    let date = text.lines().skip(1).take_while(|line| *line != "---").find_map(|line| line.strip_prefix("date: "))?;
    date.trim_matches(['"', '\'']).parse().ok()
}
