//! Markdown, read and written: what is written reads back.

mod conformance;
mod printed;
mod properties;
mod reading;
mod writing;

use brief::document::{Block, Document, Stamp};
use brief::markdown::{normalized, parse, to_markdown};

fn write(document: &Document) -> String {
    to_markdown(document, &Stamp::blank(), &link).text
}

fn normal(document: &Document) -> Vec<Block> {
    normalized(document, &Stamp::blank(), &link)
}

fn link(id: &str) -> String {
    format!("{id}.md")
}

fn document(blocks: Vec<Block>) -> Document {
    Document { blocks, ..Document::default() }
}

/// What Markdown is to its reader: its blocks without their lines.
fn read(text: &str) -> Vec<Block> {
    let parsed = parse(text);
    assert_eq!(parsed.faults, [], "{text}");
    without_lines(parsed.document.blocks)
}

fn without_lines(mut blocks: Vec<Block>) -> Vec<Block> {
    use brief::document::BlockKind;
    for block in &mut blocks {
        block.line = 0;
        match &mut block.kind {
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => *inner = without_lines(std::mem::take(inner)),
            BlockKind::List(list) => {
                for item in &mut list.items {
                    item.line = 0;
                    item.blocks = without_lines(std::mem::take(&mut item.blocks));
                }
            }
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(_, details)| *details = without_lines(std::mem::take(details))),
            BlockKind::Table(table) => table.rows.iter_mut().for_each(|row| row.line = 0),
            _ => {}
        }
    }
    blocks
}
