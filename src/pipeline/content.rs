//! From files to documents: read, load, check, render, check again. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::options::{Checked, Progress};
use crate::check::{BookPlan, RenderedDocument};
use crate::diagnostic::{self, Code, Diagnostic, Place, has_errors};
use crate::document::chart::Chart;
use crate::document::{Document, Origins};
use crate::format::FORMATS;
use crate::layout::{FONTS, asset_file};
use crate::model::Book;
use crate::render::{Parsed, Planned, Renderer, Scope};
use crate::tree::Tree;
use crate::{audience, check as checks, figure, load, markdown, redline, render, tree, typeset};

/// A book whose documents are rendered, without version fields and without what changed.
pub(super) struct Content<'a> {
    pub(super) tree: &'a Tree,
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

/// Everything short of typesetting: the faults, with those that reading the tree found, and the content where there are no
/// errors.
pub(super) fn prepare<'a>(
    tree: &'a Tree,
    mut found: Vec<Diagnostic>,
    wanted: Wanted<'_>,
    progress: &dyn Progress,
) -> (Vec<Diagnostic>, Option<Content<'a>>) {
    let loaded = load::load(tree);
    found.extend(loaded.diagnostics);
    let Some(book) = loaded.book else { return (finish(tree, found), None) };
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
        return (finish(tree, found), None);
    }
    let (documents, faults) = render_all(&renderer, wanted, tree, progress);
    found.extend(faults);
    let found = finish(tree, found);
    let content = (!has_errors(&found)).then_some(Content { tree, book, renderer, documents });
    (found, content)
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
        let made = render(renderer, planned, &Scope::default(), tree);
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

/// Renders one document and checks what came out.
pub(super) fn render(renderer: &Renderer, planned: &Planned, scope: &Scope, tree: &Tree) -> (Prepared, Vec<Diagnostic>) {
    let rendered = renderer.render(planned, scope, &parse);
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
        origins: rendered.origins,
        drawings: rendered.document.charts.iter().map(drawn).collect(),
        document: rendered.document,
    };
    (prepared, faults)
}

/// All that a build checks short of typesetting.
pub fn check(root: &Path, progress: &dyn Progress) -> Result<Checked> {
    let (tree, found) = tree::folder::read(root)?;
    let (diagnostics, content) = prepare(&tree, found, Wanted::All, progress);
    let counts = content.map(|content| (content.book.records().count(), content.documents.len()));
    let (records, documents) = counts.unwrap_or_default();
    Ok(Checked { tree, diagnostics, records, documents })
}

pub(super) fn parse(text: &str) -> Parsed {
    let parsed = markdown::parse(text);
    Parsed { document: parsed.document, faults: parsed.faults }
}

/// Finds the places of faults, and sorts them.
pub(super) fn finish(tree: &Tree, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    load::locate(tree, &mut found);
    diagnostic::sort(&mut found);
    found
}
