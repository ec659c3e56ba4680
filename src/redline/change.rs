//! What a redline says of each change, and in which words.

use crate::document::Document;
use crate::text::words::Word;

/// One change: of a paragraph, heading, item or row, or a run of blocks inserted or deleted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedlineChange {
    /// The name of the [`Inline::Anchor`] at its place.
    ///
    /// [`Inline::Anchor`]: crate::document::Inline::Anchor
    pub anchor: String,
    pub kind: RedlineKind,
    /// The heading above it.
    pub section: String,
    /// The changed words with a few words around them.
    pub excerpt: Vec<Word>,
    /// How many blocks, items or rows were inserted or deleted together; the excerpt is of the first.
    pub blocks: usize,
    /// The heading above its old place, if it moved. The anchor there is this one's name with `-from`.
    pub moved_from: Option<String>,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedlineKind {
    Changed,
    Inserted,
    Deleted,
    Moved,
    /// A paragraph became several, or several became one.
    Split,
    Joined,
    /// An image by another one.
    Replaced,
}

/// Key and English text of each word that a redline prints; a book may replace them under `words:`.
pub const WORDS: &[(&str, &str)] = &[
    ("redline_title", "Changes from {old} to {new}: {title}"),
    ("redline_changes", "List of changes"),
    ("redline_none", "No word has changed."),
    ("since_title", "What changed since version {old}, which you have"),
    ("since_versions", "You have version {old} of {old_date}. This is what changed from it to version {new} of {new_date}."),
    ("since_others", "Other documents that changed: {documents}."),
    ("redline_more", "{count} more changes are marked in the text."),
    ("redline_further", "and {count} more"),
    ("redline_one", "1 change"),
    ("redline_count", "{count} changes"),
    ("redline_changed", "{count} changed"),
    ("redline_inserted", "{count} inserted"),
    ("redline_deleted", "{count} deleted"),
    ("redline_moved", "{count} moved"),
    ("redline_split", "{count} split"),
    ("redline_joined", "{count} joined"),
    ("redline_replaced", "{count} replaced"),
    ("redline_image", "image replaced"),
    ("redline_legend_inserted", "put in"),
    ("redline_legend_deleted", "taken out"),
    ("redline_legend_moved", "what moved is shaded and has, at both its places, the number of the change"),
    ("redline_legend_paragraph", "¶ where a paragraph was split or two were joined"),
    ("redline_legend_bar", "a bar in the margin beside each change"),
    ("redline_from", "moved from page {page}"),
    ("redline_from_here", "moved"),
    ("redline_number", "No."),
    ("redline_page_in", "In {version}"),
    ("redline_section", "Section"),
    ("redline_change", "Change"),
    ("page_number", "Page"),
    ("notes", "Notes"),
    ("inserted", "inserted:"),
    ("deleted", "deleted:"),
    ("moved_from", "moved from {number}"),
    ("moved_to", "moved to {number}"),
    ("paragraph_split", "paragraph split"),
    ("paragraphs_joined", "paragraphs joined"),
    ("image_replaced", "image replaced; before:"),
];

/// What the path of an image of the old text begins with where the new text shows another one of the same path.
pub const REPLACED: &str = "replaced-before/";

/// What a redline needs besides the two texts.
#[derive(Clone, Copy)]
pub struct RedlineNames<'a> {
    /// The names of the versions: `v7`, `v9`.
    pub old: &'a str,
    pub new: &'a str,
    /// The book's own words, by the keys of [`WORDS`].
    pub words: &'a dyn Fn(&str) -> Option<String>,
    /// The same document as another text has it, where that says of a section that it lists changes, or of tables how they
    /// are laid out.
    pub marked: Option<&'a Document>,
}

impl<'a> RedlineNames<'a> {
    /// With English words.
    pub fn new(old: &'a str, new: &'a str) -> RedlineNames<'a> {
        RedlineNames { old, new, words: &|_| None, marked: None }
    }

    pub(super) fn word(&self, key: &str) -> String {
        (self.words)(key).unwrap_or_else(|| WORDS.iter().find(|(known, _)| *known == key).map_or(key, |(_, text)| *text).to_owned())
    }
}

impl RedlineChange {
    /// How many more blocks there are than the excerpt shows: ` … and 3 more`.
    pub(super) fn further(&self, word: &dyn Fn(&str) -> String) -> Option<String> {
        let more = self.blocks.checked_sub(1).filter(|more| *more > 0)?;
        Some(format!(" … {}", word("redline_further").replace("{count}", &more.to_string())))
    }
}

/// The name of the anchor at the old place of something that moved, by the name of that at its new place.
pub(super) fn origin_anchor(anchor: &str) -> String {
    format!("{anchor}-from")
}
