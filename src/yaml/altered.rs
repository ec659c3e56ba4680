//! What reading a YAML text would change or drop in silence: numbers that a float can't hold, and tags that mean nothing.

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::number::is_lost;

/// The handle of YAML's own tags, and those that a book can hold.
const CORE: &str = "tag:yaml.org,2002:";
const KNOWN: [&str; 7] = ["str", "int", "float", "bool", "null", "seq", "map"];

/// Something that would not be read as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Altered {
    Number,
    /// A tag, as it is written.
    Tag(String),
}

/// How a tag is written that isn't one of YAML's own.
pub(crate) fn unknown_tag(tag: &Tag) -> Option<String> {
    let full = format!("{}{}", tag.handle, tag.suffix);
    let name = full.strip_prefix(CORE);
    if name.is_some_and(|name| KNOWN.contains(&name)) || full == "!" {
        return None;
    }
    Some(match name {
        Some(name) => format!("!!{name}"),
        None if full.starts_with('!') => full,
        None => format!("!<{full}>"),
    })
}

/// Whether a `!` stands where a tag may begin.
pub(crate) fn may_hold_tags(text: &str) -> bool {
    let mut before = b'\n';
    text.bytes().any(|b| {
        let begins = b == b'!' && matches!(before, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b'-' | b'?' | b':');
        before = b;
        begins
    })
}

/// Whether brackets may stand in each other deeper than this. The parser's time grows with the square of their depth, so it
/// must not see such a text.
pub(crate) fn may_be_deeper(text: &str, levels: usize) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|b| {
        match b {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > levels
    })
}

/// The first such thing in a text, and its line from 1. A key is a text, however it is written.
pub(crate) fn first_altered(text: &str) -> Option<(usize, Altered)> {
    // Of each list and mapping that is open, whether its next value is a key.
    let mut open: Vec<Option<bool>> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return None };
        let mut is_key = || {
            let next = open.last_mut().and_then(Option::as_mut);
            next.is_some_and(|next| {
                *next = !*next;
                !*next
            })
        };
        let line = span.start.line();
        let tag = match &event {
            Event::Scalar(text, style, _, tag) => {
                let is_text = tag.as_ref().is_some_and(|tag| matches!(&*tag.suffix, "str" | ""));
                if !is_key() && *style == ScalarStyle::Plain && !is_text && is_lost(text) {
                    return Some((line, Altered::Number));
                }
                tag.as_ref()
            }
            Event::SequenceStart(_, tag) => {
                is_key();
                open.push(None);
                tag.as_ref()
            }
            Event::MappingStart(_, tag) => {
                is_key();
                open.push(Some(true));
                tag.as_ref()
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                None
            }
            Event::Alias(_) => {
                is_key();
                None
            }
            _ => None,
        };
        if let Some(tag) = tag.and_then(|tag| unknown_tag(tag)) {
            return Some((line, Altered::Tag(tag)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_read_as_something_else_is_found() {
        let tag = |name: &str| Altered::Tag(name.to_owned());
        for (text, found) in [
            ("a: 1\nb: 1e-400\n", Some((2, Altered::Number))),
            ("a: [1, {b: 12345678901234567.89}]\n", Some((1, Altered::Number))),
            ("a: !important text\n", Some((1, tag("!important")))),
            ("a: 1\nb: !!python/object x\n", Some((2, tag("!!python/object")))),
            ("a: !<x> y\n", Some((1, tag("!<x>")))),
            ("a: !x\n  b: 1\n", Some((1, tag("!x")))),
            ("a: !!str 1e-400\nb: '1e-400'\n1e-400: {1e-401: x}\n", None),
            ("a: ! x\nb: !!int 5\nc: 1.5\nd: wow!\n", None),
        ] {
            assert_eq!(first_altered(text), found, "{text}");
        }
    }
}
