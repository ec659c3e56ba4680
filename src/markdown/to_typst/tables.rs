//! Tables: widths, rows that break and rows that don't, captions.

use std::collections::BTreeMap;

use super::Writer;
use crate::document::{Alignment, Inline, Row, Table, plain_text};

/// How wide the text of a page is, and of one that is turned, in points.
const WIDTH: f64 = 440.0;
const TURNED_WIDTH: f64 = 680.0;

/// How wide a letter is, about, and what a cell keeps free at both sides.
const LETTER: f64 = 4.9;
const INSET: f64 = 10.0;

/// A row of more lines than this may break over pages.
const SHORT_ROW: f64 = 12.0;

/// A table of no more lines than this stays on one page.
const SHORT_TABLE: f64 = 10.0;

/// A column whose longest cell has no more letters than this is as wide as that cell.
const NARROW: usize = 11;

impl Writer<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let count = table.header.len();
        if count == 0 {
            return;
        }
        let attributes = self.table;
        let small = attributes.and_then(|attributes| attributes.get("size")).map(String::as_str);
        let widths = widths(table, attributes);
        let rooms = self.rooms(&widths, small);
        let height: f64 = table.rows.iter().map(|row| lines(row, &rooms).ceil()).sum();
        let unbroken = height <= SHORT_TABLE;
        self.code.start();
        self.code.push(if unbroken { "#unbroken[" } else { "" });
        self.code.push(if table.caption.is_some() { "#figure(kind: table, caption: [" } else { "#[#" });
        if let Some(caption) = &table.caption {
            self.inlines(caption);
            self.code.push("], ");
        }
        let columns: Vec<String> = widths.iter().map(Width::code).collect();
        self.code.push(&format!("table(columns: ({},), ", columns.join(", ")));
        if table.alignments.iter().any(|alignment| *alignment != Alignment::None) {
            let name = |index: usize| match table.alignments.get(index) {
                Some(Alignment::Center) => "center",
                Some(Alignment::Right) => "right",
                _ => "left",
            };
            self.code.push(&format!("align: ({},), ", (0..count).map(name).collect::<Vec<_>>().join(", ")));
        }
        self.code.line("");
        self.code.push("table.header(");
        self.nesting.in_header = true;
        self.cells(&table.header, &rooms, false);
        self.nesting.in_header = false;
        self.code.line("),");
        for row in &table.rows {
            self.code.at(row.line);
            let long = lines(row, &rooms) > SHORT_ROW;
            self.cells(&row.cells, &rooms, long);
            self.code.line("");
        }
        self.code.push(if table.caption.is_some() { "))" } else { ")" });
        match small {
            Some("small") => self.code.push("<small>"),
            Some("tiny") => self.code.push("<tiny>"),
            _ => {}
        }
        self.code.push(if table.caption.is_some() { "" } else { "]" });
        self.code.line(if unbroken { "];" } else { "" });
    }

    /// How many letters a line of each column holds, about.
    fn rooms(&self, widths: &[Width], size: Option<&str>) -> Vec<f64> {
        let letter = LETTER
            * if size == Some("small") {
                0.9
            } else if size == Some("tiny") {
                0.8
            } else {
                1.0
            };
        let page = if self.nesting.in_turned { TURNED_WIDTH } else { WIDTH };
        let fixed = |width: &Width| if let Width::Auto(letters) = width { *letters as f64 * letter + INSET } else { 0.0 };
        let share = |width: &Width| if let Width::Share(share) = width { *share } else { 0.0 };
        let left = (page - widths.iter().map(fixed).sum::<f64>()).max(page / 4.0);
        let shares: f64 = widths.iter().map(share).sum();
        let room = |width: &Width| match width {
            Width::Auto(letters) => *letters as f64 + 1.0,
            Width::Share(share) => ((share / shares * left - INSET) / letter).max(1.0),
        };
        widths.iter().map(room).collect()
    }

    /// As many cells as there are columns.
    fn cells(&mut self, cells: &[Vec<Inline>], rooms: &[f64], breakable: bool) {
        for (index, room) in rooms.iter().enumerate() {
            let cell = cells.get(index).map_or(&[][..], Vec::as_slice);
            let divided = longest_word(cell) as f64 > room * 0.9;
            self.code.push(if breakable { "table.cell(breakable: true)[" } else { "[" });
            self.code.push(if divided { "#hyphenated[" } else { "" });
            self.code.start();
            self.code.narrow(Some(*room as usize));
            self.inlines(cell);
            self.code.narrow(None);
            self.code.push(if divided { "];" } else { "" });
            self.code.push("],");
        }
    }
}

fn longest_word(cell: &[Inline]) -> usize {
    plain_text(cell).split(char::is_whitespace).map(|word| word.chars().count()).max().unwrap_or(0)
}

/// A column's width.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Width {
    /// That of its widest cell, of so many letters.
    Auto(usize),
    /// A share of what the others leave.
    Share(f64),
}

impl Width {
    fn code(&self) -> String {
        match self {
            Width::Auto(_) => "auto".to_owned(),
            Width::Share(share) => format!("{share}fr"),
        }
    }
}

/// The widths that a directive gives, else widths by how much the columns hold.
fn widths(table: &Table, attributes: Option<&BTreeMap<String, String>>) -> Vec<Width> {
    let given = attributes.and_then(|attributes| attributes.get("widths")).map(String::as_str).unwrap_or_default();
    let given: Vec<Option<f64>> = given.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    let given: Vec<f64> = given.into_iter().flatten().filter(|share: &f64| share.is_finite() && (0.01..=1000.0).contains(share)).collect();
    if given.len() == table.header.len() {
        return given.into_iter().map(Width::Share).collect();
    }
    let mut widths: Vec<Width> = (0..table.header.len()).map(|column| natural(table, column)).collect();
    if widths.iter().all(|width| matches!(width, Width::Auto(_))) {
        // A table of short cells is as wide as the text all the same, like its neighbours.
        for width in &mut widths {
            if let Width::Auto(letters) = *width {
                *width = Width::Share(letters.max(4) as f64);
            }
        }
    }
    widths
}

fn natural(table: &Table, column: usize) -> Width {
    let lengths = || {
        let cells = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
        cells.map(move |cells| cells.get(column).map_or(0, |cell| letters(cell)))
    };
    let longest = lengths().max().unwrap_or(0);
    if longest <= NARROW {
        return Width::Auto(longest);
    }
    let mean = lengths().sum::<usize>() as f64 / (table.rows.len() + 1) as f64;
    let cells = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
    let word = cells.map(|cells| cells.get(column).map_or(0, |cell| longest_word(cell))).max().unwrap_or(0);
    // By the root, so that a column of long texts doesn't starve the others; and never much less than its longest word.
    let share = mean.clamp(8.0, 160.0).sqrt().max(word.min(16) as f64 / 3.0);
    Width::Share((share * 10.0).round() / 10.0)
}

/// Letters that a cell holds, marks left out.
fn letters(cell: &[Inline]) -> usize {
    plain_text(cell).chars().count()
}

/// How many lines a row is high, about.
fn lines(row: &Row, rooms: &[f64]) -> f64 {
    row.cells.iter().zip(rooms).map(|(cell, room)| letters(cell) as f64 / (room * 0.85).max(1.0)).fold(1.0, f64::max)
}
