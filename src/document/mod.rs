//! The tree of a rendered document: what Markdown and PDF are both written from.
//!
//! `markdown::parse` makes it from text, `render::resolve` puts the printed values, notes and sources into it,
//! and the writers in `markdown` turn it into Markdown, Typst and HTML. Text in it is text: nothing in a
//! [`Inline::Text`] is markup in any format.

mod article;
mod caption;
pub mod chart;
mod identity;
mod levels;
mod marked;
mod marks;
mod origin;
mod typst;
mod verdict;
pub mod walk;

use std::collections::BTreeMap;

use crate::layout::Pointer;
use crate::model::Marking;

pub use article::{Article, ArticleHeading, ArticleMark, ArticleNote, ArticleSection};
pub use caption::{FIGURE_DATA, LISTING, PLACEHOLDER, SIZED, anchor_of, caption_lead, label_of, number_of};
pub use identity::Identity;
pub use levels::HeadingLevels;
pub use marked::{MARKED, marked_labels};
pub use marks::{is_note_label, note_label, note_numbers, source_line};
pub use origin::{Field, Origin, Origins};
pub use typst::{Misfit, MisfitKind, TypstSource};
pub use verdict::Verdict;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The front matter, in order.
    pub front: serde_json::Map<String, serde_json::Value>,
    pub blocks: Vec<Block>,
    /// Numbered notes: note `n` is `notes[n - 1]`.
    pub notes: Vec<Note>,
    /// The sources that notes name, each once.
    pub sources: Vec<SourceEntry>,
    /// The claims printed, in the order of the text: [`Inline::Claim`] and its ledger entry meet by this index.
    pub claims: Vec<PrintedClaim>,
    /// The charts that are to be drawn, by the paths of the images that show them.
    pub charts: BTreeMap<String, chart::Chart>,
    /// What it bears: the highest marking of what it holds.
    pub marking: Marking,
    /// What each of its pages bears at least, where pages bear the marking of what stands on them.
    pub everywhere: Marking,
}

impl Document {
    /// The paths of all images, each once.
    pub fn image_paths(&self) -> std::collections::BTreeSet<String> {
        let mut paths = std::collections::BTreeSet::new();
        walk::inlines(&self.blocks, &mut |inline| {
            if let Inline::Image { path, .. } = inline {
                paths.insert(path.clone());
            }
        });
        paths
    }
}

/// One numbered note: a source and a place in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The source's id, which is its [`SourceEntry::id`].
    pub source: String,
    pub locator: Option<String>,
    /// What the note says.
    pub text: Vec<Inline>,
    /// What the source bears.
    pub marking: Marking,
}

/// One entry of the list of sources.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceEntry {
    pub id: String,
    pub text: Vec<Inline>,
    /// What the source bears.
    pub marking: Marking,
}

/// A claim as it was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedClaim {
    /// `precedents/kfor`.
    pub record: String,
    /// The way to it from the record: `/troops`.
    pub path: Pointer,
    /// The value as written, bare.
    pub value: serde_json::Value,
    /// The text as printed.
    pub printed: String,
    /// `id#locator`, each.
    pub sources: Vec<String>,
    pub as_of: Option<String>,
    /// The numbers of the notes that cite it; empty if the template has `uncited`.
    pub notes: Vec<usize>,
    /// Line of the rendered template text on which it was printed, from 1.
    pub rendered_line: usize,
    /// What it was calculated from, where no record says it as it is printed; then there is no record and no path.
    pub derived: Option<Derivation>,
}

/// How a figure was calculated.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The calculation, with the claims' paths: `items/a/cost + items/b/cost`.
    pub how: String,
    pub unit: Option<String>,
    pub from: Vec<Operand>,
}

/// A claim that a figure was calculated from.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// `items/a/cost`.
    pub claim: String,
    /// The value as written, bare.
    pub value: serde_json::Value,
    /// The text as it would print.
    pub said: String,
    /// `id#locator`, each.
    pub sources: Vec<String>,
}

/// A block and the line of the rendered text where it starts (from 1; 0 for what brief adds).
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    pub line: usize,
}

/// Blocks of CommonMark, GFM and the extensions that templates may use.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockKind {
    Heading {
        level: u8,
        content: Vec<Inline>,
        /// The record whose place this is (`precedents/kfor`), or an id of the template's own.
        anchor: Option<String>,
    },
    Paragraph(Vec<Inline>),
    Quote(Vec<Block>),
    List(List),
    /// Terms, each with its details.
    Descriptions(Vec<(Vec<Inline>, Vec<Block>)>),
    Code {
        info: String,
        literal: String,
    },
    /// Raw HTML, shown as text.
    Html(String),
    Rule,
    Table(Table),
    /// A GFM alert: `note`, `tip`, `important`, `warning`, `caution`.
    Alert {
        kind: String,
        title: Option<String>,
        blocks: Vec<Block>,
    },
    /// A layout directive, taken out of the Markdown that readers get. In a redline, `inserted`, `deleted`,
    /// `moved-to` and `moved-from` hold a block that can't be marked inside, `replaced` an image and the one before it, and
    /// `changes` the list of changes;
    /// in other texts `changes` is what a template writes of them, which no redline compares.
    Directive {
        name: String,
        attributes: BTreeMap<String, String>,
        blocks: Vec<Block>,
    },
    /// A footnote of the template's own.
    FootnoteDefinition {
        label: String,
        blocks: Vec<Block>,
    },
    /// The place of the numbered notes.
    Notes,
    /// The place of the list of sources.
    Sources,
}

/// A list, bulleted where `start` is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    pub start: Option<usize>,
    /// Items without empty lines between them.
    pub tight: bool,
    pub items: Vec<Item>,
}

/// The box of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    Open,
    Done,
}

/// A list's item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its box, if it is a task.
    pub task: Option<Task>,
    pub blocks: Vec<Block>,
    pub line: usize,
}

/// A table with one header row.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is called where it has a caption: `Table 3`, or `Table` where it isn't numbered.
    pub label: Option<String>,
    /// The paragraph before it that starts with `Table: `.
    pub caption: Option<Vec<Inline>>,
    pub alignments: Vec<Alignment>,
    pub header: Vec<Vec<Inline>>,
    pub rows: Vec<Row>,
    /// The line under it that says who says so, with its marks, where one source stands behind all of its claims. Its
    /// cells then have no marks of their own.
    pub source: Option<Vec<Inline>>,
}

/// A table's row of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Vec<Inline>>,
    pub line: usize,
}

/// A column's alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    None,
    Left,
    Center,
    Right,
}

/// Inline content.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Strikethrough(Vec<Inline>),
    Link {
        target: Target,
        title: String,
        content: Vec<Inline>,
    },
    Image {
        path: String,
        /// The caption, if it is a paragraph of its own.
        title: String,
        alternative: String,
        /// What it is called where it has a caption: `Figure 2`.
        label: Option<String>,
    },
    SoftBreak,
    HardBreak,
    /// Raw HTML, shown as text.
    Html(String),
    /// A reference to a footnote of the template's own.
    FootnoteReference(String),
    /// A claim's printed text, and its index in [`Document::claims`].
    Claim {
        index: usize,
        content: Vec<Inline>,
    },
    /// A mark for a note, by its number.
    Cite(usize),
    /// A field of the version that prints this document, known last.
    Stamp(StampField),
    /// A drawn symbol; the word for it follows it.
    Verdict(Verdict),
    /// Words put in or struck out, in a redline.
    Inserted(Vec<Inline>),
    Deleted(Vec<Inline>),
    /// Text that moved, in a redline: once at its old place, once at its new place.
    Moved {
        end: MoveEnd,
        /// The number of the change, which joins both ends.
        number: usize,
        /// Whether it begins with a label, such as `moved from 3`; the first text of each end does.
        labelled: bool,
        /// Whether it is the first and the last text of what moved in one piece, where a reader is told so.
        opens: bool,
        closes: bool,
        content: Vec<Inline>,
    },
    /// Where a paragraph was split in two or two were joined, in a redline.
    ParagraphMark(ParagraphMark),
    /// A place in a redline that its list of changes refers to; it shows nothing.
    Anchor(String),
    /// The page of an [`Inline::Anchor`], leading there.
    PageReference(String),
}

impl Inline {
    /// The inlines inside it, if it has any.
    pub fn content(&self) -> Option<&Vec<Inline>> {
        match self {
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Deleted(content)
            | Inline::Moved { content, .. } => Some(content),
            _ => None,
        }
    }

    /// [`Inline::content`], to change it.
    pub fn content_mut(&mut self) -> Option<&mut Vec<Inline>> {
        match self {
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Deleted(content)
            | Inline::Moved { content, .. } => Some(content),
            _ => None,
        }
    }
}

/// One of the two places of something that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoveEnd {
    /// At its old place: `moved to 3`.
    Origin,
    /// At its new place: `moved from 3`.
    Destination,
}

/// What happened to a paragraph's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParagraphMark {
    /// One paragraph became two here.
    Split,
    /// Two paragraphs became one here.
    Joined,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Url(String),
    /// A [`BlockKind::Heading::anchor`] of the same document.
    Anchor(String),
    /// Another document of the book, by its id.
    Document(String),
}

/// Stands behind the words of a link to another document, and says that it is one.
pub const ELSEWHERE: &str = "\u{a0}↗";

/// A field of the version, left empty when digests are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StampField {
    /// `7`.
    Number,
    /// `v7`, or `public/v7`, or `draft`.
    Name,
    /// `2025-11-05`, and as a reader writes it.
    Date,
    LongDate,
    /// The first twelve hexadecimal digits.
    Digest,
}

/// What a draft prints where a version prints its digest.
const NO_DIGEST: &str = "–";

/// The version that prints a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stamp {
    /// `None` in a draft.
    pub number: Option<u32>,
    pub name: String,
    /// ISO 8601.
    pub date: String,
    pub long_date: String,
    pub digest: String,
    pub draft: bool,
}

impl Stamp {
    /// The stamp under which digests are taken: all fields empty.
    pub fn blank() -> Stamp {
        Stamp::default()
    }

    /// What a field prints as.
    pub fn field(&self, field: StampField) -> String {
        match field {
            StampField::Number => self.number.map(|n| n.to_string()).unwrap_or_else(|| self.name.clone()),
            StampField::Name => self.name.clone(),
            StampField::Date => self.date.clone(),
            StampField::LongDate => self.long_date.clone(),
            StampField::Digest if self.draft && self.digest.is_empty() => NO_DIGEST.to_owned(),
            StampField::Digest => self.digest.clone(),
        }
    }
}

/// The text of inlines, without markup, marks and images.
pub fn plain_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    push_plain(inlines, &mut out);
    out
}

fn push_plain(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(text),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Moved { end: MoveEnd::Destination, content, .. } => push_plain(content, out),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            Inline::Verdict(verdict) => out.push_str(verdict.symbol()),
            Inline::Image { .. }
            | Inline::FootnoteReference(_)
            | Inline::Cite(_)
            | Inline::Stamp(_)
            | Inline::Deleted(_)
            | Inline::Moved { end: MoveEnd::Origin, .. }
            | Inline::ParagraphMark(_)
            | Inline::Anchor(_)
            | Inline::PageReference(_) => {}
        }
    }
}
