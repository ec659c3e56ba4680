//! Fits a list of records into a comment: the least important are folded first, and what was cut is said.

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
    pub(super) full: String,
    pub(super) brief: String,
    pub(super) line: String,
}

/// What fits.
pub(super) struct Folded {
    pub(super) text: String,
    pub(super) brief: usize,
    pub(super) lines: usize,
    pub(super) dropped: usize,
}

/// What is kept free for saying what was cut.
const RESERVE: usize = 700;

/// The blocks in their order, in at most `budget` bytes.
pub(super) fn fold(blocks: &[Block], budget: usize) -> Folded {
    let lengths: Vec<[usize; 4]> = blocks
        .iter()
        .map(|block| {
            let brief = block.brief.len().min(block.full.len());
            [block.full.len(), brief, block.line.len().min(brief), 0]
        })
        .collect();
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse((blocks[*index].weight, lengths[*index][0], *index)));
    let mut levels = vec![0; blocks.len()];
    let mut total: usize = lengths.iter().map(|length| length[0]).sum();
    let budget = budget.saturating_sub(RESERVE);
    for level in 1..4 {
        for index in &order {
            if total <= budget {
                break;
            }
            total -= lengths[*index][level - 1] - lengths[*index][level];
            levels[*index] = level;
        }
    }
    let mut text = String::new();
    let mut lines = String::new();
    for (block, level) in blocks.iter().zip(&levels) {
        match level {
            0 => text.push_str(&block.full),
            1 => text.push_str(if block.brief.len() < block.full.len() { &block.brief } else { &block.full }),
            2 => lines.push_str(&block.line),
            _ => {}
        }
    }
    let at = |wanted: usize| levels.iter().filter(|level| **level == wanted).count();
    if !lines.is_empty() {
        let title = if text.is_empty() { "Records" } else { "More records" };
        text.push_str(&format!("<details><summary>{title}, by name</summary>\n\n{lines}\n</details>\n\n"));
    }
    Folded { text, brief: at(1), lines: at(2), dropped: at(3) }
}

/// What was cut, in a sentence; nothing where nothing was.
pub(super) fn shortened(folded: &Folded, rest: &str) -> String {
    let parts = [(folded.brief, "in brief"), (folded.lines, "by name alone"), (folded.dropped, "not at all")];
    let parts: Vec<String> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{} {how}", counted(count, "record"))).collect();
    if parts.is_empty() { String::new() } else { format!("> Shortened to fit: {} (the least important first). {rest}\n\n", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(weight: Weight, size: usize) -> Block {
        Block { weight, full: "f".repeat(size), brief: "b".repeat(size / 2), line: "l".repeat(40) }
    }

    #[test]
    fn the_least_important_are_folded_first() {
        let blocks = [block(Weight::Added, 1000), block(Weight::Value, 1000), block(Weight::Edited, 1000)];
        let folded = fold(&blocks, 2500 + RESERVE);
        assert_eq!(folded.text, format!("{}{}", "b".repeat(500), "f".repeat(2000)));
        let folded = fold(&blocks, 1200 + RESERVE);
        assert_eq!((folded.brief, folded.lines, folded.dropped), (2, 1, 0));
        assert!(folded.text.starts_with("bbb") && folded.text.contains("More records"));
        assert_eq!(fold(&blocks, 0).dropped, 3);
    }
}
