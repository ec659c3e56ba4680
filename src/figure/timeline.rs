//! A timeline: a row for each span, dashed lines for gates, and a way of filling for each lane.

use super::canvas::{Anchor, Canvas, DEEP, FAINT_HATCH, HATCH, Lettering, PALE, PAPER, QUIET, Style};
use super::letters;
use crate::document::chart::{Edge, Span, Timeline};

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

/// How much of its room a span takes that floats, where its length isn't drawn to scale: its ends come to lie at no gate.
const FLOATING: f64 = 0.42;

/// How the spans of a lane are filled: with color, white, hatched, pale. No outline is dashed, as that of what is unknown is.
const FILLS: [&str; 4] = [DEEP, PAPER, HATCH, PALE];

/// Draws a timeline.
pub(super) fn draw(timeline: &Timeline, lettering: Lettering) -> String {
    let mut canvas = Canvas::new(lettering);
    let label_room = canvas.width * LABELS;
    let labels: Vec<Vec<String>> =
        timeline.spans.iter().map(|span| letters::lines(&span.label, Style::LABEL.size, label_room, 2)).collect();
    let left = labels.iter().flatten().map(|line| letters::width(line, Style::LABEL.size)).fold(0.0, f64::max) + GAP;
    let (start, end) = (left + POINT, canvas.width - POINT - 2.0);
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
            canvas.text(
                (within(at, text, canvas.width), first + line as f64 * LEADING),
                text,
                Style { color: DEEP, ..Style::SMALL },
                Anchor::Middle,
            );
        }
        canvas.text(
            (within(at, &gate.when, canvas.width), first + name.len() as f64 * LEADING),
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
    canvas.finish(height)
}

/// The middle of a text that stands as near to a place as the edges of a drawing so wide let it.
fn within(at: f64, text: &str, width: f64) -> f64 {
    let half = letters::width(text, Style::SMALL.size) / 2.0;
    at.min(width - half).max(half)
}

/// One end of a span: where its body ends, and how the end looks.
struct End {
    body: f64,
    look: Look,
}

/// How a span ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Look {
    Exact,
    /// It goes on beyond what is shown.
    Open,
    /// It lies in this stretch.
    Vague(f64, f64),
    /// It lies in this stretch or beyond.
    AtLeast(f64, f64),
    /// Nothing is known of it in this stretch, to the edge of what is shown.
    Unknown(f64, f64),
    /// The body may stand anywhere on the line from or to here.
    Floating(f64),
}

/// Where both ends of a span are.
fn ends(span: &Span, (start, end): (f64, f64), x: &dyn Fn(f64) -> f64) -> (End, End) {
    let (mut from, mut to) = (End::of(span.start, 1.0, start, x), End::of(span.end, -1.0, end, x));
    // What isn't known takes a part of the room, so that a body can be seen.
    let room = to.body - from.body;
    let part = room / if from.is_unknown() && to.is_unknown() { 3.0 } else { 2.0 };
    if from.is_unknown() {
        from = End { body: start + part, look: Look::Unknown(start, start + part) };
    }
    if to.is_unknown() {
        to = End { body: end - part, look: Look::Unknown(end - part, end) };
    }
    // What floats stands in the middle of its room, as long as it is, else at no gate.
    let length = span.length.map_or(FLOATING * room, |length| length * (end - start)).max(SHORTEST).min(room).max(0.0);
    match (from.look, to.look) {
        (Look::Floating(_), Look::Floating(_)) => {
            from.body += (room - length) / 2.0;
            to.body = from.body + length;
        }
        (Look::Floating(_), _) => from.body = to.body - length,
        (_, Look::Floating(_)) => to.body = from.body + length,
        _ => {}
    }
    (from, to)
}

impl End {
    /// `inwards` is 1 at a span's start and -1 at its end; `limit` is where what is shown begins or ends.
    fn of(edge: Edge, inwards: f64, limit: f64, x: &dyn Fn(f64) -> f64) -> End {
        let vague = |from: f64, to: f64| End { body: if inwards > 0.0 { to } else { from }, look: Look::Vague(from, to) };
        match edge {
            Edge::At(share) => End { body: x(share), look: Look::Exact },
            Edge::Open => End { body: limit, look: Look::Open },
            Edge::Unknown => End { body: limit, look: Look::Unknown(limit, limit) },
            Edge::Floating(share) => End { body: x(share), look: Look::Floating(x(share)) },
            Edge::About(share) => vague(x(share) - VAGUE, x(share) + VAGUE),
            Edge::Between(first, last) => vague(x(first), x(last)),
            // It begins then or later, or lasts until then at least.
            Edge::AtLeast(share) if inwards > 0.0 => vague(x(share), x(share) + 2.0 * VAGUE),
            Edge::AtLeast(share) => End { body: x(share), look: Look::AtLeast(x(share), limit) },
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self.look, Look::Unknown(..))
    }

    fn is_vague(&self) -> bool {
        matches!(self.look, Look::Vague(..) | Look::AtLeast(..))
    }
}

fn draw_span(canvas: &mut Canvas, span: &Span, middle: f64, (start, end): (f64, f64), x: &dyn Fn(f64) -> f64) {
    let (top, bottom) = (middle - BAR / 2.0, middle + BAR / 2.0);
    let (from, to) = ends(span, (start, end), x);
    for look in [from.look, to.look] {
        match look {
            Look::Vague(low, high) | Look::AtLeast(low, high) => {
                let (low, high) = (low.max(start), high.min(end));
                canvas.rectangle((low, top), (high - low, BAR), FAINT_HATCH, Some((QUIET, true)));
            }
            Look::Unknown(low, high) => unknown(canvas, (low, high), middle),
            Look::Exact | Look::Open | Look::Floating(_) => {}
        }
    }
    let body = (from.body, to.body);
    for (look, end) in [(from.look, body.0), (to.look, body.1)] {
        if let Look::Floating(limit) = look {
            canvas.line((limit, middle), (end, middle), QUIET, 1.0, true);
            canvas.line((limit, middle - 3.0), (limit, middle + 3.0), QUIET, 1.0, false);
        }
    }
    // A day is seen, too.
    let last = to.body.max(from.body + if from.is_vague() || to.is_vague() { 0.0 } else { SHORTEST }).min(end);
    let first = from.body.min(last - if last >= end { SHORTEST } else { 0.0 });
    let mut points = match from.look {
        Look::Open => vec![(start, bottom), (start - POINT + 1.0, middle), (start, top)],
        _ => vec![(first, bottom), (first, top)],
    };
    match to.look {
        Look::Open => points.extend([(end, top), (end + POINT, middle), (end, bottom)]),
        _ => points.extend([(last, top), (last, bottom)]),
    }
    let fill = FILLS[span.lane % FILLS.len()];
    if last > first {
        canvas.shape(&points, fill, DEEP, false);
    }
    for (look, at) in [(from.look, first), (to.look, last)] {
        match look {
            // White under the dashes, which would not be seen on the filling.
            Look::Floating(_) => {
                canvas.line((at, top - 0.5), (at, bottom + 0.5), PAPER, 2.6, false);
                canvas.line((at, top - 2.0), (at, bottom + 2.0), DEEP, 1.4, true);
            }
            Look::AtLeast(..) => canvas.shape(&[(end, top), (end + POINT, middle), (end, bottom)], PAPER, QUIET, true),
            _ => {}
        }
    }
    if !span.inside.is_empty() {
        let words = letters::width(&span.inside, Style::SMALL.size);
        if words + 10.0 <= last - first {
            canvas.rectangle(((first + last - words) / 2.0 - 3.0, top + 1.0), (words + 6.0, BAR - 2.0), PAPER, None);
            canvas.text(((first + last) / 2.0, middle + 3.0), &span.inside, Style::SMALL, Anchor::Middle);
        }
    }
}

/// A stretch of which nothing is known: an empty box with a question mark.
fn unknown(canvas: &mut Canvas, (low, high): (f64, f64), middle: f64) {
    canvas.rectangle((low, middle - BAR / 2.0), (high - low, BAR), PAPER, Some((QUIET, true)));
    canvas.text(((low + high) / 2.0, middle + 3.0), "?", Style::SMALL, Anchor::Middle);
}

/// What the fillings and ends mean, of those that occur; gives the drawing's height.
fn legend(canvas: &mut Canvas, timeline: &Timeline, left: f64, top: f64) -> f64 {
    let mut at = left;
    let mut baseline = top + 8.0;
    let mut entry = |canvas: &mut Canvas, words: &str, sample: &dyn Fn(&mut Canvas, f64, f64)| {
        let width = 18.0 + letters::width(words, Style::SMALL.size) + 14.0;
        if at + width > canvas.width && at > left {
            at = left;
            baseline += LEADING + 2.0;
        }
        sample(canvas, at, baseline - 6.5);
        let shown = letters::lines(words, Style::SMALL.size, canvas.width - at - 18.0, 1);
        canvas.text((at + 18.0, baseline), shown.first().map_or("", String::as_str), Style::SMALL, Anchor::Start);
        at += width;
    };
    for (index, lane) in timeline.lanes.iter().enumerate() {
        let fill = FILLS[index % FILLS.len()];
        entry(canvas, lane, &|canvas, x, y| {
            canvas.shape(&[(x, y), (x + 13.0, y), (x + 13.0, y + 7.0), (x, y + 7.0)], fill, DEEP, false);
        });
    }
    let has = |is_kind: fn(Edge) -> bool| timeline.spans.iter().any(|span| is_kind(span.start) || is_kind(span.end));
    if has(|edge| matches!(edge, Edge::About(_) | Edge::Between(..) | Edge::AtLeast(_))) {
        entry(canvas, &timeline.words.inexact, &|canvas, x, y| canvas.rectangle((x, y), (13.0, 7.0), FAINT_HATCH, Some((QUIET, true))));
    }
    if has(|edge| matches!(edge, Edge::Unknown)) {
        entry(canvas, &timeline.words.unknown, &|canvas, x, y| {
            canvas.rectangle((x, y), (13.0, 8.0), PAPER, Some((QUIET, true)));
            canvas.text((x + 6.5, y + 6.8), "?", Style::SMALL, Anchor::Middle);
        });
    }
    if has(|edge| matches!(edge, Edge::Floating(_))) {
        entry(canvas, &timeline.words.floating, &|canvas, x, y| {
            canvas.line((x, y + 3.5), (x + 14.0, y + 3.5), QUIET, 1.0, true);
            canvas.rectangle((x + 4.0, y), (6.0, 7.0), PALE, None);
        });
    }
    for line in letters::lines(&timeline.note, Style::SMALL.size, canvas.width - left, 3) {
        baseline += LEADING + 2.0;
        canvas.text((left, baseline), &line, Style { italic: true, ..Style::SMALL }, Anchor::Start);
    }
    baseline + 4.0
}
