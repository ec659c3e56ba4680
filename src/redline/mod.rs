//! Two texts of a document in one: deleted and inserted words are marked in the running text.
//!
//! In come two trees, read from the Markdown of two versions; out comes a [`Redline`], a document that is typeset
//! like any other, in which [`Inline::Deleted`] and [`Inline::Inserted`] mark what changed, and a list of changes
//! stands up front. Blocks are paired by likeness (`align.rs`), then words (`prose.rs`), list items, terms, and tables
//! by rows and columns (`table.rs`); what can't be marked inside stands in a directive `inserted` or `deleted`.
//!
//! These don't count as changes: spaces, emphasis, the numbers of notes and the places of their marks, links within the book, layout,
//! and what brief writes itself (`generated.rs`).

mod align;
mod blocks;
mod change;
mod changes;
mod cover;
mod generated;
mod html;
mod images;
mod items;
mod layout;
mod list;
mod merger;
mod moved;
mod moves;
mod node;
mod pages;
mod plain;
mod prose;
mod regroup;
mod sections;
mod side;
mod table;
mod table_rows;
mod token;
mod visible;

use std::collections::{BTreeMap, BTreeSet};

use changes::Changes;
use list::NewPages;
use merger::Merger;
use moves::Plan;
use node::Node;
use side::{Notes, Side, Which};
use visible::text_of;

pub use change::{REPLACED, RedlineChange, RedlineKind, RedlineNames, WORDS};
pub use cover::Cover;
pub use html::{fragment, text_fragment};
pub use images::{Images, rename_replaced_images, without_missing_images};

use crate::document::{Block, BlockKind, Document, Inline};

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

/// Marks in one document what changed between two.
pub fn redline(old: &Document, new: &Document, names: RedlineNames<'_>) -> Redline {
    let mut notes = Notes::default();
    let right = Side::of(new, old, names.marked, Which::New, &mut notes);
    let left = Side::of(old, new, names.marked, Which::Old, &mut notes);

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
        layout::restore(&mut body, &[Some(new), Some(old), names.marked].into_iter().flatten().collect::<Vec<_>>());
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
        names.word("redline_title").replace("{old}", short(names.old)).replace("{new}", short(names.new)).replace("{title}", &title);
    let title = title.trim_end_matches([' ', ':']).to_owned();
    let mut front = new.front.clone();
    front.insert("title".to_owned(), title.clone().into());
    // What is first seen is how much has changed.
    front.insert("cover".to_owned(), false.into());
    front.insert("toc".to_owned(), false.into());
    front.insert("redline".to_owned(), serde_json::json!({ "old": names.old, "new": names.new }));
    let heading = BlockKind::Heading { level: 1, content: vec![Inline::Text(title)], anchor: None };
    let mut blocks = vec![Block { kind: heading, line: 0 }];
    blocks.extend(list::listed(&found, &|key| names.word(key), None));
    blocks.append(&mut body);
    let document = Document { front, blocks, notes: notes_written, ..Document::default() };
    Redline { document, changes: found, old: names.old.to_owned(), new: names.new.to_owned(), title: own_title }
}

impl Redline {
    /// Names the pages of changes in the new version's PDF, too; `texts` are those of its pages.
    pub fn with_new_pages(mut self, texts: &[String], words: &dyn Fn(&str) -> Option<String>) -> Redline {
        let pages = pages::of(&self, texts);
        let names = RedlineNames { old: &self.old, new: &self.new, words, marked: None };
        let list = list::listed(&self.changes, &|key| names.word(key), Some(NewPages { name: short(&self.new), pages: &pages }));
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

/// Notes that moved are listed once, at their new place.
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
