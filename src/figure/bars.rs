//! A bar chart: one bar a row, each drawn as what its value is.

use super::canvas::{Anchor, Canvas, DEEP, FAINT_HATCH, HAIR, HATCH, Lettering, PALE, PAPER, Style};
use super::letters;
use super::scale::{tick_text, ticks};
use crate::document::chart::{Bar, BarChart, Extent};

/// What the labels may take of it.
const LABELS: f64 = 0.36;
const ROW: f64 = 26.0;
const BAR: f64 = 12.0;
const GAP: f64 = 8.0;
const LEADING: f64 = 11.0;
/// The end of a bar that is only about so long.
const VAGUE: f64 = 14.0;
const AXIS: f64 = 16.0;
/// How far the arrow of a bar that is at least so long reaches.
const ARROW: f64 = 7.0;

/// Draws a bar chart.
pub(super) fn draw(chart: &BarChart, lettering: Lettering) -> String {
    let mut canvas = Canvas::new(lettering);
    let label_room = canvas.width * LABELS;
    let labels: Vec<Vec<String>> = chart.bars.iter().map(|bar| letters::lines(&bar.label, Style::LABEL.size, label_room, 2)).collect();
    let left = labels.iter().flatten().map(|line| letters::width(line, Style::LABEL.size)).fold(0.0, f64::max) + GAP;
    let value_room =
        chart.bars.iter().map(|bar| letters::width(&bar.printed, Style::LABEL.size)).fold(0.0, f64::max).min(canvas.width * 0.3)
            + GAP
            + VAGUE;
    let room = canvas.width - left - value_room;
    let longest = chart.bars.iter().filter_map(|bar| bar.extent.end()).fold(0.0, f64::max);
    let ticks = ticks(longest);
    let full = ticks.last().copied().unwrap_or(1.0).max(longest).max(f64::MIN_POSITIVE);
    let x = |value: f64| left + value / full * room;
    let bottom = ROW * chart.bars.len() as f64;
    let words: Vec<(f64, f64)> = chart.bars.iter().map(|bar| words_behind(bar, &x)).collect();
    for tick in &ticks {
        grid_line(&mut canvas, x(*tick), &words);
        canvas.text(
            (x(*tick), bottom + 12.0),
            &tick_text(*tick, chart.numbers),
            Style::SMALL,
            if *tick == 0.0 { Anchor::Start } else { Anchor::Middle },
        );
    }
    for (index, (bar, label)) in chart.bars.iter().zip(&labels).enumerate() {
        let top = ROW * index as f64;
        let middle = top + ROW / 2.0;
        let first = middle + 3.4 - (label.len() as f64 - 1.0) * LEADING / 2.0;
        for (line, text) in label.iter().enumerate() {
            canvas.text((left - GAP, first + line as f64 * LEADING), text, Style::LABEL, Anchor::End);
        }
        draw_bar(&mut canvas, bar, (x(0.0), left + room), middle, &x);
    }
    canvas.line((left, 0.0), (left, bottom), DEEP, 1.0, false);
    let height = legend(&mut canvas, chart, left, bottom + AXIS);
    canvas.finish(height)
}

/// Where the words behind a bar begin and end.
fn words_behind(bar: &Bar, x: &dyn Fn(f64) -> f64) -> (f64, f64) {
    let start = match bar.extent {
        Extent::AtLeast(value) => x(value) + ARROW,
        Extent::Exact(value) | Extent::About(value) | Extent::AtMost(value) | Extent::Between(_, value) => x(value),
        Extent::Unknown => return (0.0, 0.0),
    };
    (start + GAP, start + GAP + letters::width(&bar.printed, Style::LABEL.size))
}

/// A line of the grid, but for the rows in which it would cross words.
fn grid_line(canvas: &mut Canvas, at: f64, words: &[(f64, f64)]) {
    let is_free = |(start, end): &(f64, f64)| at < start - 2.0 || at > end + 2.0;
    let mut row = 0;
    for rows in words.chunk_by(|one, other| is_free(one) == is_free(other)) {
        if is_free(&rows[0]) {
            canvas.line((at, ROW * row as f64), (at, ROW * (row + rows.len()) as f64), HAIR, 0.5, false);
        }
        row += rows.len();
    }
}

fn draw_bar(canvas: &mut Canvas, bar: &Bar, (start, right): (f64, f64), middle: f64, x: &dyn Fn(f64) -> f64) {
    let top = middle - BAR / 2.0;
    let behind = |canvas: &mut Canvas, at: f64| {
        let shown = letters::lines(&bar.printed, Style::LABEL.size, canvas.width - at - GAP, 1);
        canvas.text((at + GAP, middle + 3.4), shown.first().map_or("", String::as_str), Style::LABEL, Anchor::Start);
    };
    match bar.extent {
        Extent::Exact(value) => {
            canvas.rectangle((start, top), (x(value) - start, BAR), DEEP, None);
            behind(canvas, x(value));
        }
        Extent::About(value) => {
            let end = x(value);
            let solid = (end - VAGUE).max(start);
            canvas.rectangle((start, top), (solid - start, BAR), DEEP, None);
            canvas.rectangle((solid, top), (end - solid, BAR), HATCH, None);
            behind(canvas, end);
        }
        Extent::AtLeast(value) => {
            let end = x(value);
            canvas.rectangle((start, top), (end - start, BAR), DEEP, None);
            canvas.shape(&[(end + 2.0, top), (end + 9.0, middle), (end + 2.0, top + BAR)], DEEP, DEEP, false);
            behind(canvas, end + ARROW);
        }
        Extent::AtMost(value) => {
            let end = x(value);
            canvas.rectangle((start, top), (end - start, BAR), "none", Some((DEEP, true)));
            canvas.line((end, top - 2.0), (end, top + BAR + 2.0), DEEP, 1.6, false);
            behind(canvas, end);
        }
        Extent::Between(low, high) => {
            canvas.rectangle((start, top), (x(low) - start, BAR), PALE, None);
            canvas.rectangle((x(low), top), (x(high) - x(low), BAR), HATCH, Some((DEEP, false)));
            behind(canvas, x(high));
        }
        Extent::Unknown => {
            canvas.rectangle((start, top), (right - start, BAR), FAINT_HATCH, Some((HAIR, true)));
            let words = letters::width(&bar.printed, Style::MISSING.size);
            // Words on a ground of their own, so that they can be read on the hatching.
            canvas.rectangle((start + GAP - 3.0, top + 1.0), (words + 6.0, BAR - 2.0), PAPER, None);
            canvas.text((start + GAP, middle + 3.2), &bar.printed, Style::MISSING, Anchor::Start);
        }
    }
}

/// What the ends of bars mean, of those that occur; gives the drawing's height.
fn legend(canvas: &mut Canvas, chart: &BarChart, left: f64, top: f64) -> f64 {
    type IsKind = fn(&Extent) -> bool;
    let kinds: [(IsKind, &str); 4] = [
        (|extent| matches!(extent, Extent::About(_)), chart.words.about.as_str()),
        (|extent| matches!(extent, Extent::AtLeast(_)), chart.words.at_least.as_str()),
        (|extent| matches!(extent, Extent::AtMost(_)), chart.words.at_most.as_str()),
        (|extent| matches!(extent, Extent::Between(..)), chart.words.between.as_str()),
    ];
    let mut at = left;
    let mut middle = top + 10.0;
    let mut any = false;
    for (index, (is_kind, word)) in kinds.iter().enumerate() {
        if !chart.bars.iter().any(|bar| is_kind(&bar.extent)) {
            continue;
        }
        any = true;
        let wide = 16.0 + letters::width(word, Style::SMALL.size);
        if at > left && at + wide > canvas.width {
            (at, middle) = (left, middle + AXIS);
        }
        let y = middle - 6.5;
        match index {
            0 => canvas.rectangle((at, y), (12.0, 7.0), HATCH, None),
            1 => canvas.shape(&[(at, y), (at + 7.0, y + 3.5), (at, y + 7.0)], DEEP, DEEP, false),
            2 => canvas.rectangle((at, y), (12.0, 7.0), "none", Some((DEEP, true))),
            _ => canvas.rectangle((at, y), (12.0, 7.0), HATCH, Some((DEEP, false))),
        }
        canvas.text((at + 16.0, middle), word, Style::SMALL, Anchor::Start);
        at += wide + 14.0;
    }
    if any { middle + 5.0 } else { top }
}
