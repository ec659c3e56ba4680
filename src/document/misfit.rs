//! Text that doesn't fit where it stands on a page.

/// A piece of text that doesn't fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The page, from 1.
    pub page: u32,
    pub text: String,
    pub kind: MisfitKind,
}

/// How a piece of text doesn't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    PastTheEdge,
    OverOtherText,
}
