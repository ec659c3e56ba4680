//! What the code that is being written stands in.

use super::bearing::Bearing;

/// Blocks in blocks beyond this depth are written without their frame: typst's layout has a limit.
pub(super) const DEEPEST: usize = 10;

/// What the code being written stands in.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// Inline elements around.
    pub(super) depth: usize,
    /// Blocks around.
    pub(super) blocks: usize,
    pub(super) in_title: bool,
    pub(super) in_heading: bool,
    /// In a table's header row, which each page repeats.
    pub(super) in_header: bool,
    pub(super) in_link: bool,
    pub(super) in_footnote: bool,
    pub(super) in_turned: bool,
    /// The marked part that the current paragraph or heading is.
    pub(super) bearing: Option<Bearing>,
    /// In a table or figure that reaches into the margin.
    pub(super) in_wide: bool,
    /// In one of two columns.
    pub(super) in_columns: bool,
    /// In a redline's list of changes, and in words struck out.
    pub(super) in_changes: bool,
    /// How wide an image is to be.
    pub(super) image_width: Option<String>,
    /// In a list of tables or figures.
    pub(super) in_listing: bool,
    pub(super) in_deleted: bool,
    /// In words that a redline marks.
    pub(super) in_change: bool,
    /// Marks inside a link, to be written after it.
    pub(super) after_link: Vec<usize>,
    /// Claims whose place is recorded at the next text.
    pub(super) claims: Vec<usize>,
}

impl Nesting {
    /// Whether a footnote may stand here.
    pub(super) fn can_hold_footnotes(&self) -> bool {
        !self.in_title && !self.in_header && !self.in_footnote
    }
}
