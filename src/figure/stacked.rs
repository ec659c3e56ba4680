//! Stacked bars: a bar for each row, of parts that are told apart by how they are filled and by their places.

use super::canvas::{Anchor, Canvas, DEEP, FAINT, FAINT_HATCH, HAIR, HATCH, INK, Lettering, PALE, PAPER, QUIET, Style};
use super::letters;
use super::scale::{tick_text, ticks};
use crate::document::chart::{Extent, StackedBars};

const LABELS: f64 = 0.36;
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;
const GAP: f64 = 8.0;
const LEADING: f64 = 11.0;
const AXIS: f64 = 16.0;
/// The slot of a part that isn't known, and the arrow of one that is larger than said.
const SLOT: f64 = 18.0;
const ARROW: f64 = 8.0;

/// How the parts are filled, and the color of what is written on them.
const FILLS: [(&str, &str); 5] = [(DEEP, PAPER), (PAPER, DEEP), (PALE, INK), (HATCH, DEEP), (FAINT, DEEP)];

/// Draws stacked bars.
pub(super) fn draw(chart: &StackedBars, lettering: Lettering) -> String {
    let mut canvas = Canvas::new(lettering);
    let labels: Vec<Vec<String>> =
        chart.bars.iter().map(|bar| letters::lines(&bar.label, Style::LABEL.size, canvas.width * LABELS, 2)).collect();
    let left = labels.iter().flatten().map(|line| letters::width(line, Style::LABEL.size)).fold(0.0, f64::max) + GAP;
    let known =
        |bar: &crate::document::chart::StackedBar| -> f64 { bar.parts.iter().flatten().filter_map(|(extent, _)| extent.end()).sum() };
    let longest = chart.bars.iter().map(known).fold(0.0, f64::max);
    let ticks = ticks(longest);
    let full = ticks.last().copied().unwrap_or(1.0).max(longest).max(f64::MIN_POSITIVE);
    // Slots and arrows need room besides the values.
    let extra = |bar: &crate::document::chart::StackedBar| -> f64 {
        let more = |extent: &Extent| match extent {
            Extent::Unknown => SLOT,
            Extent::AtLeast(_) => ARROW,
            _ => 0.0,
        };
        bar.parts.iter().flatten().map(|(extent, _)| more(extent)).sum()
    };
    let room = (canvas.width - left - GAP - chart.bars.iter().map(extra).fold(0.0, f64::max)).max(60.0);
    let length = |value: f64| value / full * room;
    let bottom = ROW * chart.bars.len() as f64;
    let to_scale = chart.bars.iter().all(|bar| extra(bar) == 0.0);
    for tick in &ticks {
        let at = left + length(*tick);
        canvas.line((at, 0.0), (at, bottom), HAIR, 0.5, !to_scale);
        canvas.text(
            (at, bottom + 12.0),
            &tick_text(*tick, chart.numbers),
            Style::SMALL,
            if *tick == 0.0 { Anchor::Start } else { Anchor::Middle },
        );
    }
    for (index, (bar, label)) in chart.bars.iter().zip(&labels).enumerate() {
        let middle = ROW * index as f64 + ROW / 2.0;
        let first = middle + 3.4 - (label.len() as f64 - 1.0) * LEADING / 2.0;
        for (line, text) in label.iter().enumerate() {
            canvas.text((left - GAP, first + line as f64 * LEADING), text, Style::LABEL, Anchor::End);
        }
        let mut at = left;
        for (part, value) in bar.parts.iter().enumerate() {
            if let Some((extent, printed)) = value {
                at = draw_part(&mut canvas, part, (*extent, printed), (at, middle), &length);
            }
        }
    }
    canvas.line((left, 0.0), (left, bottom), DEEP, 1.0, false);
    let height = legend(&mut canvas, chart, left, bottom + AXIS);
    canvas.finish(height)
}

/// Draws a part; gives where the next begins.
fn draw_part(
    canvas: &mut Canvas,
    part: usize,
    (extent, printed): (Extent, &str),
    (at, middle): (f64, f64),
    length: &dyn Fn(f64) -> f64,
) -> f64 {
    let top = middle - BAR / 2.0;
    let (fill, ink) = FILLS[part % FILLS.len()];
    let solid = |canvas: &mut Canvas, width: f64, dashed: bool| canvas.rectangle((at, top), (width, BAR), fill, Some((DEEP, dashed)));
    let end = match extent {
        Extent::Exact(value) => {
            solid(canvas, length(value), false);
            at + length(value)
        }
        Extent::About(value) => {
            solid(canvas, length(value), true);
            at + length(value)
        }
        Extent::AtMost(value) => {
            canvas.rectangle((at, top), (length(value), BAR), "none", Some((DEEP, true)));
            canvas.line((at + length(value), top - 2.0), (at + length(value), top + BAR + 2.0), DEEP, 1.6, false);
            at + length(value)
        }
        Extent::AtLeast(value) => {
            solid(canvas, length(value), false);
            let end = at + length(value);
            canvas.shape(&[(end, top), (end + ARROW - 1.0, middle), (end, top + BAR)], DEEP, DEEP, false);
            end + ARROW
        }
        Extent::Between(low, high) => {
            solid(canvas, length(low), false);
            canvas.rectangle((at + length(low), top), (length(high) - length(low), BAR), FAINT_HATCH, Some((DEEP, true)));
            at + length(high)
        }
        Extent::Unknown => {
            canvas.rectangle((at, top), (SLOT, BAR), FAINT_HATCH, Some((QUIET, true)));
            // Which part it is.
            canvas.rectangle((at, top), (5.0, BAR), fill, Some((DEEP, false)));
            canvas.rectangle((at + 7.0, top + 2.0), (8.0, BAR - 4.0), PAPER, None);
            canvas.text((at + 11.0, middle + 3.2), "?", Style { color: QUIET, ..Style::LABEL }, Anchor::Middle);
            return at + SLOT;
        }
    };
    let words = letters::width(printed, Style::SMALL.size);
    if words + 6.0 <= end - at && extent != Extent::Unknown {
        // Hatching would hide the words.
        if fill == HATCH || !matches!(extent, Extent::Exact(_) | Extent::About(_)) {
            canvas.rectangle(((at + end - words) / 2.0 - 2.0, top + 1.5), (words + 4.0, BAR - 3.0), PAPER, None);
            canvas.text(((at + end) / 2.0, middle + 3.0), printed, Style { color: DEEP, ..Style::SMALL }, Anchor::Middle);
        } else {
            canvas.text(((at + end) / 2.0, middle + 3.0), printed, Style { color: ink, ..Style::SMALL }, Anchor::Middle);
        }
    }
    end
}

/// What the parts are called, and what ends mean, of those that occur.
fn legend(canvas: &mut Canvas, chart: &StackedBars, left: f64, top: f64) -> f64 {
    type IsKind = fn(&Extent) -> bool;
    let parts = || chart.bars.iter().flat_map(|bar| bar.parts.iter().flatten());
    let unknown = parts().find(|(extent, _)| *extent == Extent::Unknown).map_or("", |(_, printed)| printed);
    let kinds: [(IsKind, &str); 5] = [
        (|extent| matches!(extent, Extent::About(_)), &chart.words.about),
        (|extent| matches!(extent, Extent::AtLeast(_)), &chart.words.at_least),
        (|extent| matches!(extent, Extent::AtMost(_)), &chart.words.at_most),
        (|extent| matches!(extent, Extent::Between(..)), &chart.words.between),
        (|extent| matches!(extent, Extent::Unknown), unknown),
    ];
    let mut entries: Vec<(usize, &str)> = chart.parts.iter().enumerate().map(|(index, name)| (index, name.as_str())).collect();
    let occurs = |is_kind: &IsKind| parts().any(|(extent, _)| is_kind(extent));
    entries.extend(kinds.iter().enumerate().filter(|(_, (is_kind, _))| occurs(is_kind)).map(|(index, (_, word))| (100 + index, *word)));
    let (mut at, mut baseline) = (left, top + 10.0);
    for (index, word) in entries {
        let shown = letters::lines(word, Style::SMALL.size, 150.0, 1);
        let shown = shown.first().map_or("", String::as_str);
        let width = 18.0 + letters::width(shown, Style::SMALL.size) + 14.0;
        if at + width > canvas.width && at > left {
            (at, baseline) = (left, baseline + LEADING + 2.0);
        }
        let y = baseline - 6.5;
        match index {
            100 => canvas.rectangle((at, y), (13.0, 7.0), "none", Some((DEEP, true))),
            101 => canvas.shape(&[(at, y), (at + 7.0, y + 3.5), (at, y + 7.0)], DEEP, DEEP, false),
            102 => {
                canvas.rectangle((at, y), (11.0, 7.0), "none", Some((DEEP, true)));
                canvas.line((at + 11.0, y - 1.5), (at + 11.0, y + 8.5), DEEP, 1.6, false);
            }
            103 => canvas.rectangle((at, y), (13.0, 7.0), FAINT_HATCH, Some((DEEP, true))),
            104 => canvas.text((at + 6.0, baseline), "?", Style { color: QUIET, ..Style::LABEL }, Anchor::Middle),
            part => canvas.rectangle((at, y), (13.0, 7.0), FILLS[part % FILLS.len()].0, Some((DEEP, false))),
        }
        canvas.text((at + 18.0, baseline), shown, Style::SMALL, Anchor::Start);
        at += width;
    }
    baseline + 5.0
}
