//! What Markdown can express: the types between normalizing a document and writing it.

use crate::document::{Alignment, Inline, Task};

/// A block that Markdown can express.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MarkdownBlock {
    Heading(u8, InlineText),
    Paragraph(InlineText),
    Quote(Vec<MarkdownBlock>),
    Alert(String, Vec<MarkdownBlock>),
    List(MarkdownList),
    Code {
        info: String,
        literal: String,
    },
    Rule,
    /// HTML that brief itself writes: where a collapsible section begins or ends.
    Html(String),
    /// The header is the first row. A caption is a paragraph of its own before the table.
    Table(Vec<Alignment>, Vec<Vec<InlineText>>),
    Footnote(String, Vec<MarkdownBlock>),
}

/// A list that has items.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MarkdownList {
    /// The first number of an ordered list.
    pub(super) start: Option<usize>,
    /// Whether parsers read the list as tight.
    pub(super) tight: bool,
    /// Whether blank lines are written between the items, and between the blocks of each.
    pub(super) spaced: bool,
    pub(super) items: Vec<ListItem>,
}

/// An item's box, if it is a task, and its blocks.
pub(super) type ListItem = (Option<Task>, Vec<MarkdownBlock>);

/// The inlines of one heading, paragraph or cell in normal form, and their Markdown.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct InlineText {
    pub(super) inlines: Vec<Inline>,
    /// The Markdown, before escapes that depend on its place.
    pub(super) text: String,
    /// The index of each claim printed here, and the number of line breaks before it.
    pub(super) claims: Vec<(usize, usize)>,
}

/// Where inlines are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Paragraph,
    /// The paragraph that a list's item starts with, where `[x]` is a task box.
    ItemStart,
    Heading,
    Cell,
}

/// Emphasis of either kind, or strikethrough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Emphasis,
    Strong,
    Strikethrough,
}

impl Style {
    /// An inline of this style.
    pub(super) fn wrap(self, content: Vec<Inline>) -> Inline {
        match self {
            Style::Emphasis => Inline::Emphasis(content),
            Style::Strong => Inline::Strong(content),
            Style::Strikethrough => Inline::Strikethrough(content),
        }
    }

    /// The style and content of an inline that has a style.
    pub(super) fn of(inline: &Inline) -> Option<(Style, &Vec<Inline>)> {
        match inline {
            Inline::Emphasis(content) => Some((Style::Emphasis, content)),
            Inline::Strong(content) => Some((Style::Strong, content)),
            Inline::Strikethrough(content) => Some((Style::Strikethrough, content)),
            _ => None,
        }
    }
}
