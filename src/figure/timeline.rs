//! A timeline: a row for each span, dashed lines for gates, and a way of filling for each voice.

use super::canvas::{Anchor, Canvas, DEEP, FAINT_HATCH, HATCH, PALE, QUIET, Style};
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

/// Half of the stretch that stands for "about then".
const VAGUE: f64 = 7.0;
/// The width of a span of no length.
const SHORTEST: f64 = 2.5;

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
            canvas.text((within(at, text), first + line as f64 * LEADING), text, Style { color: DEEP, ..Style::SMALL }, Anchor::Middle);
        }
        canvas.text(
            (within(at, &gate.when), first + name.len() as f64 * LEADING),
            &gate.when,
            Style { italic: true, ..Style::SMALL },
            Anchor::Middle,
        );
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

/// The middle of a text that stands as near to a place as the drawing's edges let it.
fn within(at: f64, text: &str) -> f64 {
    let half = letters::width(text, Style::SMALL.size) / 2.0;
    at.min(WIDTH - half).max(half)
}

/// One end of a span: where its body ends, and the stretch in which the end itself lies, where that isn't known exactly.
struct End {
    body: f64,
    vague: Option<(f64, f64)>,
    /// Whether it goes on beyond what is shown.
    open: bool,
}

impl End {
    /// `inwards` is 1 at a span's start and -1 at its end; `limit` is where what is shown begins or ends.
    fn of(edge: Edge, inwards: f64, limit: f64, x: &dyn Fn(f64) -> f64) -> End {
        let exact = |body: f64| End { body, vague: None, open: false };
        match edge {
            Edge::At(share) => exact(x(share)),
            Edge::Open => End { open: true, ..exact(limit) },
            Edge::About(share) => {
                let (from, to) = (x(share) - VAGUE, x(share) + VAGUE);
                End { body: if inwards > 0.0 { to } else { from }, vague: Some((from, to)), open: false }
            }
            Edge::Between(first, last) => {
                let (from, to) = (x(first), x(last));
                End { body: if inwards > 0.0 { to } else { from }, vague: Some((from, to)), open: false }
            }
            // It begins then or later, or lasts until then at least.
            Edge::AtLeast(share) if inwards > 0.0 => {
                End { body: x(share) + 2.0 * VAGUE, vague: Some((x(share), x(share) + 2.0 * VAGUE)), open: false }
            }
            Edge::AtLeast(share) => End { vague: Some((x(share), limit)), open: true, ..exact(x(share)) },
        }
    }
}

fn draw_span(canvas: &mut Canvas, span: &Span, middle: f64, (start, end): (f64, f64), x: &dyn Fn(f64) -> f64) {
    let (top, bottom) = (middle - BAR / 2.0, middle + BAR / 2.0);
    let (from, to) = (End::of(span.start, 1.0, start, x), End::of(span.end, -1.0, end, x));
    for (low, high) in [from.vague, to.vague].into_iter().flatten() {
        let (low, high) = (low.max(start), high.min(end));
        canvas.rectangle((low, top), (high - low, BAR), FAINT_HATCH, Some((QUIET, true)));
    }
    // A day is seen, too.
    let last = to.body.max(from.body + if from.vague.is_some() || to.vague.is_some() { 0.0 } else { SHORTEST }).min(end);
    let first = from.body.min(last - if last >= end { SHORTEST } else { 0.0 });
    let mut points = match from.open {
        true => vec![(start, bottom), (start - POINT + 1.0, middle), (start, top)],
        false => vec![(first, bottom), (first, top)],
    };
    match to.open && to.vague.is_none() {
        true => points.extend([(end, top), (end + POINT, middle), (end, bottom)]),
        false => points.extend([(last, top), (last, bottom)]),
    }
    let (fill, dashed) = FILLS[span.voice % FILLS.len()];
    if last > first {
        canvas.shape(&points, fill, DEEP, dashed);
    }
    if to.open && to.vague.is_some() {
        canvas.shape(&[(end, top), (end + POINT, middle), (end, bottom)], "#ffffff", QUIET, true);
    }
    if !span.inside.is_empty() {
        let words = letters::width(&span.inside, Style::SMALL.size);
        if words + 10.0 <= last - first {
            canvas.rectangle(((first + last - words) / 2.0 - 3.0, top + 1.0), (words + 6.0, BAR - 2.0), "#ffffff", None);
            canvas.text(((first + last) / 2.0, middle + 3.0), &span.inside, Style::SMALL, Anchor::Middle);
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
    let is_vague = |edge: Edge| matches!(edge, Edge::About(_) | Edge::Between(..) | Edge::AtLeast(_));
    if timeline.spans.iter().any(|span| is_vague(span.start) || is_vague(span.end)) {
        if at + 18.0 + letters::width(&timeline.vague, Style::SMALL.size) > WIDTH && at > left {
            at = left;
            baseline += LEADING + 2.0;
        }
        canvas.rectangle((at, baseline - 6.5), (13.0, 7.0), FAINT_HATCH, Some((QUIET, true)));
        canvas.text((at + 18.0, baseline), &timeline.vague, Style::SMALL, Anchor::Start);
    }
    for line in letters::lines(&timeline.note, Style::SMALL.size, WIDTH - left, 3) {
        baseline += LEADING + 2.0;
        canvas.text((left, baseline), &line, Style { italic: true, ..Style::SMALL }, Anchor::Start);
    }
    baseline + 4.0
}
