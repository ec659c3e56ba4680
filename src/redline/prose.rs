//! Two texts compared word by word.

use std::collections::BTreeSet;

use similar::DiffOp;

use super::token::{Leaf, Run, Token};
use crate::text::sequences;
use crate::text::words::Op;

/// Texts of at least so many words that share less than this are shown one after the other.
const WORDS: usize = 4;
const SHARED: f64 = 0.25;
/// How far a run of words is moved to where a sentence begins.
const FAR: usize = 60;

/// The words of both texts in one order, each with what happened to it. Notes marked in both (`known`) have not
/// changed, wherever their marks stand; nor has what differs in spaces alone.
pub(super) fn compare<'a>(old: &'a Run, new: &'a Run, known: &BTreeSet<usize>) -> Vec<(Op, &'a Token)> {
    let (mut left, mut right) = (Words::of(old, known), Words::of(new, known));
    for op in sequences::compare(&left.keys, &right.keys) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|offset| {
                left.matched[old_index + offset] = Some(new_index + offset);
                right.matched[new_index + offset] = Some(old_index + offset);
            });
        }
    }
    if is_confetti(&left, &right) {
        left.matched.fill(None);
        right.matched.fill(None);
    }
    join_gaps(&mut left, &mut right);
    slide(&mut left, &mut right);
    slide(&mut right, &mut left);

    let mut out = Vec::with_capacity(new.len() + 8);
    let (mut from, mut after) = (0, 0);
    for (word, matched) in left.matched.iter().enumerate() {
        let Some(other) = *matched else { continue };
        let (one, other) = (left.places[word], right.places[other]);
        gap(&old[from..one], &new[after..other], known, &mut out);
        out.push((Op::Equal, &new[other]));
        (from, after) = (one + 1, other + 1);
    }
    gap(&old[from..], &new[after..], known, &mut out);
    out
}

/// The notes that both runs of texts mark.
pub(super) fn known<'a>(old: impl IntoIterator<Item = &'a Run>, new: impl IntoIterator<Item = &'a Run>) -> BTreeSet<usize> {
    let old = notes(old);
    if old.is_empty() { old } else { notes(new).intersection(&old).copied().collect() }
}

fn notes<'a>(runs: impl IntoIterator<Item = &'a Run>) -> BTreeSet<usize> {
    runs.into_iter().flatten().filter_map(|token| if let Leaf::Note(note) = token.leaf { Some(note) } else { None }).collect()
}

/// A text's words without spaces, their places in it, and what they belong to in the other text.
struct Words<'a> {
    run: &'a Run,
    keys: Vec<u64>,
    places: Vec<usize>,
    matched: Vec<Option<usize>>,
}

impl<'a> Words<'a> {
    fn of(run: &'a Run, known: &BTreeSet<usize>) -> Words<'a> {
        let places: Vec<usize> = (0..run.len()).filter(|place| !run[*place].is_blank() && !is_known(&run[*place], known)).collect();
        let keys = places.iter().map(|place| run[*place].key).collect();
        let matched = vec![None; places.len()];
        Words { run, keys, places, matched }
    }

    fn token(&self, word: usize) -> &'a Token {
        &self.run[self.places[word]]
    }

    /// Whether a sentence or its part may begin here.
    fn is_start(&self, word: usize) -> bool {
        word == 0
            || matches!(&self.token(word - 1).leaf, Leaf::Mark(mark) if matches!(mark.as_str(), "." | "!" | "?" | ";" | ":" | "…" | "。"))
    }
}

fn is_known(token: &Token, known: &BTreeSet<usize>) -> bool {
    matches!(&token.leaf, Leaf::Note(note) if known.contains(note))
}

fn letters(token: &Token) -> usize {
    if matches!(token.leaf, Leaf::Word(_)) { token.text().chars().count() } else { 0 }
}

/// Whether so little is shared that words would alternate without sense.
fn is_confetti(left: &Words<'_>, right: &Words<'_>) -> bool {
    let words = |side: &Words<'_>| (0..side.places.len()).filter(|word| letters(side.token(*word)) > 0).count();
    if words(left) < WORDS || words(right) < WORDS {
        return false;
    }
    let sum = |side: &Words<'_>| (0..side.places.len()).map(|word| letters(side.token(word))).sum::<usize>();
    let shared: usize = (0..left.places.len()).filter(|word| left.matched[*word].is_some()).map(|word| letters(left.token(word))).sum();
    2.0 * shared as f64 / ((sum(left) + sum(right)).max(1) as f64) < SHARED
}

/// What is hardly a word between two replaced runs is replaced with them: `[-a, b-]{+x, y+}`, not `[-a-]{+x+}, [-b-]{+y+}`.
fn join_gaps(left: &mut Words<'_>, right: &mut Words<'_>) {
    // Where the gap before the equal run at hand began, on both sides.
    let (mut old, mut new) = (0, 0);
    let mut at = 0;
    while let Some(first) = (at..left.matched.len()).find(|word| left.matched[*word].is_some()) {
        let other = left.matched[first].unwrap_or_default();
        let length = (0..).take_while(|n| left.matched.get(first + n).is_some_and(|matched| *matched == Some(other + n))).count();
        let end = (first + length, other + length);
        let next = (end.0..left.matched.len()).find(|word| left.matched[*word].is_some());
        let next = next.map_or((left.places.len(), right.places.len()), |word| (word, left.matched[word].unwrap_or_default()));
        let before = (first - old, other - new);
        let behind = (next.0 - end.0, next.1 - end.1);
        let replaced = before.0 > 0 && before.1 > 0 && behind.0 > 0 && behind.1 > 0;
        let words: Vec<usize> = (first..end.0).map(|word| letters(left.token(word))).filter(|letters| *letters > 0).collect();
        let light = words.is_empty() || (words.len() == 1 && words[0] <= 3 && before.0 + before.1 + behind.0 + behind.1 >= 8);
        if replaced && light {
            left.matched[first..end.0].fill(None);
            right.matched[other..end.1].fill(None);
        } else {
            (old, new) = end;
        }
        at = end.0;
    }
}

/// Moves runs that only one side has to where a sentence begins, if the text around them is the same.
fn slide(side: &mut Words<'_>, other: &mut Words<'_>) {
    let mut at = 0;
    while let Some(start) = (at..side.matched.len()).find(|word| side.matched[*word].is_none()) {
        let end = (start..side.matched.len()).find(|word| side.matched[*word].is_some()).unwrap_or(side.matched.len());
        at = end;
        // The other side has nothing here.
        let before = if start == 0 { None } else { side.matched[start - 1] };
        let behind = side.matched.get(end).copied().flatten().unwrap_or(other.places.len());
        if before.map_or(0, |before| before + 1) != behind {
            continue;
        }
        let same = |shift: &usize| {
            *shift <= start && side.matched[start - shift] == Some(behind - shift) && side.keys[start - shift] == side.keys[end - shift]
        };
        let room = (1..=FAR.min(start).min(behind)).take_while(same).count();
        let Some(shift) = (0..=room).find(|shift| side.is_start(start - shift)).filter(|shift| *shift > 0) else { continue };
        for step in 1..=shift {
            side.matched[end - step] = Some(behind - step);
            other.matched[behind - step] = Some(end - step);
        }
        (start - shift..end - shift).for_each(|word| side.matched[word] = None);
    }
}

/// The text between two shared words.
fn gap<'a>(old: &'a [Token], new: &'a [Token], known: &BTreeSet<usize>, out: &mut Vec<(Op, &'a Token)>) {
    let is_word = |token: &Token| !token.is_blank() && !is_known(token, known);
    if !old.iter().any(is_word) && !new.iter().any(is_word) {
        out.extend(new.iter().map(|token| (Op::Equal, token)));
        return;
    }
    let mut old: Vec<&Token> = old.iter().filter(|token| !is_known(token, known)).collect();
    let mut new = new;
    // Marks cling to the word before.
    let marks = new.iter().take_while(|token| is_known(token, known)).count();
    out.extend(new[..marks].iter().map(|token| (Op::Equal, token)));
    new = &new[marks..];
    if let (Some(true), Some((blank, rest))) = (old.first().map(|token| token.is_blank()), new.split_first())
        && blank.is_blank()
    {
        out.push((Op::Equal, blank));
        old.remove(0);
        new = rest;
    }
    let mut last = None;
    if let (Some(true), Some((blank, rest))) = (old.last().map(|token| token.is_blank()), new.split_last())
        && blank.is_blank()
    {
        last = Some((Op::Equal, blank));
        old.pop();
        new = rest;
    }
    out.extend(old.into_iter().map(|token| (Op::Delete, token)));
    out.extend(new.iter().map(|token| (if is_known(token, known) { Op::Equal } else { Op::Insert }, token)));
    out.extend(last);
}
