//! Blocks of two documents made one: what both have compared word by word, what one has marked as a whole.

use std::collections::BTreeSet;

use super::align::{Sign, Step, align};
use super::changes::{Changes, Excerpt};
use super::node::{Item, Kind, Node, Term};
use super::plain::{plain, plain_all, plain_run};
use super::prose;
use super::said::{is_unseen, said, task, text_of};
use super::token::{self, Run, Token};
use crate::document::{self, Block, BlockKind, Inline, List, Row, Table};
use crate::text::words::Op;

/// Makes the redline's blocks, and notes what changed.
pub(super) struct Merger<'a> {
    pub(super) changes: Changes<'a>,
    /// The anchor of a change whose place is still to come.
    pub(super) anchor: Option<String>,
    /// Whether the texts at hand belong to one change, and whether that is noted already.
    pub(super) together: Option<bool>,
    /// Says of the next change where it stands.
    pub(super) lead: String,
}

impl Merger<'_> {
    pub(super) fn nodes(&mut self, old: &[Node], new: &[Node]) -> Vec<Block> {
        let mut out = Vec::new();
        for part in parts(old, new, |node| &node.sign) {
            match part {
                Part::Both(old, new) => {
                    let merged = self.node(old, new);
                    // What no line could take stands before the block.
                    out.extend(self.anchor.take().map(anchor_block));
                    out.extend(merged);
                }
                Part::One(op, nodes) => out.extend(self.whole(op, nodes)),
            }
        }
        out
    }

    /// A title that has changed, over the text: the redline's own says only what it is now.
    pub(super) fn title(&mut self, old: Option<&Run>, new: Option<&Run>) -> Vec<Block> {
        let strong = |run: Option<&Run>| -> Run { run.into_iter().flatten().map(bold).collect() };
        let keys = |run: Option<&Run>| run.map(|run| run.iter().map(|token| token.key).collect::<Vec<_>>());
        if keys(old) == keys(new) {
            return Vec::new();
        }
        vec![block(BlockKind::Paragraph(self.text(&strong(old), &strong(new))))]
    }

    /// A block that both have.
    fn node(&mut self, old: &Node, new: &Node) -> Vec<Block> {
        if old.sign.hash == new.sign.hash {
            self.enter(new);
            return vec![plain(new)];
        }
        let kind = match (&old.kind, &new.kind) {
            (Kind::Heading { text: before, .. }, Kind::Heading { level, anchor, text }) => {
                self.changes.section = text_of(text);
                BlockKind::Heading { level: *level, content: self.text(before, text), anchor: anchor.clone() }
            }
            (Kind::Paragraph(before), Kind::Paragraph(text)) => BlockKind::Paragraph(self.text(before, text)),
            (Kind::Quote(before), Kind::Quote(nodes)) => BlockKind::Quote(self.nodes(before, nodes)),
            (Kind::Alert { nodes: before, .. }, Kind::Alert { kind, title, nodes }) => {
                BlockKind::Alert { kind: kind.clone(), title: title.clone(), blocks: self.nodes(before, nodes) }
            }
            (Kind::Directive { nodes: before, .. }, Kind::Directive { name, attributes, nodes }) => {
                BlockKind::Directive { name: name.clone(), attributes: attributes.clone(), blocks: self.nodes(before, nodes) }
            }
            (Kind::List { start: first, items: before, .. }, Kind::List { start, tight, items }) => {
                return self.list((*first, before), (*start, items), *tight);
            }
            (Kind::Terms(before), Kind::Terms(terms)) => BlockKind::Descriptions(self.terms(before, terms)),
            (Kind::Table(before), Kind::Table(grid)) => BlockKind::Table(self.table(before, grid)),
            // Of one class, and so of one kind; what can't be marked inside stands twice.
            _ => {
                let mut blocks = self.whole(Op::Delete, vec![old]);
                blocks.extend(self.whole(Op::Insert, vec![new]));
                return blocks;
            }
        };
        vec![block(kind)]
    }

    /// A text that both have.
    pub(super) fn text(&mut self, old: &Run, new: &Run) -> Vec<Inline> {
        self.text_among(old, new, &prose::known([old], [new]))
    }

    /// A text that both have; `known` are the notes that both mark there.
    pub(super) fn text_among(&mut self, old: &Run, new: &Run, known: &BTreeSet<usize>) -> Vec<Inline> {
        let words = prose::compare(old, new, known);
        if words.iter().all(|(op, _)| *op == Op::Equal) {
            return token::inlines(&words);
        }
        self.note(&words);
        self.placed(token::inlines(&words))
    }

    /// Notes a change of a text.
    fn note(&mut self, words: &[(Op, &Token)]) {
        let lead = std::mem::take(&mut self.lead);
        let excerpt = self.changes.excerpt(words).within(&lead);
        self.part(excerpt);
    }

    /// Notes a change, or a part of the one at hand.
    pub(super) fn part(&mut self, excerpt: Excerpt) {
        if self.together == Some(true) {
            self.changes.extend(excerpt);
            return;
        }
        if self.together.is_some() {
            self.together = Some(true);
        }
        self.anchor = Some(self.changes.add(excerpt, 1));
    }

    /// Inlines with the anchor that waits for its place, right before the first mark.
    pub(super) fn placed(&mut self, mut inlines: Vec<Inline>) -> Vec<Inline> {
        let is_marked = |inline: &Inline| matches!(inline, Inline::Inserted(_) | Inline::Deleted(_));
        if !inlines.is_empty()
            && let Some(anchor) = self.anchor.take()
        {
            let at = inlines.iter().position(is_marked).unwrap_or(0);
            inlines.insert(at, Inline::Anchor(anchor));
        }
        inlines
    }

    /// Blocks that one side alone has: one change.
    pub(super) fn whole(&mut self, op: Op, nodes: Vec<&Node>) -> Vec<Block> {
        let seen = || nodes.iter().copied().filter(|node| !is_unseen(node));
        if let Some(first) = seen().next().filter(|_| op == Op::Insert) {
            self.enter(first);
        }
        self.begin_with(op, seen().map(|node| said(std::slice::from_ref(node))));
        let mut out = Vec::new();
        for node in nodes {
            if op == Op::Insert {
                self.enter(node);
            }
            let marked = self.marked(op, node);
            out.extend(self.anchor.take_if(|_| !is_unseen(node)).map(anchor_block));
            out.extend(marked);
        }
        // Nothing of it was seen.
        self.anchor = None;
        out
    }

    /// A block with all that it holds marked.
    fn marked(&mut self, op: Op, node: &Node) -> Option<Block> {
        let kind = match &node.kind {
            // A heading that is gone is in no outline.
            Kind::Heading { text, .. } if op == Op::Delete => {
                let strong: Run = text.iter().map(bold).collect();
                BlockKind::Paragraph(self.run(op, &strong))
            }
            Kind::Heading { level, anchor, text } => {
                BlockKind::Heading { level: *level, content: self.run(op, text), anchor: anchor.clone() }
            }
            Kind::Paragraph(text) if is_figure(text) => return Some(self.framed(op, block(BlockKind::Paragraph(plain_run(text))))),
            Kind::Paragraph(text) => BlockKind::Paragraph(self.run(op, text)),
            Kind::Quote(nodes) => BlockKind::Quote(self.all(op, nodes)),
            Kind::Alert { kind, title, nodes } => {
                BlockKind::Alert { kind: kind.clone(), title: title.clone(), blocks: self.all(op, nodes) }
            }
            Kind::Directive { name, attributes, nodes } => {
                BlockKind::Directive { name: name.clone(), attributes: attributes.clone(), blocks: self.all(op, nodes) }
            }
            Kind::List { start, tight, items } => {
                BlockKind::List(List { start: *start, tight: *tight, items: items.iter().map(|item| self.item(op, item)).collect() })
            }
            Kind::Terms(terms) => BlockKind::Descriptions(terms.iter().map(|term| self.term(op, term)).collect()),
            Kind::Table(grid) => BlockKind::Table(Table {
                caption: grid.caption.as_ref().map(|caption| self.run(op, caption)),
                alignments: grid.alignments.clone(),
                header: self.header(|merger| grid.header.iter().map(|cell| merger.run(op, cell)).collect()),
                rows: grid.rows.iter().map(|row| Row { cells: row.iter().map(|cell| self.run(op, cell)).collect(), line: 0 }).collect(),
                source: grid.source.as_ref().map(|source| self.run(op, source)),
            }),
            Kind::Whole(BlockKind::Rule) if op == Op::Delete => return None,
            Kind::Whole(kind @ (BlockKind::Rule | BlockKind::Notes)) => kind.clone(),
            Kind::Whole(kind) => return Some(self.framed(op, block(kind.clone()))),
        };
        Some(block(kind))
    }

    fn all(&mut self, op: Op, nodes: &[Node]) -> Vec<Block> {
        let mut out = Vec::new();
        for node in nodes {
            let marked = self.marked(op, node);
            out.extend(
                self.anchor.take_if(|_| matches!(marked.as_ref().map(|block| &block.kind), Some(BlockKind::Table(_)))).map(anchor_block),
            );
            out.extend(marked);
        }
        out
    }

    /// A text of one side.
    pub(super) fn run(&mut self, op: Op, run: &Run) -> Vec<Inline> {
        let words: Vec<(Op, &Token)> = run.iter().map(|token| (op, token)).collect();
        self.placed(token::inlines(&words))
    }

    fn framed(&self, op: Op, inner: Block) -> Block {
        let name = if op == Op::Delete { "deleted" } else { "inserted" };
        block(BlockKind::Directive { name: name.to_owned(), attributes: Default::default(), blocks: vec![inner] })
    }

    /// Pages repeat a table's header: no anchor can stand in it.
    pub(super) fn header<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.anchor.take();
        let made = make(self);
        self.anchor = before.or(self.anchor.take());
        made
    }

    fn list(&mut self, (first, old): (Option<usize>, &[Item]), (start, new): (Option<usize>, &[Item]), tight: bool) -> Vec<Block> {
        // (number, item): what is struck out has a number of its own, and the others have theirs.
        let mut items: Vec<(usize, document::Item)> = Vec::new();
        let (mut number, mut old_number) = (start.unwrap_or(1), first.unwrap_or(1));
        for part in parts(old, new, |item| &item.sign) {
            match part {
                Part::Both(old, new) => {
                    let blocks = if old.sign.hash == new.sign.hash { plain_all(&new.nodes) } else { self.nodes(&old.nodes, &new.nodes) };
                    items.push((number, document::Item { task: new.task, blocks, line: 0 }));
                    number += 1;
                    old_number += 1;
                }
                Part::One(op, some) => {
                    let says =
                        |item: &&Item| Some(said(&item.nodes)).filter(|said| !said.is_empty()).map(|said| task(item).to_owned() + &said);
                    self.begin_with(op, some.iter().filter_map(says));
                    for item in some {
                        let counter = if op == Op::Delete { &mut old_number } else { &mut number };
                        items.push((*counter, self.item(op, item)));
                        *counter += 1;
                    }
                    self.anchor = None;
                }
            }
        }
        let Some(start) = start else {
            let items = items.into_iter().map(|(_, item)| item).collect();
            return vec![block(BlockKind::List(List { start: None, tight, items }))];
        };
        let mut lists: Vec<(usize, List)> = Vec::new();
        for (number, item) in items {
            match lists.last_mut().filter(|(next, _)| *next == number) {
                Some((next, list)) => {
                    *next += 1;
                    list.items.push(item);
                }
                None => lists.push((number + 1, List { start: Some(number), tight, items: vec![item] })),
            }
        }
        if lists.is_empty() {
            lists.push((start, List { start: Some(start), tight, items: Vec::new() }));
        }
        lists.into_iter().map(|(_, list)| block(BlockKind::List(list))).collect()
    }

    fn item(&mut self, op: Op, item: &Item) -> document::Item {
        document::Item { task: item.task, blocks: self.all_placed(op, &item.nodes), line: 0 }
    }

    /// Marked blocks, and before them the anchor if no line of theirs could take it.
    fn all_placed(&mut self, op: Op, nodes: &[Node]) -> Vec<Block> {
        let mut blocks = self.all(op, nodes);
        if !blocks.is_empty()
            && let Some(anchor) = self.anchor.take()
        {
            blocks.insert(0, anchor_block(anchor));
        }
        blocks
    }

    fn terms(&mut self, old: &[Term], new: &[Term]) -> Vec<(Vec<Inline>, Vec<Block>)> {
        let mut out = Vec::new();
        for part in parts(old, new, |term| &term.sign) {
            match part {
                Part::Both(old, new) => out.push((self.text(&old.term, &new.term), self.nodes(&old.details, &new.details))),
                Part::One(op, some) => {
                    let says = |term: &&Term| format!("{} {}", text_of(&term.term), said(&term.details)).trim().to_owned();
                    self.begin_with(op, some.iter().map(says).filter(|said| !said.is_empty()));
                    out.extend(some.into_iter().map(|term| self.term(op, term)));
                    self.anchor = None;
                }
            }
        }
        out
    }

    fn term(&mut self, op: Op, term: &Term) -> (Vec<Inline>, Vec<Block>) {
        (self.run(op, &term.term), self.all_placed(op, &term.details))
    }

    /// Notes what one side alone has, if there is anything: what its parts say.
    pub(super) fn begin_with(&mut self, op: Op, mut says: impl Iterator<Item = String>) {
        if let Some(first) = says.next() {
            self.together = None;
            self.anchor = Some(self.changes.add(Excerpt::of(op, &first), 1 + says.count()));
        }
    }

    /// Remembers the heading that what follows stands under.
    fn enter(&mut self, node: &Node) {
        if let Kind::Heading { text, .. } = &node.kind {
            self.changes.section = text_of(text);
        }
    }
}

/// Things of both sides, and runs of those that one side alone has.
pub(super) enum Part<'a, T> {
    Both(&'a T, &'a T),
    One(Op, Vec<&'a T>),
}

/// Both sides' things in one order.
pub(super) fn parts<'a, T>(old: &'a [T], new: &'a [T], sign: impl Fn(&T) -> &Sign) -> Vec<Part<'a, T>> {
    let signs = |all: &'a [T]| all.iter().map(&sign).collect::<Vec<_>>();
    let mut parts: Vec<Part<'a, T>> = Vec::new();
    for step in align(&signs(old), &signs(new)) {
        let (op, one) = match step {
            Step::Both(one, other) => {
                parts.push(Part::Both(&old[one], &new[other]));
                continue;
            }
            Step::Old(index) => (Op::Delete, &old[index]),
            Step::New(index) => (Op::Insert, &new[index]),
        };
        match parts.last_mut() {
            Some(Part::One(same, some)) if *same == op => some.push(one),
            _ => parts.push(Part::One(op, vec![one])),
        }
    }
    parts
}

fn block(kind: BlockKind) -> Block {
    Block { kind, line: 0 }
}

fn anchor_block(anchor: String) -> Block {
    block(BlockKind::Paragraph(vec![Inline::Anchor(anchor)]))
}

fn bold(token: &Token) -> Token {
    let wraps = std::iter::once(token::Wrap::Strong).chain(token.wraps.iter().cloned()).collect();
    Token { wraps, ..token.clone() }
}

fn is_figure(run: &Run) -> bool {
    matches!(run[..], [Token { leaf: token::Leaf::Image { .. }, .. }])
}
