//! Footnotes of the authors' own: each belongs to the text it was written in, be it the template or one printing of a field.
//!
//! Two texts may use one label, and one text may be printed twice. So each footnote is first called by a number of its own,
//! and gets its label back, or one like it, when all are known.

use std::collections::{BTreeMap, BTreeSet};

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, Inline, walk};

/// The prefix of a temporary label: a character that neither templates nor data can contain.
const NUMBERED: char = '\u{fdd0}';

impl Resolver<'_> {
    /// Gives the footnotes of one text numbers of their own, and reports those whose text would not be printed.
    pub(super) fn number_footnotes(&mut self, blocks: &mut [Block]) {
        let mut defined: BTreeMap<String, usize> = BTreeMap::new();
        let mut lines = Vec::new();
        walk::blocks(blocks, &mut |block| {
            if let BlockKind::FootnoteDefinition { label, .. } = &block.kind {
                lines.push((label.clone(), block.line));
            }
        });
        if lines.is_empty() {
            return;
        }
        let mut marked = BTreeSet::new();
        walk::inlines(blocks, &mut |inline| {
            if let Inline::FootnoteReference(label) = inline {
                marked.insert(label.to_lowercase());
            }
        });
        for (label, line) in lines {
            let key = label.to_lowercase();
            self.at(line);
            if defined.contains_key(&key) {
                self.fault(
                    Diagnostic::error(Code::DuplicateFootnote, Place::Book, format!("footnote `{label}` is defined twice in this text"))
                        .help("give each footnote a label of its own"),
                );
                continue;
            }
            if !marked.contains(&key) {
                self.fault(
                    Diagnostic::warning(
                        Code::UnusedFootnote,
                        Place::Book,
                        format!("nothing refers to footnote `{label}`, so it is not printed"),
                    )
                    .help(format!("put `[^{label}]` where it belongs, or take it out")),
                );
            }
            defined.insert(key, self.footnotes.len());
            self.footnotes.push(label);
        }
        let numbered = |label: &mut String| {
            if let Some(number) = defined.get(&label.to_lowercase()) {
                *label = format!("{NUMBERED}{number}");
            }
        };
        relabel(blocks, &numbered);
    }

    /// Restores the footnotes' labels; if several share one, the later ones get a number appended.
    pub(super) fn label_footnotes(&self, blocks: &mut [Block]) {
        if self.footnotes.is_empty() {
            return;
        }
        let mut taken: BTreeSet<String> = self.footnotes.iter().map(|label| label.to_lowercase()).collect();
        let mut next: BTreeMap<String, usize> = BTreeMap::new();
        let mut labels = Vec::with_capacity(self.footnotes.len());
        for label in &self.footnotes {
            let mut own = label.clone();
            // Remember the last number, so that a text printed many times isn't quadratic.
            let number = next.entry(label.to_lowercase()).or_insert(1);
            if *number > 1 {
                while !taken.insert(own.to_lowercase()) {
                    own = format!("{label}-{number}");
                    *number += 1;
                }
            } else {
                *number = 2;
            }
            labels.push(own);
        }
        let named = |label: &mut String| {
            if let Some(own) = label.strip_prefix(NUMBERED).and_then(|number| labels.get(number.parse::<usize>().ok()?)) {
                label.clone_from(own);
            }
        };
        relabel(blocks, &named);
    }
}

fn relabel(blocks: &mut [Block], change: &dyn Fn(&mut String)) {
    walk::change_lists(blocks, &mut |blocks| {
        for block in blocks {
            if let BlockKind::FootnoteDefinition { label, .. } = &mut block.kind {
                change(label);
            }
        }
    });
    walk::change(blocks, &mut |inlines| {
        for inline in inlines {
            if let Inline::FootnoteReference(label) = inline {
                change(label);
            }
        }
    });
}
