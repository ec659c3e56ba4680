//! Draws figures from a document's charts, as SVG.
//!
//! In: a [`Chart`] of a rendered document. Out: a drawing that is the same on every machine: its text is measured with the
//! font that typst carries, and its numbers are rounded. Nothing is told by color alone, and what isn't known is drawn as
//! an empty, hatched slot, never as zero.
//!
//! The drawings are written with the `svg` crate. Charting libraries were looked at (plotters, charts-rs, kuva; see docs/figures.md): none
//! draws a value that is only "about" or "at least" so large, or one that is unknown, as what it is, and each measures text
//! with the system's fonts or its own.

mod bars;
mod canvas;
mod colors;
mod graph;
mod inline;
mod letters;
mod lines;
mod scale;
mod shown;
mod stacked;
mod timeline;

use crate::document::chart::Chart;

pub use canvas::Lettering;
pub use colors::{Colors, colored};
pub use inline::inline;
pub use shown::with_numbers;

/// Draws a chart as an SVG file, in the colors of the default style.
pub fn draw(chart: &Chart, lettering: Lettering) -> String {
    match chart {
        Chart::Bars(bars) => bars::draw(bars, lettering),
        Chart::Timeline(timeline) => timeline::draw(timeline, lettering),
        Chart::Lines(lines) => lines::draw(lines, lettering),
        Chart::Stacked(stacked) => stacked::draw(stacked, lettering),
        Chart::Graph(graph) => graph::draw(graph, lettering),
    }
}
