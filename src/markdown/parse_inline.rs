//! comrak's inline nodes to the tree's.

use comrak::nodes::{Node, NodeValue};

use super::inlines::push;
use crate::diagnostic::Code;
use crate::document::{Inline, Target, Task};

/// How deep blocks may be nested, and inlines.
pub const MAX_DEPTH: usize = 64;

/// The faults of a text: the line, from 1, the code and the message.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<(usize, Code, String)>);

impl Faults {
    pub(super) fn is_too_deep(&self) -> bool {
        self.0.iter().any(|(_, code, _)| *code == Code::TemplateLimit)
    }

    /// Adds, once, that something is nested too deep.
    pub(super) fn too_deep(&mut self, line: usize) {
        if !self.is_too_deep() {
            let message = format!("the Markdown is nested more than {MAX_DEPTH} levels deep");
            self.0.push((line, Code::TemplateLimit, message));
        }
    }
}

/// The inlines in a node, adjacent text joined.
pub(super) fn inlines(faults: &mut Faults, parent: Node<'_>, line: usize, depth: usize) -> Vec<Inline> {
    if depth > MAX_DEPTH {
        if parent.first_child().is_some() {
            faults.too_deep(line);
        }
        return Vec::new();
    }
    let mut out = Vec::new();
    for node in parent.children() {
        if let Some(inline) = inline(faults, node, line, depth) {
            push(&mut out, inline);
        }
    }
    out
}

fn inline(faults: &mut Faults, node: Node<'_>, line: usize, depth: usize) -> Option<Inline> {
    let data = &mut *node.data_mut();
    let within = |faults: &mut Faults| inlines(faults, node, line, depth + 1);
    Some(match &mut data.value {
        NodeValue::Text(text) => Inline::Text(std::mem::take(text).into_owned()),
        NodeValue::Escaped => Inline::Text(text_of(node)),
        NodeValue::Code(code) => Inline::Code(std::mem::take(&mut code.literal)),
        NodeValue::Emph => Inline::Emphasis(within(faults)),
        NodeValue::Strong => Inline::Strong(within(faults)),
        NodeValue::Strikethrough => Inline::Strikethrough(within(faults)),
        NodeValue::Link(link) => {
            let target = Target::Url(std::mem::take(&mut link.url));
            Inline::Link { target, title: std::mem::take(&mut link.title), content: within(faults) }
        }
        NodeValue::Image(link) => {
            let path = std::mem::take(&mut link.url);
            Inline::Image { path, title: std::mem::take(&mut link.title), alternative: text_of(node), label: None }
        }
        NodeValue::SoftBreak => Inline::SoftBreak,
        NodeValue::LineBreak => Inline::HardBreak,
        NodeValue::HtmlInline(html) => Inline::Html(std::mem::take(html)),
        NodeValue::FootnoteReference(reference) => Inline::FootnoteReference(std::mem::take(&mut reference.name)),
        // No other extension is enabled.
        _ => return None,
    })
}

/// The text in a node, however deep.
fn text_of(node: Node<'_>) -> String {
    let mut out = String::new();
    // The node itself may be borrowed.
    for inner in node.descendants().skip(1) {
        match &inner.data().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::HtmlInline(html) => out.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

/// Takes the box off an item's first paragraph, if it starts with one: `[ ] `, `[x] `, or a box alone.
pub(super) fn take_task_box(paragraph: Node<'_>) -> Option<Task> {
    if !matches!(paragraph.data().value, NodeValue::Paragraph) {
        return None;
    }
    let first = paragraph.first_child()?;
    let next = first.next_sibling();
    let at_break = next.is_none_or(|next| matches!(next.data().value, NodeValue::SoftBreak | NodeValue::LineBreak));
    let (task, rest) = match &first.data().value {
        NodeValue::Text(text) => {
            let task = match text.get(..3)? {
                "[ ]" => Task::Open,
                "[x]" | "[X]" => Task::Done,
                _ => return None,
            };
            let rest = &text[3..];
            if !(rest.starts_with([' ', '\t']) || rest.is_empty() && at_break) {
                return None;
            }
            (task, rest.get(1..).unwrap_or_default().trim_start_matches(' ').to_owned())
        }
        _ => return None,
    };
    if !rest.is_empty() {
        first.data_mut().value = NodeValue::Text(rest.into());
        return Some(task);
    }
    first.detach();
    if let Some(next) = next.filter(|_| at_break) {
        next.detach();
    }
    Some(task)
}
