//! The last steps of one document: Markdown and PDF under a version's stamp.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::content::Prepared;
use super::options::BuildOptions;
use super::{front, typesetting};
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::{Stamp, TypstSource};
use crate::layout::{DRAFT, FONTS, THEME, image_name, link_between};
use crate::markdown::{self, TypstMeta, Written};
use crate::model::{Book, Date, Settings};
use crate::render::long_date;
use crate::tree::Tree;
use crate::typeset::{self, Engine, Pdf};
use crate::version::{Digest, files_digest};

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
        markdown::to_markdown(&front::for_readers(prepared, self.book, stamp), stamp, &|other| link_between(id, other, "md"))
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
        markdown::to_typst(&prepared.document, stamp, &meta, &|other| link_between(id, other, "pdf"), &self.fonts.coverage())
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

/// A document's texts under the blank stamp.
pub(super) fn blank_texts(prepared: &Prepared, press: &Press<'_>) -> BlankTexts {
    let blank = Stamp::blank();
    BlankTexts { markdown: press.markdown(prepared, &blank).text, typst: press.typst(prepared, &blank).text }
}

/// The stamp of a draft.
pub(super) fn draft_stamp(date: Date, settings: &Settings) -> Stamp {
    Stamp {
        number: None,
        name: DRAFT.to_owned(),
        date: date.to_string(),
        long_date: long_date(date, settings),
        digest: String::new(),
        draft: true,
    }
}
