//! What a side's documents say: rendered with its own templates, or the Markdown that readers of a version got.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::side::{From, Side, Unusable};
use crate::assembly::rendering::{self, Prepared};
use crate::diagnostic::has_errors;
use crate::document::{Document, Inline, walk};
use crate::files;
use crate::format::{Format, MarkdownFormat, PdfFormat};
use crate::layout::{asset_file, image_name};
use crate::markdown;
use crate::render::{Planned, Renderer, Scope};
use crate::tree::folder::MAX_FILE;
use crate::version::Version;

/// The documents of a side.
pub(super) struct Texts<'a> {
    side: &'a Side,
    source: Source<'a>,
    /// The figures of the documents that were made, by the paths of their images.
    drawings: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

enum Source<'a> {
    Templates(Box<Renderer>),
    Version(&'a Version),
    /// A version's folder, away from its ledger.
    Folder(&'a Path),
}

/// A document of a side.
pub(super) enum Text {
    Rendered(Box<Prepared>),
    Read(Box<Document>),
}

impl Text {
    pub(super) fn document(&self) -> &Document {
        match self {
            Text::Rendered(prepared) => &prepared.document,
            Text::Read(document) => document,
        }
    }
}

impl Text {
    pub(super) fn document_mut(&mut self) -> &mut Document {
        match self {
            Text::Rendered(prepared) => &mut prepared.document,
            Text::Read(document) => document,
        }
    }
}

impl Texts<'_> {
    /// The documents of a side, where it has any that can be made or read.
    pub(super) fn of(side: &Side) -> Result<Texts<'_>> {
        let source = match (&side.tree, &side.book, &side.from) {
            (Some(tree), Some(book), _) => {
                let (renderer, faults) = rendering::renderer(tree, book, side.view.as_deref());
                let mut found = side.diagnostics.clone();
                found.extend(faults);
                if has_errors(&found) {
                    let diagnostics = rendering::finish(tree, found);
                    return Err(anyhow::Error::new(Unusable { tree: tree.clone(), diagnostics })
                        .context(format!("the content of {} has errors, so its documents can't be made", side.name)));
                }
                Source::Templates(Box::new(renderer))
            }
            (_, _, From::Version(version)) => Source::Version(version),
            (_, _, From::Folder(folder)) => Source::Folder(folder),
            _ => bail!("{} has no documents: it is from before the book", side.name),
        };
        Ok(Texts { side, source, drawings: Mutex::default() })
    }

    /// The documents' ids: those of a book in its order, those of a version sorted.
    pub(super) fn ids(&self) -> Result<Vec<String>> {
        Ok(match &self.source {
            Source::Templates(renderer) => renderer.documents().iter().map(|planned| planned.id.clone()).collect(),
            Source::Version(version) => version.manifest()?.documents.keys().cloned().collect(),
            Source::Folder(folder) => {
                let below = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
                let id = |path: &Path| {
                    path.strip_prefix(folder).ok()?.to_str()?.strip_suffix(MarkdownFormat.extension())?.strip_suffix('.').map(str::to_owned)
                };
                below.filter_map(|entry| id(entry.ok()?.path())).collect()
            }
        })
    }

    /// A document that the side has.
    pub(super) fn get(&self, id: &str) -> Result<Text> {
        let name = MarkdownFormat.file(id);
        let bytes = match &self.source {
            Source::Templates(renderer) => return self.rendered(renderer, id),
            Source::Version(version) => version.read(&name)?,
            Source::Folder(folder) => {
                let path = folder.join(name);
                files::read(&path, MAX_FILE).with_context(|| format!("can't read `{}`", path.display()))?
            }
        };
        let text = String::from_utf8(bytes).with_context(|| format!("document `{id}` of {} is not UTF-8", self.side.name))?;
        let mut document = markdown::parse_published(&text).document;
        // Images are named from the folder of the version, as templates name them.
        walk::change(&mut document.blocks, &mut |inlines| {
            for inline in inlines {
                if let Inline::Image { path, .. } = inline {
                    *path = path.trim_start_matches("../").to_owned();
                }
            }
        });
        Ok(Text::Read(Box::new(document)))
    }

    fn rendered(&self, renderer: &Renderer, id: &str) -> Result<Text> {
        let planned = renderer.documents().iter().find(|planned| planned.id == id);
        let (Some(planned), Some(tree)) = (planned, &self.side.tree) else { bail!("{} has no document `{id}`", self.side.name) };
        let (mut prepared, faults) = rendering::render(renderer, planned, &Scope::default(), tree);
        if has_errors(&faults) {
            let diagnostics = rendering::finish(tree, faults);
            return Err(anyhow::Error::new(Unusable { tree: tree.clone(), diagnostics })
                .context(format!("document `{id}` of {} can't be made", self.side.name)));
        }
        let mut drawings = self.drawings.lock().unwrap_or_else(PoisonError::into_inner);
        drawings.extend(prepared.drawings.iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
        // As in the Markdown of a version, with which it is compared.
        markdown::remove_notes_headings(&mut prepared.document);
        Ok(Text::Rendered(Box::new(prepared)))
    }

    /// An image that the side's documents show.
    pub(super) fn image(&self, path: &str) -> Option<Arc<[u8]>> {
        match &self.source {
            Source::Templates(_) => {
                let drawn = self.drawings.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
                drawn.or_else(|| self.side.tree.as_ref()?.files.get(&asset_file(path)).cloned())
            }
            Source::Version(version) => version.read(&image_name(path)).ok().map(Arc::from),
            Source::Folder(folder) => files::read(&folder.join(image_name(path)), MAX_FILE).ok().map(Arc::from),
        }
    }

    /// The PDF of a document that readers of a version got, where there is one.
    pub(super) fn pdf(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let name = PdfFormat.file(id);
        match &self.source {
            Source::Version(version) if version.manifest()?.outputs.contains_key(&name) => version.read(&name).map(Some),
            Source::Folder(folder) if folder.join(&name).is_file() => {
                let path = folder.join(&name);
                files::read(&path, MAX_FILE).with_context(|| format!("can't read `{}`", path.display())).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// How the side plans a document, where it has templates for it.
    pub(super) fn planned(&self, id: &str) -> Option<&Planned> {
        match &self.source {
            Source::Templates(renderer) => renderer.documents().iter().find(|planned| planned.id == id),
            _ => None,
        }
    }
}
