//! Text as Markdown: no character of it means anything but itself.
//!
//! Escapes are as few as exactness allows: `3.5`, `a_b`, `R&D`, `50-60` and `(x)` stay as they are. What a
//! backslash can't protect (blanks at edges, letters that emphasis must not touch) is a character reference.

use super::link::push_reference;
use super::normal_inline::fold_lines;

/// What stands around a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// The first or last character must be a character reference.
    pub(super) encode_first: bool,
    pub(super) encode_last: bool,
    /// A line begins here.
    pub(super) at_start: bool,
    /// In a link's text or an image's alternative.
    pub(super) in_brackets: bool,
    /// A footnote mark stands before.
    pub(super) after_mark: bool,
    /// A `[` stands behind.
    pub(super) before_bracket: bool,
    /// Strikethrough stands nearby, so that no tilde is safe.
    pub(super) tildes: bool,
}

/// Plain text as Markdown that is that text wherever inlines may stand: in a paragraph, at the start of a
/// line, in a table's cell, in a heading, in a link's text.
///
/// ```
/// assert_eq!(brief::markdown::escape("R&D: 3.5 < a_b (x)"), "R&D: 3.5 < a_b (x)");
/// assert_eq!(brief::markdown::escape("# [a](b) | <i>"), r"\# \[a\]\(b) \| \<i>".replace(r"\(", "("));
/// ```
pub fn escape(text: &str) -> String {
    let folded = fold_lines(text);
    let trimmed = folded.trim_matches(' ');
    let mut out = String::with_capacity(trimmed.len() + 8);
    let around = Around { at_start: true, in_brackets: true, tildes: true, ..Around::default() };
    write_text(&mut out, trimmed, around);
    guard_line(&mut out, 0, false, true);
    guard_heading(&mut out);
    out.replace('|', "\\|")
}

/// Writes text.
pub(super) fn write_text(out: &mut String, text: &str, around: Around) {
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let is_edge_blank = |c: char| matches!(c, '\t' | '\u{b}' | '\u{c}');
    let encode_last = around.encode_last || text.ends_with(is_edge_blank);
    let encode_first = around.encode_first || text.starts_with(|c| is_edge_blank(c) || c == '\u{feff}');
    let mut before = if around.at_start { Some(' ') } else { None };
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        // The next character as it will be written.
        let next = chars.peek().map(|(next, c)| if *next == last && encode_last { '&' } else { *c });
        if at == 0 && encode_first || at == last && encode_last {
            push_reference(out, c);
            before = Some(';');
            continue;
        }
        let escaped = match c {
            '\\' => next.is_none_or(|next| next.is_ascii_punctuation()),
            '`' => true,
            '*' => before != Some(' ') || next != Some(' '),
            '_' => {
                let run = text[at..].len() - text[at..].trim_start_matches('_').len();
                let after = text[at + run..].char_indices().next();
                let after = after.map(|(offset, c)| if at + run + offset == last && encode_last { '&' } else { c });
                let literal = is_word(before) && is_word(after) || before == Some(' ') && after == Some(' ');
                for _ in 0..run {
                    out.push_str(if literal { "_" } else { "\\_" });
                }
                for _ in 1..run {
                    chars.next();
                }
                before = Some('_');
                continue;
            }
            '~' => around.tildes || before != Some(' ') || !is_word(next),
            '[' => around.in_brackets || next == Some('^'),
            ']' => around.in_brackets || matches!(next, Some('(' | ':')),
            '<' => opens_tag(&text[at + 1..]),
            '&' => is_reference(&text[at..]),
            '!' => next.is_none() && around.before_bracket,
            '^' => at == 0 && around.in_brackets,
            ':' | '(' => at == 0 && around.after_mark,
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
}

/// Whether what stands behind a `<` could make a tag or an address of it.
fn opens_tag(rest: &str) -> bool {
    let Some(next) = rest.chars().next() else { return true };
    if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') {
        return true;
    }
    if next == ' ' {
        return false;
    }
    match rest.find(|c: char| c.is_whitespace() || c == '<') {
        Some(end) => rest[..end].contains('@'),
        None => true,
    }
}

/// Whether text starts with what could be a character reference.
pub(super) fn is_reference(text: &str) -> bool {
    let name = text[1..].strip_prefix('#').unwrap_or(&text[1..]);
    let end = name.bytes().take(40).take_while(u8::is_ascii_alphanumeric).count();
    end > 0 && name.as_bytes().get(end) == Some(&b';')
}

/// Whether a character is certainly no punctuation, symbol or blank to CommonMark.
pub(super) fn is_word(c: Option<char>) -> bool {
    // Some letters in circles and squares are symbols.
    c.is_some_and(|c| c.is_alphanumeric() && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}'))
}

/// The backticks that enclose code, and whether blanks stand between; `None` if no number of them does.
pub(super) fn code_fence(code: &str) -> Option<(usize, bool)> {
    // comrak knows fences of up to 80.
    let mut used = [false; 82];
    let mut run = 0;
    for b in code.bytes().chain([b' ']) {
        if b == b'`' {
            run += 1;
        } else if run > 0 {
            used[run.min(81)] = true;
            run = 0;
        }
    }
    let ticks = (1..=80).find(|ticks| !used[*ticks])?;
    let blank = code.bytes().all(|b| b == b' ');
    let padded = code.starts_with('`') || code.ends_with('`') || code.starts_with(' ') && code.ends_with(' ') && !blank;
    Some((ticks, padded))
}

/// Escapes what would make a line of a paragraph, which starts at `from`, something else: a heading, a
/// list, a rule, a directive, the line under a heading or a table's header.
pub(super) fn guard_line(out: &mut String, from: usize, continued: bool, in_item: bool) {
    let line = &out[from..];
    let bytes = line.as_bytes();
    let Some(&first) = bytes.first() else { return };
    let blank_at = |at: usize| bytes.get(at).is_none_or(|b| matches!(b, b' ' | b'\t'));
    let run = bytes.iter().take_while(|b| **b == first).count();
    let only = |set: &[u8]| bytes.iter().all(|b| set.contains(b));
    let starts = match first {
        b'#' => run <= 6 && blank_at(run),
        b'>' => true,
        b'-' | b'+' | b'*' if blank_at(1) => true,
        b'-' | b'*' | b'_' if only(&[first, b' ', b'\t']) => true,
        b'=' if continued => only(b"= \t"),
        b'-' | b'|' | b':' if continued && only(b"|:- \t\x0b\x0c") => true,
        b':' if run >= 3 => true,
        b':' | b'~' => blank_at(1),
        b'[' if bytes.get(1) == Some(&b'!') => is_alert(&line[2..]),
        b'[' if in_item && !continued => bytes.get(2) == Some(&b']') && matches!(bytes[1], b' ' | b'x' | b'X') && blank_at(3),
        _ => false,
    };
    if starts {
        out.insert(from, '\\');
        return;
    }
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if (1..=9).contains(&digits) && matches!(bytes.get(digits), Some(b'.' | b')')) && blank_at(digits + 1) {
        out.insert(from + digits, '\\');
    }
}

/// Whether `[!` is followed by the name of an alert.
fn is_alert(rest: &str) -> bool {
    let name = rest.split(']').next().unwrap_or_default();
    ["note", "tip", "important", "warning", "caution"].iter().any(|alert| name.eq_ignore_ascii_case(alert))
}

/// Escapes what would be a heading's closing marks, or its attributes.
pub(super) fn guard_heading(out: &mut String) {
    let body = out.trim_end_matches('#');
    let closes = body.len() < out.len() && (body.is_empty() || body.ends_with([' ', '\t']));
    let end = out.trim_end().len();
    if closes {
        out.insert(out.len() - 1, '\\');
    } else if out[..end].ends_with('}') && out.contains('{') {
        out.insert(end - 1, '\\');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "3.5",
            "a_b and a__b",
            "R&D, AT&T",
            "50-60",
            "(x)",
            "5 * 3 = 15",
            "~50 men",
            "a < b > c",
            "<5%",
            "[the] force [sic]",
            "C:\\dir",
            "50,000; about 3%",
            "#5",
            "-5",
            "+5",
            "1.5 and 2) no",
            "a: b",
            "wait! really?",
            "$5",
            "\"quoted\" and 'so'",
            "x | y",
        ] {
            let mut out = String::new();
            write_text(&mut out, text, Around { at_start: true, ..Around::default() });
            guard_line(&mut out, 0, false, false);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn marks_at_a_line_start_are_escaped() {
        for (text, expected) in [
            ("# a", "\\# a"),
            ("- a", "\\- a"),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("> a", "\\> a"),
            ("---", "\\---"),
            (":::box", "\\:::box"),
            (": a", "\\: a"),
            ("+", "\\+"),
        ] {
            let mut out = text.to_owned();
            guard_line(&mut out, 0, false, false);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn code_is_enclosed_in_backticks_it_does_not_hold() {
        assert_eq!(code_fence("a"), Some((1, false)));
        assert_eq!(code_fence("a`b"), Some((2, false)));
        assert_eq!(code_fence("`"), Some((2, true)));
        assert_eq!(code_fence(" a "), Some((1, true)));
        assert_eq!(code_fence("  "), Some((1, false)));
        assert_eq!(code_fence("``a"), Some((1, true)));
    }
}
