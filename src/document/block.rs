//! Blocks: paragraphs, lists, tables and what else stands below each other.

use std::collections::BTreeMap;

use super::inline::Inline;

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
