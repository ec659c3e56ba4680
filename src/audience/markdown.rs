//! What the audience stage asks about texts that hold Markdown.

use std::ops::RangeInclusive;

use crate::layout::Pointer;
use crate::model::Marking;

/// How texts are read.
pub struct Markdown<'a> {
    /// The blocks of a text that bear a marking of their own, `:::marked TLP:RED`, in their order.
    pub marked_blocks: &'a (dyn Fn(&str) -> Vec<MarkedBlock> + Sync),
    /// What a text names: sources and records.
    pub mentions: &'a (dyn Fn(&str) -> Vec<Mention> + Sync),
}

impl std::fmt::Debug for Markdown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Markdown")
    }
}

/// A block that bears a marking of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedBlock {
    /// Its lines, its fences included, from 1.
    pub lines: RangeInclusive<usize>,
    pub marking: Marking,
    /// Whether the lines hold only the block, without, say, the bullet of a list item.
    pub is_alone: bool,
}

/// Something that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// `[@report#3]`.
    Source(String),
    /// `[=precedents/kfor/troops]`, or a record alone.
    Value { collection: String, id: String, path: Pointer },
}

/// What stands behind the colons of a marked block.
const NAME: &str = "marked";

/// A text without some of its blocks, as its author would have written it without them: with no more blank lines where a
/// block stood than between other blocks, and with as many at the end as before.
pub(super) fn without(text: &str, blocks: &[&MarkedBlock]) -> String {
    let is_kept = |line: usize| blocks.iter().all(|block| !block.lines.contains(&line));
    let is_blank = |line: &str| line.trim().is_empty();
    let mut kept: Vec<&str> = Vec::new();
    let mut is_behind_gap = false;
    for (index, line) in text.split('\n').enumerate() {
        if !is_kept(index + 1) {
            is_behind_gap = true;
            continue;
        }
        if is_behind_gap && is_blank(line) {
            continue;
        }
        // Keep blocks separated, but don't leave a blank line at the start.
        if std::mem::take(&mut is_behind_gap) && kept.last().is_some_and(|before| !is_blank(before)) {
            kept.push("");
        }
        kept.push(line);
    }
    let left = kept.join("\n");
    let end = text.len() - text.trim_end_matches('\n').len();
    match left.trim_end() {
        "" => String::new(),
        left => left.to_owned() + &"\n".repeat(end),
    }
}

/// Whether a line looks like the first of a marked block, well formed or not.
pub fn looks_marked(line: &str) -> bool {
    let is_margin = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '>' | '-' | '*' | '+' | '.' | ')' | '\\' | '`');
    let rest = line.trim_start_matches(is_margin);
    let colons = rest.len() - rest.trim_start_matches([':', '\u{ff1a}']).len();
    let name = rest[colons..].trim_start();
    let end = name.get(NAME.len()..).and_then(|rest| rest.chars().next());
    let is_named = name.get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME));
    colons > 1 && is_named && end.is_none_or(|c| !c.is_alphanumeric())
}

/// The lines, from 1, that look like the first of a marked block and are the first of none: what follows them is shown to
/// all.
pub fn mistaken(text: &str, blocks: &[MarkedBlock]) -> Vec<usize> {
    let is_first = |line: usize| blocks.iter().any(|block| *block.lines.start() == line);
    text.split('\n').enumerate().filter(|(index, line)| looks_marked(line) && !is_first(index + 1)).map(|(index, _)| index + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(lines: RangeInclusive<usize>) -> MarkedBlock {
        MarkedBlock { lines, marking: Marking::default(), is_alone: true }
    }

    #[test]
    fn no_gap_is_left_where_a_block_was() {
        let left = |text: &str, lines: &[RangeInclusive<usize>]| {
            let blocks: Vec<MarkedBlock> = lines.iter().cloned().map(block).collect();
            without(text, &blocks.iter().collect::<Vec<_>>())
        };
        assert_eq!(left("a\n\nx\n\nc\n", &[3..=3]), "a\n\nc\n");
        assert_eq!(left("a\n\n\nx\n\n\n\nc", &[4..=4]), "a\n\n\nc");
        assert_eq!(left("x\n\nc\n", &[1..=1]), "c\n");
        assert_eq!(left("a\n\nx\n", &[3..=3]), "a\n");
        assert_eq!(left("a\n\nx", &[3..=3]), "a");
        assert_eq!(left("a\n\nx\n\n\n", &[3..=3]), "a\n\n\n");
        assert_eq!(left("x\n", &[1..=1]), "");
        assert_eq!(left("a\nx\n---\n", &[2..=2]), "a\n\n---\n", "no heading is made of what stood apart");
        assert_eq!(left("a\n\nx\n\ny\n\nc", &[3..=3, 5..=5]), "a\n\nc");
        assert_eq!(left("a\n\nx\ny\nc", &[3..=3, 4..=4]), "a\n\nc");
    }

    #[test]
    fn what_looks_like_a_block_and_is_none_is_found() {
        for line in ["::marked A", "  ::: marked A", "- :::marked A", "> :::Marked A", "\\:::marked A", "1) :::marked", "`:::marked A`"] {
            assert_eq!(mistaken(&format!("a\n{line}\nx"), &[]), [2], "{line}");
        }
        for line in [":marked A", "::markedly", "a :::marked A", "::box"] {
            assert_eq!(mistaken(line, &[]), [0; 0], "{line}");
        }
        assert_eq!(mistaken(":::marked A\nx\n:::\n", &[block(1..=3)]), [0; 0]);
    }
}
