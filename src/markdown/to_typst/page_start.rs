//! Page breaks and turned pages, and the headings right before them, which begin the page with what they are about.

use super::Writer;
use super::places::has_words;
use crate::document::{Block, BlockKind};

/// A page that a directive begins.
pub(super) struct PageStart<'b, 'a> {
    /// The headings that stand right before it in the text.
    pub(super) headings: &'b [&'a Block],
    kind: PageKind,
    /// The directive.
    pub(super) block: &'a Block,
    content: &'a [Block],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageKind {
    /// `:::pagebreak`
    Plain,
    /// `:::turned`
    Turned,
}

impl<'b, 'a> PageStart<'b, 'a> {
    /// The page that begins with the first of these blocks.
    pub(super) fn of(blocks: &'b [&'a Block]) -> Option<PageStart<'b, 'a>> {
        let count = blocks.iter().take_while(|block| is_heading(block)).count();
        let (headings, rest) = blocks.split_at(count);
        let block = *rest.first()?;
        let BlockKind::Directive { name, blocks: content, .. } = &block.kind else { return None };
        let kind = match name.as_str() {
            "pagebreak" => PageKind::Plain,
            "turned" => PageKind::Turned,
            _ => return None,
        };
        Some(PageStart { headings, kind, block, content })
    }
}

/// Whether a block is printed as a heading.
fn is_heading(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Heading { content, .. } if has_words(content))
}

impl<'a> Writer<'a> {
    /// Whether the page may begin here.
    pub(super) fn can_start(&self, start: &PageStart<'_, 'a>) -> bool {
        self.is_outermost() && (start.kind == PageKind::Plain || !self.nesting.in_turned)
    }

    pub(super) fn page_start(&mut self, start: &PageStart<'_, 'a>) {
        // No page break between the title and the first block.
        let is_opening = self.opening.is_some_and(|opening| std::ptr::eq(opening, start.block));
        match start.kind {
            PageKind::Plain => self.code.line(if is_opening { "" } else { "#pagebreak(weak: true);" }),
            PageKind::Turned => self.code.line(if is_opening { "#turned[#opening();" } else { "#turned[" }),
        }
        self.page_run += usize::from(!is_opening);
        let outer = self.nesting.in_turned;
        self.nesting.in_turned |= start.kind == PageKind::Turned;
        for heading in start.headings {
            self.code.at(heading.line);
            self.block(heading);
        }
        self.code.at(start.block.line);
        self.inner(start.content);
        if start.kind == PageKind::Turned {
            self.code.line("];");
            self.page_run += 1;
        }
        self.nesting.in_turned = outer;
    }
}
