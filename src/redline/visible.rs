//! The visible text of blocks, for excerpts and to know whether a reader sees anything of a block.

use super::node::{Kind, Node};
use super::token::{Run, Token};
use crate::document::{BlockKind, Task};

/// Whether a reader sees nothing of a block; then it is no change.
pub(super) fn is_invisible(node: &Node) -> bool {
    visible_text(std::slice::from_ref(node)).is_empty()
}

/// The text of blocks, with a space between texts.
pub(super) fn visible_text(nodes: &[Node]) -> String {
    visible_text_without(nodes, &|_| false)
}

/// The text of blocks without the blocks, items and terms whose id is left out.
pub(super) fn visible_text_without(nodes: &[Node], is_left_out: &dyn Fn(usize) -> bool) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|node| write(node, is_left_out, &mut out));
    out.truncate(out.trim_end().len());
    out
}

fn write(node: &Node, is_left_out: &dyn Fn(usize) -> bool, out: &mut String) {
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
            nodes.iter().for_each(|node| write(node, is_left_out, out))
        }
        Kind::List { items, .. } => {
            items.iter().filter(|item| !is_left_out(item.id)).flat_map(|item| &item.nodes).for_each(|node| write(node, is_left_out, out));
        }
        Kind::Terms(terms) => {
            for term in terms.iter().filter(|term| !is_left_out(term.id)) {
                out.push_str(&text_of(&term.term));
                out.push(' ');
                term.details.iter().for_each(|node| write(node, is_left_out, out));
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
pub(super) fn task_box(task: Option<Task>) -> &'static str {
    match task {
        Some(Task::Done) => "☑ ",
        Some(Task::Open) => "☐ ",
        None => "",
    }
}

pub(super) fn text_of(run: &Run) -> String {
    run.iter().map(Token::text).collect()
}
