//! A document as one side of a redline: title, blocks, footnotes and notes apart.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::generated::{Version, without_changes};
use super::node::{Node, Nodes, Signer};
use super::token::{Marked, Reader, Run};
use crate::document::{Block, BlockKind, Document, FIGURE_DATA, Inline, Item, List, Note};

/// One side.
pub(super) struct Side {
    pub(super) title: Option<Run>,
    pub(super) nodes: Vec<Node>,
    /// Footnotes of the text's own.
    pub(super) footnotes: BTreeMap<String, Vec<Node>>,
}

/// The notes of both sides: those of the new one keep their order, others follow.
#[derive(Default)]
pub(super) struct Notes {
    /// What each says, and whether the old and the new side have it.
    pub(super) all: Vec<(Run, bool, bool)>,
    /// By what they say, and the how many-th says it.
    by_text: HashMap<(u64, usize), usize>,
}

/// Which side a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Old,
    New,
}

impl Side {
    /// Reads a document; the new side first, so that its notes come first.
    pub(super) fn of(document: &Document, other: &Document, marked: Option<&Document>, which: Which, notes: &mut Notes) -> Side {
        let mut parts = Parts::default();
        let others: Vec<&Document> = [other].into_iter().chain(marked).collect();
        let mut blocks = without_changes(document, &others);
        if has_layout(&blocks) != has_layout(&other.blocks) {
            blocks = without_layout(blocks);
        }
        let mut blocks = parts.take(blocks, document);
        let version = Version::of(&document.front);
        let mask = |run: &mut Run| version.mask(run);

        // What notes say has no notes.
        let nothing = |_: Marked<'_>| None;
        let plain = Nodes { reader: Reader { note: &nothing, footnote: &|_| false }, mask: &mask, ids: Cell::new(0) };
        let mut numbers: HashMap<Key, usize> = HashMap::new();
        let mut seen: HashMap<u64, usize> = HashMap::new();
        let listed = document.notes.iter().enumerate().map(|(index, note)| (Key::Number(index + 1), &note.text));
        for (key, text) in listed.chain(parts.notes.iter().map(|(label, text)| (Key::Label(label.clone()), text))) {
            numbers.insert(key, notes.add(plain.run(text), which, &mut seen));
        }
        let note = |mark: Marked<'_>| match mark {
            Marked::Cite(number) => numbers.get(&Key::Number(number)).copied(),
            Marked::Label(label) => numbers.get(&Key::Label(label.to_owned())).copied(),
        };
        let labels: BTreeSet<&String> = parts.footnotes.iter().map(|(label, _)| label).collect();
        let nodes =
            Nodes { reader: Reader { note: &note, footnote: &|label| labels.contains(&label.to_owned()) }, mask: &mask, ids: Cell::new(0) };

        let title = blocks
            .iter()
            .position(|block| matches!(&block.kind, BlockKind::Heading { level: 1, content, .. } if !nodes.run(content).is_empty()));
        let title = title.map(|index| blocks.remove(index)).and_then(|block| match block.kind {
            BlockKind::Heading { content, .. } => Some(nodes.run(&content)),
            _ => None,
        });
        let mut footnotes = BTreeMap::new();
        for (label, blocks) in &parts.footnotes {
            footnotes.entry(label.clone()).or_insert_with(|| nodes.nodes(blocks));
        }
        Side { title, nodes: nodes.nodes(&blocks), footnotes }
    }
}

impl Notes {
    fn add(&mut self, text: Run, which: Which, seen: &mut HashMap<u64, usize>) -> usize {
        let mut sign = Signer::of(&"note");
        sign.run(&text);
        let hash = sign.done().hash;
        let times = seen.entry(hash).or_default();
        *times += 1;
        let all = &mut self.all;
        let number = *self.by_text.entry((hash, *times)).or_insert_with(|| {
            all.push((text, false, false));
            all.len()
        });
        match which {
            Which::Old => self.all[number - 1].1 = true,
            Which::New => self.all[number - 1].2 = true,
        }
        number
    }
}

/// How a note is marked.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(usize),
    Label(String),
}

/// What is taken out of the blocks.
#[derive(Default)]
struct Parts {
    /// Numbered notes, as Markdown has them, by label.
    notes: Vec<(String, Vec<Inline>)>,
    footnotes: Vec<(String, Vec<Block>)>,
    listed: bool,
}

impl Parts {
    /// The blocks without notes and footnotes; a list of sources is one like others.
    fn take(&mut self, blocks: Vec<Block>, document: &Document) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        for Block { kind, line } in blocks {
            let kind = match kind {
                BlockKind::FootnoteDefinition { label, blocks } => {
                    match note_text(&label, &blocks) {
                        Some(text) => {
                            self.notes.push((label, text));
                            self.place(&mut out);
                        }
                        None => {
                            let blocks = self.take(blocks, document);
                            self.footnotes.push((label, blocks));
                        }
                    }
                    continue;
                }
                BlockKind::Notes => {
                    self.place(&mut out);
                    continue;
                }
                BlockKind::Sources => {
                    let item = |entry: &crate::document::SourceEntry| Item {
                        task: None,
                        blocks: vec![Block { kind: BlockKind::Paragraph(entry.text.clone()), line: 0 }],
                        line: 0,
                    };
                    BlockKind::List(List { start: None, tight: true, items: document.sources.iter().map(item).collect() })
                }
                BlockKind::Quote(blocks) => BlockKind::Quote(self.take(blocks, document)),
                BlockKind::Alert { kind, title, blocks } => BlockKind::Alert { kind, title, blocks: self.take(blocks, document) },
                BlockKind::Directive { name, attributes, blocks } => {
                    BlockKind::Directive { name, attributes, blocks: self.take(blocks, document) }
                }
                BlockKind::List(mut list) => {
                    for item in &mut list.items {
                        item.blocks = self.take(std::mem::take(&mut item.blocks), document);
                    }
                    BlockKind::List(list)
                }
                BlockKind::Descriptions(items) => {
                    BlockKind::Descriptions(items.into_iter().map(|(term, details)| (term, self.take(details, document))).collect())
                }
                other => other,
            };
            out.push(Block { kind, line });
        }
        out
    }

    /// Notes go where the first of them is.
    fn place(&mut self, out: &mut Vec<Block>) {
        if !std::mem::replace(&mut self.listed, true) {
            out.push(Block { kind: BlockKind::Notes, line: 0 });
        }
    }
}

/// The text of a numbered note: brief writes it as one paragraph.
fn note_text(label: &str, blocks: &[Block]) -> Option<Vec<Inline>> {
    if label.is_empty() || !label.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match blocks {
        [] => Some(Vec::new()),
        [Block { kind: BlockKind::Paragraph(text), .. }] => Some(text.clone()),
        _ => None,
    }
}

/// Whether blocks have layout that the Markdown of readers doesn't; what a redline itself marks is none.
pub(super) fn has_layout(blocks: &[Block]) -> bool {
    let mut found = false;
    crate::document::walk::blocks(blocks, &mut |block| {
        let own = [super::generated::CHANGES, "inserted", "deleted", "moved-to", "moved-from", "replaced", FIGURE_DATA];
        found |= matches!(&block.kind, BlockKind::Directive { name, .. } if !own.contains(&name.as_str()));
    });
    found
}

fn without_layout(blocks: Vec<Block>) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for Block { kind, line } in blocks {
        let kind = match kind {
            BlockKind::Directive { name, blocks, .. } if name != FIGURE_DATA => {
                out.extend(without_layout(blocks));
                continue;
            }
            BlockKind::Quote(blocks) => BlockKind::Quote(without_layout(blocks)),
            BlockKind::Alert { kind, title, blocks } => BlockKind::Alert { kind, title, blocks: without_layout(blocks) },
            BlockKind::List(mut list) => {
                for item in &mut list.items {
                    item.blocks = without_layout(std::mem::take(&mut item.blocks));
                }
                BlockKind::List(list)
            }
            other => other,
        };
        out.push(Block { kind, line });
    }
    out
}

/// The notes of a redline, marked where one side alone has them.
pub(super) fn written(notes: &Notes, mut inlines: impl FnMut(crate::text::words::Op, &Run) -> Vec<Inline>) -> Vec<Note> {
    use crate::text::words::Op;
    let all = notes.all.iter().map(|(text, old, new)| {
        let op = match (old, new) {
            (true, false) => Op::Delete,
            (false, true) => Op::Insert,
            _ => Op::Equal,
        };
        Note { source: String::new(), locator: None, text: inlines(op, text), marking: Default::default() }
    });
    all.collect()
}
