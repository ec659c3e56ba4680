//! One document as its readers get it: its Markdown and its PDF, under a version's stamp.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::front;
use super::options::BuildOptions;
use super::rendering::Prepared;
use crate::check::{self, TypesetDocument};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::Stamp;
use crate::format::{ClaimPlaces, FORMATS, Format, Manuscript, MarkdownFormat, Needs, PdfFormat, Typesetting, WrittenFile};
use crate::layout::{FONTS, THEME, asset_file, image_name, link_between};
use crate::markdown::Written;
use crate::model::Book;
use crate::tree::Tree;
use crate::typeset::{self, Engine, Failure};
use crate::version::{ClaimLedger, ClaimRow, Digest, contents_digest, files_digest};

/// Writes documents of a book: what they share, and how their PDFs are made.
pub(crate) struct DocumentWriter<'a> {
    tree: &'a Tree,
    book: &'a Book,
    fonts: typeset::Fonts,
    fonts_digest: Digest,
    typesetting: Option<Typesetting>,
    neighbours: Neighbours,
}

/// Which of the book's other documents readers have beside this one: links lead to no others.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Neighbours {
    All,
    Only(BTreeSet<String>),
    /// None, and the document is no document of the book's own.
    Absent,
}

/// A document as its readers get it.
pub(crate) struct FinishedDocument {
    pub(crate) id: String,
    /// Its files, in the formats that are written.
    pub(crate) files: Vec<DocumentFile>,
    /// Its rows in the claim ledger.
    pub(crate) claims: Vec<ClaimRow>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Where what typst was given is kept, in words, if it is.
    pub(crate) note: Option<String>,
}

/// A document in one format.
pub(crate) struct DocumentFile {
    pub(crate) format: &'static dyn Format,
    pub(crate) bytes: Vec<u8>,
}

/// Why a document was not written.
pub(crate) enum Unwritten {
    /// Faults of its content or of the theme.
    Faulty(Vec<Diagnostic>),
    /// The run failed.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Unwritten {
    fn from(error: anyhow::Error) -> Unwritten {
        Unwritten::Failed(error)
    }
}

/// A document's texts without version fields, for its digest.
pub(crate) struct BlankTexts {
    pub(crate) markdown: String,
    pub(crate) typst: String,
}

/// Finds the typst that the options ask for.
pub(crate) fn find_typst(options: &BuildOptions) -> Result<Typesetting> {
    let engine = Engine::find(&options.typst, options.environment.brief_typst.as_deref(), options.environment.path.as_deref())?;
    Ok(Typesetting { engine, timeout: options.typst_timeout, keep_temporary: options.keep_temporary })
}

impl<'a> DocumentWriter<'a> {
    /// A writer of Markdown alone.
    pub(crate) fn new(tree: &'a Tree, book: &'a Book) -> DocumentWriter<'a> {
        let files: Vec<(String, Vec<u8>)> = tree.below(FONTS).map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
        DocumentWriter {
            tree,
            book,
            fonts: typeset::Fonts::new(files),
            fonts_digest: match book.settings.reader {
                None => files_digest(tree, FONTS),
                Some(_) => contents_digest(tree, FONTS),
            },
            typesetting: None,
            neighbours: Neighbours::All,
        }
    }

    /// The same, making PDFs as well.
    pub(crate) fn typesetting(self, typesetting: Typesetting) -> DocumentWriter<'a> {
        DocumentWriter { typesetting: Some(typesetting), ..self }
    }

    /// The same where these are all the documents that readers get.
    pub(crate) fn among(self, documents: &[Prepared]) -> DocumentWriter<'a> {
        let ids = documents.iter().map(|document| document.planned.id.clone()).collect();
        DocumentWriter { neighbours: Neighbours::Only(ids), ..self }
    }

    /// The same for a document by itself, without links to the book's others.
    pub(crate) fn apart(self) -> DocumentWriter<'a> {
        DocumentWriter { neighbours: Neighbours::Absent, ..self }
    }

    /// The book whose documents are written.
    pub(crate) fn book(&self) -> &Book {
        self.book
    }

    /// The files of the book.
    pub(crate) fn tree(&self) -> &Tree {
        self.tree
    }

    /// Whether PDFs are made.
    pub(crate) fn makes_pdfs(&self) -> bool {
        self.typesetting.is_some()
    }

    /// The theme's Typst code: the book's own, else the default.
    pub(crate) fn theme(&self) -> &str {
        self.tree.text(THEME).unwrap_or(typeset::DEFAULT_THEME)
    }

    /// The theme as far as digests know it: for an audience without comments, of which nobody could guess then what they say.
    pub(crate) fn theme_of_digest(&self) -> Cow<'_, str> {
        match self.book.settings.reader {
            None => self.theme().into(),
            Some(_) => typeset::theme_code(self.theme()).into(),
        }
    }

    pub(crate) fn fonts_digest(&self) -> Digest {
        self.fonts_digest
    }

    /// Options that change what a reader sees.
    pub(crate) fn reader_options(&self) -> serde_json::Value {
        let settings = &self.book.settings;
        json!({ "standards": settings.pdf.standards, "paper": settings.theme.paper.name(), "language": settings.language })
    }

    /// The images that a document shows, by path, and their digests.
    pub(crate) fn image_digests(&self, prepared: &Prepared) -> BTreeMap<String, Digest> {
        let logo = self.book.settings.theme.logo.clone();
        let shown = prepared.document.image_paths().into_iter().chain(logo).filter_map(|path| {
            let digest = Digest::of(&prepared.image(&path, self.tree)?);
            Some((path, digest))
        });
        shown.collect()
    }

    /// The images that a document shows, by their names in a version's folder.
    pub(crate) fn images(&self, prepared: &Prepared) -> BTreeMap<String, Arc<[u8]>> {
        let paths = prepared.document.image_paths().into_iter();
        paths.filter_map(|path| Some((image_name(&path), prepared.image(&path, self.tree)?))).collect()
    }

    /// A document's texts under the empty stamp.
    pub(crate) fn blank_texts(&self, prepared: &Prepared) -> BlankTexts {
        self.with_manuscript(prepared, &Stamp::blank(), |manuscript| BlankTexts {
            markdown: MarkdownFormat.text(manuscript).text,
            typst: PdfFormat.source(manuscript).text,
        })
    }

    /// The Markdown that readers get.
    pub(crate) fn markdown(&self, prepared: &Prepared, stamp: &Stamp) -> Written {
        self.with_manuscript(prepared, stamp, |manuscript| MarkdownFormat.text(manuscript))
    }

    /// Runs `work` on what a document is written from.
    fn with_manuscript<T>(&self, prepared: &Prepared, stamp: &Stamp, work: impl FnOnce(&Manuscript<'_>) -> T) -> T {
        let id = prepared.planned.id.as_str();
        // The theme shows the book's logo.
        let paths = prepared.document.image_paths().into_iter().chain(self.book.settings.theme.logo.clone());
        let link = |other: &str, extension: &str| match &self.neighbours {
            Neighbours::Only(ids) if !ids.contains(other) => String::new(),
            Neighbours::All | Neighbours::Only(_) => link_between(id, other, extension),
            Neighbours::Absent => String::new(),
        };
        work(&Manuscript {
            id,
            document: &prepared.document,
            published: &front::for_readers(prepared, self.book, stamp),
            front: front::for_theme(prepared, &self.book.settings, stamp),
            notes: prepared.planned.notes,
            book: self.book,
            stamp,
            link: &link,
            images: &paths.filter_map(|path| Some((path.clone(), prepared.image(&path, self.tree)?))).collect(),
            theme: self.theme(),
            fonts: &self.fonts,
            typesetting: self.typesetting.as_ref(),
        })
    }

    /// Writes a document in every format for which there is what it needs, and checks what came out.
    pub(crate) fn write(&self, prepared: &Prepared, stamp: &Stamp) -> Result<FinishedDocument, Unwritten> {
        let id = &prepared.planned.id;
        let mut finished = FinishedDocument { id: id.clone(), files: Vec::new(), claims: Vec::new(), warnings: Vec::new(), note: None };
        let (mut lines, mut pages) = (Vec::new(), Vec::new());
        let formats = FORMATS.into_iter().filter(|format| format.needs() == Needs::Nothing || self.typesetting.is_some());
        let written = self.with_manuscript(prepared, stamp, |manuscript| {
            let write = |format: &'static dyn Format| Ok::<_, typeset::Error>((format, format.write(manuscript)?));
            formats.map(write).collect::<Result<Vec<_>, _>>()
        });
        let written = written.map_err(|error| match error {
            typeset::Error::Content(failure) => Unwritten::Faulty(faults(prepared, &failure)),
            typeset::Error::Run(error) => Unwritten::Failed(error),
        })?;
        for (format, WrittenFile { bytes, claims, typeset }) in written {
            match claims {
                ClaimPlaces::Lines(places) => lines = places,
                ClaimPlaces::Pages(places) => pages = places,
                ClaimPlaces::None => {}
            }
            if let Some((source, kept)) = typeset {
                let note = |folder: &std::path::PathBuf| format!("what typst was given for `{id}` is in `{}`", folder.display());
                finished.note = kept.as_ref().map(note);
                let misfits = match &self.neighbours {
                    Neighbours::All | Neighbours::Only(_) => typeset::misfits(&bytes)?,
                    Neighbours::Absent => Vec::new(),
                };
                finished.warnings.extend(check::typeset(&TypesetDocument {
                    id,
                    book: self.book,
                    tree: self.tree,
                    origins: &prepared.origins,
                    source: &source,
                    misfits: &misfits,
                }));
            }
            finished.files.push(DocumentFile { format, bytes });
        }
        finished.claims = ClaimLedger::rows(&prepared.document, &lines, &pages);
        Ok(finished)
    }
}

/// Typst's faults, at the places that they come from.
fn faults(prepared: &Prepared, failure: &Failure) -> Vec<Diagnostic> {
    let found = failure.faults.iter().map(|fault| {
        let message = format!("document `{}` can't be typeset: {}", prepared.planned.id, fault.message);
        let at = |code, place| Diagnostic::error(code, place, &message);
        let mut diagnostic = match (fault.theme_line, &fault.asset) {
            (Some(line), _) => at(Code::Theme, Place::line(THEME, line)),
            (None, Some((image, line))) => at(Code::Typesetting, Place::line(asset_file(image), *line)),
            (None, None) => prepared.origins.blame(fault.rendered_line.unwrap_or(0), at(Code::Typesetting, Place::Book)),
        };
        diagnostic.help.clone_from(&fault.hints);
        if let Some(folder) = &failure.kept {
            diagnostic.help.push(format!("what typst was given is in `{}`", folder.display()));
        }
        match (&diagnostic.record, &prepared.planned.record) {
            (None, Some((collection, id))) => diagnostic.record(format!("{collection}/{id}")),
            _ => diagnostic,
        }
    });
    found.collect()
}
