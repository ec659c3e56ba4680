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
    /// Whether the lines hold nothing else, such as the bullet of a list's item.
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

/// A text without some of its lines.
pub(super) fn without(text: &str, blocks: &[&MarkedBlock]) -> String {
    let is_kept = |line: usize| blocks.iter().all(|block| !block.lines.contains(&line));
    let lines = text.split_inclusive('\n').enumerate().filter(|(index, _)| is_kept(index + 1)).map(|(_, line)| line);
    lines.collect()
}
