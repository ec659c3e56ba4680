//! What a file that brief made says of itself.

/// What a PDF made by brief says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The document's id.
    pub document: String,
    /// `v7`, `draft`, or the names of a redline's two sides.
    pub version: String,
    /// The first digits of the version's digest; drafts and redlines have none.
    pub digest: Option<String>,
}

impl Identity {
    /// Whether it is a draft or a redline, which can be made again, rather than a document of a version.
    pub fn is_passing(&self) -> bool {
        self.digest.is_none()
    }
}
