//! Parts of the text that bear a marking, for the pages that they stand on.

use std::collections::BTreeMap;

use super::Writer;
use super::places::has_words;
use crate::document::{Block, BlockKind, Inline};
use crate::model::Marking;

/// A part that bears a marking: its number, and its labels.
pub(super) type Bearing = (usize, Vec<String>);

impl<'a> Writer<'a> {
    /// Whether each page bears the marking of what stands on it.
    pub(super) fn marks_pages(&self) -> bool {
        self.meta.front.get("marking").and_then(|marking| marking.get("pages")).is_some_and(|pages| !pages.is_null())
    }

    /// Blocks that bear a marking. In a paragraph or a heading the marks stand in its text, which goes to wherever the text does.
    pub(super) fn marked(&mut self, attributes: &BTreeMap<String, String>, blocks: &'a [Block]) {
        let part = self.part(attributes.keys().cloned().collect());
        match blocks {
            [block] if has_text(block) => {
                self.nesting.bearing = Some(part);
                self.inner(blocks);
                self.nesting.bearing = None;
            }
            _ => {
                self.begin_part(&part);
                self.code.line(";");
                self.inner(blocks);
                self.end_part(&part);
                self.code.line(";");
            }
        }
    }

    /// Inlines that bear a marking, where pages do.
    pub(super) fn marked_inlines(&mut self, marking: &Marking, work: impl FnOnce(&mut Self)) {
        if marking.is_empty() || !self.marks_pages() {
            return work(self);
        }
        let part = self.part(marking.labels().map(str::to_owned).collect());
        self.begin_part(&part);
        self.code.push(";");
        work(self);
        self.end_part(&part);
        self.code.push(";");
    }

    /// The text of a paragraph or heading, between the marks of the part that it is.
    pub(super) fn bearing_inlines(&mut self, content: &[Inline]) {
        let part = self.nesting.bearing.take();
        if let Some(part) = &part {
            self.begin_part(part);
            self.code.push(";");
        }
        self.inlines(content);
        if let Some(part) = &part {
            self.end_part(part);
            self.code.push(";");
        }
    }

    fn part(&mut self, labels: Vec<String>) -> Bearing {
        self.bearings += 1;
        (self.bearings, labels)
    }

    fn begin_part(&mut self, (number, labels): &Bearing) {
        self.code.push(&format!("#bears-from({number}"));
        for label in labels {
            self.code.push(", ");
            self.code.name(label);
        }
        self.code.push(")");
    }

    fn end_part(&mut self, (number, _): &Bearing) {
        self.code.push(&format!("#bears-to({number})"));
    }
}

/// Whether a block is a paragraph or heading, in which marks can be placed.
fn has_text(block: &Block) -> bool {
    match &block.kind {
        BlockKind::Heading { content, .. } => has_words(content),
        BlockKind::Paragraph(content) => !matches!(content.as_slice(), [Inline::Image { .. }]) && has_words(content),
        _ => false,
    }
}
