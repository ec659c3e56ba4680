//! Text that comes from anywhere (a record, a ledger, a file's name, a program's message) on its way to a terminal, a log
//! or another program: it can neither control what shows it nor pretend to be what it isn't.
//!
//! [`shown`] is what everything goes through that brief prints; [`harmless`] puts a text into one line.

/// Whether a character controls what shows it, or hides what stands around it, rather than being seen: controls other
/// than the line feed, marks and overrides of direction, separators of lines and paragraphs, and tags.
pub fn is_harmful(c: char) -> bool {
    c != '\n'
        && (c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
            || matches!(c, '\u{e0000}'..='\u{e007f}'))
}

/// A character as it may be shown: a control character as its picture.
pub fn picture(c: char) -> char {
    match c {
        '\t' => ' ',
        '\u{7f}' => '\u{2421}',
        c if c < ' ' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        c if is_harmful(c) => '\u{fffd}',
        c => c,
    }
}

/// A text in one line whose control characters are pictures.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { picture(c) }).collect()
}

/// What becomes of brief's own colors in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// There are none.
    None,
    /// Those that brief uses pass; nothing else that begins like them does.
    Own,
}

/// A text as it may be shown, with its lines: control characters are pictures, and no line is a command to the service
/// that shows a workflow's log (`::name::…` where a line begins, `##[name]` anywhere).
pub fn shown(text: &str, colors: Colors) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = out.len();
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let style = if colors == Colors::Own { style(rest) } else { None };
            if let Some(style) = style {
                out.push_str(style);
                rest = &rest[style.len()..];
                continue;
            }
            match c {
                '\n' | '\t' => out.push(c),
                c => out.push(picture(c)),
            }
            rest = &rest[c.len_utf8()..];
        }
        disarm(&mut out, start);
    }
    out
}

/// JSON as it may be shown: what could do harm is written by its number, so that the values stay what they are.
pub fn shown_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            c if is_harmful(c) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
            '[' if out.ends_with("##") => out.push_str("\\u005b"),
            c => out.push(c),
        }
    }
    out
}

/// HTML as it may be shown, with what could do harm written by its number.
pub fn shown_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for line in html.split_inclusive('\n') {
        let is_command = is_command(line);
        for c in line.chars() {
            match c {
                '\t' => out.push(c),
                c if c.is_control() && c != '\n' => out.push(picture(c)),
                c if is_harmful(c) => out.push_str(&format!("&#x{:x};", u32::from(c))),
                '[' if out.ends_with("##") => out.push_str("&#91;"),
                ':' if is_command => out.push_str("&#58;"),
                c => out.push(c),
            }
        }
    }
    out
}

/// The color at the beginning of a text, if brief uses it: `ESC [ numbers m`.
fn style(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';').filter(|end| rest[*end..].starts_with('m'))?;
    // Bold, faint, and colors of letters; not hidden, blinking or reversed text.
    let is_used = |number: &str| matches!(number, "" | "0" | "1" | "2" | "5") || number.len() > 1;
    let numbers: Vec<&str> = rest[..end].split(';').collect();
    let is_own = match numbers[..] {
        [one] => is_used(one) && one != "5" && (one.len() < 2 || matches!(one.as_bytes()[0], b'3' | b'9')),
        ["38", "5", _] | ["38", "2", _, _, _] => true,
        [one, two] => matches!(one, "0" | "1" | "2") && two.len() == 2 && matches!(two.as_bytes()[0], b'3' | b'9'),
        _ => false,
    };
    is_own.then(|| &text[..2 + end + 1])
}

/// Takes the meaning from a line that would be a command.
fn disarm(out: &mut String, start: usize) {
    if is_command(&plain(&out[start..])) {
        let at = start + out[start..].find("::").unwrap_or(0);
        out.insert(at + 1, ' ');
    }
    while let Some(at) = out[start..].find("##[") {
        out.insert(start + at + 2, ' ');
    }
}

fn is_command(line: &str) -> bool {
    line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// A line without colors.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let length = style(rest).map_or_else(
            || {
                out.push(c);
                c.len_utf8()
            },
            str::len,
        );
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_is_a_picture() {
        assert_eq!(
            shown("a\u{1b}[2Jb\r\u{7}\u{9b}31m\u{202e}x\u{2028}\ty\n", Colors::None),
            "a\u{241b}[2Jb\u{240d}\u{2407}\u{fffd}31m\u{fffd}x\u{fffd}\ty\n"
        );
        assert_eq!(harmless("a\nb\tc"), "a b c");
        assert!(shown("\u{e0041}\u{61c}\u{200f}\u{2066}", Colors::Own).chars().all(|c| c == '\u{fffd}'));
    }

    #[test]
    fn only_colors_of_brief_s_own_pass() {
        for own in ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[m", "\u{1b}[31m", "\u{1b}[1;31m", "\u{1b}[38;5;9m", "\u{1b}[94m"] {
            assert_eq!(shown(own, Colors::Own), own);
            assert!(!shown(own, Colors::None).contains('\u{1b}'));
        }
        for foreign in [
            "\u{1b}[5m",
            "\u{1b}[8m",
            "\u{1b}[7m",
            "\u{1b}[2J",
            "\u{1b}]0;title\u{7}",
            "\u{1b}[31",
            "\u{1b}c",
            "\u{1b}[?1m",
            "\u{1b}[48;5;1m",
        ] {
            assert!(!shown(foreign, Colors::Own).contains('\u{1b}'), "{foreign:?}");
        }
    }

    #[test]
    fn no_line_is_a_command_of_a_workflow() {
        for command in ["::error::x\n", "  ::add-mask::y", "\t::set-output name=a::b", "a\n::warning file=x::y\n", "\u{1b}[1m::error::z"] {
            for colors in [Colors::None, Colors::Own] {
                let shown = shown(command, colors);
                assert!(shown.lines().all(|line| !is_command(&plain(line))), "{shown:?}");
            }
            assert!(shown_html(command).lines().all(|line| !is_command(line)));
        }
        assert!(!shown("a ##[error]b ##[##[c", Colors::None).contains("##["));
        assert!(!shown_html("##[error]").contains("##["));
        assert_eq!(shown(":::box\na::b\n", Colors::None), ":::box\na::b\n");
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "a": "\u{7f}\u{9b}\u{202e}\u{e0041}##[error]\u{1b}" });
        let text = shown_json(&format!("{value:#}\n"));
        assert!(text.is_ascii() && !text.contains("##["));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
