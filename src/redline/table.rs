//! Tables merged: columns by their headers, rows by the columns that both have, then cell by cell.

use std::collections::HashSet;

use super::align::{Step, Stretch, stretches};
use super::changes::Excerpt;
use super::merger::{Fate, Grouping, Merger};
use super::moves::Unit;
use super::node::Grid;
use super::plain::plain_run;
use super::prose;
use super::table_rows::{Line, columns, lines};
use super::token::Run;
use super::visible::text_of;
use crate::document::{Alignment, Inline, Row, Table};
use crate::text::words::Op;

impl Merger<'_> {
    pub(super) fn table(&mut self, old: &Grid, new: &Grid) -> Table {
        let columns = columns(old, new);
        let named = new.caption.as_ref().or(old.caption.as_ref()).map(text_of);
        let section = named.map(|caption| std::mem::replace(&mut self.changes.section, caption));
        let caption = match (&old.caption, &new.caption) {
            (None, None) => None,
            (Some(before), Some(caption)) => Some(self.text(before, caption)),
            (Some(before), None) => Some(self.one(Op::Delete, before)),
            (None, Some(caption)) => Some(self.one(Op::Insert, caption)),
        };
        let header = self.table_header(&columns, old, new);
        // What the header could not take waits for the table's own place.
        let waiting = self.anchor.take();

        let (olds, news) = (lines(old, &columns, true), lines(new, &columns, false));
        let header_texts: Vec<String> = new.header.iter().map(text_of).collect();
        // A mark in a cell may have become the table's own, or the other way round.
        let sources = (old.source.as_ref(), new.source.as_ref());
        let mut rows = Vec::new();
        for part in stretches(&olds, &news, |line| &line.sign, &HashSet::new()) {
            match part {
                Stretch::Both(old, new) => {
                    self.grouping = Grouping::Pending;
                    rows.push(Row { cells: self.cells(&columns, (old, new), sources, &header_texts), line: 0 });
                    self.grouping = Grouping::Separate;
                    self.lead.clear();
                }
                Stretch::One(op, some) => {
                    for (fate, run) in self.by_fate(op, &some, |line| line.id) {
                        if let Fate::Moved(number) = fate {
                            for line in run {
                                let partner = match self.plan.partners.get(&line.id) {
                                    Some(Unit::Row(row)) if op == Op::Insert => olds.get(*row),
                                    _ => None,
                                };
                                let cells = self.moved_row(op, number, &line.visible_text().unwrap_or_default(), |merger| match partner {
                                    Some(old) => merger.cells(&columns, (old, line), sources, &header_texts),
                                    None => {
                                        columns.iter().map(|step| side_cell(*step, op, line).map(plain_run).unwrap_or_default()).collect()
                                    }
                                });
                                rows.push(Row { cells, line: 0 });
                            }
                            continue;
                        }
                        self.begin_with(op, run.iter().filter_map(|line| line.visible_text()));
                        for line in run {
                            let cells =
                                columns.iter().map(|step| side_cell(*step, op, line).map(|cell| self.run(op, cell)).unwrap_or_default());
                            rows.push(Row { cells: cells.collect(), line: 0 });
                        }
                        self.anchor = None;
                    }
                }
            }
        }
        self.anchor = waiting;
        if let Some(section) = section {
            self.changes.section = section;
        }
        let alignments = columns.iter().map(|step| match *step {
            Step::Both(_, other) | Step::New(other) => new.alignments.get(other).copied().unwrap_or(Alignment::None),
            Step::Old(one) => old.alignments.get(one).copied().unwrap_or(Alignment::None),
        });
        let source = new.source.as_ref().map(|source| self.run(Op::Equal, source));
        let label = new.label.clone().or_else(|| old.label.clone());
        Table { label, caption, alignments: alignments.collect(), header, rows, source }
    }

    /// The cells of a row that both have.
    fn cells(
        &mut self,
        columns: &[Step],
        (old, new): (&Line<'_>, &Line<'_>),
        sources: (Option<&Run>, Option<&Run>),
        header_texts: &[String],
    ) -> Vec<Vec<Inline>> {
        let both = columns.iter().filter_map(|step| if let Step::Both(one, other) = step { Some((*one, *other)) } else { None });
        let (left, right): (Vec<usize>, Vec<usize>) = both.unzip();
        let known = prose::known(
            left.iter().map(|column| &old.cells[*column]).chain(sources.0),
            right.iter().map(|column| &new.cells[*column]).chain(sources.1),
        );
        let name = right.first().map(|column| text_of(&new.cells[*column])).unwrap_or_default();
        let cells = columns.iter().map(|step| match *step {
            Step::Both(one, other) => {
                self.lead = lead(
                    &name,
                    right.first() == Some(&other),
                    self.grouping == Grouping::Current && !self.changes.is_bare,
                    &header_texts[other],
                );
                self.text_among(&old.cells[one], &new.cells[other], &known)
            }
            Step::Old(one) => self.run(Op::Delete, &old.cells[one]),
            Step::New(other) => self.run(Op::Insert, &new.cells[other]),
        });
        cells.collect()
    }

    /// One change: words of headers, columns put in and taken out.
    fn table_header(&mut self, columns: &[Step], old: &Grid, new: &Grid) -> Vec<Vec<Inline>> {
        self.header(|merger| {
            let mut cells = Vec::new();
            merger.grouping = Grouping::Pending;
            for step in columns {
                cells.push(match *step {
                    Step::Both(one, other) => merger.text_inert(&old.header[one], &new.header[other]),
                    Step::Old(one) => merger.column(Op::Delete, one, old),
                    Step::New(other) => merger.column(Op::Insert, other, new),
                });
            }
            merger.grouping = Grouping::Separate;
            cells
        })
    }

    /// A text that both have, in a place that takes no anchor.
    fn text_inert(&mut self, old: &Run, new: &Run) -> Vec<Inline> {
        let inlines = self.text(old, new);
        let anchor = inlines.iter().find_map(|inline| if let Inline::Anchor(name) = inline { Some(name.clone()) } else { None });
        self.anchor = self.anchor.take().or(anchor);
        inlines.into_iter().filter(|inline| !matches!(inline, Inline::Anchor(_))).collect()
    }

    /// The header of a column that one side alone has.
    fn column(&mut self, op: Op, index: usize, grid: &Grid) -> Vec<Inline> {
        let mut text = text_of(&grid.header[index]);
        if text.is_empty() {
            text = grid.rows.iter().map(|row| text_of(&row[index])).find(|text| !text.is_empty()).unwrap_or_default();
        }
        if !text.is_empty() {
            self.part(Excerpt::of(op, &text));
        }
        let waiting = self.anchor.take();
        let inlines = self.run(op, &grid.header[index]);
        self.anchor = waiting;
        inlines
    }

    /// A text that one side alone has: a change of its own.
    fn one(&mut self, op: Op, run: &Run) -> Vec<Inline> {
        self.begin_with(op, [text_of(run)].into_iter().filter(|text| !text.is_empty()));
        self.run(op, run)
    }
}

/// The cell of a row that one side alone has, in a column.
fn side_cell<'a>(column: Step, op: Op, line: &Line<'a>) -> Option<&'a Run> {
    match (column, op) {
        (Step::Both(one, _) | Step::Old(one), Op::Delete) => Some(&line.cells[one]),
        (Step::Both(_, other) | Step::New(other), Op::Insert) => Some(&line.cells[other]),
        _ => None,
    }
}

/// Names the place of a cell: `KFOR · Troops: `, and no more than its column if its row is named already.
fn lead(name: &str, is_name: bool, named: bool, column: &str) -> String {
    let row = if is_name || named || name.is_empty() { String::new() } else { format!("{name} · ") };
    let column = if is_name || column.is_empty() { String::new() } else { format!("{column}: ") };
    row + &column
}
