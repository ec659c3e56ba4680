//! Tables, their columns aligned for those who read the Markdown itself.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::document::Alignment;

/// A wider table's last column is not padded, nor, if that is not enough, any: no screen shows its columns one
/// above the other.
const MAX_WIDTH: usize = 100;

/// A table's lines, the header first; cells are Markdown.
pub(super) fn lines(alignments: &[Alignment], rows: &[Vec<Cow<'_, str>>]) -> Vec<String> {
    let columns = alignments.len();
    let mut widths = vec![3; columns];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let fits = |widths: &[usize]| widths.iter().sum::<usize>() + 3 * columns < MAX_WIDTH;
    if !fits(&widths) {
        widths[columns - 1] = 3;
    }
    if !fits(&widths) {
        widths = vec![3; columns];
    }
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (index, row) in rows.iter().enumerate() {
        let mut line = String::from("|");
        for ((cell, width), alignment) in row.iter().zip(&widths).zip(alignments) {
            line.push(' ');
            push_padded(&mut line, cell, *width, *alignment);
            line.push_str(" |");
        }
        lines.push(line);
        if index == 0 {
            lines.push(delimiter_row(alignments, &widths));
        }
    }
    lines
}

fn push_padded(line: &mut String, cell: &str, width: usize, alignment: Alignment) {
    let space = width.saturating_sub(cell.width());
    let before = match alignment {
        Alignment::None | Alignment::Left => 0,
        Alignment::Center => space / 2,
        Alignment::Right => space,
    };
    line.extend(std::iter::repeat_n(' ', before));
    line.push_str(cell);
    line.extend(std::iter::repeat_n(' ', space - before));
}

fn delimiter_row(alignments: &[Alignment], widths: &[usize]) -> String {
    let mut line = String::from("|");
    for (alignment, width) in alignments.iter().zip(widths) {
        let (left, right) = match alignment {
            Alignment::None => ("-", "-"),
            Alignment::Left => (":", "-"),
            Alignment::Center => (":", ":"),
            Alignment::Right => ("-", ":"),
        };
        line.extend([" ", left, &"-".repeat(width - 2), right, " |"]);
    }
    line
}
