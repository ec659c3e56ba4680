//! Blocks of two documents made one: what both have compared word by word, what one has marked as a whole.

use std::collections::{BTreeSet, HashMap};

use super::align::{Stretch, gathered, steps};
use super::change::RedlineKind;
use super::merger::{Fate, Grouping, Merger, anchor_block, block, is_mark};
use super::node::{Kind, Node};
use super::plain::{plain, plain_run};
use super::prose;
use super::regroup::{Regrouped, joined, together};
use super::token::{self, Run, Token};
use super::visible::{is_invisible, text_of};
use crate::document::{Block, BlockKind, List, Row, Table};
use crate::text::words::Op;

impl Merger<'_> {
    pub(super) fn nodes(&mut self, old: &[Node], new: &[Node]) -> Vec<Block> {
        let mut out = Vec::new();
        let steps = steps(old, new, |node| &node.sign, &self.plan.elsewhere);
        let group = |groups: &HashMap<usize, usize>, node: &Node| groups.get(&node.id).copied();
        let steps = together(steps, |place| group(&self.plan.old_groups, &old[place]), |place| group(&self.plan.new_groups, &new[place]));
        for part in gathered(old, new, steps) {
            match part {
                Stretch::Both(_, new) if self.fate(Op::Insert, new.id) == Fate::Regrouped => out.extend(self.pieces(new)),
                Stretch::Both(old, new) => {
                    let merged = self.node(old, new);
                    // Changes that no line could take go before the block.
                    out.extend(self.anchor.take().map(anchor_block));
                    out.extend(merged);
                }
                Stretch::One(op, nodes) => out.extend(self.apart(op, &nodes)),
            }
        }
        out
    }

    /// Blocks that one side alone has in their place.
    fn apart(&mut self, op: Op, nodes: &[&Node]) -> Vec<Block> {
        let mut out = Vec::new();
        let mut rest = nodes;
        while let Some(first) = rest.first() {
            if let Kind::Section(number) = first.kind {
                out.extend(self.moved_section(op, number));
                rest = &rest[1..];
                continue;
            }
            let fate = self.fate(op, first.id);
            let is_same = |node: &&&Node| self.fate(op, node.id) == fate && !matches!(node.kind, Kind::Section(_));
            let (run, after) = rest.split_at(rest.iter().take_while(is_same).count());
            rest = after;
            match fate {
                Fate::OneSided => {
                    // What follows a heading is filed under it.
                    let own = run.iter().position(|node| matches!(node.kind, Kind::Heading { .. })).unwrap_or(0);
                    for part in [&run[..own], &run[own..]].into_iter().filter(|part| !part.is_empty()) {
                        out.extend(self.whole(op, part.to_vec()));
                    }
                }
                Fate::Moved(number) => out.extend(self.moved_blocks(op, number, run)),
                Fate::Regrouped if op == Op::Insert => run.iter().for_each(|node| out.extend(self.pieces(node))),
                // Its words are in the new paragraphs.
                Fate::Regrouped => {}
            }
        }
        out
    }

    /// The new paragraphs of a group at the place of its first; nothing at the places of the others.
    fn pieces(&mut self, node: &Node) -> Vec<Block> {
        let plan = self.plan;
        let group = plan.new_groups.get(&node.id).map(|index| &plan.regrouped[*index]);
        match group.filter(|group| group.news.first().is_some_and(|first| first.id == node.id)) {
            Some(group) => self.regrouped(group),
            None => Vec::new(),
        }
    }

    /// The texts of the new paragraphs, with marks where paragraphs were split or joined: one change.
    fn regrouped(&mut self, group: &Regrouped<'_>) -> Vec<Block> {
        let (old, new) = (joined(&group.olds), joined(&group.news));
        let words = prose::compare(&old, &new, &prose::known([&old], [&new]));
        if words.iter().any(|(op, _)| *op != Op::Equal) {
            self.note(&words);
            let kind = |op| words.iter().any(|(other, token)| *other == op && token.leaf == token::Leaf::ParagraphEnd);
            let kind = if kind(Op::Insert) { RedlineKind::Split } else { RedlineKind::Joined };
            if self.grouping == Grouping::Separate {
                self.changes.found[self.changes.current].kind = kind;
            }
        }
        let mut pieces = Vec::new();
        for piece in words.split_inclusive(|(op, token)| token.leaf == token::Leaf::ParagraphEnd && *op != Op::Delete) {
            let inlines = token::inlines(piece);
            let is_marked = inlines.iter().any(is_mark);
            pieces.push(block(BlockKind::Paragraph(if is_marked { self.placed(inlines) } else { inlines })));
        }
        pieces
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
    pub(super) fn node(&mut self, old: &Node, new: &Node) -> Vec<Block> {
        if old.sign.hash == new.sign.hash {
            self.enter(new);
            return vec![plain(new)];
        }
        let kind = match (&old.kind, &new.kind) {
            (Kind::Heading { text: before, .. }, Kind::Heading { level, anchor, text }) => {
                self.changes.section = text_of(text);
                BlockKind::Heading { level: *level, content: self.text(before, text), anchor: anchor.clone() }
            }
            (Kind::Paragraph(before), Kind::Paragraph(text)) if is_figure(before) && is_figure(text) => return self.figure(before, text),
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
            // Of one class, and so of one kind; what can't be marked inside is shown twice.
            _ => {
                let mut blocks = self.whole(Op::Delete, vec![old]);
                blocks.extend(self.whole(Op::Insert, vec![new]));
                return blocks;
            }
        };
        vec![block(kind)]
    }

    /// An image that both have: with other bytes, or another alternative text.
    fn figure(&mut self, old: &Run, new: &Run) -> Vec<Block> {
        let parts = |run: &Run| match &run[0].leaf {
            token::Leaf::Image { path, title, alternative, .. } => (path.clone(), title.clone(), alternative.clone()),
            _ => Default::default(),
        };
        let ((old_path, old_title, old_alternative), (path, title, alternative)) = (parts(old), parts(new));
        let shown = block(BlockKind::Paragraph(plain_run(new)));
        let new_words = token::run_of(&[alternative, title].join(" "));
        let old_words = token::run_of(&[old_alternative, old_title].join(" "));
        let words = prose::compare(&old_words, &new_words, &BTreeSet::new());
        let is_same = words.iter().all(|(op, _)| *op == Op::Equal);
        if old_path == path {
            let mut out = vec![shown];
            if !is_same {
                out.push(block(BlockKind::Paragraph(self.text(&old_words, &new_words))));
            }
            return out;
        }
        self.note(&words);
        if self.grouping == Grouping::Separate {
            self.changes.found[self.changes.current].kind = RedlineKind::Replaced;
        }
        let before = block(BlockKind::Paragraph(plain_run(old)));
        let both = BlockKind::Directive { name: "replaced".to_owned(), attributes: Default::default(), blocks: vec![shown, before] };
        vec![block(both)]
    }

    /// Blocks that one side alone has: one change.
    pub(super) fn whole(&mut self, op: Op, nodes: Vec<&Node>) -> Vec<Block> {
        let texts: Vec<String> =
            nodes.iter().map(|node| self.visible_text(op, std::slice::from_ref(node))).filter(|texts| !texts.is_empty()).collect();
        let seen = || nodes.iter().copied().filter(|node| !is_invisible(node));
        if let Some(first) = seen().next().filter(|_| op == Op::Insert) {
            self.enter(first);
        }
        let own = seen().next().and_then(|first| Self::own_section(op, first));
        let section = own.map(|own| std::mem::replace(&mut self.changes.section, own));
        self.begin_with(op, texts.into_iter());
        if let Some(section) = section {
            self.changes.section = section;
        }
        let mut out = Vec::new();
        for node in nodes {
            if op == Op::Insert {
                self.enter(node);
            }
            let marked = self.marked(op, node);
            out.extend(self.anchor.take_if(|_| !is_invisible(node)).map(anchor_block));
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
                label: grid.label.clone(),
                caption: grid.caption.as_ref().map(|caption| self.run(op, caption)),
                alignments: grid.alignments.clone(),
                header: self.header(|merger| grid.header.iter().map(|cell| merger.run(op, cell)).collect()),
                rows: grid.rows.iter().map(|row| Row { cells: row.iter().map(|cell| self.run(op, cell)).collect(), line: 0 }).collect(),
                source: grid.source.as_ref().map(|source| self.run(op, source)),
            }),
            Kind::Whole(BlockKind::Rule) if op == Op::Delete => return None,
            Kind::Whole(kind @ (BlockKind::Rule | BlockKind::Notes)) => kind.clone(),
            Kind::Section(_) => return None,
            Kind::Whole(kind) => return Some(self.framed(op, block(kind.clone()))),
        };
        Some(block(kind))
    }

    pub(super) fn all(&mut self, op: Op, nodes: &[Node]) -> Vec<Block> {
        let mut out = Vec::new();
        for node in nodes {
            if let Fate::Moved(number) = self.fate(op, node.id) {
                out.extend(self.moved_blocks(op, number, &[node]));
                continue;
            }
            let marked = self.marked(op, node);
            out.extend(
                self.anchor.take_if(|_| matches!(marked.as_ref().map(|block| &block.kind), Some(BlockKind::Table(_)))).map(anchor_block),
            );
            out.extend(marked);
        }
        out
    }

    fn framed(&self, op: Op, inner: Block) -> Block {
        let name = if op == Op::Delete { "deleted" } else { "inserted" };
        block(BlockKind::Directive { name: name.to_owned(), attributes: Default::default(), blocks: vec![inner] })
    }

    /// Pages repeat a table's header, so it can't contain anchors.
    pub(super) fn header<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.anchor.take();
        let made = make(self);
        self.anchor = before.or(self.anchor.take());
        made
    }

    /// What a whole block is filed under that names itself: a table's caption, a heading that is gone.
    fn own_section(op: Op, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Heading { text, .. } if op == Op::Delete => Some(text_of(text)),
            Kind::Table(grid) => grid.caption.as_ref().map(text_of),
            Kind::Directive { nodes, .. } => Self::own_section(op, nodes.first()?),
            _ => None,
        }
    }
}

fn bold(token: &Token) -> Token {
    let wraps = std::iter::once(token::Wrap::Strong).chain(token.wraps.iter().cloned()).collect();
    Token { wraps, ..token.clone() }
}

fn is_figure(run: &Run) -> bool {
    matches!(run[..], [Token { leaf: token::Leaf::Image { .. }, .. }])
}
