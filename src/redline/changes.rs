//! The list of changes: one entry for each, with an excerpt and the anchor where it stands.

use std::collections::BTreeMap;

use super::token::{Leaf, Token};
use super::{RedlineChange, RedlineKind};
use crate::document::{Alignment, Block, BlockKind, Inline, Row, Table};
use crate::text::words::{Op, Word};

/// Words shown before the first change of a text, and between two.
const LEAD: usize = 4;
const BETWEEN: usize = 8;
/// Letters that an excerpt may have.
const LONG: usize = 240;
/// Entries that are listed.
const LISTED: usize = 1_000;

/// Gathers changes in the order of the text.
pub(super) struct Changes<'a> {
    pub(super) found: Vec<RedlineChange>,
    /// What the notes say, by number from 1.
    pub(super) notes: &'a dyn Fn(usize) -> String,
    /// The heading that the text at hand stands under.
    pub(super) section: String,
}

impl Changes<'_> {
    /// Notes a change, and gives its anchor.
    pub(super) fn add(&mut self, excerpt: Excerpt, blocks: usize) -> String {
        let anchor = (self.found.len() + 1).to_string();
        let Excerpt { words, kind } = excerpt;
        self.found.push(RedlineChange { anchor: anchor.clone(), kind, section: self.section.clone(), excerpt: words, blocks });
        anchor
    }

    /// Adds to the excerpt of the last change, of which this is another part.
    pub(super) fn extend(&mut self, more: Excerpt) {
        if let Some(last) = self.found.last_mut() {
            let room = LONG.saturating_sub(last.excerpt.iter().map(|word| word.text.chars().count()).sum());
            if room > 0 {
                last.excerpt.push(Word { op: Op::Equal, text: " · ".to_owned() });
                last.excerpt.extend(cut(more.words, room));
            }
            if last.kind != more.kind {
                last.kind = RedlineKind::Changed;
            }
        }
    }

    /// What of compared words shows the change: the changed ones with a few around.
    pub(super) fn excerpt(&self, words: &[(Op, &Token)]) -> Excerpt {
        let mut runs: Vec<Word> = Vec::new();
        let mut addresses: Vec<Option<&str>> = Vec::new();
        for (op, token) in words {
            let text = match &token.leaf {
                Leaf::Note(note) if *op != Op::Equal => format!(" [{}]", (self.notes)(*note)).into(),
                Leaf::Footnote(label) if *op != Op::Equal => format!(" [{label}]").into(),
                _ => token.said(),
            };
            push(&mut runs, *op, &text);
            addresses.resize(runs.len(), token.address());
        }
        let kind = if runs.len() == 1 { kind(&runs) } else { RedlineKind::Changed };
        // The words are the same, and lead elsewhere.
        for index in 1..runs.len() {
            if runs[index - 1].text == runs[index].text {
                for at in [index - 1, index] {
                    runs[at].text.extend(addresses[at].map(|address| format!(" ({address})")));
                }
            }
        }
        let count = runs.len();
        for (index, run) in runs.iter_mut().enumerate().filter(|(_, run)| run.op == Op::Equal) {
            run.text = match (index == 0, index + 1 == count) {
                (true, true) => continue,
                (true, _) => last_words(&run.text, LEAD),
                (_, true) => first_words(&run.text, LEAD),
                _ if run.text.split_whitespace().count() > BETWEEN => {
                    format!("{}{}", first_words(&run.text, LEAD), last_words(&run.text, LEAD).trim_start_matches('…'))
                }
                _ => continue,
            };
        }
        Excerpt { words: cut(runs, LONG), kind }
    }
}

/// What shows a change, and what kind of change it is.
pub(super) struct Excerpt {
    words: Vec<Word>,
    kind: RedlineKind,
}

impl Excerpt {
    /// Of a text that is put in or struck out as a whole.
    pub(super) fn of(op: Op, text: &str) -> Excerpt {
        let runs = vec![Word { op, text: text.to_owned() }];
        let kind = kind(&runs);
        Excerpt { words: cut(runs, LONG), kind }
    }

    /// With words before it that say where it stands.
    pub(super) fn within(mut self, lead: &str) -> Excerpt {
        if !lead.is_empty() {
            self.words.insert(0, Word { op: Op::Equal, text: cut(vec![Word { op: Op::Equal, text: lead.to_owned() }], 60).remove(0).text });
        }
        self
    }
}

fn kind(runs: &[Word]) -> RedlineKind {
    let has = |op| runs.iter().any(|word| word.op == op);
    match (has(Op::Delete), has(Op::Insert)) {
        (true, false) => RedlineKind::Deleted,
        (false, true) => RedlineKind::Inserted,
        _ => RedlineKind::Changed,
    }
}

fn push(runs: &mut Vec<Word>, op: Op, text: &str) {
    match runs.last_mut().filter(|last| last.op == op) {
        _ if text.is_empty() => {}
        Some(last) => last.text.push_str(text),
        None => runs.push(Word { op, text: text.to_owned() }),
    }
}

fn first_words(text: &str, count: usize) -> String {
    match text.char_indices().filter(|(at, c)| c.is_whitespace() && *at > 0).nth(count) {
        Some((at, _)) => format!("{} … ", &text[..at]),
        None => text.to_owned(),
    }
}

fn last_words(text: &str, count: usize) -> String {
    match text.char_indices().rev().filter(|(at, c)| c.is_whitespace() && at + c.len_utf8() < text.len()).nth(count - 1) {
        Some((at, c)) => format!("… {}", &text[at + c.len_utf8()..]),
        None => text.to_owned(),
    }
}

/// Runs of so many letters at most. A change is never cut off from its other side: both keep some.
fn cut(runs: Vec<Word>, room: usize) -> Vec<Word> {
    let changed = runs.iter().filter(|run| run.op != Op::Equal).count().clamp(1, 4);
    let share = room / changed;
    let mut left = room;
    let mut out = Vec::new();
    for run in runs {
        let length = run.text.chars().count();
        let allowed = if length > share { share.min(left) } else { left };
        if length <= allowed {
            left -= length;
            out.push(run);
            continue;
        }
        if allowed > 1 {
            let short: String = run.text.chars().take(allowed - 1).collect();
            out.push(Word { op: run.op, text: format!("{}…", short.trim_end()) });
            left -= allowed;
        } else if left == 0 {
            break;
        }
    }
    out
}

/// The list as blocks: heading, then a table within the directive that leaves it out of the next comparison.
pub(super) fn listed(changes: &[RedlineChange], word: &dyn Fn(&str) -> String) -> Vec<Block> {
    let text = |text: String| vec![Inline::Text(text)];
    let block = |kind| Block { kind, line: 0 };
    let heading = block(BlockKind::Heading { level: 2, content: text(word("redline_changes")), anchor: None });
    let mut inner = Vec::new();
    if changes.is_empty() {
        inner.push(block(BlockKind::Paragraph(text(word("redline_none")))));
    } else {
        let rows = changes.iter().take(LISTED).map(|change| {
            let page = vec![Inline::PageReference(change.anchor.clone())];
            Row { cells: vec![page, text(change.section.clone()), entry(change, word)], line: 0 }
        });
        let table = Table {
            source: None,
            caption: None,
            alignments: vec![Alignment::Right, Alignment::Left, Alignment::Left],
            header: vec![text(word("page_number")), text(word("redline_section")), text(word("redline_change"))],
            rows: rows.collect(),
        };
        let attributes = BTreeMap::from([("widths".to_owned(), "1,4,11".to_owned()), ("size".to_owned(), "small".to_owned())]);
        inner.push(block(BlockKind::Directive { name: "table".to_owned(), attributes, blocks: vec![block(BlockKind::Table(table))] }));
    }
    if let Some(more) = changes.len().checked_sub(LISTED).filter(|more| *more > 0) {
        inner.push(block(BlockKind::Paragraph(text(word("redline_more").replace("{count}", &more.to_string())))));
    }
    vec![heading, block(BlockKind::Directive { name: "changes".to_owned(), attributes: BTreeMap::new(), blocks: inner })]
}

fn entry(change: &RedlineChange, word: &dyn Fn(&str) -> String) -> Vec<Inline> {
    let mut out: Vec<Inline> = change
        .excerpt
        .iter()
        .map(|Word { op, text }| {
            let text = vec![Inline::Text(text.clone())];
            match op {
                Op::Insert => Inline::Inserted(text),
                Op::Delete => Inline::Deleted(text),
                Op::Equal => Inline::Text(text.into_iter().map(|inline| crate::document::plain_text(&[inline])).collect()),
            }
        })
        .collect();
    if let Some(more) = change.further(word) {
        out.push(Inline::Text(more));
    }
    out
}
