//! Prose compared by words, shown whole or with its unchanged stretches cut.

use super::super::words::{Op, Word};

/// A piece of prose to be shown.
pub(super) enum Piece<'a> {
    Word(Op, &'a str),
    /// Unchanged words were left out here.
    Gap,
}

/// The words with no more than `around` unchanged ones on either side of a change.
pub(super) fn pieces(words: &[Word], around: usize) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if word.op != Op::Equal {
            out.push(Piece::Word(word.op, &word.text));
            continue;
        }
        let ends: Vec<usize> = word
            .text
            .split_inclusive(char::is_whitespace)
            .scan(0, |end, part| {
                *end += part.len();
                Some(*end)
            })
            .collect();
        let (lead, tail) = (if index == 0 { 0 } else { around }, if index + 1 == words.len() { 0 } else { around });
        if ends.len() <= lead + tail + 3 {
            out.push(Piece::Word(Op::Equal, &word.text));
            continue;
        }
        let start = lead.checked_sub(1).map_or(0, |last| ends[last]);
        let end = (ends.len() - tail).checked_sub(1).map_or(0, |last| ends[last]);
        if start > 0 {
            out.push(Piece::Word(Op::Equal, &word.text[..start]));
        }
        out.push(Piece::Gap);
        if end < word.text.len() {
            out.push(Piece::Word(Op::Equal, &word.text[end..]));
        }
    }
    out
}
