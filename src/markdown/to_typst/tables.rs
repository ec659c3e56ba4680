//! Tables: widths, rows that break and rows that don't, captions.

use std::collections::BTreeMap;

use super::Writer;
use crate::document::{Alignment, Inline, Row, Table, plain_text};

/// How many letters a line of the page holds, about; a turned page's more.
const LINE: f64 = 88.0;
const TURNED_LINE: f64 = 140.0;

/// A row of more lines than this may break over pages.
const SHORT_ROW: f64 = 12.0;

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
        self.code.start();
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
        self.cells(&table.header, count, false);
        self.nesting.in_header = false;
        self.code.line("),");
        let line = if self.nesting.in_turned { TURNED_LINE } else { LINE };
        for row in &table.rows {
            self.code.at(row.line);
            let long = lines(row, &widths, line) > SHORT_ROW;
            self.cells(&row.cells, count, long);
            self.code.line("");
        }
        self.code.push(if table.caption.is_some() { "))" } else { ")" });
        match small {
            Some("small") => self.code.push("<small>"),
            Some("tiny") => self.code.push("<tiny>"),
            _ => {}
        }
        self.code.line(if table.caption.is_some() { "" } else { "]" });
    }

    /// As many cells as there are columns.
    fn cells(&mut self, cells: &[Vec<Inline>], count: usize, breakable: bool) {
        for index in 0..count {
            self.code.push(if breakable { "table.cell(breakable: true)[" } else { "[" });
            self.code.start();
            self.inlines(cells.get(index).map_or(&[], Vec::as_slice));
            self.code.push("],");
        }
    }
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
    // By the root, so that a column of long texts doesn't starve the others.
    Width::Share((mean.clamp(8.0, 160.0).sqrt() * 10.0).round() / 10.0)
}

/// Letters that a cell holds, marks left out.
fn letters(cell: &[Inline]) -> usize {
    plain_text(cell).chars().count()
}

/// How many lines a row is high, about.
fn lines(row: &Row, widths: &[Width], line: f64) -> f64 {
    let fixed: f64 = widths.iter().map(|width| if let Width::Auto(letters) = width { *letters as f64 + 2.0 } else { 0.0 }).sum();
    let shares: f64 = widths.iter().map(|width| if let Width::Share(share) = width { *share } else { 0.0 }).sum();
    let height = |(cell, width): (&Vec<Inline>, &Width)| {
        let room = match width {
            Width::Auto(letters) => *letters as f64,
            Width::Share(share) => share / shares * (line - fixed).max(10.0),
        };
        letters(cell) as f64 / (room * 0.8).max(1.0)
    };
    row.cells.iter().zip(widths).map(height).fold(1.0, f64::max)
}
