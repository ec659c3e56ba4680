//! Verdicts: the answer to a question as a symbol that can be told without color.

/// Yes, partly, no, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Yes,
    Partly,
    No,
    Unknown,
}

impl Verdict {
    pub const ALL: [Verdict; 4] = [Verdict::Yes, Verdict::Partly, Verdict::No, Verdict::Unknown];

    /// What records write for it, which is also the key of the book's word.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::Partly => "partly",
            Verdict::No => "no",
            Verdict::Unknown => "unknown",
        }
    }

    /// The verdict that a record writes so.
    pub fn of_key(key: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.key() == key)
    }

    /// The character for it where nothing can be drawn.
    pub fn symbol(self) -> &'static str {
        match self {
            Verdict::Yes => "●",
            Verdict::Partly => "◐",
            Verdict::No => "○",
            Verdict::Unknown => "–",
        }
    }
}
