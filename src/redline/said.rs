//! What blocks say, as plain text: for excerpts, and to tell what is seen of a block.

use super::node::{Item, Kind, Node};
use super::token::{Run, Token};
use crate::document::BlockKind;

/// Whether nothing of a block is seen: then it is no change.
pub(super) fn is_unseen(node: &Node) -> bool {
    said(std::slice::from_ref(node)).is_empty()
}

/// What blocks say, with a blank between texts.
pub(super) fn said(nodes: &[Node]) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|node| say(node, &mut out));
    out.truncate(out.trim_end().len());
    out
}

fn say(node: &Node, out: &mut String) {
    let mut text = |run: &Run| {
        let said = text_of(run);
        if !said.is_empty() {
            out.push_str(&said);
            out.push(' ');
        }
    };
    match &node.kind {
        Kind::Heading { text: run, .. } | Kind::Paragraph(run) => text(run),
        Kind::Table(grid) => grid.caption.iter().chain(&grid.header).chain(grid.rows.iter().flatten()).for_each(text),
        Kind::Quote(nodes) | Kind::Alert { nodes, .. } | Kind::Directive { nodes, .. } => nodes.iter().for_each(|node| say(node, out)),
        Kind::List { items, .. } => items.iter().flat_map(|item| &item.nodes).for_each(|node| say(node, out)),
        Kind::Terms(terms) => {
            for term in terms {
                out.push_str(&text_of(&term.term));
                out.push(' ');
                term.details.iter().for_each(|node| say(node, out));
            }
        }
        Kind::Whole(BlockKind::Code { literal, .. } | BlockKind::Html(literal)) => {
            literal.split_whitespace().for_each(|word| {
                out.push_str(word);
                out.push(' ');
            });
        }
        Kind::Whole(_) => {}
    }
}

/// A task's box.
pub(super) fn task(item: &Item) -> &'static str {
    match item.task {
        Some(true) => "☑ ",
        Some(false) => "☐ ",
        None => "",
    }
}

pub(super) fn text_of(run: &Run) -> String {
    run.iter().map(Token::said).collect()
}
