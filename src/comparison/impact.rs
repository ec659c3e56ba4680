//! Which documents a change alters: found out by putting back, one at a time, what the base has in the place of each
//! changed file and of the records.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::differing::{Causes, Tried};
use super::side::Side;
use crate::assembly::digests::BookDigests;
use crate::assembly::document_writer::DocumentWriter;
use crate::assembly::rendering::{self, Prepared};
use crate::diagnostic::has_errors;
use crate::diff::{Change, FileChange, Snapshot};
use crate::layout::{Role, SETTINGS, TEMPLATES, asset_file, role, schema_collection, schema_file};
use crate::model::Book;
use crate::render::{Planned, Renderer, Scope, TemplateSources};
use crate::tree::Tree;
use crate::version::Tools;
use crate::{audience, load, typeset};

/// Skip impact analysis above this many changed files.
const MOST_FILES: usize = 40;

/// The side whose documents are looked at: loaded and rendered already.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) tree: &'a Tree,
    pub(super) book: &'a Arc<Book>,
    pub(super) documents: &'a [Prepared],
    pub(super) digests: &'a BookDigests,
}

/// What alters the text of documents; on the way, which documents each file alters. `before` is what the base's documents
/// are made of, where that is known: a document that reads the same on both sides is altered by nothing.
pub(super) fn causes(
    base: &Side,
    before: Option<&BookDigests>,
    subject: Subject<'_>,
    records: &[Change],
    files: &mut [FileChange],
) -> Causes {
    let old = base.tree.as_ref().map_or_else(|| Cow::Owned(schemas(&base.snapshot)), Cow::Borrowed);
    let trials = Trials::new(&old, subject, before);
    // The settings of a version are not kept as a file that could be put back, and of an audience no content is.
    let is_all = subject.book.settings.reader.is_none();
    let tried_all =
        trials.alter(files, &|file| if is_all { base.tree.is_some() || file.path != SETTINGS } else { is_template(&file.path) });
    let causes = plain_causes(records, files);
    if base.tree.is_none() || !tried_all || !is_all {
        return causes;
    }
    let of = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files.iter().filter(|file| wanted(&file.path)).flat_map(|file| file.documents.iter().cloned()).collect()
    };
    let templates = of(&is_template);
    let settings = of(&is_rule);
    let records = match is_same(&old, subject.tree, &is_record) {
        true => BTreeSet::new(),
        // Nothing else could alter a text, so that there is nothing to try.
        false if templates.is_empty() && settings.is_empty() => return Causes { records: true, settings: false, tried: None },
        false => trials.with_records_of(&old, base.book.as_ref()),
    };
    Causes { tried: Some(Tried { records, settings, templates }), ..causes }
}

/// The causes that are known without rendering.
pub(super) fn plain_causes(records: &[Change], files: &[FileChange]) -> Causes {
    Causes { records: !records.is_empty(), settings: files.iter().any(|file| is_rule(&file.path)), tried: None }
}

/// Whether a file says how records are read.
fn is_rule(path: &str) -> bool {
    matches!(role(path), Role::Settings | Role::Schema)
}

fn is_template(path: &str) -> bool {
    role(path) == Role::Template && path.ends_with(".jinja")
}

fn is_record(path: &str) -> bool {
    role(path) == Role::Record
}

/// Whether two trees hold the same of some files.
fn is_same(one: &Tree, other: &Tree, wanted: &dyn Fn(&str) -> bool) -> bool {
    let of = |tree: &'_ Tree| -> BTreeMap<String, Arc<[u8]>> {
        let files = tree.files.iter().filter(|(path, _)| wanted(path));
        files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
    };
    of(one) == of(other)
}

/// The schemas of a version as files.
fn schemas(version: &Snapshot) -> Tree {
    let file = |(name, schema): (&String, &serde_json::Value)| (schema_file(name), schema.to_string().into_bytes().into());
    let schemas = version.collections.iter().filter_map(|(name, collection)| Some((name, collection.schema.as_ref()?)));
    Tree { files: schemas.map(file).collect() }
}

/// Trees in which something of the base is put back, and the documents that are made otherwise from them.
struct Trials<'a> {
    base: &'a Tree,
    subject: Subject<'a>,
    templates: TemplateSources,
    /// The documents that read otherwise on the base: only these are rendered again.
    suspects: BTreeSet<String>,
    work: Work,
}

/// How much was done, counted for the tests.
#[derive(Debug, Default)]
struct Work {
    /// Files of content that were loaded.
    loaded: AtomicUsize,
    rendered: AtomicUsize,
}

impl<'a> Trials<'a> {
    fn new(base: &'a Tree, subject: Subject<'a>, before: Option<&BookDigests>) -> Trials<'a> {
        let suspects = match before {
            Some(before) => subject.digests.differing_texts(before),
            None => subject.documents.iter().map(|document| document.planned.id.clone()).collect(),
        };
        Trials { base, subject, templates: TemplateSources::of(subject.tree), suspects, work: Work::default() }
    }

    /// Says of each changed file which documents it alters. Returns whether all were tried that `is_kept` says the base has.
    fn alter(&self, files: &mut [FileChange], is_kept: &(dyn Fn(&FileChange) -> bool + Sync)) -> bool {
        let puts_back = |file: &FileChange| (is_template(&file.path) || is_rule(&file.path)) && is_kept(file);
        let few = files.iter().filter(|file| puts_back(file)).count() <= MOST_FILES;
        files.par_iter_mut().for_each(|file| {
            if role(&file.path) == Role::Asset {
                let shows = |prepared: &Prepared| prepared.document.image_paths().iter().any(|image| asset_file(image) == file.path);
                file.documents = self.ids(&shows);
            } else if matches!(role(&file.path), Role::Theme | Role::Font) {
                file.documents = self.ids(&|_| true);
            } else if few && puts_back(file) {
                file.documents = self.with_file_of_base(&file.path).into_iter().collect();
            }
        });
        few
    }

    fn ids(&self, wanted: &dyn Fn(&Prepared) -> bool) -> Vec<String> {
        let mut ids: Vec<String> =
            self.subject.documents.iter().filter(|prepared| wanted(prepared)).map(|prepared| prepared.planned.id.clone()).collect();
        ids.sort_unstable();
        ids
    }

    /// The documents that are made otherwise where one file is as the base has it.
    fn with_file_of_base(&self, path: &str) -> BTreeSet<String> {
        if self.suspects.is_empty() {
            return BTreeSet::new();
        }
        let mut tree = self.subject.tree.clone();
        match self.base.files.get(path) {
            Some(bytes) => drop(tree.files.insert(path.to_owned(), bytes.clone())),
            None => drop(tree.files.remove(path)),
        }
        match path.strip_prefix(TEMPLATES).and_then(|rest| rest.strip_prefix('/')) {
            // The book is the same: only what is made with this template can differ.
            Some(name) => {
                let before = TemplateSources::of(&tree);
                let uses = |planned: &Planned| [&self.templates, &before].iter().any(|templates| templates.uses(&planned.template, name));
                self.made_otherwise(self.subject.book.clone(), &tree, &uses)
            }
            None => match self.load_for(&tree, path) {
                Some(book) => self.made_otherwise(book, &tree, &|_| true),
                None => BTreeSet::new(),
            },
        }
    }

    /// The documents that are made otherwise from the base's records; `book` is the base's.
    fn with_records_of(&self, base: &Tree, book: Option<&Arc<Book>>) -> BTreeSet<String> {
        if self.suspects.is_empty() {
            return BTreeSet::new();
        }
        let mut tree = self.subject.tree.clone();
        tree.files.retain(|path, _| !is_record(path));
        tree.files.extend(base.files.iter().filter(|(path, _)| is_record(path)).map(|(path, bytes)| (path.clone(), bytes.clone())));
        // By the same rules, the base's records are read as they were.
        let book = match book.filter(|_| is_same(base, self.subject.tree, &is_rule)) {
            Some(book) => Some(book.clone()),
            None => self.load(&tree),
        };
        book.map(|book| self.made_otherwise(book, &tree, &|_| true)).unwrap_or_default()
    }

    fn load(&self, tree: &Tree) -> Option<Arc<Book>> {
        self.work.loaded.fetch_add(tree.files.keys().filter(|path| is_record(path)).count(), Ordering::Relaxed);
        Some(Arc::new(audience::select(load::load(tree).book?)))
    }

    /// The book of a tree in which the settings or a schema are the base's: of a schema, only its own collection is read
    /// again.
    fn load_for(&self, tree: &Tree, path: &str) -> Option<Arc<Book>> {
        let book = self.subject.book;
        let Some(name) = schema_collection(path).filter(|name| book.collections.contains_key(*name)) else { return self.load(tree) };
        let others: BTreeSet<&str> = book.records().filter(|record| record.collection != name).map(|record| record.file.as_str()).collect();
        let mut own = tree.clone();
        own.files.retain(|path, _| !others.contains(path.as_str()));
        let Some(collection) = self.load(&own)?.collections.get(name).cloned() else { return self.load(tree) };
        let mut book = Book::clone(book);
        book.collections.insert(name.to_owned(), collection);
        Some(Arc::new(book))
    }

    /// The suspects among some documents whose text another book and other templates make otherwise; one that they can't
    /// make is among them.
    fn made_otherwise(&self, book: Arc<Book>, tree: &Tree, concerned: &(dyn Fn(&Planned) -> bool + Sync)) -> BTreeSet<String> {
        let (renderer, _) = Renderer::new(book.clone(), tree);
        let asked: BTreeSet<&String> = self
            .subject
            .documents
            .iter()
            .filter(|document| self.suspects.contains(&document.planned.id) && concerned(&document.planned))
            .map(|document| &document.planned.id)
            .collect();
        let planned: Vec<&Planned> = renderer.documents().iter().filter(|planned| asked.contains(&planned.id)).collect();
        self.work.rendered.fetch_add(planned.len(), Ordering::Relaxed);
        let made: Vec<Prepared> = planned
            .into_par_iter()
            .filter_map(|planned| {
                let (prepared, faults) = rendering::render(&renderer, planned, &Scope::default(), tree);
                (!has_errors(&faults)).then_some(prepared)
            })
            .collect();
        let writer = DocumentWriter::new(tree, &book).among(self.subject.documents);
        let other = BookDigests::of_documents(&writer, &made, &Tools::with_typst(typeset::VERSION), None);
        self.subject.digests.differing_texts(&other).into_iter().filter(|id| asked.contains(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assembly::content::prepare;
    use crate::assembly::rendering::Wanted;
    use crate::diff;
    use crate::progress::Silent;

    const TEMPLATE_COUNT: usize = 12;

    /// A book of two collections: a document for each record of `a`, each with a template of its own, and one for `b`.
    fn tree() -> Tree {
        let mut files = BTreeMap::from([
            ("content/schemas/a.yaml".to_owned(), "properties: { name: { type: string }, text: { type: string } }".to_owned()),
            ("content/schemas/b.yaml".to_owned(), "properties: { name: { type: string }, text: { type: string } }".to_owned()),
            ("content/b/one.yaml".to_owned(), "name: One\ntext: Some.\n".to_owned()),
            ("templates/b.md.jinja".to_owned(), "# B\n\n{{ b.one.text }}\n".to_owned()),
        ]);
        let mut plans = vec!["  - { id: b, template: b.md.jinja }\n".to_owned()];
        for number in 0..TEMPLATE_COUNT {
            files.insert(format!("content/a/r{number}.yaml"), format!("name: R{number}\ntext: Text {number}.\n"));
            files.insert(format!("templates/a{number}.md.jinja"), format!("# A\n\n{{{{ a.r{number}.text }}}}\n"));
            plans.push(format!("  - {{ id: a{number}, template: a{number}.md.jinja }}\n"));
        }
        files.insert(SETTINGS.to_owned(), format!("title: A book\nas_of: 2025-11-05\nlanguage: en\ndocuments:\n{}", plans.concat()));
        Tree { files: files.into_iter().map(|(path, text)| (path, text.into_bytes().into())).collect() }
    }

    /// The changed files with the documents that each alters, and how much was loaded and rendered for it.
    fn impact(base: &Tree, head: &Tree) -> (Vec<(String, Vec<String>)>, usize, usize) {
        let digests = |tree: &Tree| {
            let prepared = prepare(tree, Vec::new(), Wanted::All, &[], &Silent).expect("the book has no audiences to choose from");
            let rendered = prepared.books.into_iter().next().unwrap_or_else(|| panic!("{:#?}", prepared.diagnostics));
            let digests = BookDigests::of_documents(
                &DocumentWriter::new(tree, &rendered.book).among(&rendered.documents),
                &rendered.documents,
                &Tools::with_typst(typeset::VERSION),
                None,
            );
            (rendered.book, rendered.documents, digests)
        };
        let ((_, _, before), (book, documents, after)) = (digests(base), digests(head));
        let subject = Subject { tree: head, book: &book, documents: &documents, digests: &after };
        let trials = Trials::new(base, subject, Some(&before));
        let mut files = diff::files(base, head);
        assert!(trials.alter(&mut files, &|_| true), "there are few enough files");
        let files = files.into_iter().map(|file| (file.path, file.documents)).collect();
        (files, trials.work.loaded.into_inner(), trials.work.rendered.into_inner())
    }

    fn put(tree: &mut Tree, path: &str, text: &str) {
        tree.files.insert(path.to_owned(), text.as_bytes().into());
    }

    #[test]
    fn templates_are_tried_without_loading_the_book_again() {
        let (base, mut head) = (tree(), tree());
        for number in 0..TEMPLATE_COUNT {
            put(&mut head, &format!("templates/a{number}.md.jinja"), &format!("# A\n\nNew: {{{{ a.r{number}.text }}}}\n"));
        }
        let (files, loaded, rendered) = impact(&base, &head);
        let expected: Vec<(String, Vec<String>)> = head
            .files
            .keys()
            .filter(|path| path.starts_with("templates/a"))
            .map(|path| (path.clone(), vec![path[10..].replace(".md.jinja", "")]))
            .collect();
        assert_eq!(files, expected);
        assert_eq!((loaded, rendered), (0, TEMPLATE_COUNT), "each changed template renders its own document alone");
    }

    #[test]
    fn of_a_schema_only_its_own_collection_is_loaded_again() {
        let (base, mut head) = (tree(), tree());
        put(&mut head, "content/schemas/b.yaml", "properties: { name: { type: string }, text: { type: string, format: markdown } }");
        put(&mut head, "content/b/one.yaml", "name: One\ntext: Some *words*.\n");
        let (files, loaded, rendered) = impact(&base, &head);
        assert_eq!(files, [("content/schemas/b.yaml".to_owned(), vec!["b".to_owned()])]);
        assert_eq!((loaded, rendered), (1, 1));
    }

    #[test]
    fn what_reads_the_same_is_not_tried() {
        let (base, mut head) = (tree(), tree());
        put(&mut head, "templates/b.md.jinja", "# B\n\n{{ b['one'].text }}\n");
        let (files, loaded, rendered) = impact(&base, &head);
        assert_eq!(files, [("templates/b.md.jinja".to_owned(), Vec::new())]);
        assert_eq!((loaded, rendered), (0, 0));
    }
}
