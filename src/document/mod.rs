//! The tree of a rendered document: what Markdown and PDF are both written from.
//!
//! `markdown::parse` makes it from text, `render::resolve` puts the printed values, notes and sources into it,
//! and the writers in `markdown` turn it into Markdown, Typst and HTML. Text in it is text: nothing in a
//! [`Inline::Text`] is markup in any format.

mod article;
mod block;
mod caption;
pub mod chart;
mod claim;
mod inline;
mod marks;
mod origin;
mod stamp;
mod typst;
mod verdict;
pub mod walk;

use std::collections::BTreeMap;

use crate::model::Marking;

pub use article::{Article, ArticleHeading, ArticleMark, ArticleNote, ArticleSection};
pub use block::{Alignment, Block, BlockKind, HeadingLevels, Item, List, MARKED, Row, Table, Task, marked_labels};
pub use caption::{FIGURE_DATA, LISTING, PLACEHOLDER, SIZED, anchor_of, caption_lead, label_of, number_of};
pub use claim::{Derivation, Operand, PrintedClaim};
pub use inline::{ELSEWHERE, Inline, MoveEnd, ParagraphMark, Target, plain_text};
pub use marks::{is_note_label, note_label, note_numbers, source_line};
pub use origin::{Field, Origin, Origins};
pub use stamp::{Identity, Stamp, StampField};
pub use typst::{Misfit, MisfitKind, TypstSource};
pub use verdict::Verdict;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The front matter, in order.
    pub front: serde_json::Map<String, serde_json::Value>,
    pub blocks: Vec<Block>,
    /// Numbered notes: note `n` is `notes[n - 1]`.
    pub notes: Vec<Note>,
    /// The sources that notes name, each once.
    pub sources: Vec<SourceEntry>,
    /// The claims printed, in the order of the text: [`Inline::Claim`] and its ledger entry meet by this index.
    pub claims: Vec<PrintedClaim>,
    /// The charts that are to be drawn, by the paths of the images that show them.
    pub charts: BTreeMap<String, chart::Chart>,
    /// What it bears: the highest marking of what it holds.
    pub marking: Marking,
    /// What each of its pages bears at least, where pages bear the marking of what stands on them.
    pub everywhere: Marking,
}

impl Document {
    /// The paths of all images, each once.
    pub fn image_paths(&self) -> std::collections::BTreeSet<String> {
        let mut paths = std::collections::BTreeSet::new();
        walk::inlines(&self.blocks, &mut |inline| {
            if let Inline::Image { path, .. } = inline {
                paths.insert(path.clone());
            }
        });
        paths
    }
}

/// One numbered note: a source and a place in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The source's id, which is its [`SourceEntry::id`].
    pub source: String,
    pub locator: Option<String>,
    /// What the note says.
    pub text: Vec<Inline>,
    /// What the source bears.
    pub marking: Marking,
}

/// One entry of the list of sources.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceEntry {
    pub id: String,
    pub text: Vec<Inline>,
    /// What the source bears.
    pub marking: Marking,
}
