//! Tables: rows that break and rows that don't, captions, sources and notes below them.

use std::collections::{BTreeMap, BTreeSet};

use super::Writer;
use super::columns::{BOLD, CellSize, Column, INSET, WHOLE_WORD, Width, letters_of_line, lines, widths, words_fit};
use super::places::has_words;
use crate::document::{Alignment, Block, BlockKind, Document, Inline, Table, plain_text, walk};
use crate::model::NotesPlacement;

/// How wide the text of a turned page is, in points.
const TURNED_WIDTH: f64 = 680.0;

/// How wide a letter of a table is, about, in the table's type size.
const LETTER: f64 = 0.48;

/// How much wider letters of a font that the book chose are taken to be: how wide they are is known to typst alone.
const OWN_FONT: f64 = 1.12;

/// A table's type size, in that of the text.
const TABLE_SIZE: f64 = 0.94;

/// A table's type, by the names that `:::table size=…` takes, in descending size.
const SIZES: [Option<&str>; 3] = [None, Some("small"), Some("tiny")];

/// Below what is as wide as the page stands what its marks mean, up to so many notes.
const MOST_NOTES: usize = 12;

/// A row of more lines than this may break over pages.
const SHORT_ROW: f64 = 12.0;

/// What may stand beside a word without a space, such as the number of a note, in letters.
const BESIDE: f64 = 3.0;

/// A word of no more letters than this is never divided.
const SHORT_WORD: f64 = 5.0;

/// A table of no more lines than this stays on one page.
const SHORT_TABLE: f64 = 10.0;

impl Writer<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let count = table.header.len();
        if count == 0 {
            return;
        }
        let attributes = self.table;
        let size = attributes.and_then(|attributes| attributes.get("size")).map(String::as_str);
        let letter = self.letter_width(size);
        let measure = self.measure();
        let columns = self.columns(table);
        let natural: f64 = columns.iter().map(|column| column.longest * letter + INSET).sum();
        let wide = self.can_be_wide() && natural > measure.text && measure.wide > measure.text;
        let outer = std::mem::replace(&mut self.nesting.in_wide, wide);
        let page = if self.nesting.in_turned {
            TURNED_WIDTH
        } else if wide {
            measure.wide
        } else {
            measure.text
        };
        // Smaller type rather than divided words, where that is enough.
        let fits = |size: &Option<&str>| {
            let letter = self.letter_width(*size);
            words_fit(&columns, page / letter, INSET / letter)
        };
        let size = SIZES.into_iter().skip_while(|named| *named != size).find(fits).unwrap_or(size);
        let letter = self.letter_width(size);
        let widths = widths(&columns, attributes, page, letter);
        let rooms = letters_of_line(&widths, page, letter);
        let height: f64 = table.rows.iter().map(|row| lines(row, &rooms).ceil()).sum();
        let unbroken = height <= SHORT_TABLE;
        self.code.start();
        self.code.push(if wide { "#wide[" } else { "" });
        self.code.push(if unbroken { "#unbroken[" } else { "" });
        self.code.push(if table.caption.is_some() { "#figure(kind: table, " } else { "#[#" });
        if let Some(caption) = &table.caption {
            self.numbering(table.label.as_deref());
            self.code.push("caption: [");
            self.caption_anchor(table.label.as_deref());
            self.code.start();
            self.inlines(caption);
            self.code.push("], ");
        }
        let columns: Vec<String> = widths.iter().map(Width::code).collect();
        let summary = if table.caption.is_none() { self.summary(table) } else { None };
        if let Some(summary) = &summary {
            self.code.push("pdf.table-summary(summary: ");
            self.code.name(summary);
            self.code.push(", ");
        }
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
        if let Some(source) = &table.source {
            self.code.push(&format!("table-source({count}, ["));
            self.code.start();
            self.inlines(source);
            self.code.line("]),");
        } else if wide {
            self.table_notes(table, count);
        }
        self.code.push(if table.caption.is_some() || summary.is_some() { "))" } else { ")" });
        match size {
            Some("small") => self.code.push("<small>"),
            Some("tiny") => self.code.push("<tiny>"),
            _ => {}
        }
        self.code.push(if table.caption.is_some() { "" } else { "]" });
        self.code.push(if unbroken { "];" } else { "" });
        self.code.line(if wide { "];" } else { "" });
        self.nesting.in_wide = outer;
    }

    /// Writes the notes of a wide table below it, since it leaves no margin for them.
    fn table_notes(&mut self, table: &Table, columns: usize) {
        let mut numbers = BTreeSet::new();
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            cited(cell, &mut numbers);
        }
        self.notes_below(&format!("table-notes({columns}, "), numbers, "),");
    }

    /// The same of columns that reach into the margin.
    pub(super) fn column_notes(&mut self, blocks: &[Block]) {
        let mut numbers = BTreeSet::new();
        walk::inlines(blocks, &mut |inline| cited(std::slice::from_ref(inline), &mut numbers));
        self.notes_below("#notes-below(", numbers, ");");
    }

    /// Writes what notes say, if the document has its notes in the margin and they are few.
    fn notes_below(&mut self, open: &str, numbers: BTreeSet<usize>, close: &str) {
        if self.meta.notes != NotesPlacement::Margin || !self.places.notes {
            return;
        }
        let document = self.document;
        let notes: Vec<(usize, String)> = numbers
            .into_iter()
            .filter_map(|number| Some((number, plain_text(&document.notes.get(number.checked_sub(1)?)?.text))))
            .collect();
        if notes.is_empty() || notes.len() > MOST_NOTES {
            return;
        }
        self.code.push(open);
        for (number, text) in notes {
            self.code.push(&format!("({number}, ["));
            self.code.start();
            self.code.text(&text);
            self.code.push("]), ");
        }
        self.code.line(close);
    }

    /// The column sizes of a table, or of all tables of its kind, so that they look alike.
    fn columns(&self, table: &Table) -> Vec<Column> {
        let own = || (0..table.header.len()).map(|index| Column::of(table, index)).collect();
        let kind = self.table.and_then(|attributes| attributes.get("kind"));
        kind.and_then(|kind| self.kinds.get(&(kind.as_str(), table.header.len()))).cloned().unwrap_or_else(own)
    }

    /// How wide a letter is in a table of this size, in points.
    fn letter_width(&self, size: Option<&str>) -> f64 {
        let scale = match size {
            Some("small") => 0.9,
            Some("tiny") => 0.8,
            _ => 1.0,
        };
        let font = if self.meta.theme.body_fonts.is_empty() { 1.0 } else { OWN_FONT };
        LETTER * font * TABLE_SIZE * scale * self.measure().size
    }

    /// Writes one cell for each column.
    fn cells(&mut self, cells: &[Vec<Inline>], rooms: &[f64], breakable: bool) {
        for (index, room) in rooms.iter().enumerate() {
            let cell = cells.get(index).map_or(&[][..], Vec::as_slice);
            let is_too_narrow = CellSize::of(cell).word > room * WHOLE_WORD;
            // Cells of the first column are row headers.
            let heads = index == 0 && rooms.len() > 1 && has_words(cell);
            self.code.push(match (heads, self.nesting.in_header) {
                (true, true) => "pdf.header-cell(scope: \"both\", ",
                (true, false) => "pdf.header-cell(scope: \"row\", ",
                (false, _) => "",
            });
            self.code.push(match (breakable, heads) {
                (true, _) => "table.cell(breakable: true)[",
                (false, true) => "table.cell[",
                (false, false) => "[",
            });
            self.code.start();
            self.code.narrow(Some(*room));
            self.code.divide(is_too_narrow.then_some((room * WHOLE_WORD / BOLD - BESIDE).max(SHORT_WORD)));
            self.inlines(cell);
            self.code.divide(None);
            self.code.narrow(None);
            self.code.push(if heads { "])," } else { "]," });
        }
    }

    /// A summary for screen readers of a table without a caption: its column headings.
    fn summary(&self, table: &Table) -> Option<String> {
        let heads: Vec<String> =
            table.header.iter().map(|cell| plain_text(cell).trim().to_owned()).filter(|head| !head.is_empty()).collect();
        (!heads.is_empty()).then(|| format!("{}: {}", self.word("table"), heads.join(", ")))
    }
}

/// The columns of the tables of each kind, which `:::table kind=…` names, by their number.
pub(super) fn kinds(document: &Document) -> BTreeMap<(&str, usize), Vec<Column>> {
    let mut kinds: BTreeMap<(&str, usize), Vec<Column>> = BTreeMap::new();
    walk::blocks(&document.blocks, &mut |block| {
        let BlockKind::Directive { name, attributes, blocks } = &block.kind else { return };
        let Some(kind) = attributes.get("kind").filter(|_| name == "table") else { return };
        walk::blocks(blocks, &mut |block| {
            let BlockKind::Table(table) = &block.kind else { return };
            let own = (0..table.header.len()).map(|index| Column::of(table, index));
            match kinds.get_mut(&(kind.as_str(), table.header.len())) {
                Some(columns) => columns.iter_mut().zip(own).for_each(|(column, own)| *column = column.with(own)),
                None => drop(kinds.insert((kind.as_str(), table.header.len()), own.collect())),
            }
        });
    });
    kinds
}

/// The numbers of notes that inlines mark.
pub(super) fn cited(inlines: &[Inline], numbers: &mut BTreeSet<usize>) {
    for inline in inlines {
        match inline {
            Inline::Cite(number) => {
                numbers.insert(*number);
            }
            other => cited(other.content().map_or(&[][..], Vec::as_slice), numbers),
        }
    }
}
