//! A document as a part of a web page.

/// A document of a version, as a part of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// Its front matter.
    pub front: serde_json::Map<String, serde_json::Value>,
    /// The text of its first heading.
    pub title: String,
    /// HTML of its blocks, without that heading and without the notes.
    pub html: String,
    /// All other headings, in order.
    pub headings: Vec<ArticleHeading>,
    /// The notes, in the order of their definitions.
    pub notes: Vec<ArticleNote>,
    /// The marks of notes, as they were written: the HTML's button of the first opens `mark-1`.
    pub marks: Vec<ArticleMark>,
    /// Its text under each heading, for a search; the first entry is the text before any heading.
    pub sections: Vec<ArticleSection>,
    /// Links that lead nowhere, as written, with their lines.
    pub broken: Vec<(usize, String)>,
}

/// A heading below the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleHeading {
    pub level: u8,
    pub id: String,
    pub text: String,
    /// Its line in the Markdown.
    pub line: usize,
}

/// A note: its label and its HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleNote {
    pub label: String,
    pub html: String,
}

/// A mark in the text: the label of its note, and its line in the Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleMark {
    pub label: String,
    pub line: usize,
}

/// The plain text between a heading and the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleSection {
    /// The heading's id; empty before the first.
    pub id: String,
    pub heading: String,
    pub text: String,
}
