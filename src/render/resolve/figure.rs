//! Figures: an image of the chart, and below it each value in words, cited.

use super::resolver::Resolver;
use super::text::folded;
use crate::document::chart::{Chart, DRAWINGS};
use crate::document::{Block, BlockKind, Inline};
use crate::model::Settings;
use crate::render::marks;
use crate::render::values::{FigureData, FigureValue};
use crate::render::words::word;

impl Resolver<'_> {
    /// The blocks of a figure.
    pub(super) fn figure(&mut self, figure: &FigureData) -> Vec<Block> {
        let line = self.line;
        let path = format!("{DRAWINGS}/{}-{}.svg", self.planned.id.replace('/', "-"), self.charts.len() + 1);
        self.charts.insert(path.clone(), figure.chart.clone());
        let image =
            Inline::Image { path, title: folded(&figure.title), alternative: folded(&alternative(figure, &self.pass.book.settings)) };
        let values = self.values(figure);
        [vec![image], values].map(|content| Block { kind: BlockKind::Paragraph(content), line }).into()
    }

    /// `Kosovo: about 50,000 [4]; Bosnia: about 60,000 [5].`
    fn values(&mut self, figure: &FigureData) -> Vec<Inline> {
        let mut content = Vec::new();
        for (index, (label, value)) in figure.values.iter().enumerate() {
            let before = if index == 0 { "" } else { "; " };
            content.push(Inline::Text(folded(&format!("{before}{label}: "))));
            match value {
                FigureValue::Claim(claim) => self.print_claim(claim, &mut content),
                FigureValue::Text(text) => content.push(Inline::Text(folded(text))),
            }
        }
        content.push(Inline::Text(".".to_owned()));
        marks::settle(&mut content, &self.claims);
        content
    }
}

/// What a figure shows, for those who can't see it.
fn alternative(figure: &FigureData, settings: &Settings) -> String {
    let kind = match figure.chart {
        Chart::Bars(_) => word(settings, "bar_chart"),
        Chart::Timeline(_) => word(settings, "timeline"),
    };
    let value = |value: &FigureValue| match value {
        FigureValue::Claim(claim) => claim.printed_text(),
        FigureValue::Text(text) => text.clone(),
    };
    let values: Vec<String> = figure.values.iter().map(|(label, shown)| format!("{label}: {}", value(shown))).collect();
    format!("{kind}. {}. {}.", figure.title, values.join("; "))
}
