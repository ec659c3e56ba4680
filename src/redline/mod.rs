//! Two texts of a document in one: words struck out and put in stand in the running text.
//!
//! In come two trees, read from the Markdown of two versions; out comes a [`Redline`], a document that is typeset
//! like any other, in which [`Inline::Deleted`] and [`Inline::Inserted`] mark what changed, and a list of changes
//! stands up front. Blocks are paired by likeness (`align.rs`), then words (`prose.rs`), list items, terms, and tables
//! by rows and columns (`table.rs`); what can't be marked inside stands in a directive `inserted` or `deleted`.
//!
//! No change are blanks, emphasis, the numbers of notes and where their marks stand, links within the book, layout,
//! and what brief writes itself (`generated.rs`).

mod align;
mod blocks;
mod changes;
mod generated;
mod html;
mod layout;
mod node;
mod plain;
mod prose;
mod said;
mod side;
mod table;
mod token;

use blocks::Merger;
use changes::Changes;
use said::text_of;
use side::{Notes, Side, Which};

pub use html::fragment;

use crate::document::{Block, BlockKind, Document, Inline};
use crate::text::words::Word;

/// Two texts in one, and what changed between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Redline {
    /// The title, the list of changes in a directive `changes`, then the text. Its front matter is the new one's with
    /// this title and `redline: {old, new}`, the versions' names.
    pub document: Document,
    /// In the order of the text.
    pub changes: Vec<RedlineChange>,
    /// What the two versions are called.
    pub old: String,
    pub new: String,
}

/// One change: of a paragraph, heading, item or row, or a run of blocks put in or struck out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedlineChange {
    /// The [`Inline::Anchor`] where it stands.
    pub anchor: String,
    pub kind: RedlineKind,
    /// The heading it stands under.
    pub section: String,
    /// What shows it, in a few words.
    pub excerpt: Vec<Word>,
    /// How many blocks, items or rows were put in or struck out together; the excerpt is of the first.
    pub blocks: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedlineKind {
    Changed,
    Inserted,
    Deleted,
}

/// Key and English text of each word that a redline prints; a book may replace them under `words:`.
pub const WORDS: &[(&str, &str)] = &[
    ("redline_title", "Changes from {old} to {new}: {title}"),
    ("redline_changes", "List of changes"),
    ("redline_none", "No word has changed."),
    ("redline_more", "{count} more changes are marked in the text."),
    ("redline_further", "and {count} more"),
    ("redline_section", "Section"),
    ("redline_change", "Change"),
    ("page_number", "Page"),
    ("notes", "Notes"),
    ("inserted", "inserted:"),
    ("deleted", "deleted:"),
];

/// What a redline is told besides its two texts.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// What the versions are called: `v7`, `v9`.
    pub old: &'a str,
    pub new: &'a str,
    /// The book's own words, by the keys of [`WORDS`].
    pub words: &'a dyn Fn(&str) -> Option<String>,
    /// The same document as another text has it, where that says of a section that it lists changes, or of tables how they
    /// are laid out.
    pub marked: Option<&'a Document>,
}

impl<'a> Naming<'a> {
    /// In English.
    pub fn new(old: &'a str, new: &'a str) -> Naming<'a> {
        Naming { old, new, words: &|_| None, marked: None }
    }

    fn word(&self, key: &str) -> String {
        (self.words)(key).unwrap_or_else(|| WORDS.iter().find(|(known, _)| *known == key).map_or(key, |(_, text)| *text).to_owned())
    }
}

impl RedlineChange {
    /// That there is more than the excerpt shows: ` … and 3 more`.
    fn further(&self, word: &dyn Fn(&str) -> String) -> Option<String> {
        let more = self.blocks.checked_sub(1).filter(|more| *more > 0)?;
        Some(format!(" … {}", word("redline_further").replace("{count}", &more.to_string())))
    }
}

/// Marks in one document what changed between two.
pub fn redline(old: &Document, new: &Document, naming: Naming<'_>) -> Redline {
    let mut notes = Notes::default();
    let right = Side::of(new, old, naming.marked, Which::New, &mut notes);
    let left = Side::of(old, new, naming.marked, Which::Old, &mut notes);

    let say = |number: usize| notes.all.get(number - 1).map_or_else(String::new, |(text, ..)| text_of(text));
    let changes = Changes { found: Vec::new(), notes: &say, section: String::new() };
    let mut merger = Merger { changes, anchor: None, together: None, lead: String::new() };
    let mut body = merger.title(left.title.as_ref(), right.title.as_ref());
    body.extend(merger.nodes(&left.nodes, &right.nodes));
    one_place_for_notes(&mut body);
    if !side::has_layout(&body) {
        layout::restore(&mut body, &[Some(new), Some(old), naming.marked].into_iter().flatten().collect::<Vec<_>>());
    }
    let labels = left.footnotes.keys().chain(right.footnotes.keys()).collect::<std::collections::BTreeSet<_>>();
    for label in labels {
        let of = |side: &'_ Side| side.footnotes.get(label).cloned().unwrap_or_default();
        let blocks = merger.nodes(&of(&left), &of(&right));
        body.push(Block { kind: BlockKind::FootnoteDefinition { label: label.clone(), blocks }, line: 0 });
    }
    let notes_written = side::written(&notes, |op, text| merger.run(op, text));
    let found = merger.changes.found;

    let title = right.title.as_ref().or(left.title.as_ref()).map(text_of).or_else(|| text(new, "title")).unwrap_or_default();
    let title =
        naming.word("redline_title").replace("{old}", short(naming.old)).replace("{new}", short(naming.new)).replace("{title}", &title);
    let title = title.trim_end_matches([' ', ':']).to_owned();
    let mut front = new.front.clone();
    front.insert("title".to_owned(), title.clone().into());
    front.insert("redline".to_owned(), serde_json::json!({ "old": naming.old, "new": naming.new }));
    let heading = BlockKind::Heading { level: 1, content: vec![Inline::Text(title)], anchor: None };
    let mut blocks = vec![Block { kind: heading, line: 0 }];
    blocks.extend(changes::listed(&found, &|key| naming.word(key)));
    blocks.append(&mut body);
    let document = Document { front, blocks, notes: notes_written, sources: Vec::new(), claims: Vec::new() };
    Redline { document, changes: found, old: naming.old.to_owned(), new: naming.new.to_owned() }
}

impl Redline {
    /// The blocks of the text itself, behind title and list.
    pub fn text(&self) -> &[Block] {
        self.document.blocks.get(3..).unwrap_or_default()
    }
}

/// A version's name as a title has it: of `main (1a2b3c4d5e6f)` without the commit, which each page tells.
fn short(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(short, _)| short)
}

fn text(document: &Document, key: &str) -> Option<String> {
    document.front.get(key)?.as_str().map(str::to_owned)
}

/// Notes that stood elsewhere are listed once, where they stand now.
fn one_place_for_notes(blocks: &mut Vec<Block>) {
    let mut left = 0;
    crate::document::walk::blocks(blocks, &mut |block| left += usize::from(block.kind == BlockKind::Notes));
    drop_notes(blocks, &mut left);
}

fn drop_notes(blocks: &mut Vec<Block>, left: &mut usize) {
    blocks.retain_mut(|block| {
        match &mut block.kind {
            BlockKind::Notes => {
                *left -= 1;
                return *left == 0;
            }
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
                drop_notes(inner, left);
            }
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| drop_notes(&mut item.blocks, left)),
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(_, details)| drop_notes(details, left)),
            _ => {}
        }
        true
    });
}
