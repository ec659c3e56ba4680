//! Fits a list of records into a comment: the least important are folded first, and what was cut is named.

use std::collections::BTreeMap;

use super::counted;

/// How much a record's changes weigh, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// A claim lost its source.
    Unsourced,
    /// A claim has another value.
    Value,
    /// A claim has another source, date or marking.
    Claim,
    Edited,
    Removed,
    Added,
}

/// A record in three lengths.
pub(super) struct Block {
    pub(super) weight: Weight,
    /// `added`, …
    pub(super) verb: &'static str,
    pub(super) full: String,
    pub(super) brief: String,
    pub(super) line: String,
}

/// What fits.
pub(super) struct Folded {
    pub(super) text: String,
    pub(super) brief: usize,
    pub(super) lines: usize,
    /// Those that are not shown at all, by what happened to them.
    pub(super) dropped: BTreeMap<&'static str, usize>,
}

/// What is kept free for saying what was cut.
const RESERVE: usize = 700;

/// Forms of a record, each longer than the one before: nothing, its name, in brief, in full.
const DROPPED: usize = 0;
const LINE: usize = 1;
const BRIEF: usize = 2;
const FULL: usize = 3;

/// The blocks, the most important first, in at most `budget` bytes: names for as many as two fifths of it hold, and the rest for
/// showing what they say, each time the most important first.
pub(super) fn fold(blocks: &[Block], budget: usize) -> Folded {
    let budget = budget.saturating_sub(RESERVE);
    let lengths: Vec<[usize; 4]> =
        blocks.iter().map(|block| [0, block.line.len(), block.brief.len().min(block.full.len()), block.full.len()]).collect();
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|index| (blocks[*index].weight, *index));
    let mut levels = vec![DROPPED; blocks.len()];
    let mut total = 0;
    let mut raise = |wanted: &[usize], budget: usize| {
        for index in &order {
            let now = total - lengths[*index][levels[*index]];
            if let Some(level) = wanted.iter().find(|level| **level > levels[*index] && now + lengths[*index][**level] <= budget) {
                (levels[*index], total) = (*level, now + lengths[*index][*level]);
            }
        }
    };
    raise(&[LINE], budget * 2 / 5);
    raise(&[FULL, BRIEF], budget);
    raise(&[LINE], budget);
    let mut text = String::new();
    let mut lines = String::new();
    let mut dropped = BTreeMap::new();
    for (block, level) in order.iter().map(|index| (&blocks[*index], levels[*index])) {
        match level {
            FULL => text.push_str(&block.full),
            BRIEF => text.push_str(if block.brief.len() < block.full.len() { &block.brief } else { &block.full }),
            LINE => lines.push_str(&block.line),
            _ => *dropped.entry(block.verb).or_default() += 1,
        }
    }
    let at = |wanted: usize| levels.iter().filter(|level| **level == wanted).count();
    if !lines.is_empty() {
        let title = if text.is_empty() { "Records" } else { "More records" };
        text.push_str(&format!("<details><summary>{title}, by name</summary>\n\n{lines}\n</details>\n\n"));
    }
    Folded { text, brief: at(BRIEF), lines: at(LINE), dropped }
}

/// What was cut, in a sentence; nothing where nothing was.
pub(super) fn shortened(folded: &Folded, rest: &str) -> String {
    let parts = [(folded.brief, "in brief"), (folded.lines, "by name alone"), (folded.dropped.values().sum(), "not at all")];
    let kinds: Vec<String> = folded.dropped.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let mut parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{} {how}", counted(count, "record"))).collect();
    if let Some(last) = parts.last_mut() {
        last.push_str(&kinds);
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("> Shortened to fit: {} (the least important first). {rest}\n\n", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(weight: Weight, size: usize) -> Block {
        Block { weight, verb: "changed", full: "f".repeat(size), brief: "b".repeat(size / 2), line: "l".repeat(40) }
    }

    #[test]
    fn the_least_important_are_folded_first() {
        let blocks = [block(Weight::Added, 1000), block(Weight::Value, 1000), block(Weight::Edited, 1000)];
        let folded = fold(&blocks, 2500 + RESERVE);
        assert_eq!(folded.text, format!("{}{}", "f".repeat(2000), "b".repeat(500)));
        let folded = fold(&blocks, 1200 + RESERVE);
        assert_eq!((folded.brief, folded.lines, folded.dropped.len()), (0, 2, 0));
        assert!(folded.text.starts_with("fff") && folded.text.contains("More records"));
        assert_eq!(fold(&blocks, 0).dropped, BTreeMap::from([("changed", 3)]));
        assert!(shortened(&fold(&blocks, 0), "See there.").contains("3 records not at all (3 changed)"));
    }
}
