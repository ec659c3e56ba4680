//! What brief itself writes into each version, and no comparison is to show: the list of changes, version lines.

use serde_json::{Map, Value};

use super::token::{Leaf, Run};
use crate::document::{Block, BlockKind, Document, StampField, plain_text};
use crate::layout::is_version_name;

/// The directive around a list of changes.
pub(super) const CHANGES: &str = "changes";

/// The blocks of a document without its list of changes, and without the heading over it.
///
/// Where only another text of the document marks the list, the section of the same heading is the list here.
pub(super) fn without_changes(document: &Document, others: &[&Document]) -> Vec<Block> {
    let mut headings = Vec::new();
    let blocks = dropped(&document.blocks, &mut headings);
    if !has_changes(&document.blocks)
        && let Some(other) = others.iter().find(|other| has_changes(&other.blocks))
    {
        dropped(&other.blocks, &mut headings);
        return without_sections(blocks, &headings);
    }
    blocks
}

/// A heading's level and words.
type Title = (u8, String);

fn title(block: &Block) -> Option<Title> {
    match &block.kind {
        BlockKind::Heading { level, content, .. } => Some((*level, plain_text(content).split_whitespace().collect::<Vec<_>>().join(" "))),
        _ => None,
    }
}

fn is_changes(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Directive { name, .. } if name == CHANGES)
}

fn has_changes(blocks: &[Block]) -> bool {
    let mut found = false;
    crate::document::walk::blocks(blocks, &mut |block| found |= is_changes(block));
    found
}

fn dropped(blocks: &[Block], headings: &mut Vec<Title>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        if !is_changes(block) {
            let kind = match &block.kind {
                BlockKind::Directive { name, attributes, blocks } => {
                    BlockKind::Directive { name: name.clone(), attributes: attributes.clone(), blocks: dropped(blocks, headings) }
                }
                BlockKind::Quote(blocks) => BlockKind::Quote(dropped(blocks, headings)),
                other => other.clone(),
            };
            out.push(Block { kind, line: block.line });
            continue;
        }
        let next = blocks.get(index + 1);
        if let Some(over) = out.last().and_then(title)
            && next.is_none_or(|next| title(next).is_some_and(|next| next.0 <= over.0))
        {
            out.pop();
            headings.push(over);
        }
    }
    out
}

fn without_sections(blocks: Vec<Block>, headings: &[Title]) -> Vec<Block> {
    let mut under = None;
    let keep = |block: &Block| {
        if let Some(title) = title(block) {
            if under.is_some_and(|level| title.0 <= level) {
                under = None;
            }
            if headings.contains(&title) {
                under = Some(title.0);
            }
        }
        under.is_none()
    };
    let mut blocks = blocks;
    blocks.retain(keep);
    blocks
}

/// A version's own name, digest and date, which its text may print.
#[derive(Debug, Default)]
pub(super) struct Version {
    name: Option<String>,
    digest: Option<String>,
    /// Year, month and day.
    date: Option<String>,
}

impl Version {
    pub(super) fn of(front: &Map<String, Value>) -> Version {
        let text = |key: &str| front.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("version").and_then(|name| name.rsplit('/').next().map(str::to_owned));
        let is_number = |name: &String| is_version_name(name);
        let is_digest = |digest: &String| digest.len() >= 8 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        Version {
            name: name.filter(is_number),
            digest: text("digest").filter(is_digest),
            date: text("date").filter(|date| date.len() == 10),
        }
    }

    /// Makes the version's name and digest equal to any other's, and to the places where a text that isn't stamped yet
    /// has them; beside one of them its date, too. A date that stands elsewhere is content.
    pub(super) fn mask(&self, run: &mut Run) {
        let is = |wanted: &Option<String>, text: &str| wanted.as_deref() == Some(text);
        let mut is_line = false;
        for token in run.iter_mut() {
            let field = match &token.leaf {
                Leaf::Word(text) if is(&self.name, text) => StampField::Name,
                Leaf::Word(text) if is(&self.digest, text) => StampField::Digest,
                Leaf::Stamp(field) => *field,
                _ => continue,
            };
            token.key = field as u64;
            is_line = true;
        }
        let Some(date) = self.date.as_deref().filter(|_| is_line) else { return };
        let (year, day) = (&date[..4.min(date.len())], date.get(8..).unwrap_or_default().trim_start_matches('0'));
        let mut at = 0;
        while at < run.len() {
            if run[at].text() == date {
                run[at].key = StampField::Date as u64;
            }
            // 6 November 2025, one word from here on
            if let Some([first, _, month, _, last]) = run.get(at..at + 5)
                && first.text() == day
                && last.text() == year
                && month.text().chars().all(char::is_alphabetic)
            {
                let said: String = run[at..at + 5].iter().map(|token| token.text()).collect();
                run[at].leaf = Leaf::Word(said);
                run[at].key = StampField::LongDate as u64;
                run.drain(at + 1..at + 5);
            }
            at += 1;
        }
    }
}
