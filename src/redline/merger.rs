//! What merging blocks, lists, tables and moves share: the changes found so far, and texts with their marks.

use std::collections::BTreeSet;

use super::changes::{Changes, Excerpt};
use super::moves::Plan;
use super::node::{Kind, Node};
use super::prose;
use super::sections::MovedSection;
use super::token::{self, Run, Token};
use super::visible::{text_of, visible_text_without};
use crate::document::{Block, BlockKind, Inline, MoveEnd};
use crate::text::words::Op;

/// What becomes of something that one side alone has in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was inserted or deleted.
    OneSided,
    /// It moved, with others of the same number.
    Moved(usize),
    /// Its words are in other paragraphs.
    Regrouped,
}

/// Whether the changed texts that are being merged are changes of their own or parts of one change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Each is a change.
    #[default]
    Separate,
    /// All are parts of one change, which is not in the list yet.
    Pending,
    /// All are parts of the current change.
    Current,
}

/// Makes the redline's blocks, and lists what changed. Its methods are in the files of what they merge.
pub(super) struct Merger<'a> {
    pub(super) changes: Changes<'a>,
    /// The anchor of a change that is not placed yet.
    pub(super) anchor: Option<String>,
    pub(super) grouping: Grouping,
    /// What precedes the excerpt of the next change, to say where it is.
    pub(super) lead: String,
    /// What moved, was split or joined.
    pub(super) plan: &'a Plan<'a>,
    pub(super) sections: &'a [MovedSection],
    /// The change of each move, once one of its two places was met, and the places that are labelled.
    pub(super) moved: Vec<Option<usize>>,
    pub(super) labelled: BTreeSet<(usize, MoveEnd)>,
}

impl<'a> Merger<'a> {
    pub(super) fn new(changes: Changes<'a>, plan: &'a Plan<'a>, sections: &'a [MovedSection]) -> Merger<'a> {
        Merger {
            changes,
            anchor: None,
            grouping: Grouping::Separate,
            lead: String::new(),
            plan,
            sections,
            moved: vec![None; plan.moves],
            labelled: BTreeSet::new(),
        }
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
    pub(super) fn note(&mut self, words: &[(Op, &Token)]) {
        let lead = std::mem::take(&mut self.lead);
        let excerpt = self.changes.excerpt(words).within(&lead);
        self.part(excerpt);
    }

    /// Notes a change, or a part of the one at hand.
    pub(super) fn part(&mut self, excerpt: Excerpt) {
        match self.grouping {
            Grouping::Current => return self.changes.extend(excerpt),
            Grouping::Pending => self.grouping = Grouping::Current,
            Grouping::Separate => {}
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

    /// A text of one side.
    pub(super) fn run(&mut self, op: Op, run: &Run) -> Vec<Inline> {
        let words: Vec<(Op, &Token)> = run.iter().map(|token| (op, token)).collect();
        self.placed(token::inlines(&words))
    }

    /// Notes what one side alone has, if there is anything: what its parts say.
    pub(super) fn begin_with(&mut self, op: Op, mut texts: impl Iterator<Item = String>) {
        if let Some(first) = texts.next() {
            self.grouping = Grouping::Separate;
            self.anchor = Some(self.changes.add(Excerpt::of(op, &first), 1 + texts.count()));
        }
    }

    /// Remembers the heading of the text that follows.
    pub(super) fn enter(&mut self, node: &Node) {
        match &node.kind {
            Kind::Heading { text, .. } => self.changes.section = text_of(text),
            Kind::Quote(nodes) | Kind::Alert { nodes, .. } | Kind::Directive { nodes, .. } => {
                nodes.iter().for_each(|node| self.enter(node))
            }
            _ => {}
        }
    }

    /// What blocks say, without what moved elsewhere.
    pub(super) fn visible_text(&self, op: Op, nodes: &[Node]) -> String {
        visible_text_without(nodes, &|id| matches!(self.fate(op, id), Fate::Moved(_)))
    }

    pub(super) fn fate(&self, op: Op, id: usize) -> Fate {
        let (moves, groups) = match op {
            Op::Delete => (&self.plan.origins, &self.plan.old_groups),
            _ => (&self.plan.destinations, &self.plan.new_groups),
        };
        match moves.get(&id) {
            Some(number) => Fate::Moved(*number),
            None if groups.contains_key(&id) => Fate::Regrouped,
            None => Fate::OneSided,
        }
    }

    /// Runs of things that one side alone has, cut where what became of them differs.
    pub(super) fn by_fate<'n, T>(&self, op: Op, things: &[&'n T], id: impl Fn(&T) -> usize) -> Vec<(Fate, Vec<&'n T>)> {
        let fate = |thing: &T| self.fate(op, id(thing));
        things.chunk_by(|one, other| fate(one) == fate(other)).map(|run| (fate(run[0]), run.to_vec())).collect()
    }
}

pub(super) fn block(kind: BlockKind) -> Block {
    Block { kind, line: 0 }
}

pub(super) fn anchor_block(anchor: String) -> Block {
    block(BlockKind::Paragraph(vec![Inline::Anchor(anchor)]))
}

/// Whether an inline shows a change.
pub(super) fn is_mark(inline: &Inline) -> bool {
    matches!(inline, Inline::Inserted(_) | Inline::Deleted(_) | Inline::ParagraphMark(_))
}
