//! How wide a page's text is, about, as the default theme sets it.

use super::Writer;
use super::meta::is_landscape;
use crate::model::{NotesPlacement, Paper, Style, ThemeOptions};

const CENTIMETRE: f64 = 72.0 / 2.54;

/// How near wide content comes to the paper's edge, and a margin that holds notes.
const OUTER_EDGE: f64 = 1.7 * CENTIMETRE;
const NOTES_MARGIN: f64 = 5.6 * CENTIMETRE;

/// Which way the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Orientation {
    Portrait,
    Landscape,
}

/// Widths in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// The type size of the text.
    pub(super) size: f64,
    /// A line of text.
    pub(super) text: f64,
    /// The same for what reaches into the right margin.
    pub(super) wide: f64,
}

impl Measure {
    /// The figures of `styles` in `theme.typ`.
    fn of(theme: &ThemeOptions, notes: NotesPlacement, orientation: Orientation) -> Measure {
        let (size, left, column) = match theme.style {
            Style::Briefing => (10.8, 2.5, Some(12.2)),
            Style::Plain => (10.0, 2.0, Some(11.4)),
            Style::Reader => (15.0, 2.2, None),
        };
        let left = left * CENTIMETRE;
        let (width, height) = match theme.paper {
            Paper::A4 => (21.0, 29.7),
            Paper::UsLetter => (21.59, 27.94),
        };
        let page = CENTIMETRE * if orientation == Orientation::Landscape { height } else { width };
        let right = match column {
            Some(column) => page - left - column * CENTIMETRE,
            None if notes == NotesPlacement::Margin => NOTES_MARGIN,
            None => left,
        };
        Measure { size, text: page - left - right, wide: page - left - right.min(OUTER_EDGE) }
    }
}

impl Writer<'_> {
    pub(super) fn measure(&self) -> Measure {
        let orientation = if is_landscape(self.meta) { Orientation::Landscape } else { Orientation::Portrait };
        Measure::of(&self.meta.theme, self.meta.notes, orientation)
    }
}
