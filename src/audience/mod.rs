//! Takes out of a book what an audience may not see, before anything is checked or rendered.
//!
//! In: a loaded [`Book`] and one of its audiences. Out: a [`View`], whose book holds nothing of what was taken out: no
//! record, field, item, source or block, no schema of theirs, no gap in the numbering of lists, no order that they gave.
//! Whatever is made of that book alone is the same whether the rest exists or not. What the owner of the book needs to
//! know besides, what was taken out and which references lead to it, is beside the book and never in it.
//!
//! It reads no Markdown: where blocks of a text begin and end, and what a text names, is handed in ([`Markdown`]).

mod fields;
mod image;
mod markdown;
mod mentions;
mod repeated;
mod schema;
mod settings;
mod tested;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{Pointer, Role, SETTINGS, role};
use crate::model::{Audience, Book, Collection, Marking, MarkingScheme, NameHash, NameSet, Record, SOURCES, Shapes, SharedRecord};
use crate::tree::Tree;

pub use markdown::{Markdown, MarkedBlock, Mention, looks_marked, mistaken};
pub use repeated::{Repeated, Repetition};
pub use tested::tested;

/// What one audience gets of a book.
#[derive(Debug, Clone)]
pub struct View {
    pub book: Arc<Book>,
    /// Collections and lists of the book above from which something was taken out.
    pub lacking: Lacking,
    /// What was taken out, and why: shown to the book's owner only.
    pub absences: Vec<Absence>,
    /// Faults in what this audience gets: shown to the book's owner only.
    pub faults: Vec<Diagnostic>,
    /// Maps places in the view back to the book's files, where the two differ.
    places: Places,
}

/// Where a view's collections and lists lack records and items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacking {
    pub collections: BTreeSet<String>,
    /// By the record, `precedents/kfor`, and the list's pointer below it.
    pub lists: BTreeSet<(String, Pointer)>,
}

/// Something that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absence {
    /// `precedents/kfor`, or only the collection where all of it was.
    pub record: String,
    /// The value's pointer below the record as it is written; the root for the record.
    pub path: Pointer,
    pub reason: Reason,
}

/// Why something was taken out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It bears a marking that the audience isn't cleared for.
    Marked(Marking),
    /// It is a claim, and the audience may see none of its sources.
    Unsourced,
    /// It refers to a record that the audience may not see.
    Reference(String),
}

/// The view's places, back to where things stand in files.
#[derive(Debug, Clone, Default)]
struct Places {
    /// By the record's file and its pointer in it: pointers of the view below the record, with those of the file.
    moved: BTreeMap<(String, Pointer), Vec<(Pointer, Pointer)>>,
    /// The plans of the view's documents, by their index in `content/book.yaml`.
    documents: Vec<usize>,
}

/// The book as its readers may see it, where all may see everything.
pub fn select(book: Book) -> Book {
    book
}

/// What an audience gets of a book.
pub fn view(book: &Book, audience: &Audience, markdown: &Markdown<'_>) -> View {
    let stage = Stage::new(book, audience, markdown);
    let mut view = View {
        book: Arc::new(Book { settings: settings::visible(&stage), collections: IndexMap::new() }),
        lacking: Lacking::default(),
        absences: Vec::new(),
        faults: Vec::new(),
        places: Places { documents: settings::documents(&stage), ..Places::default() },
    };
    if !stage.may_see(&book.settings.text_marking()) {
        let place = Place::key(SETTINGS, ["audiences", &audience.name]);
        let marking = book.settings.text_marking();
        let message = format!("the audience `{}` may not see the book's own text, which bears `{marking}`", audience.name);
        view.faults.push(
            Diagnostic::error(Code::WithheldReference, place, message)
                .help("what templates say bears the book's `marking`, else its `default_marking`: give the book a `marking` that all its audiences may see"),
        );
    }
    let mut lost = Lost::default();
    let collections: IndexMap<String, Collection> =
        book.collections.values().map(|collection| (collection.name.clone(), stage.collection(collection, &mut lost, &mut view))).collect();
    if let Some(book) = Arc::get_mut(&mut view.book) {
        book.collections = collections;
    }
    view.faults.append(&mut stage.faults.take());
    if lost.is_mentioned || !lost.changed.is_empty() {
        let named = mentions::faults(&stage, &lost.changed, &view);
        view.faults.extend(named);
    }
    view.absences.append(&mut stage.absences.take());
    view.absences.sort();
    view
}

/// The files that an audience's documents are made of: templates, fonts and images as they are seen, and no content.
pub fn files(tree: &Tree) -> Tree {
    let shown = |(path, bytes): (&String, &Arc<[u8]>)| match role(path) {
        Role::Settings | Role::Schema | Role::Record => None,
        Role::Asset => Some((path.clone(), image::picture(path, bytes).map_or_else(|| bytes.clone(), Arc::from))),
        _ => Some((path.clone(), bytes.clone())),
    };
    Tree { files: tree.files.iter().filter_map(shown).collect() }
}

impl View {
    /// Turns a place in the view into the place in the book's files.
    pub fn locate(&self, diagnostic: &mut Diagnostic) {
        let places = std::iter::once(&mut diagnostic.place).chain(diagnostic.trace.iter_mut().map(|(_, place)| place));
        for place in places {
            let Place::Pointer { file, pointer, .. } = place else { continue };
            if file == SETTINGS {
                self.places.locate_document(pointer);
            } else {
                self.places.locate_value(file, pointer);
            }
        }
    }
}

impl Places {
    /// Maps `/documents/0/id` of the view to the index of the same document in the file.
    fn locate_document(&self, pointer: &mut Pointer) {
        let documents = Pointer::from(["documents"]);
        let Some(below) = pointer.below(&documents) else { return };
        let mut segments = below.segments();
        let index = segments.next().and_then(|index| self.documents.get(index.parse::<usize>().ok()?));
        if let Some(index) = index {
            *pointer = documents.child(*index).join(&segments.collect());
        }
    }

    /// Whether the value at a place of the book, or a value around it, moved in the view, or another value took its place.
    fn is_moved(&self, record: &Record, path: &Pointer) -> bool {
        let within = |around: &Pointer| path.below(around).is_some();
        let moved = self.moved.get(&(record.file.clone(), record.pointer.clone()));
        moved.is_some_and(|moved| moved.iter().any(|(shown, written)| within(shown) || within(written)))
    }

    fn locate_value(&self, file: &str, pointer: &mut Pointer) {
        for ((_, record), moved) in self.moved.range((file.to_owned(), Pointer::root())..).take_while(|((other, _), _)| other == file) {
            let Some(inner) = pointer.below(record) else { continue };
            let around = moved.iter().filter_map(|(shown, written)| Some((shown.depth(), written, inner.below(shown)?)));
            if let Some((_, written, rest)) = around.max_by_key(|(depth, ..)| *depth) {
                *pointer = record.join(written).join(&rest);
                return;
            }
        }
    }
}

/// State while the view of one audience is made.
struct Stage<'a> {
    book: &'a Book,
    audience: &'a Audience,
    scheme: &'a MarkingScheme,
    markdown: &'a Markdown<'a>,
    /// The collections that are taken out as a whole.
    hidden_collections: HashSet<&'a str>,
    /// The records that are taken out.
    hidden_records: HashMap<&'a str, HiddenRecords<'a>>,
    /// The names of both.
    withheld: NameSet,
    /// Cached answers to whether the audience may see a marking.
    known: RefCell<HashMap<Marking, bool>>,
    /// The answer that was given last: most records bear what the one before them bears.
    last: RefCell<(Marking, bool)>,
    absences: RefCell<Vec<Absence>>,
    faults: RefCell<Vec<Diagnostic>>,
}

impl<'a> Stage<'a> {
    fn new(book: &'a Book, audience: &'a Audience, markdown: &'a Markdown<'a>) -> Stage<'a> {
        let mut stage = Stage {
            book,
            audience,
            scheme: &book.settings.markings,
            markdown,
            hidden_collections: HashSet::new(),
            hidden_records: HashMap::new(),
            withheld: NameSet::default(),
            known: RefCell::default(),
            last: RefCell::new((Marking::default(), true)),
            absences: RefCell::default(),
            faults: RefCell::default(),
        };
        for (name, collection) in &book.collections {
            let declared = collection.shapes.root().map(|root| root.marking.clone()).unwrap_or_default();
            if !stage.may_see(&declared.and(&collection.config.defaults.marking)) {
                stage.hidden_collections.insert(name);
            }
            let records = collection.records.values().enumerate();
            let hidden = records.filter(|(_, record)| !stage.may_see(&record.marking)).map(|(place, record)| (place, record.id.as_str()));
            let (places, ids): (Vec<usize>, HashSet<&str>) = hidden.unzip();
            if !places.is_empty() {
                stage.withheld.extend(ids.iter().map(|id| NameHash::of_record(name, id)));
                stage.hidden_records.insert(name, HiddenRecords { places, ids });
            }
        }
        stage.withheld.extend(stage.hidden_collections.iter().map(|name| NameHash::of_collection(name)));
        stage
    }

    fn may_see(&self, marking: &Marking) -> bool {
        if marking.is_empty() {
            return true;
        }
        if let (last, answer) = &*self.last.borrow()
            && last == marking
        {
            return *answer;
        }
        let known = self.known.borrow().get(marking).copied();
        let answer = known.unwrap_or_else(|| self.audience.may_see(marking, self.scheme));
        if known.is_none() {
            self.known.borrow_mut().insert(marking.clone(), answer);
        }
        *self.last.borrow_mut() = (marking.clone(), answer);
        answer
    }

    /// Whether a record is one that was taken out.
    fn is_hidden(&self, collection: &str, id: &str) -> bool {
        self.hidden_records.get(collection).is_some_and(|hidden| hidden.ids.contains(id))
    }

    fn is_hidden_source(&self, id: &str) -> bool {
        self.is_hidden(SOURCES, id)
    }

    fn absent(&self, record: impl Into<String>, path: &Pointer, reason: Reason) {
        self.absences.borrow_mut().push(Absence { record: record.into(), path: path.clone(), reason });
    }

    /// A collection without what was taken out of it.
    fn collection(&self, collection: &Collection, lost: &mut Lost, view: &mut View) -> Collection {
        let name = &collection.name;
        if self.hidden_collections.contains(name.as_str()) {
            let marking = collection.shapes.root().map(|root| root.marking.clone()).unwrap_or_default();
            self.absent(name, &Pointer::root(), Reason::Marked(marking.and(&collection.config.defaults.marking)));
            // Templates may still go through its records, of which there are none.
            return Collection {
                name: name.clone(),
                config: Default::default(),
                schema: None,
                shapes: Shapes::default(),
                records: IndexMap::new(),
                is_withheld: true,
            };
        }
        let shapes = schema::visible(self, &collection.shapes);
        let are_fields_withheld = schema::withholds_fields(self, &collection.shapes);
        let mut are_all_whole = true;
        let mut places = 0..;
        let mut hidden =
            self.hidden_records.get(name.as_str()).map(|hidden| hidden.places.iter().copied()).into_iter().flatten().peekable();
        let mut records = collection.records.clone();
        records.retain(|_, record| {
            let place = places.next();
            if hidden.next_if(|hidden| Some(*hidden) == place).is_some() {
                self.absent(record.path(), &Pointer::root(), Reason::Marked(record.marking.clone()));
                return false;
            }
            lost.is_mentioned |= record.names().may_mention(&self.withheld);
            if are_fields_withheld || !fields::is_seen_whole(self, record) {
                *record = fields::visible(self, collection, record, view);
                lost.changed.insert(NameHash::of_record(name, &record.id));
                are_all_whole = false;
            }
            true
        });
        if records.len() < collection.records.len() {
            view.lacking.collections.insert(name.clone());
        }
        let config = settings::collection(self, collection, &shapes, &records);
        // Ordered by the remaining records alone, so that the order tells nothing of those taken out.
        renumber(&mut records);
        if !are_all_whole || config.sort != collection.config.sort {
            records.sort_by(|_, one, _, other| one.position().cmp(&other.position()));
            Collection::order(&config, &mut records);
        }
        let schema = collection.schema.is_some().then(|| schema::json(&shapes));
        Collection { name: name.clone(), config, schema, shapes, records, is_withheld: false }
    }
}

/// The records of a collection that are taken out.
struct HiddenRecords<'a> {
    /// Their places among its records, in order.
    places: Vec<usize>,
    ids: HashSet<&'a str>,
}

/// What texts may name in vain.
#[derive(Default)]
struct Lost {
    /// The names of records that were left without some of their values.
    changed: NameSet,
    /// Whether a text may name what was taken out as a whole.
    is_mentioned: bool,
}

/// Numbers the records of a collection anew by where they are written.
fn renumber(records: &mut IndexMap<String, SharedRecord>) {
    let mut written: Vec<&mut SharedRecord> = records.values_mut().collect();
    written.sort_by_key(|record| record.position());
    written.into_iter().enumerate().for_each(|(position, record)| record.set_position(position));
}
