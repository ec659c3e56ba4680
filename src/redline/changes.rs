//! The changes of a redline: one entry for each, with an excerpt and the anchor of its place.

use super::change::{RedlineChange, RedlineKind};
use super::token::{Leaf, Token};
use crate::text::words::{Op, Word};

/// Words shown before the first change of a text, and between two.
const LEAD: usize = 4;
const BETWEEN: usize = 8;
/// Letters that an excerpt may have.
const LONG: usize = 240;

/// Gathers changes in the order of the text.
pub(super) struct Changes<'a> {
    pub(super) found: Vec<RedlineChange>,
    /// The one at hand, of which more may follow.
    pub(super) current: usize,
    /// Whether only its place is known: the first edit replaces it.
    pub(super) is_bare: bool,
    /// What the notes say, by number from 1.
    pub(super) notes: &'a dyn Fn(usize) -> String,
    /// The heading of the text at hand.
    pub(super) section: String,
}

impl Changes<'_> {
    /// Notes a change, and gives its anchor.
    pub(super) fn add(&mut self, excerpt: Excerpt, blocks: usize) -> String {
        let anchor = (self.found.len() + 1).to_string();
        let Excerpt { words, kind } = excerpt;
        self.current = self.found.len();
        self.is_bare = false;
        self.found.push(RedlineChange {
            anchor: anchor.clone(),
            kind,
            section: self.section.clone(),
            excerpt: words,
            blocks,
            moved_from: None,
        });
        anchor
    }

    /// Notes a move, of which one place was met; gives its place in the list.
    pub(super) fn add_move(&mut self) -> usize {
        let current = self.current;
        self.add(Excerpt { words: Vec::new(), kind: RedlineKind::Moved }, 0);
        self.current = current;
        self.found.len() - 1
    }

    /// Notes the text at a place that a move leads to.
    pub(super) fn arrive(&mut self, change: usize, excerpt: Excerpt, blocks: usize) {
        let section = self.section.clone();
        let change = &mut self.found[change];
        if change.blocks == 0 {
            change.section = section;
            change.excerpt = excerpt.words;
            self.is_bare = true;
        }
        change.blocks += blocks;
    }

    /// Adds to the excerpt of the last change, of which this is another part.
    pub(super) fn extend(&mut self, more: Excerpt) {
        let is_bare = std::mem::take(&mut self.is_bare);
        if let Some(last) = self.found.get_mut(self.current) {
            if is_bare {
                last.excerpt = more.words;
                return;
            }
            let room = LONG.saturating_sub(last.excerpt.iter().map(|word| word.text.chars().count()).sum());
            if room > 0 {
                last.excerpt.push(Word { op: Op::Equal, text: " · ".to_owned() });
                last.excerpt.extend(cut(more.words, room));
            }
            if last.kind != more.kind && last.kind != RedlineKind::Moved {
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
                _ => token.text(),
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

    /// With words before it that name its place.
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
