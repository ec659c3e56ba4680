//! The last steps of one document: Markdown and PDF under a version's stamp.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::content::Prepared;
use super::options::BuildOptions;
use super::{front, typesetting};
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::{Stamp, TypstSource, to_address};
use crate::markdown::{self, TypstMeta, Written};
use crate::model::{Book, Date, Settings};
use crate::render::long_date;
use crate::tree::Tree;
use crate::typeset::{self, Engine, Pdf};
use crate::version::{Digest, files_digest};

/// Where a book keeps its own theme, fonts and images.
const THEME: &str = "templates/theme.typ";
const FONTS: &str = "fonts";
pub(super) const ASSETS: &str = "content/assets";

/// What all documents of a build share.
pub(super) struct Press<'a> {
    pub(super) tree: &'a Tree,
    pub(super) book: &'a Book,
    pub(super) fonts: typeset::Fonts,
    pub(super) timeout: std::time::Duration,
    pub(super) keep_temporary: bool,
    fonts_digest: Digest,
}

/// A document as its readers get it.
pub(super) struct Made {
    pub(super) markdown: Written,
    pub(super) pdf: Pdf,
    pub(super) warnings: Vec<Diagnostic>,
    /// Where what typst was given is kept, in words, if it is.
    pub(super) note: Option<String>,
}

/// A document's texts without version fields, for its digest.
pub(super) struct BlankTexts {
    pub(super) markdown: String,
    pub(super) typst: String,
}

impl<'a> Press<'a> {
    pub(super) fn new(options: &BuildOptions, tree: &'a Tree, book: &'a Book) -> Press<'a> {
        Press { timeout: options.typst_timeout, keep_temporary: options.keep_temporary, ..Press::for_digests(tree, book) }
    }

    /// What documents share that are not typeset, but only compared.
    pub(super) fn for_digests(tree: &'a Tree, book: &'a Book) -> Press<'a> {
        let files: Vec<(String, Vec<u8>)> = tree.below(FONTS).map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
        Press {
            tree,
            book,
            fonts: typeset::Fonts::new(files),
            timeout: std::time::Duration::ZERO,
            keep_temporary: false,
            fonts_digest: files_digest(tree, FONTS),
        }
    }

    /// The theme's Typst code: the book's own, else the default.
    pub(super) fn theme(&self) -> &str {
        self.tree.text(THEME).unwrap_or(typeset::DEFAULT_THEME)
    }

    pub(super) fn fonts_digest(&self) -> Digest {
        self.fonts_digest
    }

    /// Options that change what a reader sees.
    pub(super) fn reader_options(&self) -> serde_json::Value {
        let settings = &self.book.settings;
        json!({ "standards": settings.pdf.standards, "paper": settings.paper, "language": settings.language })
    }

    /// The images that documents show, by their names in a version's folder.
    pub(super) fn images<'b>(&'b self, documents: &[&'b Prepared]) -> BTreeMap<String, &'b [u8]> {
        let shown = documents.iter().flat_map(|prepared| prepared.document.image_paths().into_iter().map(|path| (*prepared, path)));
        shown.filter_map(|(prepared, path)| Some((image_name(&path), prepared.image(&path, self.tree)?))).collect()
    }

    /// The images that a document shows, by path, and their digests.
    pub(super) fn assets_of(&self, prepared: &Prepared) -> BTreeMap<String, Digest> {
        let shown = prepared.document.image_paths().into_iter().filter_map(|path| {
            let bytes = prepared.image(&path, self.tree)?;
            Some((path, Digest::of(bytes)))
        });
        shown.collect()
    }

    pub(super) fn markdown(&self, prepared: &Prepared, stamp: &Stamp) -> Written {
        let id = &prepared.planned.id;
        markdown::to_markdown(&front::for_readers(prepared, self.book, stamp), stamp, &|other| relative(id, other, "md"))
    }

    pub(super) fn typst(&self, prepared: &Prepared, stamp: &Stamp) -> TypstSource {
        let settings = &self.book.settings;
        let meta = TypstMeta {
            document: prepared.planned.id.clone(),
            front: front::for_theme(prepared, settings, stamp),
            language: settings.language.clone(),
            paper: settings.paper.clone(),
            notes: prepared.planned.notes,
            heading_steps: settings.pdf.are_accessible(),
        };
        let id = &prepared.planned.id;
        markdown::to_typst(&prepared.document, stamp, &meta, &|other| relative(id, other, "pdf"), &self.fonts.coverage())
    }

    /// Typesets a document; `Err` holds the faults of its content.
    pub(super) fn pdf(&self, prepared: &Prepared, stamp: &Stamp, engine: &Engine) -> Result<Result<Made, Vec<Diagnostic>>> {
        let source = self.typst(prepared, stamp);
        let date: Date = stamp.date.parse()?;
        match typesetting::typeset(self, prepared, &source, date, engine)? {
            Ok(pdf) => {
                let note = pdf
                    .kept
                    .as_ref()
                    .map(|folder| format!("what typst was given for `{}` is in `{}`", prepared.planned.id, folder.display()));
                let mut warnings = check::missing_glyph(self.book, self.tree, &prepared.origins, &source);
                let misfits = typeset::misfits(&pdf.bytes)?;
                warnings.extend(check::text_overflow(&prepared.planned.id, &prepared.origins, &source, misfits));
                Ok(Ok(Made { markdown: self.markdown(prepared, stamp), pdf, warnings, note }))
            }
            Err(faults) => Ok(Err(faults)),
        }
    }
}

/// Where an image of a document is in the tree.
pub(super) fn asset_path(path: &str) -> String {
    format!("{ASSETS}/{}", below_assets(path))
}

/// Where an image of a document is in a version's folder.
pub(super) fn image_name(path: &str) -> String {
    format!("assets/{}", below_assets(path))
}

fn below_assets(path: &str) -> &str {
    // The Markdown of a version says `../assets/` in folders.
    path.trim_start_matches("../").trim_start_matches("assets/")
}

/// A document's texts under the blank stamp.
pub(super) fn blank_texts(prepared: &Prepared, press: &Press<'_>) -> BlankTexts {
    let blank = Stamp::blank();
    BlankTexts { markdown: press.markdown(prepared, &blank).text, typst: press.typst(prepared, &blank).text }
}

/// The stamp of a draft.
pub(super) fn draft_stamp(date: Date, settings: &Settings) -> Stamp {
    Stamp {
        number: None,
        name: "draft".to_owned(),
        date: date.to_string(),
        long_date: long_date(date, settings),
        digest: String::new(),
        draft: true,
    }
}

/// The address of one document in another, both by id.
pub(super) fn relative(from: &str, to: &str, extension: &str) -> String {
    let up = "../".repeat(from.matches('/').count());
    let from_folder = from.rsplit_once('/').map(|(folder, _)| folder);
    let path = match (from_folder, to.rsplit_once('/')) {
        (Some(folder), Some((same, name))) if folder == same => format!("{name}.{extension}"),
        _ => format!("{up}{to}.{extension}"),
    };
    to_address(&path).into_owned()
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn documents_are_linked_by_relative_paths() {
        assert_eq!(relative("book", "precedents/kfor", "md"), "precedents/kfor.md");
        assert_eq!(relative("precedents/kfor", "precedents/unifil", "pdf"), "unifil.pdf");
        assert_eq!(relative("precedents/kfor", "contributors/egypt", "md"), "../contributors/egypt.md");
        assert_eq!(relative("book", "members/A#1 50%", "md"), "members/A%231 50%25.md");
    }
}
