//! `source: report #7`: a space before `#` makes the rest a comment, so the source names no paragraph.

use std::collections::{BTreeMap, HashMap};

use super::outline::Outline;
use super::yaml::YamlSource;
use crate::diagnostic::{Code, Diagnostic};
use crate::layout::Pointer;

/// The keys whose values name sources.
const KEYS: [&str; 2] = ["source", "via"];

/// Warns of each source that a comment cuts off, by the pointer of the document's item or entry that holds it.
/// Only a text with such comments is parsed again.
pub(super) fn find(source: &YamlSource<'_>) -> BTreeMap<Pointer, Vec<Diagnostic>> {
    let mut found: BTreeMap<Pointer, Vec<Diagnostic>> = BTreeMap::new();
    let comments = locator_comments(source.text);
    if comments.is_empty() {
        return found;
    }
    let outline = Outline::read(source);
    outline.under(&KEYS, &mut |part, key, text, span| {
        let end = (span.end.line(), span.end.col());
        let Some(locator) = comments.get(&end).filter(|_| !span.is_empty() && span.start.line() == span.end.line()) else { return };
        let message = format!("`{locator}` is a comment, not a part of the {key} `{text}`");
        let help = format!("write `{text}{locator}`, without a space, or put a space after `#` if it is a comment");
        let warning = Diagnostic::warning(Code::CommentInValue, outline.place(span), message).help(help);
        found.entry(part.clone()).or_default().push(warning);
    });
    found
}

/// The comments that begin like a locator, such as `#7`, by the line (from 1) and column (from 0) of the space that ends the
/// text before them.
fn locator_comments(text: &str) -> HashMap<(usize, usize), &str> {
    let mut found = HashMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains(" #")) {
        let mut spaces = None;
        for (column, (at, character)) in line.char_indices().enumerate() {
            match (character, spaces) {
                (' ' | '\t', _) => spaces = spaces.or(Some((column, character))),
                ('#', Some((start, ' '))) if is_locator(&line[at..]) => {
                    let locator = line[at..].split_whitespace().next().unwrap_or_default();
                    found.insert((index + 1, start), locator);
                    spaces = None;
                }
                _ => spaces = None,
            }
        }
    }
    found
}

/// Whether a text begins like a locator, rather than a comment, which has a space after `#`.
fn is_locator(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next() == Some('#') && characters.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::outline::steps;

    fn steps_for(text: &str) -> (usize, usize) {
        let before = steps::count();
        let found = find(&YamlSource { file: "content/a.yaml", text, lines_before: 0 });
        (found.len(), steps::count() - before)
    }

    #[test]
    fn a_comment_is_found_behind_its_source_alone() {
        let found = |text: &str| find(&YamlSource { file: "content/a.yaml", text, lines_before: 0 }).into_values().flatten().count();
        for text in ["source: report #7\n", "- a:\n    via: [x, é #7\n    ]\n", "source:  Ärger   #7 and more\n"] {
            assert_eq!(found(text), 1, "{text}");
        }
        for text in ["source: report # 7\n", "title: report #7\n", "source: \"report #7\"\n", "source: #7\n", "source: a\n# b #7\n"] {
            assert_eq!(found(text), 0, "{text}");
        }
    }

    #[test]
    fn work_grows_with_the_text_and_not_faster() {
        let lines = |count: usize| (0..count).map(|n| format!("k{n}:\n  source: report #{n}\n")).collect::<String>();
        let one_line = |count: usize| format!("[{}]\n", (0..count).map(|_| "{source: report}").collect::<Vec<_>>().join(", ")) + "# a #7\n";
        for (text, expected) in [(&lines as &dyn Fn(usize) -> String, 1000), (&one_line, 0)] {
            let ((found, once), (_, twice)) = (steps_for(&text(1000)), steps_for(&text(2000)));
            assert_eq!(found, expected);
            assert!(once >= 1000 && twice <= 2 * once + 10, "{once} steps, and {twice} for twice the text");
        }
    }
}
