//! Going through a document's tree.

use super::{Block, BlockKind, Inline, Table};

/// Calls `visit` with each block, outer ones first, in the order of the text.
pub fn blocks<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        match &block.kind {
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => self::blocks(inner, visit),
            BlockKind::List(list) => list.items.iter().for_each(|item| self::blocks(&item.blocks, visit)),
            BlockKind::Descriptions(items) => items.iter().for_each(|(_, details)| self::blocks(details, visit)),
            _ => {}
        }
    }
}

/// Calls `visit` with each inline, outer ones first, in the order of the text.
pub fn inlines<'a>(all: &'a [Block], visit: &mut dyn FnMut(&'a Inline)) {
    blocks(all, &mut |block| match &block.kind {
        BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => within(content, visit),
        BlockKind::Descriptions(items) => items.iter().for_each(|(term, _)| within(term, visit)),
        BlockKind::Table(table) => {
            table.caption.iter().for_each(|caption| within(caption, visit));
            table.header.iter().for_each(|cell| within(cell, visit));
            table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| within(cell, visit));
            table.source.iter().for_each(|source| within(source, visit));
        }
        _ => {}
    });
}

/// Calls `visit` with each inline of some, outer ones first, in the order of the text.
pub fn within<'a>(inlines: &'a [Inline], visit: &mut dyn FnMut(&'a Inline)) {
    for inline in inlines {
        visit(inline);
        if let Some(content) = inline.content() {
            within(content, visit);
        }
    }
}

/// Calls `visit` with each table, to change it.
pub fn change_tables(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Table)) {
    change_lists(blocks, &mut |blocks| {
        for block in blocks {
            if let BlockKind::Table(table) = &mut block.kind {
                visit(table);
            }
        }
    });
}

/// Calls `visit` with each list of blocks that follow each other, to change it; outer ones first.
pub fn change_lists(blocks: &mut [Block], visit: &mut dyn FnMut(&mut [Block])) {
    visit(blocks);
    for block in blocks {
        match &mut block.kind {
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => change_lists(inner, visit),
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| change_lists(&mut item.blocks, visit)),
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(_, details)| change_lists(details, visit)),
            _ => {}
        }
    }
}

/// Calls `visit` with each run of inlines, to change it; inner ones first.
pub fn change(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Vec<Inline>)) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => change_within(content, visit),
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => change(inner, visit),
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| change(&mut item.blocks, visit)),
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(term, details)| {
                change_within(term, visit);
                change(details, visit);
            }),
            BlockKind::Table(table) => {
                let rows = table.rows.iter_mut().flat_map(|row| &mut row.cells);
                let cells = table.caption.iter_mut().chain(&mut table.header).chain(rows);
                cells.chain(&mut table.source).for_each(|cell| change_within(cell, visit));
            }
            BlockKind::Code { .. } | BlockKind::Html(_) | BlockKind::Rule | BlockKind::Notes | BlockKind::Sources => {}
        }
    }
}

fn change_within(inlines: &mut Vec<Inline>, visit: &mut dyn FnMut(&mut Vec<Inline>)) {
    for inline in inlines.iter_mut() {
        if let Some(content) = inline.content_mut() {
            change_within(content, visit);
        }
    }
    visit(inlines);
}
