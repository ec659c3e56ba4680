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
mod cover;
mod generated;
mod html;
mod layout;
mod list;
mod moved;
mod moves;
mod node;
mod pages;
mod plain;
mod prose;
mod regroup;
mod said;
mod sections;
mod side;
mod table;
mod token;

use std::collections::{BTreeMap, BTreeSet};

use blocks::Merger;
use changes::Changes;
use list::NewPages;
use moves::Plan;
use node::Node;
use said::text_of;
use side::{Notes, Side, Which};

pub use cover::Cover;
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
    /// The document's own title.
    pub title: String,
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
    /// The heading that it stood under, where it moved. Its place there is the anchor with `-from`.
    pub moved_from: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedlineKind {
    Changed,
    Inserted,
    Deleted,
    Moved,
    /// A paragraph became several, or several became one.
    Split,
    Joined,
    /// An image by another one.
    Replaced,
}

/// Key and English text of each word that a redline prints; a book may replace them under `words:`.
pub const WORDS: &[(&str, &str)] = &[
    ("redline_title", "Changes from {old} to {new}: {title}"),
    ("redline_changes", "List of changes"),
    ("redline_none", "No word has changed."),
    ("since_title", "What changed since version {old}, which you have"),
    ("since_versions", "You have version {old} of {old_date}. This is what changed from it to version {new} of {new_date}."),
    ("since_others", "Other documents that changed: {documents}."),
    ("redline_more", "{count} more changes are marked in the text."),
    ("redline_further", "and {count} more"),
    ("redline_one", "1 change"),
    ("redline_count", "{count} changes"),
    ("redline_changed", "{count} changed"),
    ("redline_inserted", "{count} inserted"),
    ("redline_deleted", "{count} deleted"),
    ("redline_moved", "{count} moved"),
    ("redline_split", "{count} split"),
    ("redline_joined", "{count} joined"),
    ("redline_replaced", "{count} replaced"),
    ("redline_image", "image replaced"),
    ("redline_legend_inserted", "put in"),
    ("redline_legend_deleted", "taken out"),
    ("redline_legend_moved", "what moved is shaded and has, at both its places, the number of the change"),
    ("redline_legend_paragraph", "¶ where a paragraph was split or two were joined"),
    ("redline_legend_bar", "a bar in the margin beside each change"),
    ("redline_from", "moved from page {page}"),
    ("redline_from_here", "moved"),
    ("redline_number", "No."),
    ("redline_page_in", "In {version}"),
    ("redline_section", "Section"),
    ("redline_change", "Change"),
    ("page_number", "Page"),
    ("notes", "Notes"),
    ("inserted", "inserted:"),
    ("deleted", "deleted:"),
    ("moved_from", "moved from {number}"),
    ("moved_to", "moved to {number}"),
    ("paragraph_split", "paragraph split"),
    ("paragraphs_joined", "paragraphs joined"),
    ("image_replaced", "image replaced; before:"),
];

/// What the path of an image of the old text begins with where the new text shows another one of the same path.
pub const REPLACED: &str = "replaced-before/";

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
    let Side { title: old_title, nodes: old_nodes, footnotes: old_footnotes } = left;
    let Side { title: new_title, nodes: new_nodes, footnotes: new_footnotes } = right;
    let (old_nodes, new_nodes, moved) = sections::all(old_nodes, new_nodes);
    let olds: Vec<&[Node]> = moved.iter().map(|section| &section.old[..]).chain([&old_nodes[..]]).collect();
    let news: Vec<&[Node]> = moved.iter().map(|section| &section.new[..]).chain([&new_nodes[..]]).collect();
    let plan = Plan::of(&old_nodes, &new_nodes, &moved, moves::twins(&olds, &news));
    let changes = Changes { found: Vec::new(), current: 0, is_bare: false, notes: &say, section: String::new() };
    let mut merger = Merger::new(changes, &plan, &moved);
    let mut body = merger.title(old_title.as_ref(), new_title.as_ref());
    body.extend(merger.nodes(&old_nodes, &new_nodes));
    one_place_for_notes(&mut body);
    if !side::has_layout(&body) {
        layout::restore(&mut body, &[Some(new), Some(old), naming.marked].into_iter().flatten().collect::<Vec<_>>());
    }
    let labels = old_footnotes.keys().chain(new_footnotes.keys()).collect::<BTreeSet<_>>();
    for label in labels {
        let of = |footnotes: &'_ BTreeMap<String, Vec<Node>>| footnotes.get(label).cloned().unwrap_or_default();
        let blocks = merger.nodes(&of(&old_footnotes), &of(&new_footnotes));
        body.push(Block { kind: BlockKind::FootnoteDefinition { label: label.clone(), blocks }, line: 0 });
    }
    let notes_written = side::written(&notes, |op, text| merger.run(op, text));
    let found = merger.changes.found;

    let title = new_title.as_ref().or(old_title.as_ref()).map(text_of).or_else(|| text(new, "title")).unwrap_or_default();
    let own_title = title.trim().to_owned();
    let title =
        naming.word("redline_title").replace("{old}", short(naming.old)).replace("{new}", short(naming.new)).replace("{title}", &title);
    let title = title.trim_end_matches([' ', ':']).to_owned();
    let mut front = new.front.clone();
    front.insert("title".to_owned(), title.clone().into());
    // What is first seen is how much has changed.
    front.insert("cover".to_owned(), false.into());
    front.insert("toc".to_owned(), false.into());
    front.insert("redline".to_owned(), serde_json::json!({ "old": naming.old, "new": naming.new }));
    let heading = BlockKind::Heading { level: 1, content: vec![Inline::Text(title)], anchor: None };
    let mut blocks = vec![Block { kind: heading, line: 0 }];
    blocks.extend(list::listed(&found, &|key| naming.word(key), None));
    blocks.append(&mut body);
    let document = Document { front, blocks, notes: notes_written, sources: Vec::new(), claims: Vec::new(), charts: BTreeMap::new() };
    Redline { document, changes: found, old: naming.old.to_owned(), new: naming.new.to_owned(), title: own_title }
}

impl Redline {
    /// Names the pages of changes in the new version's PDF, too; `texts` are those of its pages.
    pub fn with_new_pages(mut self, texts: &[String], words: &dyn Fn(&str) -> Option<String>) -> Redline {
        let pages = pages::of(&self, texts);
        let naming = Naming { old: &self.old, new: &self.new, words, marked: None };
        let list = list::listed(&self.changes, &|key| naming.word(key), Some(NewPages { name: short(&self.new), pages: &pages }));
        self.document.blocks.splice(1..3, list);
        self
    }

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
