//! Writes a document as Typst code: plain elements and calls of `brief.typ`, no styling.
//!
//! In: a [`Document`], the version's [`Stamp`], what the theme is told. Out: Typst code that typesets whatever the
//! text holds, and for each of its lines the line of the rendered text. Every text goes through one function
//! ([`code::Code::string`]), which makes a string literal of it: no input can run code or break the document.

mod bearing;
mod blocks;
mod breaks;
mod code;
mod columns;
mod figure_data;
mod inlines;
mod last_line;
mod links;
mod lists;
mod measure;
mod meta;
mod nesting;
mod notes;
mod page_start;
mod places;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use code::Code;
pub use meta::WORDS;
use meta::word;
use nesting::Nesting;
use page_start::PageStart;
use places::Places;
use serde_json::{Map, Value};

use crate::document::{Block, BlockKind, Document, HeadingLevels, Inline, Stamp, TypstSource};
use crate::model::{NotesPlacement, ThemeOptions};

/// What Typst code is made from besides the document.
#[derive(Debug, Clone)]
pub struct TypstMeta {
    /// The document's id.
    pub document: String,
    /// What the theme is told: `title`, `kind`, `book` (a mapping), `words` (a mapping, where the book has its own),
    /// and whatever the template's front matter says.
    pub front: Map<String, Value>,
    /// BCP 47 language tag.
    pub language: String,
    pub theme: ThemeOptions,
    pub notes: NotesPlacement,
    /// Whether no level of headings may be skipped, as PDF/UA demands: levels are closed up then.
    pub heading_steps: bool,
}

impl TypstMeta {
    fn is_book(&self) -> bool {
        self.front.get("kind").and_then(Value::as_str) == Some("book")
    }

    /// Whether there is a cover or a table of contents before the text; by default, books have both.
    fn has_front_pages(&self) -> bool {
        ["cover", "toc"].iter().any(|key| self.front.get(*key).and_then(Value::as_bool).unwrap_or(self.is_book()))
    }
}

/// Writes a document as Typst code. `link` gives the address of another document by its id; `missing` finds the
/// characters of a text that no font has, with their places in bytes, and they are written as `[U+1F600]`.
pub fn to_typst(
    document: &Document,
    stamp: &Stamp,
    meta: &TypstMeta,
    link: &dyn Fn(&str) -> String,
    missing: &dyn Fn(&str) -> Vec<(usize, char)>,
) -> TypstSource {
    let places = Places::of(document, meta.notes);
    let is_title = |block: &Block| places.title.is_some_and(|title| std::ptr::eq(title, block));
    let body: Vec<&Block> = places::shown(&document.blocks, document, meta.notes).filter(|block| !is_title(block)).collect();
    let opening = PageStart::of(&body).map(|start| start.block).or(body.first().copied()).filter(|_| !meta.has_front_pages());
    let mut writer = Writer {
        document,
        stamp,
        meta,
        link,
        chapters_begin_pages: meta.is_book() && meta::is_long(document),
        places,
        opening,
        code: Code::new(missing),
        missing,
        nesting: Nesting::default(),
        levels: HeadingLevels::default(),
        anchored: BTreeSet::new(),
        captions: BTreeSet::new(),
        named: BTreeMap::new(),
        marked: BTreeSet::new(),
        at_foot: BTreeMap::new(),
        page_run: 0,
        footnotes: BTreeMap::new(),
        written: BTreeSet::new(),
        waiting: Vec::new(),
        deferred: Vec::new(),
        bearings: 0,
        table: None,
        kinds: tables::kinds(document),
    };
    writer.preamble();
    writer.blocks(&body);
    writer.closing();
    writer.lists();
    TypstSource { places: writer.named, ..writer.code.finish() }
}

struct Writer<'a> {
    document: &'a Document,
    stamp: &'a Stamp,
    meta: &'a TypstMeta,
    link: &'a dyn Fn(&str) -> String,
    missing: &'a dyn Fn(&str) -> Vec<(usize, char)>,
    places: Places<'a>,
    /// The block that the title stands right above, where no cover or list of contents is between: the page break or turned
    /// page where headings right before it go along.
    opening: Option<&'a Block>,
    /// Whether the default theme begins each chapter on a new page.
    chapters_begin_pages: bool,
    code: Code<'a>,
    nesting: Nesting,
    /// The levels of headings, in Typst's count.
    levels: HeadingLevels,
    /// Anchors that are already placed.
    anchored: BTreeSet<&'a str>,
    /// The same for tables and figures.
    captions: BTreeSet<String>,
    /// The places that links may lead to, and what stands there in words.
    named: BTreeMap<String, String>,
    /// Notes whose first mark, to which they link back, is written.
    marked: BTreeSet<usize>,
    /// Notes at the feet of pages.
    at_foot: BTreeMap<usize, notes::AtFoot>,
    /// How many times a new page has begun for certain, wherever typst breaks the others.
    page_run: usize,
    /// Footnotes of the text's own that are written, and their letters.
    footnotes: BTreeMap<String, String>,
    /// The letters of footnotes already written, and the labels of those that still have to be.
    written: BTreeSet<String>,
    waiting: Vec<String>,
    /// The lists that are written last, since they depend on what was marked, and where they belong.
    deferred: Vec<(code::Gap, Listed)>,
    /// How many parts of the text are marked for the pages that they stand on.
    bearings: usize,
    /// The attributes of the `table` directive around the current table.
    table: Option<&'a BTreeMap<String, String>>,
    /// Column sizes of the tables of a kind, by its name and the number of columns.
    kinds: BTreeMap<(&'a str, usize), Vec<columns::Column>>,
}

/// A list of the document's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Notes,
    Sources,
}

impl<'a> Writer<'a> {
    /// The beginning: library, theme, and what the theme is told.
    fn preamble(&mut self) {
        let title = self.places.title;
        self.code.at(title.map_or(0, |block| block.line));
        self.code.line("#import \"/brief.typ\": *");
        self.code.line("#import \"/theme.typ\"");
        self.code.push("#show: briefing.with(theme.theme, ");
        let described = meta::described(self.document, self.opening, self.stamp, self.meta);
        self.code.value(&described);
        self.code.push(", heading: [");
        if let Some(Block { kind: BlockKind::Heading { content, .. }, .. }) = title {
            self.nesting.in_title = true;
            self.inlines(content);
            self.nesting.in_title = false;
        } else if let Some(title) = described.get("title").and_then(Value::as_str) {
            self.inlines(&[Inline::Text(title.to_owned())]);
        }
        self.code.line("])");
        if let Some(Block { kind: BlockKind::Heading { anchor: Some(anchor), .. }, .. }) = title
            && self.anchored.insert(anchor)
        {
            self.code.push("#labelled-anchor(");
            self.code.name(anchor);
            self.code.line(");");
            let title = described.get("title").and_then(Value::as_str).unwrap_or_default();
            self.name_place(anchor.to_owned(), title);
        }
    }

    /// One of the words that brief itself prints.
    fn word(&self, key: &str) -> String {
        word(self.meta, key)
    }

    /// The blocks that are printed: without a heading over a list that is empty here.
    fn shown(&self, blocks: &'a [Block]) -> impl Iterator<Item = &'a Block> + use<'a> {
        places::shown(blocks, self.document, self.meta.notes)
    }
}
