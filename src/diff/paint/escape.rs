//! Text of the content as text in a code host's Markdown, whatever it holds.

use crate::diagnostic::harmless;

/// A text in one line that makes no markup, no mathematics, no reference and calls upon nobody.
pub(super) fn escape(text: &str) -> String {
    let text = harmless(text);
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    let mut number = true;
    while let Some(letter) = letters.next() {
        let start = out.is_empty();
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => out.extend(['\\', letter]),
            // What looks like a list, a heading or an underline where a line begins.
            '#' | '-' | '+' | '=' | ':' if start => out.extend(['\\', letter]),
            '.' | ')' if number && !start => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
        // Code hosts read names and numbers after these, even escaped; a space of no width parts them.
        let names = matches!(letter, '@' | '#') && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if names || (letter == '!' && letters.peek().is_some_and(char::is_ascii_digit)) {
            out.push_str("&#8203;");
        }
        number &= letter.is_ascii_digit();
    }
    out
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
    let text = harmless(text);
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
        assert_eq!(escape("<b>*a*</b> | [x](y) ~~z~~"), r"\<b\>\*a\*\</b\> \| \[x\](y) \~\~z\~\~");
        assert_eq!(escape("ask @anna about #12 or me@example.org"), "ask @&#8203;anna about #&#8203;12 or me@&#8203;example.org");
        assert_eq!(escape("1. one"), r"1\. one");
        assert_eq!(escape("- one"), r"\- one");
        assert_eq!(escape("$5 to $6 &amp;"), r"\$5 to \$6 \&amp;");
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
