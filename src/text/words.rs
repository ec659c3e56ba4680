//! Prose, compared word by word.
//!
//! A word keeps the spaces that follow it and the punctuation around it; a link, an image or a citation
//! (`[text](address)`, `[@source#8]`) is one word, so that Markdown stays whole on both sides.

use serde::{Deserialize, Serialize};
use similar::DiffOp;

use super::segments::{Segment, segments, stands_alone};
use super::sequences;

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub op: Op,
    pub text: String,
}

/// What happened to a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    Equal,
    Delete,
    Insert,
}

impl Op {
    /// The name in JSON and templates.
    pub fn name(self) -> &'static str {
        match self {
            Op::Equal => "equal",
            Op::Delete => "delete",
            Op::Insert => "insert",
        }
    }
}

/// How many letters on a bracket must close.
const SOON: usize = 1_000;

/// The runs of words that make `new` of `old`: all but the inserted are `old`, all but the deleted are `new`.
pub fn words(old: &str, new: &str) -> Vec<Word> {
    let (old, new) = (split(old), split(new));
    let mut out = Runs::default();
    for op in sequences::compare(&old, &new) {
        match op {
            DiffOp::Equal { old_index, len, .. } => out.push(Op::Equal, &old[old_index..old_index + len]),
            DiffOp::Delete { old_index, old_len, .. } => out.push(Op::Delete, &old[old_index..old_index + old_len]),
            DiffOp::Insert { new_index, new_len, .. } => out.push(Op::Insert, &new[new_index..new_index + new_len]),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                out.push(Op::Delete, &old[old_index..old_index + old_len]);
                out.push(Op::Insert, &new[new_index..new_index + new_len]);
            }
        }
    }
    out.0
}

/// How much of two texts the comparison found equal, from 0 to 1.
pub(crate) fn equal_share(words: &[Word]) -> f64 {
    let length = |wanted: &[Op]| words.iter().filter(|word| wanted.contains(&word.op)).map(|word| word.text.len()).sum::<usize>() as f64;
    let equal = length(&[Op::Equal]);
    2.0 * equal / (2.0 * equal + length(&[Op::Delete, Op::Insert])).max(1.0)
}

#[derive(Default)]
struct Runs(Vec<Word>);

impl Runs {
    fn push(&mut self, op: Op, words: &[&str]) {
        let text = words.concat();
        if text.is_empty() {
            return;
        }
        match self.0.last_mut().filter(|last| last.op == op) {
            Some(last) => last.text.push_str(&text),
            None => self.0.push(Word { op, text }),
        }
    }
}

/// Splits a text into words, each with the punctuation around it and the spaces that follow it; brackets hold together what
/// they contain on one line.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut at, mut held) = (0, 0, 0);
    let mut before = None;
    // Whether the word at hand has letters, and whether they are of a script without spaces.
    let (mut has_letters, mut is_alone) = (false, false);
    for segment in segments(text) {
        let alone = matches!(segment, Segment::Word(word) if word.starts_with(stands_alone));
        let ends = match (before, segment) {
            (_, Segment::Space(_)) | (None, _) => false,
            (Some(Segment::Space(_)), _) => true,
            (_, Segment::Word(_)) => has_letters && (alone || is_alone),
            _ => false,
        };
        if ends && at >= held {
            words.push(&text[start..at]);
            start = at;
            (has_letters, is_alone) = (false, false);
        }
        if segment == Segment::Mark("[") && at >= held {
            held = at + bracket(&text[at..]);
        }
        if let Segment::Word(_) = segment {
            (has_letters, is_alone) = (true, alone);
        }
        before = Some(segment);
        at += segment.text().len();
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// The length of `[…]` or `[…](…)` at the start of a text; 0 where it doesn't close on the line, and soon.
fn bracket(text: &str) -> usize {
    let end = text.char_indices().nth(SOON).map_or(text.len(), |(index, _)| index);
    let near = &text[..end];
    let line = near.split_once('\n').map_or(near, |(line, _)| line);
    let Some(end) = line.find(']') else { return 0 };
    let after = &line[end + 1..];
    match after.strip_prefix('(').and_then(|rest| rest.find(')')) {
        Some(close) => end + 1 + close + 2,
        None => end + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(old: &str, new: &str) -> String {
        words(old, new)
            .iter()
            .map(|word| match word.op {
                Op::Equal => word.text.clone(),
                Op::Delete => format!("[-{}-]", word.text),
                Op::Insert => format!("{{+{}+}}", word.text),
            })
            .collect()
    }

    #[test]
    fn words_are_told_apart_by_blanks() {
        assert_eq!(marked("the force monitors the border", "the force guards the border"), "the force [-monitors -]{+guards +}the border");
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_character() {
        assert_eq!(marked("他们监督边界。", "他们守卫边界。"), "他们[-监督-]{+守卫+}边界。");
    }

    #[test]
    fn links_and_citations_are_one_word() {
        assert_eq!(
            marked("see [the long report](a.pdf) there [@spencer#8]", "see [the long report](b.pdf) there [@spencer#9]"),
            "see [-[the long report](a.pdf) -]{+[the long report](b.pdf) +}there [-[@spencer#8]-]{+[@spencer#9]+}"
        );
    }

    #[test]
    fn huge_texts_are_compared_too() {
        let line = |n: usize| format!("line {n} of a long, long text with some words in it\n");
        let old: String = (0..2000).map(line).collect();
        let new = old.replace("line 1000 of a long", "line 1000 of a short");
        assert!(marked(&old, &new).contains("line 1000 of a [-long, -]{+short, +}long text"));
    }
}
