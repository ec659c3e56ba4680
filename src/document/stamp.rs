//! What a document says of the version that prints it, and a PDF of itself.

/// A field of the version, left empty when digests are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StampField {
    /// `7`.
    Number,
    /// `v7`, or `public/v7`, or `draft`.
    Name,
    /// `2025-11-05`, and as a reader writes it.
    Date,
    LongDate,
    /// The first twelve hexadecimal digits.
    Digest,
}

/// What a draft prints where a version prints its digest.
const NO_DIGEST: &str = "–";

/// The version that prints a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stamp {
    /// `None` in a draft.
    pub number: Option<u32>,
    pub name: String,
    /// ISO 8601.
    pub date: String,
    pub long_date: String,
    pub digest: String,
    pub draft: bool,
}

impl Stamp {
    /// The stamp under which digests are taken: all fields empty.
    pub fn blank() -> Stamp {
        Stamp::default()
    }

    /// What a field prints as.
    pub fn field(&self, field: StampField) -> String {
        match field {
            StampField::Number => self.number.map(|n| n.to_string()).unwrap_or_else(|| self.name.clone()),
            StampField::Name => self.name.clone(),
            StampField::Date => self.date.clone(),
            StampField::LongDate => self.long_date.clone(),
            StampField::Digest if self.draft && self.digest.is_empty() => NO_DIGEST.to_owned(),
            StampField::Digest => self.digest.clone(),
        }
    }
}

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
