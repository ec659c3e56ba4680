//! What is written so far, and what that stands in.

use std::collections::BTreeMap;

use super::super::change::RedlineNames;
use crate::document::{Block, BlockKind, Document};
use crate::text::escape_html as escape;

/// Whether the two places of what moved lead to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchors {
    Linked,
    None,
}

/// Writes blocks and inlines; what it has written so far, and what stands around.
pub(super) struct Painter<'a> {
    pub(super) out: String,
    pub(super) names: RedlineNames<'a>,
    pub(super) document: &'a Document,
    /// Footnotes of the text's own, by label: number and blocks.
    pub(super) footnotes: BTreeMap<&'a str, (usize, &'a [Block])>,
    pub(super) in_link: bool,
    pub(super) anchors: Anchors,
    pub(super) images: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

impl<'a> Painter<'a> {
    pub(super) fn collect(&mut self) {
        for block in &self.document.blocks {
            if let BlockKind::FootnoteDefinition { label, blocks } = &block.kind {
                let number = self.footnotes.len() + 1;
                self.footnotes.entry(label).or_insert((number, blocks));
            }
        }
    }

    pub(super) fn push(&mut self, html: &str) {
        self.out.push_str(html);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.out.push_str(&escape(text));
    }

    pub(super) fn word(&self, key: &str) -> String {
        escape(&self.names.word(key))
    }

    /// The HTML that `paint` writes, without adding it to the page.
    pub(super) fn apart(&mut self, paint: impl FnOnce(&mut Self)) -> String {
        let page = std::mem::take(&mut self.out);
        paint(self);
        std::mem::replace(&mut self.out, page)
    }
}
