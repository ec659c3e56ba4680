//! Documents rendered and checked: of a book, or of what an audience sees of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::marked_blocks;
use crate::audience::View;
use crate::check::{BookPlan, RenderedDocument};
use crate::diagnostic::{self, Code, Diagnostic, Place, has_errors};
use crate::document::chart::Chart;
use crate::document::{Document, Origins};
use crate::format::FORMATS;
use crate::layout::{FONTS, asset_file};
use crate::model::Book;
use crate::progress::Progress;
use crate::render::{Placeholders, Planned, Renderer, Scope};
use crate::tree::Tree;
use crate::{check as checks, figure, load, markdown, redline, render, site, typeset};

/// A book whose documents are rendered, without version fields and without what changed.
pub(crate) struct RenderedBook<'a> {
    /// What it is made of besides the book; for an audience there is no content among it.
    pub(crate) tree: Cow<'a, Tree>,
    pub(crate) book: Arc<Book>,
    pub(crate) renderer: Renderer,
    pub(crate) documents: Vec<Prepared>,
}

/// A rendered document.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) planned: Planned,
    pub(crate) document: Document,
    /// Whether it prints what changed, so that every version revises it.
    pub(crate) uses_changes: bool,
    /// How many placeholders its text has, shown or left out.
    pub(crate) placeholders: usize,
    pub(crate) origins: Origins,
    /// Its figures, drawn, by the paths of their images.
    pub(crate) drawings: BTreeMap<String, Arc<[u8]>>,
}

impl Prepared {
    /// An image that it shows: a drawing of its own, or one of the book's.
    pub(crate) fn image(&self, path: &str, tree: &Tree) -> Option<Arc<[u8]>> {
        self.drawings.get(path).or_else(|| tree.files.get(&asset_file(path))).cloned()
    }

    /// The length of its rendered text: how much there is to typeset.
    pub(crate) fn lines(&self) -> usize {
        self.origins.len()
    }
}

/// Which documents are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    All,
    Only(&'a [String]),
}

/// The documents that an audience gets.
pub(crate) struct RenderedView {
    pub(crate) documents: Vec<Prepared>,
    /// What is wrong with them, at its place in the book's own files.
    pub(crate) faults: Vec<Diagnostic>,
    /// Those in which there would be nothing.
    pub(crate) left_out: Vec<String>,
}

/// Renders the documents that an audience gets.
pub(crate) fn render_view(renderer: &Renderer, view: &View, wanted: Wanted<'_>, tree: &Tree, progress: &dyn Progress) -> RenderedView {
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
pub(crate) fn renderer(tree: &Tree, book: &Arc<Book>, view: Option<&View>) -> (Renderer, Vec<Diagnostic>) {
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
pub(crate) fn check_records(tree: &Tree, book: &Arc<Book>) -> (Renderer, Vec<Diagnostic>) {
    let mut found = checks::book(book, tree);
    let words: Vec<&str> = render::words().chain(markdown::WORDS.iter().chain(redline::WORDS).map(|(key, _)| *key)).collect();
    found.extend(fonts(tree));
    let (renderer, faults) = Renderer::new(book.clone(), tree);
    found.extend(faults);
    let ids: Vec<(String, usize)> = renderer.documents().iter().map(|planned| (planned.id.clone(), planned.plan)).collect();
    let site_texts: Vec<&str> = site::texts().collect();
    let extensions = FORMATS.map(|format| format.extension());
    found.extend(checks::plan(&BookPlan { book, ids: &ids, extensions: &extensions, words: &words, site_texts: &site_texts }));
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
pub(crate) fn render_all(
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
pub(crate) fn render(renderer: &Renderer, planned: &Planned, scope: &Scope, tree: &Tree) -> (Prepared, Vec<Diagnostic>) {
    let settings = &renderer.book().settings;
    let rendered = renderer.render(planned, scope, &|text| marked_blocks::parse(text, settings));
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
    let drawn = |(path, chart): (&String, &Chart)| (path.clone(), Arc::from(figure::draw(chart, figure::Lettering::Usual).into_bytes()));
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

/// Finds the places of faults, and sorts them.
pub(crate) fn finish(tree: &Tree, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    load::locate(tree, &mut found);
    diagnostic::sort(&mut found);
    found
}
