//! The files of a book, read into memory at once, from a folder or from a Git revision.

pub mod folder;
mod git;
mod lfs;
pub mod merge_file;
pub mod revision;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, SourceFiles, Span};

/// The files of a book by their path from its root, with `/` between folders: `content/book.yaml`,
/// `templates/book.md.jinja`, `fonts/…`.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub files: BTreeMap<String, Arc<[u8]>>,
}

impl Tree {
    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|bytes| &**bytes)
    }

    /// The text of a file, where it is UTF-8; a byte order mark is left out.
    pub fn text(&self, path: &str) -> Option<&str> {
        let text = std::str::from_utf8(self.get(path)?).ok()?;
        Some(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The text of a file, without its byte order mark; an error where it isn't UTF-8, at its first byte that isn't.
    pub fn decoded(&self, path: &str) -> Result<&str, Box<Diagnostic>> {
        let bytes = self.get(path).unwrap_or_default();
        let fault = match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Err(fault) => fault,
        };
        let good = String::from_utf8_lossy(&bytes[..fault.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let place = Place::Span(Span { file: path.to_owned(), line, column, end_line: line, end_column: column + 1 });
        let byte = bytes[fault.valid_up_to()];
        let diagnostic = Diagnostic::error(Code::NotUtf8, place, format!("`{path}` is not UTF-8 (byte {byte:#04x})"));
        Err(Box::new(diagnostic.help("save the file with the encoding UTF-8")))
    }

    /// The files below a folder, as pairs of path and bytes, sorted by path.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        self.files
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, bytes)| (path.as_str(), &**bytes))
    }
}

impl SourceFiles for Tree {
    fn source(&self, path: &str) -> Option<&[u8]> {
        self.get(path)
    }
}
