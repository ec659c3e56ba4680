//! Placeholders, `:::placeholder`: what only the book's owner can fill in, which drafts show and versions leave out.

use std::collections::BTreeSet;

use crate::document::{Block, BlockKind, Inline, PLACEHOLDER, walk};

/// How many there are; nested ones count separately.
pub(crate) fn count(blocks: &[Block]) -> usize {
    let mut count = 0;
    walk::blocks(blocks, &mut |block| count += usize::from(is_placeholder(block)));
    count
}

/// Removes them, with the footnotes that nothing else refers to.
pub(crate) fn leave_out(blocks: &mut Vec<Block>) {
    let before = marked(blocks);
    take(blocks);
    let after = marked(blocks);
    let is_gone = |label: &str| before.contains(&label.to_lowercase()) && !after.contains(&label.to_lowercase());
    blocks.retain(|block| !matches!(&block.kind, BlockKind::FootnoteDefinition { label, .. } if is_gone(label)));
}

fn is_placeholder(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Directive { name, .. } if name == PLACEHOLDER)
}

fn take(blocks: &mut Vec<Block>) {
    blocks.retain(|block| !is_placeholder(block));
    for block in blocks {
        match &mut block.kind {
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => take(inner),
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| take(&mut item.blocks)),
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(_, details)| take(details)),
            _ => {}
        }
    }
}

/// The labels of the footnotes that are referred to.
fn marked(blocks: &[Block]) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    walk::inlines(blocks, &mut |inline| {
        if let Inline::FootnoteReference(label) = inline {
            labels.insert(label.to_lowercase());
        }
    });
    labels
}
