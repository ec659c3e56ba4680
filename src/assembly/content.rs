//! From files to documents: read, load, check, render, check again. Nothing is written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::audiences;
use super::rendering::{RenderedBook, Wanted, check_records, finish, render_all, render_view, renderer};
use crate::audience::{self, View};
use crate::diagnostic::{Code, Diagnostic, Place, has_errors};
use crate::layout::SETTINGS;
use crate::load;
use crate::model::Audience;
use crate::progress::Progress;
use crate::tree::Tree;

/// The result of loading, checking and rendering a tree.
pub(crate) struct Preparation<'a> {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) notes: Vec<String>,
    /// How many records the book has.
    pub(crate) records: usize,
    /// The content, or that of each audience, those with the lowest clearance first; none if there are errors.
    pub(crate) books: Vec<RenderedBook<'a>>,
}

impl Preparation<'_> {
    fn faulty(tree: &Tree, found: Vec<Diagnostic>) -> Self {
        Preparation { diagnostics: finish(tree, found), notes: Vec::new(), records: 0, books: Vec::new() }
    }
}

/// Loads, checks and renders a tree. `found` are the faults of reading it. With audiences, returns the content of the
/// requested audiences, or of all.
pub(crate) fn prepare<'a>(
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
    let (mut notes, mut books) = (Vec::new(), Vec::new());
    if readers.is_empty() {
        let (documents, faults) = render_all(&renderer, wanted, tree, progress);
        found.extend(faults);
        books.push(RenderedBook { tree: Cow::Borrowed(tree), book: book.clone(), renderer, documents });
    } else {
        // The documents of the book as a whole are nobody's.
        let mut faults = Vec::new();
        let views: Vec<View> = readers.par_iter().map(|reader| audiences::view(&book, reader)).collect();
        let rendered = |(reader, view): (_, &View)| {
            let (rendered, mut of_reader, said) = of_audience(tree, view, reader, wanted, &Steps(progress));
            of_reader.extend(audiences::repeated(&book, view, reader, &rendered.documents));
            (rendered, of_reader, said)
        };
        progress.start("rendering", (readers.len() * renderer.documents().len()) as u64);
        let all: Vec<_> = readers.par_iter().zip(&views).map(rendered).collect();
        progress.finish();
        for (reader, (rendered, of_reader, said)) in readers.iter().zip(all) {
            books.push(rendered);
            faults.push((reader, of_reader));
            notes.extend(said);
        }
        found.extend(audiences::together(faults));
        let views: Vec<(&str, &View)> = readers.iter().map(|reader| reader.name.as_str()).zip(&views).collect();
        found.extend(audience::tested(&book, &views, tree));
    }
    let diagnostics = finish(tree, found);
    if has_errors(&diagnostics) {
        books.clear();
    }
    Ok(Preparation { diagnostics, notes, records: book.records().count(), books })
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
) -> (RenderedBook<'a>, Vec<Diagnostic>, Vec<String>) {
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
    (RenderedBook { tree: Cow::Owned(tree), book: view.book.clone(), renderer, documents }, found, notes)
}
