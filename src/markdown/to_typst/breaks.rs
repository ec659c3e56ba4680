//! How wide text is, about, and where a word too long for its line may break.
//!
//! Widths are in letters of average width: what a font makes of them is known only to typst. A word that typst could
//! hyphenate is left to it where that is enough.

use std::ops::Range;

/// A word longer than this, in letters, may break wherever it stands.
pub(super) const LONG_WORD: f64 = 24.0;

/// How wide a letter of code is.
pub(super) const CODE_LETTER: f64 = 1.2;

/// How many characters of a long piece of code stay together.
const CODE_PIECE: usize = 6;

/// How wide a character is.
pub(super) fn width_of(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' | '(' | ')' | '[' | ']' | ' ' | '-' => {
            0.65
        }
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 1.7,
        _ if u32::from(c) >= 0x2e80 => 2.1,
        _ if c.is_uppercase() => 1.4,
        _ => 1.04,
    }
}

/// Whether a character keeps its word from breaking.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() && u32::from(c) < 0x2e80 || matches!(c, '_' | '.' | '/' | '@' | ':' | ',' | '=' | '&' | '%' | '+' | '#')
}

/// Whether no line ends before or behind this character of a text.
fn is_joined(text: &str, at: usize, c: char) -> bool {
    // A line doesn't end between a hyphen and a number (UAX #14, LB25).
    is_of_word(c) || c == '-' && text[at + 1..].starts_with(|c: char| c.is_ascii_digit())
}

/// Whether typst breaks a word as an address.
fn is_address(word: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|start| word.starts_with(start))
}

/// Where words of a text may break, in a line of `room` letters; `word` is how long the word at its start already is,
/// and becomes how long the one at its end is.
pub(super) fn of_text(text: &str, room: f64, word: &mut f64) -> Vec<usize> {
    let mut breaks = Vec::new();
    let (mut run_end, mut address_end) = (0, 0);
    let mut limit = LONG_WORD;
    for (at, c) in text.char_indices() {
        if at < address_end {
            continue;
        }
        if !is_joined(text, at, c) {
            *word = 0.0;
            continue;
        }
        if at >= run_end {
            let rest = &text[at..];
            if is_address(rest) {
                address_end = at + rest.find(char::is_whitespace).unwrap_or(rest.len());
                *word = 0.0;
                continue;
            }
            let run_length = rest.char_indices().find(|(at, c)| !is_joined(rest, *at, *c)).map_or(rest.len(), |(at, _)| at);
            let run = &rest[..run_length];
            run_end = at + run.len();
            let width: f64 = run.chars().map(width_of).sum();
            // Words of letters only can be hyphenated by typst, codes can't. A number on two
            // lines would be read as two.
            let is_number = run.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%'));
            limit = match run.chars().all(char::is_alphabetic) {
                true if width <= 1.3 * room => LONG_WORD,
                _ if is_number => LONG_WORD,
                _ => (0.9 * room).min(LONG_WORD),
            };
        }
        *word += width_of(c);
        if *word > limit {
            breaks.push(at);
            *word = width_of(c);
        }
    }
    breaks
}

/// The words of a text that are wider than this, in letters.
pub(super) fn wide_words(text: &str, longer: f64) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut end = 0;
    for word in text.split(char::is_whitespace) {
        let start = end;
        end = start + word.len();
        if word.chars().map(width_of).sum::<f64>() > longer {
            words.push(start..end);
        }
        end += text[end..].chars().next().map_or(0, char::len_utf8);
    }
    words
}

/// Where code within a line may break: in pieces of its long words.
pub(super) fn of_code(code: &str, room: f64) -> Vec<usize> {
    let mut breaks = Vec::new();
    let mut start = 0;
    for word in code.split_inclusive(char::is_whitespace) {
        if word.chars().count() as f64 * CODE_LETTER > room {
            breaks.extend(word.char_indices().map(|(at, _)| start + at).skip(CODE_PIECE).step_by(CODE_PIECE));
        }
        start += word.len();
    }
    breaks
}

/// Whether a block of code has a line that can't break at its spaces.
pub(super) fn is_long_code(code: &str) -> bool {
    code.split(char::is_whitespace).any(|word| word.chars().count() as f64 * CODE_LETTER > LONG_WORD)
}
