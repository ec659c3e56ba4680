//! The redline of a document: the texts of two sides in one, for a PDF or a page.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::compare::Comparison;
use super::side::{Side, Unusable};
use super::taken_back::ensure_nothing_taken_back;
use super::texts::{Text, Texts};
use crate::assembly::document_writer::{DocumentWriter, find_typst};
use crate::assembly::documents::{self, Memory};
use crate::assembly::options::{BookFolders, BuildOptions};
use crate::assembly::rendering::Prepared;
use crate::assembly::{front, stamp};
use crate::diagnostic::{Diagnostic, did_you_mean, has_errors};
use crate::diff::FileKind;
use crate::document::{Document, Origins};
use crate::format::{Format, PdfFormat};
use crate::layout::{SETTINGS, asset_file};
use crate::load;
use crate::model::{Book, Marking, NotesPlacement, Settings};
use crate::progress::Silent;
use crate::redline::{Cover, REPLACED, Redline, RedlineNames, fragment, redline, rename_replaced_images, without_missing_images};
use crate::render::Planned;
use crate::tree::{Tree, revision};
use crate::typeset;

/// Two texts of a document in one, and what its pages look like.
#[derive(Debug)]
pub struct Redlined {
    pub id: String,
    redline: Redline,
    planned: Planned,
    /// Theme, fonts, images and the book's own words: the head's, else the base's, else those of the book's folder.
    tree: Tree,
    book: Arc<Book>,
    notes: Vec<String>,
    /// The audience that it is for, where the book has audiences.
    audience: Option<String>,
}

/// A redline's PDF, and messages about it.
#[derive(Debug)]
pub struct RedlinePdf {
    pub bytes: Vec<u8>,
    /// Faults that don't keep it from being made, in `tree`.
    pub warnings: Vec<Diagnostic>,
    pub tree: Tree,
    /// What else is to be known of it: where what typst was given is kept, why it lacks pages of the new version.
    pub notes: Vec<String>,
    pub changes: usize,
}

impl Redlined {
    /// Marks in a document what changed between two sides: in the one that is asked for, else in the book's first that
    /// both have. `folders` are the book's.
    pub fn of(comparison: &Comparison, id: Option<&str>, folders: &BookFolders<'_>) -> Result<Redlined> {
        with_sources(comparison, folders, |sources| sources.redlined(&sources.chosen(id)?))
    }

    /// The redlines of the documents that both sides have and whose text differs, sorted by id.
    pub(super) fn of_changed(comparison: &Comparison, folders: &BookFolders<'_>) -> Result<Vec<Redlined>> {
        let in_both = comparison.changes.documents.iter().filter(|document| document.kind == FileKind::Changed);
        let mut redlined = with_sources(comparison, folders, |sources| {
            in_both.map(|document| sources.redlined(&document.id)).collect::<Result<Vec<_>>>()
        })?;
        // The others look different, and say the same.
        redlined.retain(|redlined| redlined.changes() > 0);
        Ok(redlined)
    }

    /// Makes a note of it for somebody who has the old version.
    pub(super) fn cover(&mut self, cover: &Cover) {
        let words = |key: &str| self.book.settings.words.get(key).cloned();
        self.redline = self.redline.clone().with_cover(cover, &words);
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.book.settings
    }

    /// How many changes it marks.
    pub fn changes(&self) -> usize {
        self.redline.changes.len()
    }

    /// The language of its text.
    pub fn language(&self) -> &str {
        &self.book.settings.language
    }

    /// The document's title, with the names of both versions.
    pub fn title(&self) -> String {
        front::title(&self.redline.document).unwrap_or_else(|| self.id.clone())
    }

    /// As a part of a page.
    pub fn html(&self) -> String {
        let words = |key: &str| self.book.settings.words.get(key).cloned();
        let images = |path: &str| self.tree.get(&asset_file(path)).map(<[u8]>::to_vec);
        fragment(&self.redline, &words, &images)
    }

    /// Typesets it as the book's documents are.
    pub fn pdf(self, options: &BuildOptions) -> Result<RedlinePdf> {
        let git = revision::facts(&options.root).filter(|_| self.audience.is_none());
        let day = stamp::date(options, git.as_ref())?;
        let Redlined { id, redline, planned, tree, book, mut notes, audience: _ } = self;
        let stamp = stamp::named(format!("{} → {}", redline.old, redline.new), day, &book.settings);
        let writer = DocumentWriter::new(&tree, &book).typesetting(find_typst(options)?).apart();
        let changes = redline.changes.len();
        let mut document = redline.document;
        without_missing_images(&mut document, &|path| tree.get(&asset_file(path)).is_some());
        let prepared =
            Prepared { planned, document, uses_changes: false, placeholders: 0, origins: Origins::default(), drawings: BTreeMap::new() };
        let memory = Memory::default();
        let finished = documents::finish(&[prepared], &writer, &stamp, None, &memory, &Silent)?;
        let mut files = memory.take().into_iter().flat_map(|document| document.files);
        let Some(pdf) = files.find(|file| file.format.extension() == PdfFormat.extension()) else {
            let faults = Unusable { tree: tree.clone(), diagnostics: finished.diagnostics };
            return Err(anyhow::Error::new(faults).context(format!("the redline of `{id}` can't be typeset")));
        };
        notes.extend(finished.notes);
        Ok(RedlinePdf { bytes: pdf.bytes, warnings: finished.diagnostics, tree: tree.clone(), notes, changes })
    }
}

/// What the redlines of two sides are made of.
struct Sources<'a> {
    base: &'a Side,
    head: &'a Side,
    old: Texts<'a>,
    new: Texts<'a>,
    /// The book's folder, where a side is a version: how its documents look is not kept with it.
    here: Option<&'a Side>,
    here_texts: Option<Texts<'a>>,
    audience: Option<&'a str>,
}

/// Reads what the redlines of two sides are made of.
fn with_sources<T>(comparison: &Comparison, folders: &BookFolders<'_>, make: impl FnOnce(&Sources<'_>) -> Result<T>) -> Result<T> {
    let Comparison { base, head, .. } = comparison;
    let (old, new) = rayon::join(|| Texts::of(base), || Texts::of(head));
    let (old, new) = (old?, new?);
    let audience = folders.audience.or(head.snapshot.book.audience.as_deref());
    let here = if base.tree.is_none() || head.tree.is_none() { Side::working_tree(folders.root, audience).ok() } else { None };
    if let Some(view) = [Some(head), here.as_ref()].into_iter().flatten().find_map(|side| side.view.as_deref()) {
        ensure_nothing_taken_back(base, view, folders.root)?;
    }
    let here_texts = here.as_ref().and_then(|side| Texts::of(side).ok());
    make(&Sources { base, head, old, new, here: here.as_ref(), here_texts, audience })
}

impl Sources<'_> {
    /// The document that is asked for, else the first that both sides have.
    fn chosen(&self, id: Option<&str>) -> Result<String> {
        let &Sources { base, head, ref here_texts, .. } = self;
        let (old, new) = (self.old.ids()?, self.new.ids()?);
        if let Some(id) = id {
            let only = |one: &Side, other: &Side| {
                format!("document `{id}` is in {} and not in {}: there is nothing to mark its changes against", one.name, other.name)
            };
            return match (old.iter().any(|known| known == id), new.iter().any(|known| known == id)) {
                (true, true) => Ok(id.to_owned()),
                (true, false) => bail!(only(base, head)),
                (false, true) => bail!(only(head, base)),
                (false, false) => {
                    let meant =
                        did_you_mean(id, new.iter().chain(&old).map(String::as_str)).map(|hint| format!(" ({hint})")).unwrap_or_default();
                    bail!("neither {} nor {} has a document `{id}`{meant}", base.name, head.name)
                }
            };
        }
        // The order of a version's documents is that of their names, so a book's goes first.
        let planned = here_texts.as_ref().map(Texts::ids).transpose()?.unwrap_or_default();
        let (book, rest): (Vec<&String>, Vec<&String>) = new.iter().chain(&old).partition(|id| planned.contains(id));
        let ordered = planned.iter().filter(|id| book.contains(id)).chain(rest);
        let first = ordered.into_iter().find(|id| old.contains(id) && new.contains(id));
        first.cloned().with_context(|| format!("{} and {} have no document in common", base.name, head.name))
    }

    /// The redline of a document that both sides have.
    fn redlined(&self, id: &str) -> Result<Redlined> {
        let &Sources { base, head, ref old, ref new, here, ref here_texts, audience } = self;
        let (before, after) = rayon::join(|| old.get(id), || new.get(id));
        let (mut before, mut after) = (before?, after?);
        rename_replaced_images((before.document_mut(), &|path| old.image(path)), (after.document(), &|path| new.image(path)));

        let planned = [Some(new), Some(old), here_texts.as_ref()].into_iter().flatten().find_map(|texts| texts.planned(id));
        let planned = planned.cloned().unwrap_or_else(|| plan(id));
        let looks = [Some(head), Some(base), here].into_iter().flatten();
        let look = looks.filter_map(|side| Some((side.tree.as_ref()?.clone(), side.book.as_ref()?.clone()))).next();
        let (tree, book) = look.map_or_else(|| plain_look(head), Ok)?;
        let marked = here_texts.as_ref().and_then(|texts| texts.get(id).ok());
        if let Text::Read(read) = &mut after {
            // The Markdown of a version doesn't say what kind of document it is.
            let own = [Some(&before), marked.as_ref()].into_iter().flatten().find_map(|text| match text {
                Text::Rendered(prepared) => Some(&prepared.document.front),
                Text::Read(_) => None,
            });
            for (key, value) in own.into_iter().flatten() {
                read.front.entry(key).or_insert_with(|| value.clone());
            }
        }

        let words = |key: &str| book.settings.words.get(key).cloned();
        let names = RedlineNames { old: &base.name, new: &head.name, words: &words, marked: marked.as_ref().map(Text::document) };
        let mut redline = redline(before.document(), after.document(), names);
        // Each of its pages may show what either side holds.
        let marking = [before.document(), after.document()].map(borne).into_iter().fold(Marking::default(), |both, one| both.and(&one));
        redline.document.marking = book.settings.markings.highest(&marking);
        redline.document.everywhere = redline.document.marking.clone();
        let mut tree = tree;
        for path in redline.document.image_paths() {
            // The look may be a third side's, whose images are none of the two's.
            let image = match path.strip_prefix(REPLACED) {
                Some(before) => old.image(before),
                None => new.image(&path).or_else(|| old.image(&path)),
            };
            match image {
                Some(bytes) => drop(tree.files.insert(asset_file(&path), bytes)),
                None => drop(tree.files.remove(&asset_file(&path))),
            }
        }
        let mut notes = Vec::new();
        if !redline.changes.is_empty() {
            match new.pdf(id).and_then(|pdf| pdf.map(|pdf| typeset::page_texts(&pdf)).transpose()) {
                Ok(Some(texts)) => redline = redline.with_new_pages(&texts, &words),
                Ok(None) => {}
                Err(error) => notes.push(format!("the list of changes doesn't say their pages in {}: {error:#}", head.name)),
            }
        }
        let audience = audience.map(str::to_owned);
        Ok(Redlined { id: id.to_owned(), redline, planned, tree, book, notes, audience })
    }
}

/// A plan for a document of which nothing but the text is known.
fn plan(id: &str) -> Planned {
    Planned { id: id.to_owned(), template: String::new(), plan: 0, title: None, record: None, notes: NotesPlacement::default() }
}

/// A book that says of itself what a version's records do, and looks as brief's own theme has it.
fn plain_look(side: &Side) -> Result<(Tree, Arc<Book>)> {
    let facts = &side.snapshot.book;
    let settings = serde_json::json!({
        "title": facts.title,
        "as_of": facts.as_of,
        "as_of_inferred": facts.as_of_inferred,
        "language": facts.language,
        "documents": [],
    });
    let mut tree = Tree::default();
    tree.files.insert(SETTINGS.to_owned(), settings.to_string().into_bytes().into());
    let loaded = load::load(&tree);
    match loaded.book {
        Some(book) if !has_errors(&loaded.diagnostics) => Ok((tree, Arc::new(book))),
        _ => Err(anyhow::Error::new(Unusable { tree, diagnostics: loaded.diagnostics })
            .context(format!("what {} says of its book can't be used", side.name))),
    }
}

/// What a document bears: the Markdown of a version says it in its front matter.
fn borne(document: &Document) -> Marking {
    let said = document.front.get("marking").and_then(serde_json::Value::as_str).map(Marking::parse);
    said.unwrap_or_default().and(&document.marking)
}
