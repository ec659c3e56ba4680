//! Blocks of a text that bear a marking of their own: `:::marked TLP:RED`, their text, `:::`.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use comrak::nodes::{Node, NodeValue};
use comrak::{Arena, parse_document};

use super::dialect::Dialect;
use super::directive::{self, COLON};
use crate::document::{Inline, MARKED, marked_labels};
use crate::yaml::front_matter::{Split, split};

/// The text as the parser gets it, with the colons of labels replaced.
pub(super) fn shield(text: &str) -> Cow<'_, str> {
    if !text.contains(MARKED) || !text.contains(":::") {
        return Cow::Borrowed(text);
    }
    let shield_line = |line: &str| {
        let start = line.find(":::")?;
        let info = line[start..].trim_start_matches(':');
        let label = info.trim_start().strip_prefix(MARKED).filter(|rest| rest.starts_with([' ', '\t']) && rest.contains(':'))?;
        let is_margin = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '>' | '-' | '*' | '+' | '.' | ')');
        let before = &line[..line.len() - label.len()];
        line[..start].chars().all(is_margin).then(|| format!("{before}{}", label.replace(':', &COLON.to_string())))
    };
    Cow::Owned(text.split_inclusive('\n').map(|line| shield_line(line).map_or(Cow::Borrowed(line), Cow::Owned)).collect())
}

/// Whether a line of a paragraph looks like the start of a marked block without being one: everyone would see it.
pub(super) fn is_mistaken(paragraph: &[Inline]) -> bool {
    let mut at_start = true;
    paragraph.iter().any(|inline| {
        let begins = at_start && matches!(inline, Inline::Text(text) if text.starts_with(":::") && text.trim_start_matches(':').trim_start().starts_with(MARKED));
        at_start = matches!(inline, Inline::SoftBreak | Inline::HardBreak);
        begins
    })
}

/// A block that bears a marking, where it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedLines {
    /// Its lines from 1, its fences included.
    pub lines: RangeInclusive<usize>,
    pub labels: Vec<String>,
    /// Whether its lines hold all of it and nothing else: it stands in no list, quote or footnote, and ends in no code.
    pub is_alone: bool,
}

/// The blocks of a field's text that bear a marking, in their order; those in others too.
pub fn marked_blocks(text: &str) -> Vec<MarkedLines> {
    let mut found = Vec::new();
    if !text.contains(":::") || !text.contains(MARKED) || directive::too_many_open(text).is_some() {
        return found;
    }
    let options = Dialect { front_matter: false, ..Dialect::default() }.options();
    let arena = Arena::new();
    let text = text.replace('\0', "\u{fffd}");
    let text = shield(&text);
    let root = parse_document(&arena, &text, &options);
    let lines: Vec<&str> = text.lines().collect();
    collect(root, true, &lines, &mut found);
    found
}

/// The same for a template's rendered text, which may begin with front matter.
pub fn marked_blocks_of_document(text: &str) -> Vec<MarkedLines> {
    let Split::FrontMatter { rest, .. } = split(text) else { return marked_blocks(text) };
    let before = text[..text.len() - rest.len()].bytes().filter(|byte| *byte == b'\n').count();
    let behind = |block: MarkedLines| MarkedLines { lines: block.lines.start() + before..=block.lines.end() + before, ..block };
    marked_blocks(rest).into_iter().map(behind).collect()
}

fn collect(parent: Node<'_>, is_at_margin: bool, lines: &[&str], found: &mut Vec<MarkedLines>) {
    let mut open: Vec<(Node<'_>, bool)> = vec![(parent, is_at_margin)];
    while let Some((parent, is_at_margin)) = open.pop() {
        for node in parent.children() {
            let data = node.data();
            let NodeValue::BlockDirective(fence) = &data.value else {
                open.push((node, false));
                continue;
            };
            let (name, attributes) = directive::read(&fence.info);
            if name == MARKED {
                let (start, mut end) = (data.sourcepos.start.line, data.sourcepos.end.line.max(data.sourcepos.start.line));
                // The closing fence belongs to the block, even if the parser's position excludes it.
                let closes = |line: usize| lines.get(line - 1).is_some_and(|line| is_fence(line));
                if !(end > start && closes(end)) && closes(end + 1) {
                    end += 1;
                }
                // A fence inside code ends the block as well; the rest of the code is outside of it.
                let is_code = |line: &&&str| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
                let ends_in_code = lines.get(start..end).is_some_and(|inner| inner.iter().filter(is_code).count() % 2 == 1);
                let is_alone =
                    is_at_margin && !ends_in_code && lines.get(start - 1).is_some_and(|line| line.trim_start().starts_with(":::"));
                found.push(MarkedLines { lines: start..=end, labels: marked_labels(&attributes), is_alone });
            }
            open.push((node, is_at_margin));
        }
    }
    found.sort_by_key(|block| *block.lines.start());
}

/// Whether a line closes a directive.
fn is_fence(line: &str) -> bool {
    let fence = line.trim();
    fence.len() >= 3 && fence.bytes().all(|byte| byte == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(RangeInclusive<usize>, String, bool)> {
        marked_blocks(text).into_iter().map(|block| (block.lines, block.labels.join(","), block.is_alone)).collect()
    }

    #[test]
    fn blocks_have_lines_and_labels() {
        assert_eq!(found("a\n\n:::marked TLP:RED\nx\n\ny\n:::\n\nb\n"), [(3..=7, "TLP:RED".to_owned(), true)]);
        assert_eq!(found(":::marked A \"B C\"\nx\n:::\ny"), [(1..=3, "A,B C".to_owned(), true)]);
        assert_eq!(found(":::marked\nx\n:::"), [(1..=3, String::new(), true)]);
        assert_eq!(found(":::marked A\nx\n\nto the end"), [(1..=4, "A".to_owned(), true)], "unclosed");
        assert_eq!(
            found(":::marked A\n- x\n- y\n:::\n:::marked B\nz\n:::"),
            [(1..=4, "A".to_owned(), true), (5..=7, "B".to_owned(), true)]
        );
        assert_eq!(found(":::marked A\n:::"), [(1..=2, "A".to_owned(), true)], "empty");
        assert_eq!(found("::::marked A\n:::box\nx\n:::\ny\n::::\nz"), [(1..=6, "A".to_owned(), true)]);
        assert_eq!(found(":::box\n:::marked A\nx\n:::\n:::\nz"), [(2..=4, "A".to_owned(), true)]);
        assert_eq!(found("- :::marked A\n  x\n  :::\n").into_iter().map(|(.., alone)| alone).collect::<Vec<_>>(), [false]);
        assert_eq!(found("> :::marked A\n> x\n> :::\n").into_iter().map(|(.., alone)| alone).collect::<Vec<_>>(), [false]);
        assert_eq!(found(":::marked RED\nx\n:::"), [(1..=3, "RED".to_owned(), true)]);
        assert_eq!(found("::: marked TLP:RED \nx\n:::"), [(1..=3, "TLP:RED".to_owned(), true)]);
        assert_eq!(found("```\n:::marked A\nx\n:::\n```\n"), []);
        assert_eq!(found(":::marked A\n```\n:::\n```\nx\n:::\ny"), [(1..=3, "A".to_owned(), false)]);
        assert_eq!(found(":::marked A\n> quote\n:::\ny"), [(1..=3, "A".to_owned(), true)]);
    }
}
