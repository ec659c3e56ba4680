//! A graph: boxes in columns, each to the right of what its arrows come from.
//!
//! A layered layout of our own: a box stands in the column behind the last of those that lead to it, and the boxes of a
//! column are ordered by where their neighbors stand. Nothing in it depends on chance, hashing or the machine.

use super::canvas::{Anchor, Canvas, DEEP, Lettering, PAPER, QUIET, Style};
use super::letters;
use crate::document::chart::Graph;

/// The room between two columns, and between two boxes of one.
const BETWEEN: f64 = 26.0;
const APART: f64 = 10.0;
const WIDEST: f64 = 130.0;
const LEADING: f64 = 10.5;
const PADDING: f64 = 5.0;
/// The height of what stands for an arrow that passes a column.
const PASSAGE: f64 = 6.0;
/// How often the columns are put in order.
const SWEEPS: usize = 12;

/// A box, or the place where an arrow passes a column.
struct Place {
    node: Option<usize>,
    column: usize,
    before: Vec<usize>,
    after: Vec<usize>,
    y: f64,
    height: f64,
}

/// Draws a graph.
pub(super) fn draw(graph: &Graph, lettering: Lettering) -> String {
    let mut canvas = Canvas::new(lettering);
    let columns = columns(graph);
    let count = columns.iter().max().map_or(1, |last| last + 1);
    let width = ((canvas.width - 1.0 - BETWEEN * (count as f64 - 1.0)) / count as f64).clamp(20.0, WIDEST);
    let size = if count > 4 { Style::SMALL.size } else { Style::MISSING.size };
    let labels: Vec<Vec<String>> = graph.nodes.iter().map(|label| letters::lines(label, size, width - 2.0 * PADDING, 4)).collect();
    let mut places = places(graph, &columns, &labels);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    places.iter().enumerate().for_each(|(index, place)| order[place.column].push(index));
    for sweep in 0..SWEEPS {
        arrange(&mut places, &mut order, sweep % 2 == 0);
    }
    let height = stack(&mut places, &order);
    let x = |column: usize| column as f64 * (width + BETWEEN) + 0.5;
    let middle = |place: &Place| place.y + place.height / 2.0;
    for place in &places {
        for next in &place.after {
            let next = &places[*next];
            let from = (x(place.column) + width, middle(place));
            let to = (x(next.column), middle(next));
            let is_end = next.node.is_some();
            canvas.line(from, (to.0 - if is_end { 4.0 } else { 0.0 }, to.1), QUIET, 1.0, false);
            if is_end {
                canvas.shape(&[to, (to.0 - 6.0, to.1 - 3.0), (to.0 - 6.0, to.1 + 3.0)], QUIET, QUIET, false);
            }
        }
        if place.node.is_none() {
            canvas.line((x(place.column), middle(place)), (x(place.column) + width, middle(place)), QUIET, 1.0, false);
        }
    }
    for place in &places {
        let Some(node) = place.node else { continue };
        canvas.rectangle((x(place.column), place.y), (width, place.height), PAPER, Some((DEEP, false)));
        let first = middle(place) + 3.0 - (labels[node].len() as f64 - 1.0) * LEADING / 2.0;
        for (line, text) in labels[node].iter().enumerate() {
            let style = Style { size, ..Style::LABEL };
            canvas.text((x(place.column) + width / 2.0, first + line as f64 * LEADING), text, style, Anchor::Middle);
        }
    }
    canvas.finish(height + 1.0)
}

/// The column of each node: one behind the last of those that lead to it.
fn columns(graph: &Graph) -> Vec<usize> {
    let mut columns = vec![0; graph.nodes.len()];
    // Each round settles one column; a circle, which no graph has, would end as well.
    for _ in 0..graph.nodes.len() {
        let mut settled = true;
        for (from, to) in &graph.edges {
            if columns[*to] <= columns[*from] {
                columns[*to] = columns[*from] + 1;
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    columns
}

fn places(graph: &Graph, columns: &[usize], labels: &[Vec<String>]) -> Vec<Place> {
    let new = |node: Option<usize>, column: usize| Place {
        node,
        column,
        before: Vec::new(),
        after: Vec::new(),
        y: 0.0,
        height: node.map_or(PASSAGE, |node| labels[node].len().max(1) as f64 * LEADING + 2.0 * PADDING),
    };
    let mut places: Vec<Place> = columns.iter().enumerate().map(|(node, column)| new(Some(node), *column)).collect();
    for (from, to) in &graph.edges {
        let mut last = *from;
        for column in columns[*from] + 1..columns[*to] {
            places.push(new(None, column));
            let passage = places.len() - 1;
            join(&mut places, last, passage);
            last = passage;
        }
        join(&mut places, last, *to);
    }
    places
}

fn join(places: &mut [Place], from: usize, to: usize) {
    places[from].after.push(to);
    places[to].before.push(from);
}

/// Orders each column by the middle of its neighbors in the column before, or behind; where they are equal, as before.
fn arrange(places: &mut [Place], order: &mut [Vec<usize>], forward: bool) {
    stack(places, order);
    let mut indexes: Vec<usize> = (0..order.len()).collect();
    if !forward {
        indexes.reverse();
    }
    for column in indexes {
        let middle = |index: usize| -> f64 {
            let place = &places[index];
            let near = if forward { &place.before } else { &place.after };
            match near.len() {
                0 => place.y + place.height / 2.0,
                count => near.iter().map(|near| places[*near].y + places[*near].height / 2.0).sum::<f64>() / count as f64,
            }
        };
        let mut keyed: Vec<(f64, usize)> = order[column].iter().map(|index| (middle(*index), *index)).collect();
        keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
        order[column] = keyed.into_iter().map(|(_, index)| index).collect();
        stack(places, order);
    }
}

/// Puts the boxes of each column one below the other, in the middle of the drawing; gives its height.
fn stack(places: &mut [Place], order: &[Vec<usize>]) -> f64 {
    let tall = |column: &Vec<usize>| -> f64 {
        column.iter().map(|index| places[*index].height).sum::<f64>() + APART * (column.len() as f64 - 1.0).max(0.0)
    };
    let heights: Vec<f64> = order.iter().map(tall).collect();
    let height = heights.iter().copied().fold(0.0, f64::max);
    for (column, own) in order.iter().zip(heights) {
        let mut y = (height - own) / 2.0 + 0.5;
        for index in column {
            places[*index].y = y;
            y += places[*index].height + APART;
        }
    }
    height
}
