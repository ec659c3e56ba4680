//! Tables: widths, rows that break and rows that don't, captions.

use std::collections::{BTreeMap, BTreeSet};

use super::Writer;
use super::breaks::{CODE_LETTER, width_of};
use super::measure::{Measure, Orientation};
use super::meta::is_landscape;
use super::places::has_words;
use crate::document::{Alignment, BlockKind, Document, ELSEWHERE, Inline, Row, Table, Target, plain_text, walk};
use crate::model::NotesPlacement;

/// How wide the text of a turned page is, in points.
const TURNED_WIDTH: f64 = 680.0;

/// How wide a letter of a table is, about, in the table's type size, and what a cell keeps free at both sides, in points.
const LETTER: f64 = 0.48;
const INSET: f64 = 10.0;

/// A table's type size, in that of the text.
const TABLE_SIZE: f64 = 0.94;

/// A wide table lists below it what its marks mean, up to so many notes.
const MOST_NOTES: usize = 12;

/// A row of more lines than this may break over pages.
const SHORT_ROW: f64 = 12.0;

/// A table of no more lines than this stays on one page.
const SHORT_TABLE: f64 = 10.0;

/// A column whose longest cell has no more letters than this is as wide as that cell.
const NARROW: f64 = 11.0;

/// A table of no more columns than this is as wide as its cells, where they fit in one line.
const FEW: usize = 3;

/// A column is made wide enough for a word of this many letters; a longer one breaks.
const LONGEST_WORD: f64 = 30.0;

/// Letters of marks and of a bold face, in letters of average width.
const MARK_LETTER: f64 = 0.7;
const ARROW: f64 = 2.0;
const BOLD: f64 = 1.08;

impl Writer<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let count = table.header.len();
        if count == 0 {
            return;
        }
        let attributes = self.table;
        let small = attributes.and_then(|attributes| attributes.get("size")).map(String::as_str);
        let letter = self.letter_width(small);
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
        let widths = widths(&columns, attributes, page, letter);
        let rooms = rooms(&widths, page, letter);
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
        match small {
            Some("small") => self.code.push("<small>"),
            Some("tiny") => self.code.push("<tiny>"),
            _ => {}
        }
        self.code.push(if table.caption.is_some() { "" } else { "]" });
        self.code.push(if unbroken { "];" } else { "" });
        self.code.line(if wide { "];" } else { "" });
        self.nesting.in_wide = outer;
    }

    /// What the notes say that a wide table marks, where others would stand beside the line.
    fn table_notes(&mut self, table: &Table, columns: usize) {
        if self.meta.notes != NotesPlacement::Margin || !self.places.notes {
            return;
        }
        let mut numbers = BTreeSet::new();
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            cited(cell, &mut numbers);
        }
        let document = self.document;
        let notes: Vec<(usize, String)> = numbers
            .into_iter()
            .filter_map(|number| Some((number, plain_text(&document.notes.get(number.checked_sub(1)?)?.text))))
            .collect();
        if notes.is_empty() || notes.len() > MOST_NOTES {
            return;
        }
        self.code.push(&format!("table-notes({columns}, "));
        for (number, text) in notes {
            self.code.push(&format!("({number}, ["));
            self.code.start();
            self.code.text(&text);
            self.code.push("]), ");
        }
        self.code.line("),");
    }

    /// How much the columns of a table hold, or of all tables of its kind, so that these look alike.
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
        LETTER * TABLE_SIZE * scale * self.measure().size
    }

    fn measure(&self) -> Measure {
        let orientation = if is_landscape(self.meta) { Orientation::Landscape } else { Orientation::Portrait };
        Measure::of(&self.meta.theme, self.meta.notes, orientation)
    }

    /// As many cells as there are columns.
    fn cells(&mut self, cells: &[Vec<Inline>], rooms: &[f64], breakable: bool) {
        for (index, room) in rooms.iter().enumerate() {
            let cell = cells.get(index).map_or(&[][..], Vec::as_slice);
            let divided = CellSize::of(cell).word > room * 0.9;
            // The first column says what its row is about, as the header row says of the columns.
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
            self.code.push(if divided { "#hyphenated[" } else { "" });
            self.code.start();
            self.code.narrow(Some(*room));
            self.inlines(cell);
            self.code.narrow(None);
            self.code.push(if divided { "];" } else { "" });
            self.code.push(if heads { "])," } else { "]," });
        }
    }

    /// What a table without a caption holds, for who can't see it: the heads of its columns.
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

/// How many letters a line of each column holds, about.
fn rooms(widths: &[Width], page: f64, letter: f64) -> Vec<f64> {
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

/// The widths that a directive gives, else widths by what the columns hold.
fn widths(columns: &[Column], attributes: Option<&BTreeMap<String, String>>, page: f64, letter: f64) -> Vec<Width> {
    let (room, inset) = (page / letter, INSET / letter);
    let given = attributes.and_then(|attributes| attributes.get("widths")).map(String::as_str).unwrap_or_default();
    let given: Vec<Option<f64>> = given.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    let given: Vec<f64> = given.into_iter().flatten().filter(|share: &f64| share.is_finite() && (0.01..=1000.0).contains(share)).collect();
    if given.len() == columns.len() {
        return given.into_iter().map(Width::Share).collect();
    }
    let needed: f64 = columns.iter().map(|column| column.longest + inset).sum();
    if columns.len() <= FEW && needed <= room {
        return columns.iter().map(|column| Width::Auto(column.longest.ceil() as usize)).collect();
    }
    let narrow = |column: &Column| column.longest <= NARROW;
    // A table of short cells is as wide as the text all the same, like its neighbours.
    if columns.iter().all(narrow) {
        return columns.iter().map(|column| Width::Share(column.longest.ceil().max(4.0))).collect();
    }
    let fixed: f64 = columns.iter().filter(|column| narrow(column)).map(|column| column.longest + inset).sum();
    let wide: Vec<&Column> = columns.iter().filter(|column| !narrow(column)).collect();
    let mut shares = shared(&wide, room - fixed, inset).into_iter();
    let width = |column: &Column| match narrow(column) {
        true => Width::Auto(column.longest.ceil() as usize),
        false => Width::Share((shares.next().unwrap_or(1.0) * 10.0).round().max(1.0) / 10.0),
    };
    columns.iter().map(width).collect()
}

/// Shares of a width, in letters: each column has room for its longest word, where there is enough for all of them. What
/// is left goes to those that hold much, by the root, so that a column of long texts doesn't starve the others; and no
/// column gets more than its longest cell needs.
fn shared(columns: &[&Column], room: f64, inset: f64) -> Vec<f64> {
    let mut words: Vec<f64> = columns.iter().map(|column| column.word.min(LONGEST_WORD)).collect();
    cap(&mut words, room - columns.len() as f64 * inset);
    let mut shares: Vec<f64> = words.iter().map(|word| word + inset).collect();
    let mut left = room - shares.iter().sum::<f64>();
    // Each round fills a column or uses up what is left.
    for _ in 0..columns.len() {
        let needs = |index: usize| columns[index].longest + inset - shares[index];
        let weight = |index: usize| if needs(index) > 0.1 { columns[index].mean.clamp(8.0, 160.0).sqrt() } else { 0.0 };
        let weights: Vec<f64> = (0..columns.len()).map(weight).collect();
        let all: f64 = weights.iter().sum();
        if left <= 0.1 || all == 0.0 {
            break;
        }
        let more: Vec<f64> = (0..columns.len()).map(|index| (left * weights[index] / all).min(needs(index).max(0.0))).collect();
        for (share, more) in shares.iter_mut().zip(&more) {
            *share += more;
        }
        left -= more.iter().sum::<f64>();
    }
    shares
}

/// Cuts the longest so that all add up to no more than `most`: the shorter ones stay whole.
fn cap(lengths: &mut [f64], most: f64) {
    let mut ascending = lengths.to_vec();
    ascending.sort_by(f64::total_cmp);
    let mut left = most;
    for (index, length) in ascending.iter().enumerate() {
        let even = left / (ascending.len() - index) as f64;
        if *length > even {
            lengths.iter_mut().for_each(|length| *length = length.min(even.max(1.0)));
            return;
        }
        left -= length;
    }
}

/// How much a column holds, in letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    longest: f64,
    mean: f64,
    word: f64,
}

impl Column {
    /// A column that has room for what either holds.
    fn with(self, other: Column) -> Column {
        let most = |one: f64, other: f64| one.max(other);
        Column { longest: most(self.longest, other.longest), mean: most(self.mean, other.mean), word: most(self.word, other.word) }
    }

    fn of(table: &Table, index: usize) -> Column {
        let cells = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
        let sizes: Vec<CellSize> = cells.map(|cells| cells.get(index).map_or_else(CellSize::default, |cell| CellSize::of(cell))).collect();
        let most = |size: fn(&CellSize) -> f64| sizes.iter().map(size).fold(0.0, f64::max);
        // A header is bold, and letters of a bold face are wider.
        let header = sizes.first().copied().unwrap_or_default();
        Column {
            longest: most(|size| size.longest).max(header.longest * BOLD),
            mean: sizes.iter().map(|size| size.letters).sum::<f64>() / sizes.len() as f64,
            word: most(|size| size.word).max(header.word * BOLD),
        }
    }
}

/// How long a cell's text and its longest word are, in letters of average width.
#[derive(Debug, Clone, Copy, Default)]
struct CellSize {
    letters: f64,
    word: f64,
    /// Its longest line, and the one at hand, where it has several.
    longest: f64,
    line: f64,
    breaks: usize,
}

impl CellSize {
    fn of(cell: &[Inline]) -> CellSize {
        let mut size = CellSize::default();
        let mut word = 0.0;
        size.add(cell, 1.0, &mut word);
        size.longest = size.longest.max(size.line);
        size
    }

    fn add(&mut self, inlines: &[Inline], scale: f64, word: &mut f64) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Html(text) => self.text(text, |c| width_of(c) * scale, word),
                Inline::Code(text) => self.text(text, |_| CODE_LETTER, word),
                Inline::Cite(number) => self.text(&format!("[{number}]"), |_| MARK_LETTER, word),
                Inline::SoftBreak => self.text(" ", |_| 0.0, word),
                Inline::HardBreak => {
                    self.longest = self.longest.max(std::mem::take(&mut self.line));
                    self.breaks += 1;
                    *word = 0.0;
                }
                Inline::Strong(content) => self.add(content, scale * BOLD, word),
                Inline::Link { target: Target::Document(_), content, .. } => {
                    self.add(content, scale, word);
                    self.text(ELSEWHERE.trim_start_matches('\u{a0}'), |_| ARROW, word);
                }
                other => self.add(other.content().map_or(&[][..], Vec::as_slice), scale, word),
            }
        }
    }

    fn text(&mut self, text: &str, width: impl Fn(char) -> f64, word: &mut f64) {
        for c in text.chars() {
            *word = if c.is_whitespace() { 0.0 } else { *word + width(c) };
            self.letters += width(c);
            self.line += width(c);
            self.word = self.word.max(*word);
        }
    }
}

/// How many lines a row is high, about.
fn lines(row: &Row, rooms: &[f64]) -> f64 {
    let height = |(cell, room): (&Vec<Inline>, &f64)| {
        let size = CellSize::of(cell);
        size.letters / (room * 0.85).max(1.0) + size.breaks as f64
    };
    row.cells.iter().zip(rooms).map(height).fold(1.0, f64::max)
}
