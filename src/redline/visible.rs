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
    said_without(nodes, &|_| false)
}

/// What blocks say without those, and without items and terms, whose id is left out.
pub(super) fn said_without(nodes: &[Node], is_left_out: &dyn Fn(usize) -> bool) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|node| say(node, is_left_out, &mut out));
    out.truncate(out.trim_end().len());
    out
}

fn say(node: &Node, is_left_out: &dyn Fn(usize) -> bool, out: &mut String) {
    if is_left_out(node.id) {
        return;
    }
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
        Kind::Quote(nodes) | Kind::Alert { nodes, .. } | Kind::Directive { nodes, .. } => {
            nodes.iter().for_each(|node| say(node, is_left_out, out))
        }
        Kind::List { items, .. } => {
            items.iter().filter(|item| !is_left_out(item.id)).flat_map(|item| &item.nodes).for_each(|node| say(node, is_left_out, out));
        }
        Kind::Terms(terms) => {
            for term in terms.iter().filter(|term| !is_left_out(term.id)) {
                out.push_str(&text_of(&term.term));
                out.push(' ');
                term.details.iter().for_each(|node| say(node, is_left_out, out));
            }
        }
        Kind::Whole(BlockKind::Code { literal, .. } | BlockKind::Html(literal)) => {
            literal.split_whitespace().for_each(|word| {
                out.push_str(word);
                out.push(' ');
            });
        }
        Kind::Whole(_) | Kind::Section(_) => {}
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
