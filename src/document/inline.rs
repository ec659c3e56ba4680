//! Inline content: what stands in a line, and its plain text.

use super::stamp::StampField;
use super::verdict::Verdict;

/// Inline content.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Strikethrough(Vec<Inline>),
    Link {
        target: Target,
        title: String,
        content: Vec<Inline>,
    },
    Image {
        path: String,
        /// The caption, if it is a paragraph of its own.
        title: String,
        alternative: String,
        /// What it is called where it has a caption: `Figure 2`.
        label: Option<String>,
    },
    SoftBreak,
    HardBreak,
    /// Raw HTML, shown as text.
    Html(String),
    /// A reference to a footnote of the template's own.
    FootnoteReference(String),
    /// A claim's printed text, and its index in [`Document::claims`](super::Document::claims).
    Claim {
        index: usize,
        content: Vec<Inline>,
    },
    /// A mark for a note, by its number.
    Cite(usize),
    /// A field of the version that prints this document, known last.
    Stamp(StampField),
    /// A drawn symbol; the word for it follows it.
    Verdict(Verdict),
    /// Words put in or struck out, in a redline.
    Inserted(Vec<Inline>),
    Deleted(Vec<Inline>),
    /// Text that moved, in a redline: once at its old place, once at its new place.
    Moved {
        end: MoveEnd,
        /// The number of the change, which joins both ends.
        number: usize,
        /// Whether it begins with a label, such as `moved from 3`; the first text of each end does.
        labelled: bool,
        /// Whether it is the first and the last text of what moved in one piece, where a reader is told so.
        opens: bool,
        closes: bool,
        content: Vec<Inline>,
    },
    /// Where a paragraph was split in two or two were joined, in a redline.
    ParagraphMark(ParagraphMark),
    /// A place in a redline that its list of changes refers to; it shows nothing.
    Anchor(String),
    /// The page of an [`Inline::Anchor`], leading there.
    PageReference(String),
}

impl Inline {
    /// The inlines inside it, if it has any.
    pub fn content(&self) -> Option<&Vec<Inline>> {
        match self {
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Deleted(content)
            | Inline::Moved { content, .. } => Some(content),
            _ => None,
        }
    }

    /// [`Inline::content`], to change it.
    pub fn content_mut(&mut self) -> Option<&mut Vec<Inline>> {
        match self {
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Deleted(content)
            | Inline::Moved { content, .. } => Some(content),
            _ => None,
        }
    }
}

/// One of the two places of something that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoveEnd {
    /// At its old place: `moved to 3`.
    Origin,
    /// At its new place: `moved from 3`.
    Destination,
}

/// What happened to a paragraph's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParagraphMark {
    /// One paragraph became two here.
    Split,
    /// Two paragraphs became one here.
    Joined,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Url(String),
    /// A [`BlockKind::Heading`](super::BlockKind::Heading) anchor of the same document.
    Anchor(String),
    /// Another document of the book, by its id.
    Document(String),
}

/// Stands behind the words of a link to another document, and says that it is one.
pub const ELSEWHERE: &str = "\u{a0}↗";

/// The text of inlines, without markup, marks and images.
pub fn plain_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    push_plain(inlines, &mut out);
    out
}

fn push_plain(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(text),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Moved { end: MoveEnd::Destination, content, .. } => push_plain(content, out),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            Inline::Verdict(verdict) => out.push_str(verdict.symbol()),
            Inline::Image { .. }
            | Inline::FootnoteReference(_)
            | Inline::Cite(_)
            | Inline::Stamp(_)
            | Inline::Deleted(_)
            | Inline::Moved { end: MoveEnd::Origin, .. }
            | Inline::ParagraphMark(_)
            | Inline::Anchor(_)
            | Inline::PageReference(_) => {}
        }
    }
}
