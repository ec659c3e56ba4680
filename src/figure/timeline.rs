//! A timeline: a row for each span, dashed lines for gates, and a way of filling for each voice.

use super::canvas::{Anchor, Canvas, DEEP, HATCH, PALE, QUIET, Style};
use super::letters;
use crate::document::chart::{Edge, Span, Timeline};

const WIDTH: f64 = 440.0;
const LABELS: f64 = 0.31;
const GAP: f64 = 8.0;
const ROW: f64 = 25.0;
const BAR: f64 = 11.0;
const LEADING: f64 = 10.5;
/// The length of the point at an open end.
const POINT: f64 = 7.0;

/// How the spans of a voice are filled: with color, as an outline, hatched, pale.
const FILLS: [(&str, bool); 4] = [(DEEP, false), ("#ffffff", true), (HATCH, false), (PALE, false)];

/// Draws a timeline.
pub(super) fn draw(timeline: &Timeline) -> String {
    let mut canvas = Canvas::new();
    let label_room = WIDTH * LABELS;
    let labels: Vec<Vec<String>> =
        timeline.spans.iter().map(|span| letters::lines(&span.label, Style::LABEL.size, label_room, 2)).collect();
    let left = labels.iter().flatten().map(|line| letters::width(line, Style::LABEL.size)).fold(0.0, f64::max) + GAP;
    let (start, end) = (left + POINT, WIDTH - POINT - 2.0);
    let x = |share: f64| start + share.clamp(0.0, 1.0) * (end - start);

    // Gates stand above the rows; each has the room up to half way to its neighbours.
    let space = (end - start) / (timeline.gates.len() as f64 + 1.0);
    let names: Vec<Vec<String>> =
        timeline.gates.iter().map(|gate| letters::lines(&gate.label, Style::SMALL.size, space.max(60.0), 3)).collect();
    let tallest = names.iter().map(Vec::len).max().unwrap_or(0) as f64;
    let head = if timeline.gates.is_empty() { 4.0 } else { (tallest + 1.0) * LEADING + 6.0 };
    let bottom = head + ROW * timeline.spans.len() as f64;
    for (gate, name) in timeline.gates.iter().zip(&names) {
        let at = x(gate.at);
        canvas.line((at, head - 3.0), (at, bottom), QUIET, 0.9, true);
        let first = head - 8.0 - name.len() as f64 * LEADING;
        for (line, text) in name.iter().enumerate() {
            canvas.text((at, first + line as f64 * LEADING), text, Style { color: DEEP, ..Style::SMALL }, Anchor::Middle);
        }
        canvas.text((at, first + name.len() as f64 * LEADING), &gate.when, Style { italic: true, ..Style::SMALL }, Anchor::Middle);
    }
    for (index, (span, label)) in timeline.spans.iter().zip(&labels).enumerate() {
        let middle = head + ROW * index as f64 + ROW / 2.0;
        let first = middle + 3.4 - (label.len() as f64 - 1.0) * LEADING / 2.0;
        for (line, text) in label.iter().enumerate() {
            canvas.text((left - GAP, first + line as f64 * LEADING), text, Style::LABEL, Anchor::End);
        }
        draw_span(&mut canvas, span, middle, (start, end), &x);
    }
    canvas.line((left, head), (left, bottom), DEEP, 1.0, false);
    let height = legend(&mut canvas, timeline, left, bottom + 6.0);
    canvas.finish(WIDTH, height)
}

fn draw_span(canvas: &mut Canvas, span: &Span, middle: f64, (start, end): (f64, f64), x: &dyn Fn(f64) -> f64) {
    let (top, bottom) = (middle - BAR / 2.0, middle + BAR / 2.0);
    let mut points = Vec::new();
    let from = match span.start {
        Edge::At(share) => {
            points.extend([(x(share), bottom), (x(share), top)]);
            x(share)
        }
        Edge::Open => {
            points.extend([(start, bottom), (start - POINT + 1.0, middle), (start, top)]);
            start
        }
    };
    let to = match span.end {
        Edge::At(share) => {
            points.extend([(x(share), top), (x(share), bottom)]);
            x(share)
        }
        Edge::Open => {
            points.extend([(end, top), (end + POINT, middle), (end, bottom)]);
            end
        }
    };
    let (fill, dashed) = FILLS[span.voice % FILLS.len()];
    canvas.shape(&points, fill, DEEP, dashed);
    if !span.inside.is_empty() {
        let words = letters::width(&span.inside, Style::SMALL.size);
        if words + 10.0 <= to - from {
            canvas.rectangle(((from + to - words) / 2.0 - 3.0, top + 1.0), (words + 6.0, BAR - 2.0), "#ffffff", None);
            canvas.text(((from + to) / 2.0, middle + 3.0), &span.inside, Style::SMALL, Anchor::Middle);
        }
    }
}

fn legend(canvas: &mut Canvas, timeline: &Timeline, left: f64, top: f64) -> f64 {
    let mut at = left;
    let mut baseline = top + 8.0;
    for (index, voice) in timeline.voices.iter().enumerate() {
        let width = 18.0 + letters::width(voice, Style::SMALL.size) + 14.0;
        if at + width > WIDTH && at > left {
            at = left;
            baseline += LEADING + 2.0;
        }
        let (fill, dashed) = FILLS[index % FILLS.len()];
        let y = baseline - 6.5;
        canvas.shape(&[(at, y), (at + 13.0, y), (at + 13.0, y + 7.0), (at, y + 7.0)], fill, DEEP, dashed);
        canvas.text((at + 18.0, baseline), voice, Style::SMALL, Anchor::Start);
        at += width;
    }
    for line in letters::lines(&timeline.note, Style::SMALL.size, WIDTH - left, 3) {
        baseline += LEADING + 2.0;
        canvas.text((left, baseline), &line, Style { italic: true, ..Style::SMALL }, Anchor::Start);
    }
    baseline + 4.0
}
