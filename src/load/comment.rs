//! `source: report #7`: a space before `#` makes the rest a comment, so the source names no paragraph.

use super::outline::Outline;
use super::yaml::YamlSource;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::Pointer;

/// The keys whose values name sources.
const KEYS: [&str; 2] = ["source", "via"];

/// Warns of each source that a comment cuts off, with the pointer of the document's item or entry that it stands in.
/// Only a text that looks like it is read again.
pub(super) fn find(source: &YamlSource<'_>) -> Vec<(Pointer, Diagnostic)> {
    let mut found = Vec::new();
    if !source.text.contains(" #") || !source.text.lines().any(is_suspect) {
        return found;
    }
    Outline::read(source).under(&KEYS, &mut |part, key, text, place| {
        let Place::Span(span) = &place else { return };
        let line = source.text.lines().nth(span.line - source.lines_before - 1).unwrap_or_default();
        let rest: String = line.chars().skip(span.end_column - 1).collect();
        let cut = rest.trim_start();
        if rest.starts_with(' ') && is_locator(cut) && !text.is_empty() {
            let locator: String = cut.chars().take_while(|c| !c.is_whitespace()).collect();
            let message = format!("`{locator}` is a comment, not a part of the {key} `{text}`");
            let help = format!("write `{text}{locator}`, without a space, or put a space after `#` if it is a comment");
            found.push((part.clone(), Diagnostic::warning(Code::CommentInValue, place, message).help(help)));
        }
    });
    found
}

/// Whether a line holds ` #7` behind something.
fn is_suspect(line: &str) -> bool {
    line.match_indices(" #").any(|(at, _)| is_locator(&line[at + 1..]) && !line[..at].trim().is_empty())
}

/// Whether a text begins like a locator, rather than a comment, which has a space after `#`.
fn is_locator(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next() == Some('#') && characters.next().is_some_and(char::is_alphanumeric)
}
