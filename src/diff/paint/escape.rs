//! Text of the content as text in a code host's Markdown, whatever it holds.

use crate::text::harmless;

/// A text in one line that makes no markup, no mathematics, no reference and no link, and calls upon nobody; what can't
/// be seen is named.
///
/// Code hosts read names, numbers and addresses in the text that they print, whether it was escaped or not. Where one
/// would begin a `<wbr>` parts it: a place where a line may break, which all of them let pass, and which isn't copied.
pub(super) fn escape(text: &str) -> String {
    let text = harmless(&visible(text));
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.char_indices().peekable();
    let mut number = true;
    while let Some((at, letter)) = letters.next() {
        let start = out.is_empty();
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => out.extend(['\\', letter]),
            // What looks like a list, a heading or an underline where a line begins.
            '#' | '-' | '+' | '=' | ':' if start => out.extend(['\\', letter]),
            '.' | ')' if number && !start => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
        let (before, after) = (&text[..at], &text[at + letter.len_utf8()..]);
        if letters.peek().is_some() && begins_reference(before, letter, after) {
            out.push_str(BREAK);
        }
        number &= letter.is_ascii_digit();
    }
    out
}

const BREAK: &str = "<wbr>";

/// Whether a code host would read a name, a number or an address here: `@name`, `#12`, `!3`, `~label`, `%milestone`,
/// `&epic`, `$snippet`, `GH-3`, `https://…`, `www.…`.
fn begins_reference(before: &str, letter: char, after: &str) -> bool {
    let next = after.chars().next();
    let ends_with = |word: &str| {
        let start = before.len().checked_sub(word.len()).filter(|start| before.is_char_boundary(*start));
        start.is_some_and(|start| before[start..].eq_ignore_ascii_case(word))
    };
    match letter {
        '@' | '#' | '!' | '~' | '%' | '&' | '$' => next.is_some_and(|next| next.is_alphanumeric() || next == '"' || next == '_'),
        '-' => ends_with("gh") && next.is_some_and(|next| next.is_ascii_digit()),
        ':' => after.starts_with("//"),
        '.' => ends_with("www"),
        _ => false,
    }
}

/// A text with the characters named that show nothing: of no width, for joining, and of the order of writing.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_invisible(letter) {
            true => out.push_str(&format!("[U+{:04X}]", u32::from(letter))),
            false => out.push(letter),
        }
    }
    out
}

/// What Unicode calls a format character (category Cf), and fillers.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// A message of brief's own, whose names in backticks become code.
pub(super) fn message(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 && !part.is_empty() {
            out.push_str(&code(part));
            continue;
        }
        let core = part.trim();
        let start = part.len() - part.trim_start().len();
        out.push_str(&part[..start]);
        out.push_str(&escape(core));
        if !core.is_empty() {
            out.push_str(&part[start + core.len()..]);
        }
    }
    harmless(&out)
}

/// [`code`] in a table's cell, which a pipe would end.
pub(super) fn code_in_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A name as code, in which code hosts read nothing.
pub fn code(text: &str) -> String {
    let text = harmless(&visible(text));
    let run = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(run + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_text() {
        assert_eq!(escape("<b>*a*</b> | [x](y) ~~z~~"), r"\<b\>\*a\*\</b\> \| \[x\](y) \~\~<wbr>z\~\~");
        assert_eq!(escape("ask @anna about #12 or me@example.org"), "ask @<wbr>anna about #<wbr>12 or me@<wbr>example.org");
        assert_eq!(escape("as GH-3 and gh-4 say, of $5, 5% and 5%of"), r"as GH-<wbr>3 and gh-<wbr>4 say, of \$<wbr>5, 5% and 5%<wbr>of");
        assert_eq!(escape("see https://example.org/o/r/issues/7"), "see https:<wbr>//example.org/o/r/issues/7");
        assert_eq!(escape("or www.example.org, !8 and a-3"), "or www.<wbr>example.org, !<wbr>8 and a-3");
        assert_eq!(escape("1. one"), r"1\. one");
        assert_eq!(escape("- one"), r"\- one");
        assert_eq!(escape("$5 to $6 &amp;"), r"\$<wbr>5 to \$<wbr>6 \&<wbr>amp;");
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(escape("a\u{200b}b\u{ad}c\u{feff}"), r"a\[U+200B\]b\[U+00AD\]c\[U+FEFF\]");
        assert_eq!(escape("a\u{202e}b"), r"a\[U+202E\]b");
        assert_eq!(code("a\u{2060}b"), "`a[U+2060]b`");
    }

    #[test]
    fn messages_keep_their_names() {
        assert_eq!(message("`a_b` names *unknown* `x/y` in `z`"), r"`a_b` names \*unknown\* `x/y` in `z`");
        assert_eq!(message("one ` only"), r"one \` only");
    }

    #[test]
    fn code_holds_what_it_may() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(code_in_cell("a|b"), "`a\\|b`");
    }
}
