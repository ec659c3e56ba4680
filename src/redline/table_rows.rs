//! Which columns and rows of two tables belong together.

use std::collections::HashSet;

use super::align::{Sign, Step, align};
use super::node::{Grid, Signer};
use super::token::{Leaf, Run};
use super::visible::text_of;

/// The first cell of a row, which names it, counts so many times.
const NAME: usize = 3;

/// A row, and what identifies it.
pub(super) struct Line<'a> {
    pub(super) id: usize,
    pub(super) cells: &'a [Run],
    /// What its first cell says.
    pub(super) name: String,
    pub(super) sign: Sign,
}

impl Line<'_> {
    /// What the row says, if anything.
    pub(super) fn visible_text(&self) -> Option<String> {
        let cells: Vec<String> = self.cells.iter().map(text_of).filter(|text| !text.is_empty()).collect();
        Some(cells.join(" · ")).filter(|text| !text.is_empty())
    }
}

/// Which columns belong together: those of one header, then those of like content, then the only one left in its place.
pub(super) fn columns(old: &Grid, new: &Grid) -> Vec<Step> {
    let signs = |grid: &Grid| -> Vec<Sign> {
        let column = |index: usize| {
            let mut sign = Signer::of(&"column");
            sign.run(&grid.header[index]);
            let content = grid.rows.iter().flat_map(|row| &row[index]).filter(|token| matches!(token.leaf, Leaf::Word(_)));
            sign.weigh(content.map(|token| token.key));
            sign.done()
        };
        (0..grid.header.len()).map(column).collect()
    };
    let (olds, news) = (signs(old), signs(new));
    let steps = align(&olds.iter().collect::<Vec<_>>(), &news.iter().collect::<Vec<_>>(), &HashSet::new());
    if old.header.len() != new.header.len() {
        return steps;
    }
    let mut out = Vec::with_capacity(steps.len());
    let mut rest = &steps[..];
    while let Some((first, after)) = rest.split_first() {
        let olds = rest.iter().take_while(|step| matches!(step, Step::Old(_))).count();
        let news = rest[olds..].iter().take_while(|step| matches!(step, Step::New(_))).count();
        match (first, rest.get(olds).unwrap_or(first)) {
            // As many as before: they were renamed and filled anew.
            (Step::Old(one), Step::New(other)) if olds == news => {
                out.extend((0..olds).map(|offset| Step::Both(one + offset, other + offset)));
                rest = &rest[olds + news..];
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

/// A table's rows, identified by the columns that both tables have.
pub(super) fn lines<'a>(grid: &'a Grid, columns: &[Step], is_old: bool) -> Vec<Line<'a>> {
    let shared: Vec<usize> = columns
        .iter()
        .filter_map(|step| match step {
            Step::Both(one, other) => Some(if is_old { *one } else { *other }),
            _ => None,
        })
        .collect();
    let line = |(index, row): (usize, &'a Vec<Run>)| {
        let mut sign = Signer::of(&"row");
        let all: Vec<usize> = (0..row.len()).collect();
        let columns = if shared.is_empty() { &all } else { &shared };
        columns.iter().for_each(|column| sign.run(&row[*column]));
        let name = columns.first().map(|column| &row[*column]);
        if let Some(name) = name {
            let keys: Vec<u64> = name.iter().filter(|token| matches!(token.leaf, Leaf::Word(_))).map(|token| token.key).collect();
            (1..NAME).for_each(|_| sign.weigh(keys.iter().copied()));
        }
        Line { id: grid.first_row + index, cells: row, name: name.map(text_of).unwrap_or_default(), sign: sign.done() }
    };
    grid.rows.iter().enumerate().map(line).collect()
}
