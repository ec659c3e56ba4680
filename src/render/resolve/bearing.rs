//! What a document bears: the highest marking of what stands in it. Each portion of it (a paragraph, a heading, a table)
//! bears what stands in that portion, and what surrounds it.

use std::collections::BTreeMap;

use super::resolver::Resolver;
use super::text::folded;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, Document, FIGURE_DATA, Inline, LISTING, MARKED, Table, walk};
use crate::layout::SETTINGS;
use crate::model::{Marking, Reference};
use crate::render::notes;
use crate::render::values::Origin;

impl Resolver<'_> {
    /// Records the marking of something printed here.
    pub(super) fn bears(&mut self, marking: &Marking) {
        self.bearing.portion.raise(marking);
        self.bearing.whole.raise(marking);
    }

    /// Records the marking of something that is on every page or in no portion: a title, front matter, an address.
    pub(super) fn bears_everywhere(&mut self, marking: &Marking) {
        self.bears(marking);
        self.bearing.everywhere.raise(marking);
    }

    /// The marking of a record's value.
    pub(super) fn marking_of(&self, origin: &Origin) -> Marking {
        self.pass.book.marking_of(&origin.record, &origin.path)
    }

    /// The marking of a record and its name.
    pub(super) fn marking_of_name(&self, collection: &str, id: &str) -> Marking {
        let record = self.pass.book.record(&Reference { collection: collection.to_owned(), id: id.to_owned() });
        record.map(|record| self.pass.book.marking_of_name(record)).unwrap_or_default()
    }

    /// The marking of a source that a note names.
    pub(super) fn marking_of_source(&self, id: &str) -> Marking {
        notes::marking(id, &self.pass.book)
    }

    /// Resolves the content of something with a marking.
    pub(super) fn within_marking<T>(&mut self, marking: &Marking, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.bearing.around.clone();
        self.bearing.around.raise(marking);
        self.bears(marking);
        let made = work(self);
        self.bearing.around = outer;
        made
    }

    /// Resolves a portion; also returns its marking.
    pub(super) fn portion<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Marking) {
        let outer = std::mem::replace(&mut self.bearing.portion, self.bearing.around.clone());
        let made = work(self);
        let inner = std::mem::replace(&mut self.bearing.portion, outer);
        self.bearing.portion.raise(&inner);
        (made, inner)
    }

    /// A resolved block as it is shown where portions and pages are marked.
    pub(super) fn marked(&mut self, mut block: Block, marking: &Marking) -> Block {
        let settings = &self.pass.book.settings;
        if self.bearing.in_line > 0 {
            return block;
        }
        if settings.portion_marks {
            mark_portion(&mut block.kind, settings.markings.portion_mark(marking));
        }
        if !settings.page_marking || self.bearing.gathered > 0 || self.bearing.everywhere.includes(marking) {
            return block;
        }
        match &block.kind {
            // The title is on every page.
            BlockKind::Heading { level: 1, .. } | BlockKind::FootnoteDefinition { .. } => {
                self.bearing.everywhere.raise(marking);
                block
            }
            BlockKind::Directive { name, .. } if name == FIGURE_DATA => wrapped(block, marking),
            BlockKind::Quote(_) | BlockKind::Alert { .. } | BlockKind::Directive { .. } | BlockKind::Notes | BlockKind::Sources => block,
            _ => wrapped(block, marking),
        }
    }

    /// Resolves blocks whose pages are marked as one.
    pub(super) fn gathered(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        self.bearing.gathered += 1;
        let blocks = self.blocks(blocks);
        self.bearing.gathered -= 1;
        blocks
    }

    /// Resolves a field that is put into a line.
    pub(super) fn put_in_line<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.bearing.in_line += 1;
        let made = work(self);
        self.bearing.in_line -= 1;
        made
    }

    /// Puts the mark of a table's row before its first words.
    pub(super) fn mark_row(&self, cells: &mut [Vec<Inline>], marking: &Marking) {
        let settings = &self.pass.book.settings;
        if settings.portion_marks
            && let Some(cell) = cells.iter_mut().find(|cell| !cell.is_empty())
        {
            prefix(cell, settings.markings.portion_mark(marking));
        }
    }

    /// A list of tables or figures repeats their captions, so its marking is known last.
    pub(super) fn listing(&self, listing: Block) -> Block {
        if self.pass.book.settings.page_marking { wrapped(listing, &Marking::default()) } else { listing }
    }

    /// Sets the marking of the whole document, and checks that its audience may see it.
    pub(super) fn seal(&mut self, document: &mut Document) {
        let settings = &self.pass.book.settings;
        let whole = std::mem::take(&mut self.bearing.whole);
        document.marking = settings.markings.highest(&whole);
        walk::change_lists(&mut document.blocks, &mut |blocks| {
            for block in blocks {
                if let BlockKind::Directive { name, attributes, blocks } = &mut block.kind
                    && name == MARKED
                    && matches!(&blocks[..], [Block { kind: BlockKind::Directive { name, .. }, .. }] if name == LISTING)
                {
                    *attributes = attributes_of(&whole);
                }
            }
        });
        document.everywhere = settings.markings.highest(&self.bearing.everywhere);
        if let Some(reader) = settings.reader.as_ref().filter(|reader| !reader.may_see(&whole, &settings.markings)) {
            let message = format!(
                "document `{}` holds what comes to `{}` together, which the audience `{}` may not see",
                self.planned.id, document.marking, reader.name
            );
            let place = Place::value(SETTINGS, ["audiences", &reader.name, "clearance"]);
            self.diagnostics.push(
                Diagnostic::error(Code::DocumentAboveClearance, place, message)
                    .help("make a document of each part, raise the audience's clearance, or leave the document out of its `documents`"),
            );
        }
    }
}

/// A block between markers, for the marking of its pages.
fn wrapped(block: Block, marking: &Marking) -> Block {
    let line = block.line;
    let kind = BlockKind::Directive { name: MARKED.to_owned(), attributes: attributes_of(marking), blocks: vec![block] };
    Block { kind, line }
}

/// The labels of a marking as a directive has them.
pub(super) fn attributes_of(marking: &Marking) -> BTreeMap<String, String> {
    marking.labels().map(|label| (label.to_owned(), String::new())).collect()
}

/// Puts a portion's mark in front of it.
fn mark_portion(kind: &mut BlockKind, mark: Option<String>) {
    match kind {
        // The title is marked as the document is.
        BlockKind::Heading { level: 1, .. } => {}
        BlockKind::Heading { content, .. } => prefix(content, mark),
        BlockKind::Paragraph(content) => match &mut content[..] {
            [Inline::Image { title, .. }] => {
                if let (Some(mark), false) = (mark, title.trim().is_empty()) {
                    *title = format!("{mark} {title}");
                }
            }
            _ => prefix(content, mark),
        },
        BlockKind::Table(Table { caption: Some(caption), .. }) => prefix(caption, mark),
        _ => {}
    }
}

fn prefix(content: &mut Vec<Inline>, mark: Option<String>) {
    let Some(mark) = mark else { return };
    match content.first_mut() {
        Some(Inline::Text(text)) => text.insert_str(0, &folded(&format!("{mark} "))),
        _ => content.insert(0, Inline::Text(format!("{mark} "))),
    }
}
