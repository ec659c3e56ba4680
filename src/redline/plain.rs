//! Blocks of one text as they are, without marks.

use super::node::{Item, Kind, Node};
use super::token::{self, Run, Token};
use crate::document::{self, Block, BlockKind, Inline, List, Row, Table};
use crate::text::words::Op;

pub(super) fn plain_run(run: &Run) -> Vec<Inline> {
    let words: Vec<(Op, &Token)> = run.iter().map(|token| (Op::Equal, token)).collect();
    token::inlines(&words)
}

pub(super) fn plain_all(nodes: &[Node]) -> Vec<Block> {
    nodes.iter().map(plain).collect()
}

/// A block that did not change.
pub(super) fn plain(node: &Node) -> Block {
    let kind = match &node.kind {
        Kind::Heading { level, anchor, text } => BlockKind::Heading { level: *level, content: plain_run(text), anchor: anchor.clone() },
        Kind::Paragraph(text) => BlockKind::Paragraph(plain_run(text)),
        Kind::Quote(nodes) => BlockKind::Quote(plain_all(nodes)),
        Kind::Alert { kind, title, nodes } => BlockKind::Alert { kind: kind.clone(), title: title.clone(), blocks: plain_all(nodes) },
        Kind::Directive { name, attributes, nodes } => {
            BlockKind::Directive { name: name.clone(), attributes: attributes.clone(), blocks: plain_all(nodes) }
        }
        Kind::List { start, tight, items } => {
            let item = |item: &Item| document::Item { task: item.task, blocks: plain_all(&item.nodes), line: 0 };
            BlockKind::List(List { start: *start, tight: *tight, items: items.iter().map(item).collect() })
        }
        Kind::Terms(terms) => BlockKind::Descriptions(terms.iter().map(|term| (plain_run(&term.term), plain_all(&term.details))).collect()),
        Kind::Table(grid) => BlockKind::Table(Table {
            label: grid.label.clone(),
            caption: grid.caption.as_ref().map(plain_run),
            alignments: grid.alignments.clone(),
            header: grid.header.iter().map(plain_run).collect(),
            rows: grid.rows.iter().map(|row| Row { cells: row.iter().map(plain_run).collect(), line: 0 }).collect(),
            source: grid.source.as_ref().map(plain_run),
        }),
        Kind::Whole(kind) => kind.clone(),
        // It is shown where it moved to.
        Kind::Section(_) => BlockKind::Paragraph(Vec::new()),
    };
    Block { kind, line: 0 }
}
