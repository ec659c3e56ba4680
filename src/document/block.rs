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

/// The directive around blocks that bear a marking of their own; its attributes are the labels.
pub const MARKED: &str = "marked";

/// The labels of a `marked` directive. One without any, or with attributes of another form, has a label that no book knows.
pub fn marked_labels(attributes: &BTreeMap<String, String>) -> Vec<String> {
    let label = |(key, value): (&String, &String)| if value.is_empty() { key.clone() } else { format!("{key}={value}") };
    match attributes.is_empty() {
        true => vec![String::new()],
        false => attributes.iter().map(label).collect(),
    }
}

/// The headings above the one at hand, by their levels as written.
#[derive(Debug, Clone, Default)]
pub struct HeadingLevels(Vec<u8>);

impl HeadingLevels {
    /// The level of the next heading, counted from 1 with none left out: one below the nearest heading before it that is
    /// above it. Headings of one level stay on one.
    pub fn next(&mut self, level: u8) -> u8 {
        while self.0.last().is_some_and(|above| *above >= level) {
            self.0.pop();
        }
        self.0.push(level);
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::HeadingLevels;

    #[test]
    fn skipped_levels_are_closed_up() {
        let shown = |levels: &[u8]| -> Vec<u8> {
            let mut headings = HeadingLevels::default();
            levels.iter().map(|level| headings.next(*level)).collect()
        };
        assert_eq!(shown(&[1, 2, 3, 2, 3, 1]), [1, 2, 3, 2, 3, 1]);
        assert_eq!(shown(&[1, 3, 3, 5, 2, 6]), [1, 2, 2, 3, 2, 3]);
    }
}
