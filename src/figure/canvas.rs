//! A drawing in the making: shapes and text, from the top left corner.
//!
//! All text goes through the `svg` crate, which escapes it; numbers are written with two decimals, so that a drawing is
//! the same on every machine.

use svg::Document;
use svg::node::Node;
use svg::node::element::{Definitions, Line, Path, Pattern, Rectangle, Text};

use super::letters;

pub(super) const INK: &str = "#1b1b1b";
pub(super) const DEEP: &str = "#1c3557";
pub(super) const QUIET: &str = "#5b6470";
pub(super) const HAIR: &str = "#c3cad3";
pub(super) const PALE: &str = "#8fa3bd";
pub(super) const FAINT: &str = "#e4e9ef";
pub(super) const PAPER: &str = "#ffffff";

/// The name of the hatched fill.
pub(super) const HATCH: &str = "url(#hatch)";
pub(super) const FAINT_HATCH: &str = "url(#faint-hatch)";

/// Where a text stands by its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    pub(super) color: &'static str,
    pub(super) italic: bool,
}

impl Style {
    pub(super) const LABEL: Style = Style { size: 10.0, color: INK, italic: false };
    pub(super) const SMALL: Style = Style { size: 8.5, color: QUIET, italic: false };
    pub(super) const MISSING: Style = Style { size: 9.0, color: QUIET, italic: true };
}

/// How large the letters of a drawing are beside its width, which is that of a column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lettering {
    /// Nearly as large as text of usual size.
    Usual,
    /// The same beside large type.
    Large,
}

/// How wide a drawing is printed, in points.
const PRINTED_WIDTH: f64 = 440.0;

impl Lettering {
    /// How wide what is drawn is, in units of which ten are the size of a label.
    fn width(self) -> f64 {
        match self {
            Lettering::Usual => PRINTED_WIDTH,
            Lettering::Large => 340.0,
        }
    }
}

/// A drawing in the making.
pub(super) struct Canvas {
    document: Document,
    pub(super) width: f64,
}

impl Canvas {
    pub(super) fn new(lettering: Lettering) -> Canvas {
        let hatch = |id: &str, color: &str| {
            let stroke = Line::new().set("x1", 0).set("y1", 0).set("x2", 0).set("y2", 5).set("stroke", color).set("stroke-width", 1.4);
            let mut pattern = Pattern::new()
                .set("id", id)
                .set("width", 5)
                .set("height", 5)
                .set("patternUnits", "userSpaceOnUse")
                .set("patternTransform", "rotate(45)");
            pattern.append(stroke);
            pattern
        };
        let definitions = Definitions::new().add(hatch("hatch", DEEP)).add(hatch("faint-hatch", HAIR));
        Canvas { document: Document::new().add(definitions), width: lettering.width() }
    }

    fn add(&mut self, node: impl Into<Box<dyn Node>>) {
        self.document.append(node);
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str, width: f64, dashed: bool) {
        let mut line = Line::new()
            .set("x1", number(from.0))
            .set("y1", number(from.1))
            .set("x2", number(to.0))
            .set("y2", number(to.1))
            .set("stroke", color)
            .set("stroke-width", number(width));
        if dashed {
            line.assign("stroke-dasharray", "3 2.4");
        }
        self.add(line);
    }

    /// A rectangle with its fill and, where one is named, an outline.
    pub(super) fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str, outline: Option<(&str, bool)>) {
        let mut shape = Rectangle::new()
            .set("x", number(x))
            .set("y", number(y))
            .set("width", number(width.max(0.0)))
            .set("height", number(height))
            .set("fill", fill);
        if let Some((color, dashed)) = outline {
            shape.assign("stroke", color);
            shape.assign("stroke-width", "1");
            if dashed {
                shape.assign("stroke-dasharray", "3 2.4");
            }
        }
        self.add(shape);
    }

    /// A closed shape.
    pub(super) fn shape(&mut self, points: &[(f64, f64)], fill: &str, stroke: &str, dashed: bool) {
        let steps = points.iter().enumerate().map(|(index, (x, y))| {
            let step = if index == 0 { 'M' } else { 'L' };
            format!("{step}{} {}", number(*x), number(*y))
        });
        let path = steps.collect::<Vec<_>>().join(" ") + " Z";
        let mut shape = Path::new().set("d", path).set("fill", fill).set("stroke", stroke).set("stroke-width", "1");
        if dashed {
            shape.assign("stroke-dasharray", "3 2.4");
        }
        self.add(shape);
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), text: &str, style: Style, anchor: Anchor) {
        if text.is_empty() {
            return;
        }
        // What XML can't hold (XML 1.0, 2.2).
        let text =
            &text.replace(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'), "\u{fffd}");
        let mut node = Text::new(text)
            .set("x", number(x))
            .set("y", number(y))
            .set("font-family", format!("{}, serif", letters::FAMILY))
            .set("font-size", number(style.size))
            .set("fill", style.color)
            // Where a reader's program has another font, its letters take the same room.
            .set("textLength", number(letters::width(text, style.size)))
            .set("lengthAdjust", "spacingAndGlyphs");
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => node.assign("text-anchor", "middle"),
            Anchor::End => node.assign("text-anchor", "end"),
        }
        if style.italic {
            node.assign("font-style", "italic");
        }
        self.add(node);
    }

    /// The SVG, of a height in the drawing's units.
    pub(super) fn finish(self, height: f64) -> String {
        let scale = PRINTED_WIDTH / self.width;
        let document = self
            .document
            .set("viewBox", format!("0 0 {} {}", number(self.width), number(height)))
            .set("width", format!("{}pt", number(scale * self.width)))
            .set("height", format!("{}pt", number(scale * height)));
        document.to_string() + "\n"
    }
}

/// A number with at most two decimals, the same everywhere.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
