//! Audiences: who a version is for.

use super::{Marking, MarkingScheme, Style};

/// Readers who get versions of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// Its name, which is a folder below `output/`.
    pub name: String,
    /// The labels that it may see, with all that they cover.
    pub clearance: Marking,
    /// The documents it gets, by their ids under `documents:`; all of them if none are named.
    pub documents: Option<Vec<String>>,
    /// The style of its pages, where it isn't the book's.
    pub style: Option<Style>,
}

impl Audience {
    /// Whether it may see what bears a marking.
    pub fn may_see(&self, marking: &Marking, scheme: &MarkingScheme) -> bool {
        scheme.allows(&self.clearance, marking)
    }

    /// Whether it gets the documents that a plan of this id makes.
    pub fn gets(&self, plan: &str) -> bool {
        self.documents.as_ref().is_none_or(|ids| ids.iter().any(|id| id == plan))
    }
}
