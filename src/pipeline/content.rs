//! From files to documents: read, load, check, render, check again. Nothing is written.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::options::Checked;
use super::{audiences, blocks};
use crate::audience::{self, View};
use crate::check::{BookPlan, RenderedDocument};
use crate::diagnostic::{self, Code, Diagnostic, Place, has_errors};
use crate::document::chart::Chart;
use crate::document::{Document, Origins};
use crate::format::FORMATS;
use crate::layout::{FONTS, SETTINGS, asset_file};
use crate::model::{Audience, Book};
use crate::progress::Progress;
use crate::render::{Placeholders, Planned, Renderer, Scope};
use crate::tree::Tree;
use crate::{check as checks, figure, load, markdown, redline, render, tree, typeset};

/// A book whose documents are rendered, without version fields and without what changed.
pub(super) struct Content<'a> {
    /// What it is made of besides the book; for an audience there is no content among it.
    pub(super) tree: Cow<'a, Tree>,
    pub(super) book: Arc<Book>,
    pub(super) renderer: Renderer,
    pub(super) documents: Vec<Prepared>,
}

/// A rendered document.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) planned: Planned,
    pub(super) document: Document,
    /// Whether it prints what changed, so that every version revises it.
    pub(super) uses_changes: bool,
    /// How many placeholders its text has, shown or left out.
    pub(super) placeholders: usize,
    pub(super) origins: Origins,
    /// Its figures, drawn, by the paths of their images.
    pub(super) drawings: BTreeMap<String, Arc<[u8]>>,
}

impl Prepared {
    /// An image that it shows: a drawing of its own, or one of the book's.
    pub(super) fn image(&self, path: &str, tree: &Tree) -> Option<Arc<[u8]>> {
        self.drawings.get(path).or_else(|| tree.files.get(&asset_file(path))).cloned()
    }

    /// The length of its rendered text: how much there is to typeset.
    pub(super) fn lines(&self) -> usize {
        self.origins.len()
    }
}

/// Which documents are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    All,
    Only(&'a [String]),
}

/// The result of loading, checking and rendering a tree.
pub(super) struct Preparation<'a> {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) notes: Vec<String>,
    /// How many records the book has.
    pub(super) records: usize,
    /// The content, or that of each audience, those with the lowest clearance first; none if there are errors.
    pub(super) contents: Vec<Content<'a>>,
}

impl Preparation<'_> {
    fn faulty(tree: &Tree, found: Vec<Diagnostic>) -> Self {
        Preparation { diagnostics: finish(tree, found), notes: Vec::new(), records: 0, contents: Vec::new() }
    }
}

/// Loads, checks and renders a tree. `found` are the faults of reading it. With audiences, returns the content of the
/// requested audiences, or of all.
pub(super) fn prepare<'a>(
    tree: &'a Tree,
    mut found: Vec<Diagnostic>,
    wanted: Wanted<'_>,
    readers: &[String],
    progress: &dyn Progress,
) -> Result<Preparation<'a>> {
    let loaded = load::load(tree);
    found.extend(loaded.diagnostics);
    let Some(book) = loaded.book else { return Ok(Preparation::faulty(tree, found)) };
    let readers: Vec<Audience> = audiences::chosen(&book, readers)?.into_iter().cloned().collect();
    let book = Arc::new(audience::select(book));
    let (renderer, faults) = check_records(tree, &book);
    found.extend(faults);
    let conflicted: BTreeSet<String> = found
        .iter()
        .filter(|fault| fault.code == Code::UnresolvedConflict)
        .filter_map(|fault| fault.place.file().map(str::to_owned))
        .collect();
    // Whatever else is wrong with such a file is wrong with both sides at once.
    found.retain(|fault| fault.code == Code::UnresolvedConflict || !fault.place.file().is_some_and(|file| conflicted.contains(file)));
    if has_errors(&found) {
        return Ok(Preparation::faulty(tree, found));
    }
    let (mut notes, mut contents) = (Vec::new(), Vec::new());
    if readers.is_empty() {
        let (documents, faults) = render_all(&renderer, wanted, tree, progress);
        found.extend(faults);
        contents.push(Content { tree: Cow::Borrowed(tree), book: book.clone(), renderer, documents });
    } else {
        // The documents of the book as a whole are nobody's.
        let mut faults = Vec::new();
        let views: Vec<View> = readers.par_iter().map(|reader| audiences::view(&book, reader)).collect();
        let rendered = |(reader, view): (_, &View)| {
            let (content, mut of_reader, said) = of_audience(tree, view, reader, wanted, &Steps(progress));
            of_reader.extend(audiences::repeated(&book, view, reader, &content.documents));
            (content, of_reader, said)
        };
        progress.start("rendering", (readers.len() * renderer.documents().len()) as u64);
        let all: Vec<_> = readers.par_iter().zip(&views).map(rendered).collect();
        progress.finish();
        for (reader, (content, of_reader, said)) in readers.iter().zip(all) {
            contents.push(content);
            faults.push((reader, of_reader));
            notes.extend(said);
        }
        found.extend(audiences::together(faults));
        let views: Vec<(&str, &View)> = readers.iter().map(|reader| reader.name.as_str()).zip(&views).collect();
        found.extend(audience::tested(&book, &views, tree));
    }
    let diagnostics = finish(tree, found);
    if has_errors(&diagnostics) {
        contents.clear();
    }
    Ok(Preparation { diagnostics, notes, records: book.records().count(), contents })
}

/// The steps of one of several that are at work side by side, whose stages begin and end together.
struct Steps<'a>(&'a dyn Progress);

impl Progress for Steps<'_> {
    fn start(&self, _: &str, _: u64) {}

    fn step(&self, what: &str) {
        self.0.step(what);
    }

    fn finish(&self) {}
}

/// What an audience gets: made of what it may see alone, so that nothing else can show. What is wrong with it is said at
/// its place in the book's own files, to the owner of the book.
fn of_audience<'a>(
    tree: &Tree,
    view: &View,
    reader: &Audience,
    wanted: Wanted<'_>,
    progress: &dyn Progress,
) -> (Content<'a>, Vec<Diagnostic>, Vec<String>) {
    let tree = audience::files(tree);
    let (renderer, faults) = renderer(&tree, &view.book, Some(view));
    let rendered = render_view(&renderer, view, wanted, &tree, progress);
    let mut found: Vec<Diagnostic> = view.faults.iter().cloned().chain(faults).chain(rendered.faults).collect();
    let left_out = |id: &String| format!("`{}` gets no document `{id}`: nothing in it is visible to this audience", reader.name);
    // What is empty for a fault was not left out.
    let notes = if has_errors(&found) { Vec::new() } else { rendered.left_out.iter().map(left_out).collect() };
    let documents = rendered.documents;
    if documents.is_empty() && matches!(wanted, Wanted::All) && !has_errors(&found) {
        let message = format!("the audience `{}` gets no document: it may see nothing of what would stand in any", reader.name);
        found.push(
            Diagnostic::error(Code::AudienceWithoutDocument, Place::key(SETTINGS, ["audiences", &reader.name]), message)
                .help("give it a document of which it may see something, or a higher `clearance`, or take the audience out"),
        );
    }
    (Content { tree: Cow::Owned(tree), book: view.book.clone(), renderer, documents }, found, notes)
}

/// The documents that an audience gets.
pub(super) struct RenderedView {
    pub(super) documents: Vec<Prepared>,
    /// What is wrong with them, at its place in the book's own files.
    pub(super) faults: Vec<Diagnostic>,
    /// Those in which there would be nothing.
    pub(super) left_out: Vec<String>,
}

/// Renders the documents that an audience gets.
pub(super) fn render_view(renderer: &Renderer, view: &View, wanted: Wanted<'_>, tree: &Tree, progress: &dyn Progress) -> RenderedView {
    let (documents, mut faults) = render_all(renderer, wanted, tree, progress);
    let (empty, documents): (Vec<Prepared>, Vec<Prepared>) =
        documents.into_iter().partition(|prepared| prepared.document.blocks.is_empty());
    let of_empty = |fault: &Diagnostic| empty.iter().any(|prepared| prepared.origins.place(0) == fault.place);
    faults.retain(|fault| fault.code != Code::MissingTitle || !of_empty(fault));
    faults.iter_mut().for_each(|fault| view.locate(fault));
    RenderedView { documents, faults, left_out: empty.into_iter().map(|prepared| prepared.planned.id).collect() }
}

/// The renderer of a side's documents, and what is wrong between its records and with its templates. Of what an audience
/// sees, the book as a whole says what is wrong.
pub(super) fn renderer(tree: &Tree, book: &Arc<Book>, view: Option<&View>) -> (Renderer, Vec<Diagnostic>) {
    match view {
        None => check_records(tree, book),
        Some(view) => {
            let (renderer, mut faults) = Renderer::new(book.clone(), tree);
            faults.iter_mut().for_each(|fault| view.locate(fault));
            (renderer, faults)
        }
    }
}

/// What is wrong between records, with the templates, and with the documents that are planned.
pub(super) fn check_records(tree: &Tree, book: &Arc<Book>) -> (Renderer, Vec<Diagnostic>) {
    let mut found = checks::book(book, tree);
    let words: Vec<&str> = render::words().chain(markdown::WORDS.iter().chain(redline::WORDS).map(|(key, _)| *key)).collect();
    found.extend(fonts(tree));
    let (renderer, faults) = Renderer::new(book.clone(), tree);
    found.extend(faults);
    let ids: Vec<(String, usize)> = renderer.documents().iter().map(|planned| (planned.id.clone(), planned.plan)).collect();
    found.extend(checks::plan(&BookPlan { book, ids: &ids, extensions: &FORMATS.map(|format| format.extension()), words: &words }));
    (renderer, found)
}

/// What is wrong with the book's own fonts, which only typesetting knows to read.
fn fonts(tree: &Tree) -> impl Iterator<Item = Diagnostic> {
    tree.below(FONTS).filter_map(|(path, bytes)| {
        let fault = typeset::font_fault(path, bytes)?;
        let message = format!("`{path}` can't be read: {fault}");
        Some(
            Diagnostic::error(Code::FileUnreadable, Place::File(path.to_owned()), message)
                .help("put the font there anew, or delete the file"),
        )
    })
}

/// Renders the documents that are wanted, side by side.
pub(super) fn render_all(
    renderer: &Renderer,
    wanted: Wanted<'_>,
    tree: &Tree,
    progress: &dyn Progress,
) -> (Vec<Prepared>, Vec<Diagnostic>) {
    let chosen: Vec<&Planned> = renderer
        .documents()
        .iter()
        .filter(|planned| match wanted {
            Wanted::All => true,
            Wanted::Only(ids) => ids.contains(&planned.id),
        })
        .collect();
    progress.start("rendering", chosen.len() as u64);
    let make = |planned: &Planned| {
        let made = render_checked(renderer, planned, tree);
        progress.step(&planned.id);
        made
    };
    // The first of each plan goes ahead: where its template doesn't end, the other ten thousand wouldn't either.
    let (first, rest): (Vec<_>, Vec<_>) =
        chosen.iter().enumerate().partition(|(index, planned)| *index == 0 || chosen[index - 1].plan != planned.plan);
    let mut rendered: Vec<(usize, (Prepared, Vec<Diagnostic>))> =
        first.into_par_iter().map(|(index, planned)| (index, make(planned))).collect();
    let endless: BTreeSet<usize> = rendered
        .iter()
        .filter(|(_, (_, faults))| faults.iter().any(|fault| fault.code == Code::TemplateLimit))
        .map(|(_, (prepared, _))| prepared.planned.plan)
        .collect();
    rendered.par_extend(
        rest.into_par_iter().filter(|(_, planned)| !endless.contains(&planned.plan)).map(|(index, planned)| (index, make(planned))),
    );
    rendered.sort_by_key(|(index, _)| *index);
    progress.finish();
    let mut documents = Vec::with_capacity(rendered.len());
    let mut found = Vec::new();
    for (_, (prepared, faults)) in rendered {
        found.extend(faults);
        documents.push(prepared);
    }
    (documents, found)
}

/// Renders one document as a version has it, and finds the faults of its draft as well.
fn render_checked(renderer: &Renderer, planned: &Planned, tree: &Tree) -> (Prepared, Vec<Diagnostic>) {
    let (prepared, mut faults) = render(renderer, planned, &Scope::default(), tree);
    if prepared.placeholders > 0 {
        let scope = Scope { placeholders: Placeholders::Shown, ..Scope::default() };
        let (_, of_draft) = render(renderer, planned, &scope, tree);
        faults.extend(of_draft.into_iter().filter(|fault| !faults.contains(fault)).collect::<Vec<_>>());
    }
    (prepared, faults)
}

/// Renders one document and checks what came out.
pub(super) fn render(renderer: &Renderer, planned: &Planned, scope: &Scope, tree: &Tree) -> (Prepared, Vec<Diagnostic>) {
    let settings = &renderer.book().settings;
    let rendered = renderer.render(planned, scope, &|text| blocks::parse(text, settings));
    let mut faults = rendered.diagnostics;
    if !has_errors(&faults) {
        faults.extend(checks::document(&RenderedDocument {
            document: &rendered.document,
            origins: &rendered.origins,
            tree,
            is_accessible: renderer.book().settings.pdf.are_accessible(),
        }));
    }
    faults.retain(|fault| !checks::silenced(renderer.book(), fault));
    let drawn = |(path, chart): (&String, &Chart)| (path.clone(), Arc::from(figure::draw(chart).into_bytes()));
    let prepared = Prepared {
        planned: planned.clone(),
        uses_changes: rendered.uses_changes,
        placeholders: rendered.placeholders,
        origins: rendered.origins,
        drawings: rendered.document.charts.iter().map(drawn).collect(),
        document: rendered.document,
    };
    (prepared, faults)
}

/// All that a build checks short of typesetting; of a book with audiences, the documents of those named, else of all.
pub fn check(root: &Path, audiences: &[String], progress: &dyn Progress) -> Result<Checked> {
    let (tree, found) = tree::folder::read(root)?;
    let Preparation { diagnostics, records, contents, .. } = prepare(&tree, found, Wanted::All, audiences, progress)?;
    let documents = contents.iter().map(|content| content.documents.len()).sum();
    Ok(Checked { tree, diagnostics, records, documents })
}

/// Finds the places of faults, and sorts them.
pub(super) fn finish(tree: &Tree, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    load::locate(tree, &mut found);
    diagnostic::sort(&mut found);
    found
}
