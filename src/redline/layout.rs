//! The layout of tables where a text doesn't tell it: taken from another text of the document, by the tables' headers.

use std::collections::{BTreeMap, HashMap};

use crate::document::{Block, BlockKind, Document, Table, plain_text};

/// Layout that a table can't be read without.
const LAYOUT: [&str; 2] = ["turned", "table"];

type Directive = (String, BTreeMap<String, String>);

/// Lays tables out as the first of some texts does that has one of the same header.
pub(super) fn restore(blocks: &mut [Block], texts: &[&Document]) {
    let mut known = HashMap::new();
    texts.iter().for_each(|text| collect(&text.blocks, &mut Vec::new(), &mut known));
    for block in blocks {
        let BlockKind::Table(table) = &block.kind else { continue };
        for (name, attributes) in known.get(&header(table)).into_iter().flatten().rev() {
            let inner = std::mem::replace(block, Block { kind: BlockKind::Rule, line: 0 });
            block.kind = BlockKind::Directive { name: name.clone(), attributes: attributes.clone(), blocks: vec![inner] };
        }
    }
}

fn collect(blocks: &[Block], around: &mut Vec<Directive>, known: &mut HashMap<Vec<String>, Vec<Directive>>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Directive { name, attributes, blocks } if LAYOUT.contains(&name.as_str()) => {
                around.push((name.clone(), attributes.clone()));
                collect(blocks, around, known);
                around.pop();
            }
            BlockKind::Directive { blocks, .. } => collect(blocks, around, known),
            BlockKind::Table(table) if !around.is_empty() => {
                known.entry(header(table)).or_insert_with(|| around.clone());
            }
            _ => {}
        }
    }
}

fn header(table: &Table) -> Vec<String> {
    table.header.iter().map(|cell| plain_text(cell).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}
