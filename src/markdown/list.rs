//! Lists: where they need blank lines, and whether parsers read them as tight or loose.
//!
//! Whether a list is tight follows from its blank lines, as cmark and comrak see them: not behind a rule, and
//! always behind a table that has no rows.

use super::block::{InlineText, ListItem, MarkdownBlock, MarkdownList};

/// Whether an item's box is a paragraph of its own.
pub(super) fn is_box_alone((task, parts): &ListItem) -> bool {
    task.is_some() && !matches!(parts.first(), Some(MarkdownBlock::Paragraph(_)))
}

/// Adds a list, if it has items.
pub(super) fn push_list(out: &mut Vec<MarkdownBlock>, start: Option<usize>, tight: bool, items: Vec<ListItem>) {
    if items.is_empty() {
        return;
    }
    let may_be_tight = items.iter().all(can_be_tight);
    let mut spaced = !(tight && may_be_tight) || shows_blank(&items, false);
    let tight = !shows_blank(&items, spaced);
    spaced &= !(tight && may_be_tight);
    out.push(MarkdownBlock::List(MarkdownList { start: start.map(|start| start.min(999_999_999)), tight, spaced, items }));
}

/// Whether parsers see a blank line that makes the list loose.
fn shows_blank(items: &[ListItem], spaced: bool) -> bool {
    items.iter().enumerate().any(|(index, item)| {
        let last_item = index + 1 == items.len();
        let (_, parts) = item;
        let alone = is_box_alone(item);
        let blank_behind_mark = spaced && (alone && !parts.is_empty() || (alone || parts.is_empty()) && !last_item);
        blank_behind_mark || parts.iter().enumerate().any(|(at, part)| !(last_item && at + 1 == parts.len()) && ends_blank(part, spaced))
    })
}

/// Whether parsers recognize a blank line after a block.
fn ends_blank(part: &MarkdownBlock, spaced: bool) -> bool {
    match part {
        MarkdownBlock::Rule | MarkdownBlock::Html(_) => false,
        MarkdownBlock::Table(_, rows) => spaced || rows.len() == 1,
        MarkdownBlock::List(list) => match list.items.last() {
            Some((_, parts)) if !parts.is_empty() => parts.last().is_some_and(|last| ends_blank(last, spaced)),
            _ => spaced,
        },
        _ => spaced,
    }
}

fn can_be_tight(item: &ListItem) -> bool {
    let parts = &item.1;
    let after_box =
        !is_box_alone(item) || parts.first().is_none_or(|first| can_follow(&MarkdownBlock::Paragraph(InlineText::default()), first));
    after_box && parts.windows(2).all(|pair| can_follow(&pair[0], &pair[1]))
}

/// Whether a block can directly follow another without becoming part of it.
fn can_follow(before: &MarkdownBlock, after: &MarkdownBlock) -> bool {
    let interrupts = match after {
        MarkdownBlock::Quote(_)
        | MarkdownBlock::Alert(..)
        | MarkdownBlock::Code { .. }
        | MarkdownBlock::Heading(..)
        | MarkdownBlock::Html(_)
        | MarkdownBlock::Rule => true,
        MarkdownBlock::List(list) => {
            list.start.is_none_or(|start| start == 1) && list.items.first().is_some_and(|item| item.0.is_some() || !item.1.is_empty())
        }
        MarkdownBlock::Paragraph(_) | MarkdownBlock::Table(..) | MarkdownBlock::Footnote(..) => false,
    };
    match before {
        MarkdownBlock::Paragraph(_) | MarkdownBlock::List(_) => interrupts,
        MarkdownBlock::Quote(_) | MarkdownBlock::Alert(..) => {
            interrupts && !matches!(after, MarkdownBlock::Quote(_) | MarkdownBlock::Alert(..))
        }
        MarkdownBlock::Heading(..) | MarkdownBlock::Code { .. } | MarkdownBlock::Rule => !matches!(after, MarkdownBlock::Footnote(..)),
        MarkdownBlock::Table(..) | MarkdownBlock::Footnote(..) | MarkdownBlock::Html(_) => false,
    }
}
