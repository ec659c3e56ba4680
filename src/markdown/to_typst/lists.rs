//! Lists, with or without numbers or boxes, and terms with their descriptions.

use super::Writer;
use super::nesting::DEEPEST;
use crate::document::{Block, BlockKind, Inline, List, Task};

impl<'a> Writer<'a> {
    /// Blocks of an item or cell: a single paragraph is written as its text alone.
    pub(super) fn item(&mut self, blocks: &[&'a Block]) {
        let mut rest = blocks;
        if let Some((Block { kind: BlockKind::Paragraph(content), line }, after)) = rest.split_first() {
            self.code.at(*line);
            self.code.start();
            let content = self.bound(content);
            self.inlines(&content);
            rest = after;
        }
        if !rest.is_empty() {
            self.code.line("");
            self.blocks(rest);
        }
    }

    pub(super) fn list(&mut self, list: &'a List) {
        if self.nesting.blocks >= DEEPEST {
            list.items.iter().for_each(|item| self.inner(&item.blocks));
            return;
        }
        self.nesting.blocks += 1;
        let tasks = list.start.is_none() && !list.items.is_empty() && list.items.iter().all(|item| item.task.is_some());
        self.code.push(match list.start {
            Some(_) => "#enum(",
            None => "#list(",
        });
        self.code.push(&format!("tight: {}, ", list.tight));
        if let Some(start) = list.start {
            self.code.push(&format!("start: {start}, "));
        }
        self.code.line(if tasks { "marker: none, " } else { "" });
        for item in &list.items {
            self.code.at(item.line);
            self.code.push(&item.task.map_or_else(|| "[".to_owned(), |task| format!("task({})[", task == Task::Done)));
            let blocks: Vec<&Block> = self.shown(&item.blocks).collect();
            if list.tight {
                self.item(&blocks);
            } else {
                self.code.line("");
                self.blocks(&blocks);
            }
            self.code.line("],");
        }
        self.code.line(");");
        self.nesting.blocks -= 1;
    }

    pub(super) fn descriptions(&mut self, items: &'a [(Vec<Inline>, Vec<Block>)]) {
        if self.nesting.blocks >= DEEPEST {
            for (term, details) in items {
                self.paragraph(term);
                self.inner(details);
            }
            return;
        }
        self.nesting.blocks += 1;
        self.code.line("#terms(");
        for (term, details) in items {
            self.code.push("terms.item([");
            self.code.start();
            self.inlines(term);
            self.code.push("], [");
            let details: Vec<&Block> = self.shown(details).collect();
            self.item(&details);
            self.code.line("]),");
        }
        self.code.line(");");
        self.nesting.blocks -= 1;
    }
}
