//! Text as Markdown: no character of it means anything but itself.
//!
//! Escapes are as few as exactness allows: `3.5`, `a_b`, `R&D`, `50-60` and `(x)` stay as they are. What a
//! backslash can't protect (spaces at edges, letters that emphasis must not touch) is a character reference.

use std::borrow::Cow;

/// The context of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// The first or last character must be a character reference.
    pub(super) encode_first: bool,
    pub(super) encode_last: bool,
    /// A line begins before the text, or ends behind it.
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    /// In a link's text or an image's alternative.
    pub(super) in_brackets: bool,
    /// A footnote mark precedes it.
    pub(super) after_mark: bool,
    /// A `[` follows.
    pub(super) before_bracket: bool,
    /// There is strikethrough nearby, so every tilde is escaped.
    pub(super) tildes: bool,
}

/// Plain text as Markdown that is that text wherever inlines may stand: in a paragraph, at the start of a
/// line, in a table's cell, in a heading, in a link's text.
///
/// `R&D: 3.5 < a_b (x)` stays as it is; `# [a](b) | <i>` becomes `\# \[a\](b) \| \<i>`.
pub fn escape(text: &str) -> String {
    let folded = fold_lines(text);
    let trimmed = folded.trim_matches(' ');
    let mut out = String::with_capacity(trimmed.len() + 8);
    let around = Around { at_start: true, in_brackets: true, tildes: true, ..Around::default() };
    write_text(&mut out, trimmed, around);
    if let Some(at) = guard(&out, LinePosition::StartsItem) {
        out.insert(at, '\\');
    }
    guard_heading(&mut out);
    out.replace('|', "\\|")
}

/// A text with its line ends as spaces.
pub(super) fn fold_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r', '\0']) {
        return text.into();
    }
    text.replace("\r\n", " ").replace(['\n', '\r'], " ").replace('\0', "\u{fffd}").into()
}

/// Writes a character as a reference, `&#32;`.
pub(super) fn push_reference(out: &mut String, c: char) {
    out.push_str(&format!("&#{};", u32::from(c)));
}

/// Writes text.
pub(super) fn write_text(out: &mut String, text: &str, around: Around) {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else { return };
    let is_edge_blank = |c: char| matches!(c, '\t' | '\u{b}' | '\u{c}');
    let encode_first = around.encode_first || is_edge_blank(first) || first == '\u{feff}';
    let encode_last = around.encode_last || is_edge_blank(last);
    let last_at = text.len() - last.len_utf8();

    let mut at = 0;
    if encode_first || encode_last && last_at == 0 {
        push_reference(out, first);
        at = first.len_utf8();
    } else if first == '^' && around.in_brackets || matches!(first, ':' | '(') && around.after_mark {
        out.push('\\');
        out.push(first);
        at = 1;
    }
    let end = if encode_last { last_at.max(at) } else { text.len() };
    // The character at a place as it is written: a reference begins with `&` and ends with `;`.
    let next = |at: usize| if encode_last && at == last_at { Some('&') } else { text[at..].chars().next() };
    let before = |at: usize| match text[..at].chars().next_back() {
        None => around.at_start.then_some(' '),
        Some(c) if encode_first && at == c.len_utf8() => Some(';'),
        before => before,
    };

    let bytes = text.as_bytes();
    while at < end {
        let plain =
            bytes[at..end].iter().position(|b| matches!(b, b'\\' | b'`' | b'*' | b'_' | b'~' | b'[' | b']' | b'<' | b'&' | b':' | b'.'));
        let special = plain.map_or(end, |plain| at + plain);
        out.push_str(&text[at..special]);
        at = special + 1;
        let Some(byte) = bytes.get(special).filter(|_| special < end) else { break };
        let escaped = match byte {
            b'\\' => next(at).is_none_or(|next| next.is_ascii_punctuation()),
            b'`' => true,
            b'*' => before(special) != Some(' ') || next(at) != Some(' '),
            b'_' => {
                let run = bytes[special..end].iter().take_while(|b| **b == b'_').count();
                let (left, right) = (before(special), next(special + run));
                let literal = is_word(left) && is_word(right) || left == Some(' ') && right == Some(' ');
                out.extend(std::iter::repeat_n(if literal { "_" } else { "\\_" }, run));
                at = special + run;
                continue;
            }
            b'~' => around.tildes || before(special) != Some(' ') || !is_word(next(at)),
            b'[' => around.in_brackets || next(at) == Some('^'),
            b']' => around.in_brackets || matches!(next(at), Some('(' | ':')),
            b'<' => opens_tag(&text[at..], around.at_end),
            b':' => text[at..].starts_with("//") && text[..special].ends_with(|c: char| c.is_ascii_alphanumeric()),
            b'.' => is_www(&text[..special]),
            _ => is_reference(&text[special..]),
        };
        if escaped {
            out.push('\\');
        }
        out.push(char::from(*byte));
    }
    if encode_last && last_at > 0 {
        push_reference(out, last);
    } else if last == '!' && around.before_bracket {
        out.insert(out.len() - 1, '\\');
    }
}

/// Whether text ends with a `www` of its own, which with a dot begins what code hosts take for an address.
fn is_www(text: &str) -> bool {
    let Some(before) = text.len().checked_sub(3).filter(|at| text.is_char_boundary(*at)) else { return false };
    text[before..].eq_ignore_ascii_case("www") && !text[..before].ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Whether what stands behind a `<` could make a tag or an address of it.
fn opens_tag(rest: &str, at_end: bool) -> bool {
    let Some(next) = rest.chars().next() else { return !at_end };
    if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') {
        return true;
    }
    if next == ' ' {
        return false;
    }
    match rest.find(|c: char| c.is_whitespace() || c == '<') {
        Some(end) => rest[..end].contains('@'),
        None => !at_end || rest.contains('@'),
    }
}

/// Whether text starts with what could be a character reference.
pub(super) fn is_reference(text: &str) -> bool {
    let name = text[1..].strip_prefix('#').unwrap_or(&text[1..]);
    let end = name.bytes().take(40).take_while(u8::is_ascii_alphanumeric).count();
    end > 0 && name.as_bytes().get(end) == Some(&b';')
}

/// Whether a character is certainly no punctuation, symbol or space to CommonMark.
pub(super) fn is_word(c: Option<char>) -> bool {
    // Some letters in circles and squares are symbols.
    c.is_some_and(|c| c.is_alphanumeric() && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}'))
}

/// The backticks that enclose code, and whether spaces stand between; `None` if no number of them does.
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

/// Where a line of a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinePosition {
    StartsParagraph,
    /// It starts the first paragraph of a list's item, where `[x]` is a task box.
    StartsItem,
    Continues,
}

/// Where a line of a paragraph needs a backslash so as not to be parsed as something else: a heading, a list, a rule,
/// a directive, the line under a heading or a table's header.
pub(super) fn guard(line: &str, position: LinePosition) -> Option<usize> {
    let continued = position == LinePosition::Continues;
    let bytes = line.as_bytes();
    let &first = bytes.first()?;
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
        b'[' if position == LinePosition::StartsItem => {
            bytes.get(2) == Some(&b']') && matches!(bytes[1], b' ' | b'x' | b'X') && blank_at(3)
        }
        _ => false,
    };
    if starts {
        // The `[` may belong to a link, so escape the `!`.
        return Some(usize::from(line.starts_with("[!")));
    }
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let numbered = (1..=9).contains(&digits) && matches!(bytes.get(digits), Some(b'.' | b')')) && blank_at(digits + 1);
    numbered.then_some(digits)
}

/// Whether `[!` is followed by the name of an alert.
fn is_alert(rest: &str) -> bool {
    let name = rest.split(']').next().unwrap_or_default();
    ["note", "tip", "important", "warning", "caution"].iter().any(|alert| name.eq_ignore_ascii_case(alert))
}

/// Escapes what would be parsed as a heading's closing sequence or attributes.
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
            write_text(&mut out, text, Around { at_start: true, at_end: true, ..Around::default() });
            assert_eq!(guard(&out, LinePosition::StartsParagraph), None, "{text}");
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
            out.insert(guard(&out, LinePosition::StartsParagraph).unwrap_or(out.len()), '\\');
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
