//! The formats in which documents are written: one file each, behind one trait.
//!
//! In: a rendered document and what it is written with, a [`Manuscript`]. Out: the bytes of one file, and where its claims stand
//! in them. A further format is a file here and a line in [`FORMATS`].

mod markdown;
mod pdf;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::document::{Document, Stamp, TypstSource};
use crate::model::{Book, Date, NotesPlacement};
use crate::typeset::{Engine, Error, Fonts};

pub use markdown::MarkdownFormat;
pub use pdf::PdfFormat;

/// Every format that a version holds its documents in.
pub static FORMATS: [&dyn Format; 2] = [&MarkdownFormat, &PdfFormat];

/// A format of documents.
pub trait Format: Sync {
    /// As people call it: `PDF`.
    fn name(&self) -> &'static str;

    /// The ending of its files, without a dot.
    fn extension(&self) -> &'static str;

    /// The media type of its files (RFC 6838), as web servers name it.
    fn media_type(&self) -> &'static str;

    /// What is needed to write it.
    fn needs(&self) -> Needs;

    /// Writes a document.
    fn write(&self, manuscript: &Manuscript<'_>) -> Result<WrittenFile, Error>;

    /// The file of a document, by its id.
    fn file(&self, id: &str) -> String {
        format!("{id}.{}", self.extension())
    }
}

/// What is needed to write a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing but brief itself.
    Nothing,
    /// A typst to run.
    Typst,
}

/// A rendered document, and what it is written with.
pub struct Manuscript<'a> {
    pub id: &'a str,
    pub document: &'a Document,
    /// The same with the front matter that readers of its text get.
    pub published: &'a Document,
    /// The front matter for the theme.
    pub front: Map<String, Value>,
    pub notes: NotesPlacement,
    pub book: &'a Book,
    pub stamp: &'a Stamp,
    /// The address of another document in the same format, by its id and the format's extension.
    pub link: &'a dyn Fn(&str, &str) -> String,
    /// The images that it shows, by the path that it names.
    pub images: &'a BTreeMap<String, Arc<[u8]>>,
    /// The theme's Typst code.
    pub theme: &'a str,
    pub fonts: &'a Fonts,
    /// How Typst is run, where it is.
    pub typesetting: Option<&'a Typesetting>,
}

/// The program that typesets, and its limits.
#[derive(Debug)]
pub struct Typesetting {
    pub engine: Engine,
    pub timeout: Duration,
    /// Leaves what typst was given where it is.
    pub keep_temporary: bool,
}

/// A document in a format.
#[derive(Debug)]
pub struct WrittenFile {
    pub bytes: Vec<u8>,
    /// Where each claim of the document is printed.
    pub claims: ClaimPlaces,
    /// What typst was given, where it was run, and the folder in which that is kept, if it is.
    pub typeset: Option<(TypstSource, Option<PathBuf>)>,
}

/// Where a format prints the claims of a document.
#[derive(Debug)]
pub enum ClaimPlaces {
    /// The line, from 1, of each claim in its order; 0 for one that is not printed.
    Lines(Vec<usize>),
    /// Pairs of a claim's index and the page on which it is printed, from 1.
    Pages(Vec<(usize, u32)>),
    /// The format has neither lines nor pages.
    None,
}

/// The format of a version's file; `None` for one that is no document, but an image or a list.
pub fn of_file(name: &str) -> Option<&'static dyn Format> {
    let (_, extension) = name.rsplit_once('.')?;
    FORMATS.into_iter().find(|format| format.extension() == extension)
}

/// The date of a stamp, at which a file says it was made.
fn date(stamp: &Stamp) -> anyhow::Result<Date> {
    anyhow::Context::context(stamp.date.parse(), "a stamp has no date")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_formats_write_the_same_file() {
        let files: BTreeSet<String> = FORMATS.iter().map(|format| format.file("precedents/kfor")).collect();
        assert_eq!(files.into_iter().collect::<Vec<_>>(), ["precedents/kfor.md", "precedents/kfor.pdf"]);
        let media_type = |name: &str| of_file(name).map(|format| format.media_type());
        assert_eq!(media_type("precedents/kfor.md"), Some("text/markdown; charset=utf-8"));
        assert_eq!((media_type("assets/map.svg"), media_type("md")), (None, None));
    }
}
