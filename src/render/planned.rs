//! A document that is to be made.

use crate::model::NotesPlacement;

/// One document to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its id, which is its path without extension: `precedents/kfor`.
    pub id: String,
    pub template: String,
    /// Which entry of `documents:` it comes from.
    pub plan: usize,
    pub title: Option<String>,
    /// Collection and id of the record it is about, in an `each` document.
    pub record: Option<(String, String)>,
    pub notes: NotesPlacement,
}
