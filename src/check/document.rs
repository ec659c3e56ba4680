//! A rendered document as rules look at it: its blocks and images, each with its line.

use crate::diagnostic::Diagnostic;
use crate::document::{Block, BlockKind, Document, Inline, Origins, walk};
use crate::tree::Tree;

/// A rendered document.
#[derive(Debug, Clone, Copy)]
pub struct RenderedDocument<'a> {
    pub document: &'a Document,
    pub origins: &'a Origins,
    pub tree: &'a Tree,
    /// Whether its PDF must be accessible.
    pub is_accessible: bool,
}

/// An image that a document shows.
pub(super) struct ShownImage<'a> {
    pub(super) line: usize,
    pub(super) path: &'a str,
    pub(super) alternative: &'a str,
}

impl RenderedDocument<'_> {
    /// The diagnostic at what printed a line.
    pub(super) fn at(&self, line: usize, diagnostic: Diagnostic) -> Diagnostic {
        self.origins.blame(line, diagnostic)
    }

    /// Calls `visit` with each block, and its line.
    pub(super) fn each_block(&self, visit: &mut dyn FnMut(usize, &Block)) {
        let mut line = 1;
        walk::blocks(&self.document.blocks, &mut |block| {
            if block.line > 0 {
                line = block.line;
            }
            visit(line, block);
        });
    }

    /// Calls `visit` with each inline, and its line.
    pub(super) fn each_inline(&self, visit: &mut dyn FnMut(usize, &Inline)) {
        self.each_block(&mut |line, block| match &block.kind {
            BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => inlines(line, content, visit),
            BlockKind::Descriptions(items) => items.iter().for_each(|(term, _)| inlines(line, term, visit)),
            BlockKind::Table(table) => {
                table.caption.iter().chain(&table.header).for_each(|cell| inlines(line, cell, visit));
                table.rows.iter().for_each(|row| row.cells.iter().for_each(|cell| inlines(row.line, cell, visit)));
            }
            _ => {}
        });
    }

    /// Calls `visit` with each image.
    pub(super) fn each_image(&self, visit: &mut dyn FnMut(ShownImage<'_>)) {
        self.each_inline(&mut |line, inline| {
            if let Inline::Image { path, alternative, .. } = inline {
                visit(ShownImage { line, path, alternative });
            }
        });
    }
}

fn inlines(mut line: usize, content: &[Inline], visit: &mut dyn FnMut(usize, &Inline)) {
    walk::within(content, &mut |inline| {
        visit(line, inline);
        line += usize::from(matches!(inline, Inline::SoftBreak | Inline::HardBreak));
    });
}
