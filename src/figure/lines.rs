//! A line chart: a marker for each value, drawn as what is known of it, and lines between those that are known.

use super::canvas::{Anchor, Canvas, DEEP, FAINT_HATCH, HAIR, Lettering, PALE, PAPER, QUIET, Style};
use super::letters;
use super::scale::{tick_text, ticks};
use crate::document::chart::{Extent, LineChart, Point};

const HEIGHT: f64 = 170.0;
const TOP: f64 = 8.0;
const GAP: f64 = 8.0;
const LEADING: f64 = 10.5;
/// Half of a marker.
const MARKER: f64 = 3.2;
/// How far an arrow goes that stands for what is above or below.
const ARROW: f64 = 13.0;
/// The width of the slot that stands for a value that isn't known.
const SLOT: f64 = 9.0;

/// The lines' colors; their markers tell them apart without.
const COLORS: [&str; 4] = [DEEP, QUIET, PALE, DEEP];

/// Draws a line chart.
pub(super) fn draw(chart: &LineChart, lettering: Lettering) -> String {
    let mut canvas = Canvas::new(lettering);
    let points = || chart.series.iter().flat_map(|series| &series.points);
    let highest = points().filter_map(|point| point.extent.end()).fold(0.0, f64::max);
    let ticks = ticks(highest);
    let full = ticks.last().copied().unwrap_or(1.0).max(highest).max(f64::MIN_POSITIVE);
    let left = ticks.iter().map(|tick| letters::width(&tick_text(*tick, chart.numbers), Style::SMALL.size)).fold(0.0, f64::max) + GAP;
    let names: Vec<Vec<String>> = chart.series.iter().map(|series| letters::lines(&series.name, Style::SMALL.size, 96.0, 2)).collect();
    let right = names.iter().flatten().map(|line| letters::width(line, Style::SMALL.size)).fold(0.0, f64::max);
    let right = canvas.width - if right > 0.0 { right + GAP + MARKER } else { 0.0 };
    let (start, end, bottom) = (left + 2.0 * GAP, right - 2.0 * GAP, TOP + ARROW + HEIGHT);
    let x = |share: f64| start + share.clamp(0.0, 1.0) * (end - start);
    let y = |value: f64| bottom - value / full * HEIGHT;
    for tick in &ticks {
        canvas.line((left, y(*tick)), (right, y(*tick)), HAIR, 0.5, false);
        canvas.text((left - GAP / 2.0, y(*tick) + 3.0), &tick_text(*tick, chart.numbers), Style::SMALL, Anchor::End);
    }
    canvas.line((left, bottom), (right, bottom), DEEP, 1.0, false);
    let below = steps(&mut canvas, chart, bottom, &x);
    for (index, series) in chart.series.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let known = |point: &Point| point.extent.end().map(|value| (x(point.at), y(middle(point.extent).unwrap_or(value))));
        for pair in series.points.windows(2) {
            let [one, other] = pair else { continue };
            if let (Some(from), Some(to)) = (known(one), known(other)) {
                let is_exact = matches!((one.extent, other.extent), (Extent::Exact(_), Extent::Exact(_)));
                canvas.line(from, to, color, 1.4, !is_exact);
            }
        }
        for point in &series.points {
            draw_point(&mut canvas, point, (x(point.at), index), bottom, &y);
        }
    }
    let mut taken: Vec<f64> = Vec::new();
    for (series, name) in chart.series.iter().zip(&names) {
        let Some((at, value)) = series.points.iter().rev().find_map(|point| middle(point.extent).map(|value| (x(point.at), value))) else {
            continue;
        };
        let mut line = y(value) + 3.0;
        while taken.iter().any(|other| (line - other).abs() < LEADING * name.len().max(1) as f64) {
            line += LEADING;
        }
        taken.push(line);
        for (row, text) in name.iter().enumerate() {
            canvas.text((at + GAP, line + row as f64 * LEADING), text, Style { color: DEEP, ..Style::SMALL }, Anchor::Start);
        }
    }
    let height = legend(&mut canvas, chart, left, below).max(taken.iter().copied().fold(0.0, f64::max) + LEADING);
    canvas.finish(height)
}

/// The value that a line goes through.
fn middle(extent: Extent) -> Option<f64> {
    match extent {
        Extent::Between(low, high) => Some(low.midpoint(high)),
        other => other.end(),
    }
}

/// The names of the places on the axis, those for which there is room; gives where they end.
fn steps(canvas: &mut Canvas, chart: &LineChart, bottom: f64, x: &dyn Fn(f64) -> f64) -> f64 {
    let mut last = f64::MIN;
    for (name, at) in &chart.steps {
        let shown = letters::lines(name, Style::SMALL.size, 90.0, 1);
        let text = shown.first().map_or("", String::as_str);
        let half = letters::width(text, Style::SMALL.size) / 2.0;
        let middle = x(*at).clamp(half, (canvas.width - half).max(half));
        canvas.line((x(*at), bottom), (x(*at), bottom + 3.0), DEEP, 0.7, false);
        if middle - half > last + 4.0 {
            canvas.text((middle, bottom + 12.0), text, Style::SMALL, Anchor::Middle);
            last = middle + half;
        }
    }
    bottom + 16.0
}

fn draw_point(canvas: &mut Canvas, point: &Point, (x, series): (f64, usize), bottom: f64, y: &dyn Fn(f64) -> f64) {
    let color = COLORS[series % COLORS.len()];
    match point.extent {
        Extent::Exact(value) => marker(canvas, series, (x, y(value)), color, color),
        Extent::About(value) => marker(canvas, series, (x, y(value)), PAPER, color),
        Extent::AtLeast(value) => {
            arrow(canvas, (x, y(value)), -1.0, color);
            marker(canvas, series, (x, y(value)), color, color);
        }
        Extent::AtMost(value) => {
            let tip = (ARROW).min((bottom - y(value)).max(0.0));
            if tip > 2.0 * MARKER {
                arrow(canvas, (x, y(value)), 1.0, color);
            }
            marker(canvas, series, (x, y(value)), color, color);
        }
        Extent::Between(low, high) => {
            canvas.line((x, y(low)), (x, y(high)), color, 1.6, false);
            for value in [low, high] {
                canvas.line((x - MARKER, y(value)), (x + MARKER, y(value)), color, 1.6, false);
            }
            marker(canvas, series, (x, y(low.midpoint(high))), PAPER, color);
        }
        Extent::Unknown => {
            // A series of its own stands beside the others.
            let left = x - SLOT / 2.0 + series as f64 * (SLOT + 1.0);
            slot(canvas, (left, TOP + ARROW), (SLOT, bottom - TOP - ARROW));
        }
    }
}

/// Where a value isn't known: an empty slot with a question mark. It has no marker, which would be read as a value.
fn slot(canvas: &mut Canvas, (x, y): (f64, f64), (width, height): (f64, f64)) {
    canvas.rectangle((x, y), (width, height), FAINT_HATCH, Some((HAIR, true)));
    canvas.rectangle((x + 1.0, y + 1.0), (width - 2.0, 9.0), PAPER, None);
    canvas.text((x + width / 2.0, y + 8.0), "?", Style::SMALL, Anchor::Middle);
}

/// A line's marker: a disc, a square, a triangle or a diamond.
fn marker(canvas: &mut Canvas, series: usize, (x, y): (f64, f64), fill: &str, stroke: &str) {
    let m = MARKER;
    let points = match series % 4 {
        0 => {
            let (c, s) = (m * 0.924, m * 0.383);
            vec![
                (x + c, y - s),
                (x + s, y - c),
                (x - s, y - c),
                (x - c, y - s),
                (x - c, y + s),
                (x - s, y + c),
                (x + s, y + c),
                (x + c, y + s),
            ]
        }
        1 => vec![(x - m, y - m), (x + m, y - m), (x + m, y + m), (x - m, y + m)],
        2 => vec![(x, y - m * 1.2), (x + m * 1.1, y + m), (x - m * 1.1, y + m)],
        _ => vec![(x, y - m * 1.3), (x + m * 1.3, y), (x, y + m * 1.3), (x - m * 1.3, y)],
    };
    canvas.shape(&points, fill, stroke, false);
}

/// An arrow from a value up (-1) or down (1).
fn arrow(canvas: &mut Canvas, (x, y): (f64, f64), down: f64, color: &str) {
    let tip = y + down * ARROW;
    canvas.line((x, y), (x, tip - down * 4.0), color, 1.2, false);
    canvas.shape(&[(x, tip), (x - 3.0, tip - down * 5.0), (x + 3.0, tip - down * 5.0)], color, color, false);
}

/// What markers mean, of those that occur.
fn legend(canvas: &mut Canvas, chart: &LineChart, left: f64, top: f64) -> f64 {
    type IsKind = fn(&Extent) -> bool;
    let words = &chart.words;
    let unknown = chart.series.iter().flat_map(|series| &series.points).find(|point| point.extent == Extent::Unknown);
    let kinds: [(IsKind, &str); 5] = [
        (|extent| matches!(extent, Extent::About(_)), &words.about),
        (|extent| matches!(extent, Extent::AtLeast(_)), &words.at_least),
        (|extent| matches!(extent, Extent::AtMost(_)), &words.at_most),
        (|extent| matches!(extent, Extent::Between(..)), &words.between),
        (|extent| matches!(extent, Extent::Unknown), unknown.map_or("", |point| &point.printed)),
    ];
    let (mut at, mut middle) = (left, top + 12.0);
    let mut any = false;
    for (index, (is_kind, word)) in kinds.iter().enumerate() {
        if !chart.series.iter().flat_map(|series| &series.points).any(|point| is_kind(&point.extent)) {
            continue;
        }
        any = true;
        if at > left && at + 16.0 + letters::width(word, Style::SMALL.size) > canvas.width {
            (at, middle) = (left, middle + 14.0);
        }
        let (x, y) = (at + 5.0, middle - 3.0);
        match index {
            0 => marker(canvas, 0, (x, y), PAPER, DEEP),
            1 => arrow(canvas, (x, y + 6.0), -1.0, DEEP),
            2 => arrow(canvas, (x, y - 6.0), 1.0, DEEP),
            3 => {
                canvas.line((x, y - 5.0), (x, y + 5.0), DEEP, 1.6, false);
                canvas.line((x - 3.0, y - 5.0), (x + 3.0, y - 5.0), DEEP, 1.6, false);
                canvas.line((x - 3.0, y + 5.0), (x + 3.0, y + 5.0), DEEP, 1.6, false);
            }
            _ => slot(canvas, (x - SLOT / 2.0, y - 7.5), (SLOT, 14.0)),
        }
        let shown = letters::lines(word, Style::SMALL.size, 120.0, 1);
        let shown = shown.first().map_or("", String::as_str);
        canvas.text((at + 14.0, middle), shown, Style::SMALL, Anchor::Start);
        at += 14.0 + letters::width(shown, Style::SMALL.size) + 14.0;
    }
    if any { middle + 8.0 } else { top + 2.0 }
}
