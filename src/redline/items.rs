//! Lists and description lists of two documents merged, item by item.

use super::align::{Stretch, stretches};
use super::merger::{Fate, Merger, anchor_block, block};
use super::node::{Item, Node, Term};
use super::plain::plain_all;
use super::visible::{task_box, text_of};
use crate::document::{self, Block, BlockKind, Inline, List};
use crate::text::words::Op;

impl Merger<'_> {
    pub(super) fn list(
        &mut self,
        (first, old): (Option<usize>, &[Item]),
        (start, new): (Option<usize>, &[Item]),
        tight: bool,
    ) -> Vec<Block> {
        // (number, item): what is struck out has a number of its own, and the others have theirs.
        let mut items: Vec<(usize, document::Item)> = Vec::new();
        let (mut number, mut old_number) = (start.unwrap_or(1), first.unwrap_or(1));
        for part in stretches(old, new, |item| &item.sign, &self.plan.elsewhere) {
            match part {
                Stretch::Both(old, new) => {
                    let blocks = if old.sign.hash == new.sign.hash { plain_all(&new.nodes) } else { self.nodes(&old.nodes, &new.nodes) };
                    items.push((number, document::Item { task: new.task, blocks, line: 0 }));
                    number += 1;
                    old_number += 1;
                }
                Stretch::One(op, some) => {
                    for (fate, run) in self.by_fate(op, &some, |item| item.id) {
                        if !matches!(fate, Fate::Moved(_)) {
                            let texts = |item: &&Item| {
                                Some(self.visible_text(op, &item.nodes))
                                    .filter(|text| !text.is_empty())
                                    .map(|text| task_box(item.task).to_owned() + &text)
                            };
                            let texts: Vec<String> = run.iter().filter_map(texts).collect();
                            self.begin_with(op, texts.into_iter());
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

    pub(super) fn item(&mut self, op: Op, item: &Item) -> document::Item {
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

    pub(super) fn terms(&mut self, old: &[Term], new: &[Term]) -> Vec<(Vec<Inline>, Vec<Block>)> {
        let mut out = Vec::new();
        for part in stretches(old, new, |term| &term.sign, &self.plan.elsewhere) {
            match part {
                Stretch::Both(old, new) => out.push((self.text(&old.term, &new.term), self.nodes(&old.details, &new.details))),
                Stretch::One(op, some) => {
                    for (fate, run) in self.by_fate(op, &some, |term| term.id) {
                        if !matches!(fate, Fate::Moved(_)) {
                            let texts = |term: &&Term| {
                                format!("{} {}", text_of(&term.term), self.visible_text(op, &term.details)).trim().to_owned()
                            };
                            let texts: Vec<String> = run.iter().map(texts).filter(|text| !text.is_empty()).collect();
                            self.begin_with(op, texts.into_iter());
                        }
                        out.extend(run.into_iter().map(|term| self.term(op, term)));
                        self.anchor = None;
                    }
                }
            }
        }
        out
    }

    pub(super) fn term(&mut self, op: Op, term: &Term) -> (Vec<Inline>, Vec<Block>) {
        if let Fate::Moved(number) = self.fate(op, term.id) {
            return self.moved_term(op, number, term);
        }
        (self.run(op, &term.term), self.all_placed(op, &term.details))
    }
}
