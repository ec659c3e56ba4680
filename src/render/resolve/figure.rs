//! Figures and tables that a template's functions make: an image of the chart and the table of what it shows, cited; or a table
//! alone.

use std::collections::BTreeMap;

use super::captions;
use super::resolver::Resolver;
use super::text::folded;
use crate::document::chart::{Chart, DRAWINGS};
use crate::document::{Alignment, Block, BlockKind, FIGURE_DATA, Inline, Row, Table};
use crate::model::Settings;
use crate::render::marks;
use crate::render::values::{Cell, FigureData, Shown};
use crate::render::words::word;

impl Resolver<'_> {
    /// The blocks of a figure or table.
    pub(super) fn figure(&mut self, figure: &FigureData) -> Vec<Block> {
        let line = self.line;
        let (table, marking) = self.portion(|resolver| {
            resolver.bears(&figure.marking);
            resolver.figure_table(figure)
        });
        let Some(chart) = &figure.chart else {
            let mut table = Block { kind: BlockKind::Table(table), line };
            captions::name(&mut table, figure.id.as_deref());
            return vec![self.marked(table, &marking)];
        };
        let path = format!("{DRAWINGS}/{}-{}.svg", self.planned.id.replace('/', "-"), self.charts.len() + 1);
        self.charts.insert(path.clone(), chart.clone());
        let alternative = alternative(chart, figure, &self.pass.book.settings);
        let image = Inline::Image { path, title: folded(&figure.title), alternative: folded(&alternative), label: None };
        let mut image = Block { kind: BlockKind::Paragraph(vec![image]), line };
        captions::name(&mut image, figure.id.as_deref());
        let table = Table { caption: None, ..table };
        let mut attributes: BTreeMap<String, String> = [("summary".to_owned(), word(&self.pass.book.settings, "figure_data"))].into();
        if needs_table(chart, figure) {
            attributes.extend([("form".to_owned(), "table".to_owned()), ("size".to_owned(), "small".to_owned())]);
        }
        let blocks = vec![Block { kind: BlockKind::Table(table), line }];
        let data = BlockKind::Directive { name: FIGURE_DATA.to_owned(), attributes, blocks };
        vec![self.marked(image, &marking), self.marked(Block { kind: data, line }, &marking)]
    }

    fn figure_table(&mut self, figure: &FigureData) -> Table {
        let heading = |text: &String| if text.is_empty() { Vec::new() } else { vec![Inline::Text(folded(text))] };
        let mut rows = Vec::new();
        for cells in &figure.rows {
            let (mut cells, marking): (Vec<_>, _) = self.portion(|resolver| cells.iter().map(|cell| resolver.figure_cell(cell)).collect());
            self.mark_row(&mut cells, &marking);
            rows.push(Row { cells, line: self.line });
        }
        let mut table = Table {
            label: None,
            caption: Some(vec![Inline::Text(folded(&figure.title))]),
            alignments: vec![Alignment::None; figure.header.len()],
            header: figure.header.iter().map(heading).collect(),
            rows,
            source: None,
        };
        marks::one_source(&mut table, &self.claims);
        table
    }

    /// A cell's content, with its marks; a no-break space joins a symbol and its word.
    fn figure_cell(&mut self, cell: &Cell) -> Vec<Inline> {
        let mut content = Vec::new();
        for shown in cell {
            match shown {
                Shown::Text(text) => content.push(Inline::Text(folded(text))),
                Shown::Claim(claim) => self.print_claim(claim, &mut content),
                Shown::Verdict(verdict) => content.extend([Inline::Verdict(*verdict), Inline::Text("\u{a0}".to_owned())]),
                Shown::Printed(printed) => self.print(printed.clone(), &mut content),
            }
        }
        marks::settle(&mut content, &self.claims);
        content
    }
}

fn words(cell: &Cell) -> String {
    cell.iter().map(Shown::words).collect()
}

/// Whether what a figure shows needs a table in print, too: a line of labels and values can't say it. Of a timeline the line
/// has what is cited, and the alternative text all of it.
fn needs_table(chart: &Chart, figure: &FigureData) -> bool {
    match chart {
        Chart::Graph(_) => true,
        Chart::Timeline(_) => false,
        Chart::Bars(_) | Chart::Lines(_) | Chart::Stacked(_) => figure.header.len() > 2,
    }
}

/// Alternative text no longer than this, where a table has the rest.
const LONGEST_ALTERNATIVE: usize = 600;

/// What a figure shows, for those who can't see it: each row with the names of its columns, as many as can be listened to.
fn alternative(chart: &Chart, figure: &FigureData, settings: &Settings) -> String {
    let kind = match chart {
        Chart::Bars(_) => word(settings, "bar_chart"),
        Chart::Timeline(_) => word(settings, "timeline"),
        Chart::Lines(_) => word(settings, "line_chart"),
        Chart::Stacked(_) => word(settings, "stacked_bar"),
        Chart::Graph(_) => word(settings, "graph"),
    };
    let names = &figure.header;
    let row = |cells: &Vec<Cell>| {
        let (label, cells) = cells.split_first()?;
        let cells = cells.iter().zip(names.iter().skip(1)).map(|(cell, name)| (words(cell), name)).filter(|(cell, _)| !cell.is_empty());
        let cells: Vec<String> = cells.map(|(cell, name)| if name.is_empty() { cell } else { format!("{name}: {cell}") }).collect();
        Some(if cells.is_empty() { words(label) } else { format!("{} – {}", words(label), cells.join(", ")) })
    };
    let mut text = format!("{kind}. {}.", figure.title.trim_end_matches('.'));
    for (index, row) in figure.rows.iter().filter_map(row).enumerate() {
        if index > 0 && needs_table(chart, figure) && text.chars().count() + row.chars().count() > LONGEST_ALTERNATIVE {
            return format!("{text} {}", word(settings, "figure_rest"));
        }
        text = format!("{text} {}.", row.trim_end_matches('.'));
    }
    text
}
