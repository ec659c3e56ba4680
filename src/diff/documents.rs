//! Documents that differ, in words: which, and why.

use super::change::{DocumentChange, FileKind, Reason};

impl Reason {
    /// `records`, …
    pub fn name(self) -> &'static str {
        match self {
            Reason::Records => "records",
            Reason::Settings => "settings",
            Reason::Template => "template",
            Reason::Image => "image",
            Reason::Theme => "theme",
            Reason::Fonts => "fonts",
            Reason::Tools => "tools",
        }
    }
}

impl FileKind {
    /// `added`, …
    pub fn verb(self) -> &'static str {
        match self {
            FileKind::Added => "added",
            FileKind::Removed => "removed",
            FileKind::Changed => "changed",
        }
    }
}

impl DocumentChange {
    /// Why it differs: `records, template`, `image assets/map.svg`; nothing of a document that came or went.
    pub fn why(&self) -> Option<String> {
        if self.kind != FileKind::Changed {
            return None;
        }
        if self.reasons.is_empty() {
            return Some("why is not recorded".to_owned());
        }
        let said = self.reasons.iter().map(|reason| match reason {
            Reason::Image if !self.images.is_empty() => format!("image {}", self.images.join(" and ")),
            reason => reason.name().to_owned(),
        });
        Some(said.collect::<Vec<_>>().join(", "))
    }
}

/// Documents of one kind that differ for the same reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentGroup<'a> {
    pub kind: FileKind,
    pub why: Option<String>,
    /// Sorted.
    pub ids: Vec<&'a str>,
}

impl DocumentGroup<'_> {
    /// `changed (theme)`, `added`.
    pub fn title(&self) -> String {
        match &self.why {
            Some(why) => format!("{} ({why})", self.kind.verb()),
            None => self.kind.verb().to_owned(),
        }
    }
}

/// Documents by what happened to them, and why: those that came, those that went, then the largest group first.
pub fn document_groups(documents: &[DocumentChange]) -> Vec<DocumentGroup<'_>> {
    let mut groups: Vec<DocumentGroup<'_>> = Vec::new();
    for document in documents {
        let why = document.why();
        match groups.iter_mut().find(|group| group.kind == document.kind && group.why == why) {
            Some(group) => group.ids.push(&document.id),
            None => groups.push(DocumentGroup { kind: document.kind, why, ids: vec![&document.id] }),
        }
    }
    let rank = |kind| match kind {
        FileKind::Added => 0,
        FileKind::Removed => 1,
        FileKind::Changed => 2,
    };
    groups.sort_by_key(|group| (rank(group.kind), std::cmp::Reverse(group.ids.len())));
    groups
}
