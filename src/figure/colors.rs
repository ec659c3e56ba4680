//! A drawing in the colors of a theme, for what is printed with one.
//!
//! A drawing itself has the colors of the default style: files beside a Markdown document are the same whatever the theme is, and
//! the reading site's style sheet knows their colors and puts its own in their place.

use std::ops::Range;

use roxmltree::Document;

use super::canvas::{DEEP, FAINT, HAIR, INK, PALE, QUIET};
use crate::model::{Style, ThemeOptions};

/// The colors of drawings, as `#rrggbb`, each beside that of the default style which it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colors([(&'static str, String); 6]);

impl Colors {
    /// The colors of `styles` in `theme.typ`, with the book's own color.
    pub fn of(theme: &ThemeOptions) -> Colors {
        let (ink, color, quiet, hair) = match theme.style {
            Style::Briefing => (INK, DEEP, QUIET, HAIR),
            Style::Plain => ("#000000", "#000000", "#4d4d4d", "#999999"),
            Style::Reader => ("#000000", "#14304f", "#404040", "#8c8c8c"),
        };
        let color = theme.color.as_deref().unwrap_or(color);
        let (pale, faint) =
            if color == DEEP { (PALE.to_owned(), FAINT.to_owned()) } else { (lightened(color, 0.5), lightened(color, 0.88)) };
        Colors([
            (INK, ink.to_owned()),
            (DEEP, color.to_owned()),
            (QUIET, quiet.to_owned()),
            (HAIR, hair.to_owned()),
            (PALE, pale),
            (FAINT, faint),
        ])
    }
}

/// A color with a share of white.
fn lightened(color: &str, white: f64) -> String {
    let part = |at: usize| color.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    let light = |part: u8| (f64::from(part) + (255.0 - f64::from(part)) * white).round() as u8;
    format!("#{:02x}{:02x}{:02x}", light(part(1)), light(part(3)), light(part(5)))
}

/// The drawing in these colors; nothing where it is no drawing.
pub fn colored(drawing: &str, colors: &Colors) -> Option<String> {
    let document = Document::parse(drawing).ok()?;
    let attributes = document.descendants().flat_map(|node| node.attributes());
    let mut changes: Vec<(Range<usize>, &str)> = attributes
        .filter(|attribute| matches!(attribute.name(), "fill" | "stroke"))
        .filter_map(|attribute| {
            let (_, color) = colors.0.iter().find(|(own, _)| *own == attribute.value())?;
            Some((attribute.range_value(), color.as_str()))
        })
        .collect();
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = drawing.to_owned();
    for (range, color) in changes.into_iter().rev() {
        out.replace_range(range, color);
    }
    Some(out)
}
