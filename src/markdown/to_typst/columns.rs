//! How wide a table's columns are, by what their cells hold, and how many lines its rows have.

use std::collections::BTreeMap;

use super::breaks::{CODE_LETTER, width_of};
use crate::document::{ELSEWHERE, Inline, Row, Table, Target};

/// What a cell keeps free at both sides, in points.
pub(super) const INSET: f64 = 10.0;

/// A column whose longest cell has no more letters than this is as wide as that cell.
const NARROW: f64 = 11.0;

/// A table of no more columns than this is as wide as its cells, where they fit in one line.
const FEW: usize = 3;

/// A column is made wide enough for a word of this many letters; a longer one breaks.
const LONGEST_WORD: f64 = 30.0;

/// The share of a column's width that a word may take by the average width of letters: its own may be wider.
pub(super) const WHOLE_WORD: f64 = 0.9;

/// Letters of marks and of a bold face, in letters of average width.
const MARK_LETTER: f64 = 0.7;
const ARROW: f64 = 2.0;
pub(super) const BOLD: f64 = 1.08;

/// A column's width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Width {
    /// That of its widest cell, of so many letters.
    Auto(usize),
    /// A share of what the others leave.
    Share(f64),
}

impl Width {
    pub(super) fn code(&self) -> String {
        match self {
            Width::Auto(_) => "auto".to_owned(),
            Width::Share(share) => format!("{share}fr"),
        }
    }
}

/// The widths that a directive gives, else widths by what the columns hold.
pub(super) fn widths(columns: &[Column], attributes: Option<&BTreeMap<String, String>>, page: f64, letter: f64) -> Vec<Width> {
    let (room, inset) = (page / letter, INSET / letter);
    let given = attributes.and_then(|attributes| attributes.get("widths")).map(String::as_str).unwrap_or_default();
    let given: Vec<Option<f64>> = given.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    let given: Vec<f64> = given.into_iter().flatten().filter(|share: &f64| share.is_finite() && (0.01..=1000.0).contains(share)).collect();
    if given.len() == columns.len() {
        return wide_enough(given, columns, room, inset).into_iter().map(Width::Share).collect();
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

/// Whether a width, in letters, has room for the longest words of all columns.
pub(super) fn words_fit(columns: &[Column], room: f64, inset: f64) -> bool {
    columns.iter().map(|column| column.needs() + inset).sum::<f64>() <= room
}

/// Shares of a width, in letters, as they are given, but for columns that their longest words don't fit in: these take what
/// they lack from those that have more than theirs need.
fn wide_enough(given: Vec<f64>, columns: &[Column], room: f64, inset: f64) -> Vec<f64> {
    let all: f64 = given.iter().sum();
    let mut widths: Vec<f64> = given.iter().map(|share| share / all * room).collect();
    let mut needs: Vec<f64> = columns.iter().map(Column::needs).collect();
    cap(&mut needs, room - columns.len() as f64 * inset);
    needs.iter_mut().for_each(|need| *need += inset);
    let lacks: f64 = widths.iter().zip(&needs).map(|(width, need)| (need - width).max(0.0)).sum();
    let spare: f64 = widths.iter().zip(&needs).map(|(width, need)| (width - need).max(0.0)).sum();
    if lacks == 0.0 || spare <= lacks {
        return given;
    }
    for (width, need) in widths.iter_mut().zip(&needs) {
        *width = if *width < *need { *need } else { *width - (*width - need) * lacks / spare };
        *width = (*width * 100.0).ceil() / 100.0;
    }
    widths
}

/// Distributes a width, in letters: each column gets room for its longest word, if there is enough for all. The
/// rest goes by the square root of their mean length, so that a column of long texts doesn't starve the others; and no
/// column gets more than its longest cell needs.
fn shared(columns: &[&Column], room: f64, inset: f64) -> Vec<f64> {
    let mut words: Vec<f64> = columns.iter().map(|column| column.needs()).collect();
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

/// How many letters a line of each column holds, about.
pub(super) fn letters_of_line(widths: &[Width], page: f64, letter: f64) -> Vec<f64> {
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

/// How much a column holds, in letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) longest: f64,
    mean: f64,
    word: f64,
}

impl Column {
    /// How wide it must be to keep its longest word whole, with a little to spare for what rounding takes.
    fn needs(&self) -> f64 {
        self.word.min(LONGEST_WORD) / WHOLE_WORD + 0.1
    }

    /// A column that has room for what either holds.
    pub(super) fn with(self, other: Column) -> Column {
        let most = |one: f64, other: f64| one.max(other);
        Column { longest: most(self.longest, other.longest), mean: most(self.mean, other.mean), word: most(self.word, other.word) }
    }

    pub(super) fn of(table: &Table, index: usize) -> Column {
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
pub(super) struct CellSize {
    letters: f64,
    pub(super) word: f64,
    /// Its longest line, and the one at hand, where it has several.
    longest: f64,
    line: f64,
    breaks: usize,
}

impl CellSize {
    pub(super) fn of(cell: &[Inline]) -> CellSize {
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
            *word = if is_end_of_word(c) { 0.0 } else { *word + width(c) };
            self.letters += width(c);
            self.line += width(c);
            self.word = self.word.max(*word);
        }
    }
}

/// Whether a line may end here.
fn is_end_of_word(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// How many lines a row is high, about.
pub(super) fn lines(row: &Row, rooms: &[f64]) -> f64 {
    let height = |(cell, room): (&Vec<Inline>, &f64)| {
        let size = CellSize::of(cell);
        size.letters / (room * 0.85).max(1.0) + size.breaks as f64
    };
    row.cells.iter().zip(rooms).map(height).fold(1.0, f64::max)
}
