//! Blocks of two documents made one: what both have compared word by word, what one has marked as a whole.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::RedlineKind;
use super::align::{Sign, Step};
use super::changes::{Changes, Excerpt};
use super::moved::Fate;
use super::moves::{Plan, steps};
use super::node::{Item, Kind, Node, Term};
use super::plain::{plain, plain_all, plain_run};
use super::prose;
use super::regroup::{Regrouped, joined, together};
use super::said::{is_unseen, said_without, task, text_of};
use super::sections::MovedSection;
use super::token::{self, Run, Token};
use crate::document::{self, Block, BlockKind, Inline, List, MoveEnd, Row, Table};
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
    /// What moved, was split or joined.
    pub(super) plan: &'a Plan<'a>,
    pub(super) sections: &'a [MovedSection],
    /// The change that each move is, once one of its places was met, and the places that have their label.
    pub(super) moved: Vec<Option<usize>>,
    pub(super) labelled: BTreeSet<(usize, MoveEnd)>,
}

impl<'a> Merger<'a> {
    pub(super) fn new(changes: Changes<'a>, plan: &'a Plan<'a>, sections: &'a [MovedSection]) -> Merger<'a> {
        Merger {
            changes,
            anchor: None,
            together: None,
            lead: String::new(),
            plan,
            sections,
            moved: vec![None; plan.moves],
            labelled: BTreeSet::new(),
        }
    }

    pub(super) fn nodes(&mut self, old: &[Node], new: &[Node]) -> Vec<Block> {
        let mut out = Vec::new();
        let steps = steps(old, new, |node| &node.sign, &self.plan.elsewhere);
        let group = |groups: &HashMap<usize, usize>, node: &Node| groups.get(&node.id).copied();
        let steps = together(steps, |place| group(&self.plan.old_groups, &old[place]), |place| group(&self.plan.new_groups, &new[place]));
        for part in gathered(old, new, steps) {
            match part {
                Part::Both(_, new) if self.fate(Op::Insert, new.id) == Fate::Regrouped => out.extend(self.pieces(new)),
                Part::Both(old, new) => {
                    let merged = self.node(old, new);
                    // What no line could take stands before the block.
                    out.extend(self.anchor.take().map(anchor_block));
                    out.extend(merged);
                }
                Part::One(op, nodes) => out.extend(self.apart(op, &nodes)),
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
                Fate::Apart => {
                    // What follows a heading is filed under it.
                    let own = run.iter().position(|node| matches!(node.kind, Kind::Heading { .. })).unwrap_or(0);
                    for part in [&run[..own], &run[own..]].into_iter().filter(|part| !part.is_empty()) {
                        out.extend(self.whole(op, part.to_vec()));
                    }
                }
                Fate::Moved(number) => out.extend(self.moved_blocks(op, number, run)),
                Fate::Regrouped if op == Op::Insert => run.iter().for_each(|node| out.extend(self.pieces(node))),
                // Its words stand in the new paragraphs.
                Fate::Regrouped => {}
            }
        }
        out
    }

    /// The new paragraphs of a group where its first stands; nothing where the others do.
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
            if self.together.is_none() {
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
            // Of one class, and so of one kind; what can't be marked inside stands twice.
            _ => {
                let mut blocks = self.whole(Op::Delete, vec![old]);
                blocks.extend(self.whole(Op::Insert, vec![new]));
                return blocks;
            }
        };
        vec![block(kind)]
    }

    /// An image that both have: another one, or what is said of it.
    fn figure(&mut self, old: &Run, new: &Run) -> Vec<Block> {
        let parts = |run: &Run| match &run[0].leaf {
            token::Leaf::Image { path, title, alternative, .. } => (path.clone(), title.clone(), alternative.clone()),
            _ => Default::default(),
        };
        let ((old_path, old_title, old_alternative), (path, title, alternative)) = (parts(old), parts(new));
        let shown = block(BlockKind::Paragraph(plain_run(new)));
        let says = token::run_of(&[alternative, title].join(" "));
        let said = token::run_of(&[old_alternative, old_title].join(" "));
        let words = prose::compare(&said, &says, &BTreeSet::new());
        let is_same = words.iter().all(|(op, _)| *op == Op::Equal);
        if old_path == path {
            let mut out = vec![shown];
            if !is_same {
                out.push(block(BlockKind::Paragraph(self.text(&said, &says))));
            }
            return out;
        }
        self.note(&words);
        if self.together.is_none() {
            self.changes.found[self.changes.current].kind = RedlineKind::Replaced;
        }
        let before = block(BlockKind::Paragraph(plain_run(old)));
        let both = BlockKind::Directive { name: "replaced".to_owned(), attributes: Default::default(), blocks: vec![shown, before] };
        vec![block(both)]
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
        if !inlines.is_empty()
            && let Some(anchor) = self.anchor.take()
        {
            let at = inlines.iter().position(is_mark).unwrap_or(0);
            inlines.insert(at, Inline::Anchor(anchor));
        }
        inlines
    }

    /// Blocks that one side alone has: one change.
    pub(super) fn whole(&mut self, op: Op, nodes: Vec<&Node>) -> Vec<Block> {
        let says: Vec<String> =
            nodes.iter().map(|node| self.says(op, std::slice::from_ref(node))).filter(|says| !says.is_empty()).collect();
        let seen = || nodes.iter().copied().filter(|node| !is_unseen(node));
        if let Some(first) = seen().next().filter(|_| op == Op::Insert) {
            self.enter(first);
        }
        let own = seen().next().and_then(|first| Self::own_section(op, first));
        let section = own.map(|own| std::mem::replace(&mut self.changes.section, own));
        self.begin_with(op, says.into_iter());
        if let Some(section) = section {
            self.changes.section = section;
        }
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

    fn all(&mut self, op: Op, nodes: &[Node]) -> Vec<Block> {
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
        for part in parts(old, new, |item| &item.sign, &self.plan.elsewhere) {
            match part {
                Part::Both(old, new) => {
                    let blocks = if old.sign.hash == new.sign.hash { plain_all(&new.nodes) } else { self.nodes(&old.nodes, &new.nodes) };
                    items.push((number, document::Item { task: new.task, blocks, line: 0 }));
                    number += 1;
                    old_number += 1;
                }
                Part::One(op, some) => {
                    for run in
                        some.chunk_by(|one, other| self.fate(op, one.id) == self.fate(op, other.id)).map(<[_]>::to_vec).collect::<Vec<_>>()
                    {
                        if !matches!(self.fate(op, run[0].id), Fate::Moved(_)) {
                            let says = |item: &&Item| {
                                Some(self.says(op, &item.nodes)).filter(|said| !said.is_empty()).map(|said| task(item).to_owned() + &said)
                            };
                            let says: Vec<String> = run.iter().filter_map(says).collect();
                            self.begin_with(op, says.into_iter());
                        }
                        for item in run {
                            let counter = if op == Op::Delete { &mut old_number } else { &mut number };
                            items.push((*counter, self.item(op, item)));
                            *counter += 1;
                        }
                        self.anchor = None;
                    }
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
        if let Fate::Moved(number) = self.fate(op, item.id) {
            return self.moved_item(op, number, item);
        }
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
        for part in parts(old, new, |term| &term.sign, &self.plan.elsewhere) {
            match part {
                Part::Both(old, new) => out.push((self.text(&old.term, &new.term), self.nodes(&old.details, &new.details))),
                Part::One(op, some) => {
                    for run in
                        some.chunk_by(|one, other| self.fate(op, one.id) == self.fate(op, other.id)).map(<[_]>::to_vec).collect::<Vec<_>>()
                    {
                        if !matches!(self.fate(op, run[0].id), Fate::Moved(_)) {
                            let says = |term: &&Term| format!("{} {}", text_of(&term.term), self.says(op, &term.details)).trim().to_owned();
                            let says: Vec<String> = run.iter().map(says).filter(|said| !said.is_empty()).collect();
                            self.begin_with(op, says.into_iter());
                        }
                        out.extend(run.into_iter().map(|term| self.term(op, term)));
                        self.anchor = None;
                    }
                }
            }
        }
        out
    }

    fn term(&mut self, op: Op, term: &Term) -> (Vec<Inline>, Vec<Block>) {
        if let Fate::Moved(number) = self.fate(op, term.id) {
            return self.moved_term(op, number, term);
        }
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
    pub(super) fn enter(&mut self, node: &Node) {
        match &node.kind {
            Kind::Heading { text, .. } => self.changes.section = text_of(text),
            Kind::Quote(nodes) | Kind::Alert { nodes, .. } | Kind::Directive { nodes, .. } => {
                nodes.iter().for_each(|node| self.enter(node))
            }
            _ => {}
        }
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

    /// What blocks say, without what moved elsewhere.
    fn says(&self, op: Op, nodes: &[Node]) -> String {
        said_without(nodes, &|id| matches!(self.fate(op, id), Fate::Moved(_)))
    }
}

/// Things of both sides, and runs of those that one side alone has.
pub(super) enum Part<'a, T> {
    Both(&'a T, &'a T),
    One(Op, Vec<&'a T>),
}

/// Both sides' things in one order.
pub(super) fn parts<'a, T>(old: &'a [T], new: &'a [T], sign: impl Fn(&T) -> &Sign, elsewhere: &HashSet<u64>) -> Vec<Part<'a, T>> {
    gathered(old, new, steps(old, new, sign, elsewhere))
}

fn gathered<'a, T>(old: &'a [T], new: &'a [T], steps: Vec<Step>) -> Vec<Part<'a, T>> {
    let mut parts: Vec<Part<'a, T>> = Vec::new();
    for step in steps {
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

pub(super) fn block(kind: BlockKind) -> Block {
    Block { kind, line: 0 }
}

pub(super) fn anchor_block(anchor: String) -> Block {
    block(BlockKind::Paragraph(vec![Inline::Anchor(anchor)]))
}

fn bold(token: &Token) -> Token {
    let wraps = std::iter::once(token::Wrap::Strong).chain(token.wraps.iter().cloned()).collect();
    Token { wraps, ..token.clone() }
}

/// Whether an inline shows a change.
fn is_mark(inline: &Inline) -> bool {
    matches!(inline, Inline::Inserted(_) | Inline::Deleted(_) | Inline::ParagraphMark(_))
}

fn is_figure(run: &Run) -> bool {
    matches!(run[..], [Token { leaf: token::Leaf::Image { .. }, .. }])
}
