//! How a redline shows moved text: in full at its new place, with its edits marked; at its old place, crossed out, or its first
//! words where it is long.

use std::collections::BTreeMap;

use super::change::origin_anchor;
use super::changes::Excerpt;
use super::merger::{Grouping, Merger, anchor_block, block};
use super::moves::Unit;
use super::node::{Item, Node, Term};
use super::plain::{plain, plain_all, plain_run};
use super::visible::{text_of, visible_text};
use crate::document::{self, Block, BlockKind, Inline, MoveEnd};
use crate::text::words::Op;

/// Moved text of up to so many words is shown whole at its old place.
const WHOLE: usize = 80;
/// The number of words that are shown of longer moved text.
const FIRST: usize = 20;

impl Merger<'_> {
    /// Blocks that moved together, at one of their places.
    pub(super) fn moved_blocks(&mut self, op: Op, number: usize, nodes: &[&Node]) -> Vec<Block> {
        match op {
            Op::Delete => self.origin(number, nodes),
            _ => self.destination(number, nodes, |merger| {
                let mut out = Vec::new();
                for node in nodes {
                    let merged = match merger.plan.partners.get(&node.id) {
                        Some(Unit::Node(old)) => merger.node(old, node),
                        _ => vec![plain(node)],
                    };
                    out.extend(merger.anchor.take().map(anchor_block));
                    out.extend(merged);
                }
                out
            }),
        }
    }

    /// A section that moved, at one of its places. Changes inside it are entries of their own.
    pub(super) fn moved_section(&mut self, op: Op, number: usize) -> Vec<Block> {
        let sections = self.sections;
        let section = &sections[number];
        let (old, new) = (section.old.iter().collect::<Vec<_>>(), section.new.iter().collect::<Vec<_>>());
        match op {
            Op::Delete => {
                // It was behind other sections, not under them.
                let change = self.change_of(number);
                self.changes.found[change].moved_from = Some(String::new());
                self.origin(number, &old)
            }
            _ => self.destination(number, &new, |merger| {
                merger.grouping = Grouping::Separate;
                merger.nodes(&section.old, &section.new)
            }),
        }
    }

    pub(super) fn moved_item(&mut self, op: Op, number: usize, item: &Item) -> document::Item {
        let nodes: Vec<&Node> = item.nodes.iter().collect();
        let blocks = match op {
            Op::Delete => self.origin(number, &nodes),
            _ => self.destination(number, &nodes, |merger| match merger.plan.partners.get(&item.id) {
                Some(Unit::Item(old)) if old.sign.hash != item.sign.hash => merger.nodes(&old.nodes, &item.nodes),
                _ => plain_all(&item.nodes),
            }),
        };
        document::Item { task: item.task, blocks, line: 0 }
    }

    pub(super) fn moved_term(&mut self, op: Op, number: usize, term: &Term) -> (Vec<Inline>, Vec<Block>) {
        self.aside(|merger| {
            let (name, mut details) = match (op, merger.plan.partners.get(&term.id)) {
                (Op::Insert, Some(Unit::Term(old))) => {
                    merger.begin_moved(number, &format!("{} {}", text_of(&term.term), visible_text(&term.details)), 1);
                    (merger.text(&old.term, &term.term), merger.nodes(&old.details, &term.details))
                }
                _ => (plain_run(&term.term), plain_all(&term.details)),
            };
            let end = end(op);
            let anchor = merger.end_anchor(number, end);
            let mut head = [block(BlockKind::Paragraph(merger.wrapped(number, end, name, anchor)))];
            merger.wrap(&mut details, number, end);
            tell_ends(&mut head.iter_mut().chain(&mut details).collect::<Vec<_>>());
            let [Block { kind: BlockKind::Paragraph(name), .. }] = head else { return (Vec::new(), details) };
            (name, details)
        })
    }

    /// The cells of a row that moved.
    pub(super) fn moved_row(
        &mut self,
        op: Op,
        number: usize,
        text: &str,
        cells: impl FnOnce(&mut Self) -> Vec<Vec<Inline>>,
    ) -> Vec<Vec<Inline>> {
        self.aside(|merger| {
            if op == Op::Insert {
                merger.begin_moved(number, text, 1);
            }
            let (end, mut cells) = (end(op), cells(merger));
            let mut anchor = merger.end_anchor(number, end);
            for cell in cells.iter_mut().filter(|cell| !cell.is_empty()) {
                *cell = merger.wrapped(number, end, std::mem::take(cell), anchor.take());
            }
            tell(cells.iter_mut().flatten());
            cells
        })
    }

    /// The old place of blocks.
    fn origin(&mut self, number: usize, nodes: &[&Node]) -> Vec<Block> {
        self.aside(|merger| {
            let words: usize = nodes.iter().map(|node| node.sign.words.len()).sum();
            let mut blocks: Vec<Block> = if words <= WHOLE {
                nodes.iter().map(|node| unlisted(plain(node))).collect()
            } else {
                let all =
                    nodes.iter().map(|node| visible_text(std::slice::from_ref(*node))).find(|text| !text.is_empty()).unwrap_or_default();
                let first: Vec<&str> = all.split_whitespace().take(FIRST).collect();
                vec![block(BlockKind::Paragraph(vec![Inline::Text(format!("{} …", first.join(" ")))]))]
            };
            let section = merger.changes.section.clone();
            let change = merger.change_of(number);
            merger.changes.found[change].moved_from.get_or_insert(section);
            merger.label(&mut blocks, number, MoveEnd::Origin);
            blocks
        })
    }

    /// The new place of blocks, as `make` makes them.
    fn destination(&mut self, number: usize, nodes: &[&Node], make: impl FnOnce(&mut Self) -> Vec<Block>) -> Vec<Block> {
        self.aside(|merger| {
            let text = nodes.iter().map(|node| visible_text(std::slice::from_ref(*node))).find(|text| !text.is_empty()).unwrap_or_default();
            if let Some(first) = nodes.first() {
                merger.enter(first);
            }
            merger.begin_moved(number, &text, nodes.len());
            let mut blocks = make(merger);
            merger.label(&mut blocks, number, MoveEnd::Destination);
            blocks
        })
    }

    /// Does something that has nothing to do with the change at hand.
    fn aside<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.anchor.take(), std::mem::take(&mut self.grouping), std::mem::take(&mut self.lead), self.changes.current);
        let made = make(self);
        (self.anchor, self.grouping, self.lead, self.changes.current) = outer;
        made
    }

    /// The change that a move is, from the first of its places on.
    fn change_of(&mut self, number: usize) -> usize {
        if let Some(change) = self.moved[number] {
            return change;
        }
        let change = self.changes.add_move();
        self.moved[number] = Some(change);
        change
    }

    /// Notes where a move leads; edits that follow are parts of it.
    fn begin_moved(&mut self, number: usize, text: &str, things: usize) {
        let change = self.change_of(number);
        self.changes.arrive(change, Excerpt::of(Op::Equal, text), things);
        self.changes.current = change;
        self.grouping = Grouping::Current;
    }

    /// The anchor of a move's place, the first time that it is asked for.
    fn end_anchor(&mut self, number: usize, end: MoveEnd) -> Option<String> {
        let change = self.change_of(number);
        if end == MoveEnd::Origin && self.changes.found[change].moved_from.is_none() {
            self.changes.found[change].moved_from = Some(self.changes.section.clone());
        }
        let anchor = self.changes.found[change].anchor.clone();
        self.labelled.insert((number, end)).then(|| if end == MoveEnd::Origin { origin_anchor(&anchor) } else { anchor })
    }

    /// Marks blocks, the first text with its label.
    fn label(&mut self, blocks: &mut Vec<Block>, number: usize, end: MoveEnd) {
        self.wrap(blocks, number, end);
        self.head(blocks, number, end);
        tell_ends(&mut blocks.iter_mut().collect::<Vec<_>>());
    }

    /// Gives the first place of a move its label.
    fn head(&mut self, blocks: &mut Vec<Block>, number: usize, end: MoveEnd) {
        if let Some(anchor) = self.end_anchor(number, end) {
            let change = self.change_of(number) + 1;
            let anchor = Inline::Anchor(anchor);
            if let Some(BlockKind::Paragraph(content) | BlockKind::Heading { content, .. }) =
                blocks.first_mut().map(|block| &mut block.kind)
                && let [Inline::Moved { number, labelled, .. }] = &mut content[..]
                && *number == change
            {
                *labelled = true;
                content.insert(0, anchor);
                return;
            }
            let label = Inline::Moved { end, number: change, labelled: true, opens: false, closes: false, content: Vec::new() };
            blocks.insert(0, block(BlockKind::Paragraph(vec![anchor, label])));
        }
    }

    /// A text that moved; the anchor comes before its label.
    fn wrapped(&mut self, number: usize, end: MoveEnd, content: Vec<Inline>, anchor: Option<String>) -> Vec<Inline> {
        let moved =
            Inline::Moved { end, number: self.change_of(number) + 1, labelled: anchor.is_some(), opens: false, closes: false, content };
        anchor.map(Inline::Anchor).into_iter().chain([moved]).collect()
    }

    /// Marks all texts of blocks.
    fn wrap(&mut self, blocks: &mut [Block], number: usize, end: MoveEnd) {
        let number = self.change_of(number) + 1;
        blocks.iter_mut().for_each(|block| wrap(block, number, end));
    }
}

fn wrap(block: &mut Block, number: usize, end: MoveEnd) {
    let text = |content: &mut Vec<Inline>| {
        if content.iter().any(|inline| !matches!(inline, Inline::Anchor(_))) {
            *content = vec![Inline::Moved { end, number, labelled: false, opens: false, closes: false, content: std::mem::take(content) }];
        }
    };
    let all = |blocks: &mut [Block]| blocks.iter_mut().for_each(|block| wrap(block, number, end));
    match &mut block.kind {
        BlockKind::Paragraph(content) if !matches!(content[..], [Inline::Image { .. }]) => text(content),
        BlockKind::Heading { content, .. } => text(content),
        // It moved by itself, too.
        BlockKind::Directive { name, .. } if matches!(name.as_str(), "moved-to" | "moved-from") => frame(block, number, end),
        // Two images, of which the frame says enough.
        BlockKind::Directive { name, .. } if name == "replaced" => {}
        BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => all(inner),
        BlockKind::List(list) => list.items.iter_mut().for_each(|item| all(&mut item.blocks)),
        BlockKind::Descriptions(items) => items.iter_mut().for_each(|(term, details)| {
            text(term);
            all(details);
        }),
        BlockKind::Table(table) => {
            let rows = table.rows.iter_mut().flat_map(|row| &mut row.cells);
            table.caption.iter_mut().chain(&mut table.header).chain(rows).for_each(text);
        }
        BlockKind::Paragraph(_) | BlockKind::Code { .. } | BlockKind::Html(_) => frame(block, number, end),
        BlockKind::Rule | BlockKind::Notes | BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => {}
    }
}

fn frame(block: &mut Block, number: usize, end: MoveEnd) {
    let inner = std::mem::replace(block, self::block(BlockKind::Rule));
    let name = if end == MoveEnd::Origin { "moved-to" } else { "moved-from" };
    let attributes = BTreeMap::from([("number".to_owned(), number.to_string())]);
    block.kind = BlockKind::Directive { name: name.to_owned(), attributes, blocks: vec![inner] };
}

/// Says of the first and of the last text of blocks that moved that they are.
fn tell_ends(blocks: &mut [&mut Block]) {
    let mut texts = Vec::new();
    blocks.iter_mut().for_each(|block| collect(block, &mut texts));
    tell(texts.into_iter());
}

fn tell<'a>(texts: impl Iterator<Item = &'a mut Inline>) {
    let mut texts: Vec<&mut Inline> = texts.filter(|inline| matches!(inline, Inline::Moved { .. })).collect();
    if let Some(Inline::Moved { opens, .. }) = texts.first_mut() {
        *opens = true;
    }
    if let Some(Inline::Moved { closes, .. }) = texts.last_mut() {
        *closes = true;
    }
}

/// The texts of a block, in their order, without the header of a table, which pages repeat.
fn collect<'a>(block: &'a mut Block, texts: &mut Vec<&'a mut Inline>) {
    match &mut block.kind {
        BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => texts.extend(content),
        BlockKind::Directive { name, .. } if matches!(name.as_str(), "replaced" | "moved-to" | "moved-from") => {}
        BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
            inner.iter_mut().for_each(|block| collect(block, texts));
        }
        BlockKind::List(list) => list.items.iter_mut().flat_map(|item| &mut item.blocks).for_each(|block| collect(block, texts)),
        BlockKind::Descriptions(items) => items.iter_mut().for_each(|(term, details)| {
            texts.extend(term);
            details.iter_mut().for_each(|block| collect(block, texts));
        }),
        BlockKind::Table(table) => {
            texts.extend(table.caption.iter_mut().flatten());
            texts.extend(table.rows.iter_mut().flat_map(|row| &mut row.cells).flatten());
        }
        _ => {}
    }
}

fn end(op: Op) -> MoveEnd {
    if op == Op::Delete { MoveEnd::Origin } else { MoveEnd::Destination }
}

/// A heading that is gone from here is in no outline.
fn unlisted(block: Block) -> Block {
    match block.kind {
        BlockKind::Heading { content, .. } => self::block(BlockKind::Paragraph(vec![Inline::Strong(content)])),
        _ => block,
    }
}
