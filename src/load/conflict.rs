//! Conflicts that a merge left in a file: the lines of `<<<<<<<`, `=======` and `>>>>>>>` that Git writes.
//!
//! Looked for in everything of a book that people write, before it is read as anything else: what stands between the lines
//! is both sides at once, and a template or a Markdown text would print it.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{CONTENT, TEMPLATES};
use crate::tree::Tree;

/// How many characters the lines of a conflict begin with, unless `conflict-marker-size` says more.
const LENGTH: usize = 7;

/// All conflicts in the files below `content/` and `templates/`.
pub(super) fn find(tree: &Tree) -> Vec<Diagnostic> {
    let files = tree.below(CONTENT).chain(tree.below(TEMPLATES));
    files
        .filter_map(|(file, bytes)| Some((file, std::str::from_utf8(bytes).ok()?)))
        .flat_map(|(file, text)| conflicts(file, text))
        .collect()
}

/// The first conflict of a file.
pub(super) fn first(file: &str, text: &str) -> Option<Diagnostic> {
    conflicts(file, text).into_iter().next()
}

fn conflicts(file: &str, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // Most files hold none, which is seen at once.
    if !text.contains("<<<<<<<") && !text.contains(">>>>>>>") {
        return found;
    }
    // A quote in a quote, seven times over, is Markdown; in YAML no line begins so.
    let quotes = !(file.ends_with(".yaml") || file.ends_with(".yml"));
    let mut open: Option<Open<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        if let Some((length, ours)) = marker(line, '<') {
            found.extend(open.replace(Open { line: index + 1, length, ours, is_split: false }).map(|left| left_over(file, left.line)));
        } else if let Some(conflict) = &mut open
            && marker(line, '=') == Some((conflict.length, ""))
        {
            conflict.is_split = true;
        } else if let Some((length, theirs)) = marker(line, '>') {
            match open.take() {
                Some(conflict) if conflict.is_split && conflict.length == length => {
                    found.push(between(file, conflict.line, conflict.ours, theirs));
                }
                Some(other) => open = Some(other),
                None if !quotes => found.push(left_over(file, index + 1)),
                None => {}
            }
        }
    }
    found.extend(open.map(|left| left_over(file, left.line)));
    found
}

/// A conflict whose end was not seen yet.
struct Open<'a> {
    line: usize,
    length: usize,
    ours: &'a str,
    is_split: bool,
}

/// The length of the line's mark and what is written behind it, where the line begins or divides or ends a conflict.
fn marker(line: &str, character: char) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches(character);
    let length = line.len() - rest.len();
    if length < LENGTH || !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    Some((length, rest.trim()))
}

fn between(file: &str, line: usize, ours: &str, theirs: &str) -> Diagnostic {
    let sides = match (ours, theirs) {
        ("", _) | (_, "") => String::new(),
        (ours, theirs) => format!(" between `{ours}` and `{theirs}`"),
    };
    diagnostic(file, line, format!("`{file}` has an unresolved conflict{sides}"))
}

fn left_over(file: &str, line: usize) -> Diagnostic {
    diagnostic(file, line, format!("`{file}` has a line that is left over from an unresolved conflict"))
}

fn diagnostic(file: &str, line: usize, message: String) -> Diagnostic {
    Diagnostic::error(Code::UnresolvedConflict, Place::line(file, line), message)
        .help("write what is to hold, and delete the lines that begin with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(file: &str, text: &str) -> Vec<usize> {
        let line = |found: &Diagnostic| match &found.place {
            Place::Span(span) => span.line,
            other => panic!("{other:?}"),
        };
        conflicts(file, text).iter().map(line).collect()
    }

    #[test]
    fn conflicts_are_told_from_what_looks_like_one() {
        let whole = "a: 1\n<<<<<<< HEAD\nb: 1\n||||||| base\nb: 0\n=======\nb: 2\n>>>>>>> other\n";
        assert_eq!(lines("a.yaml", whole), [2]);
        assert_eq!(lines("a.yaml", &whole.repeat(2)), [2, 10]);
        assert_eq!(lines("a.yaml", &whole.replace('\n', "\r\n")), [2]);
        assert_eq!(
            lines("a.md", &whole.replace("<<<<<<<", "<<<<<<<<<").replace("=======", "=========").replace(">>>>>>>", ">>>>>>>>>")),
            [2]
        );
        assert_eq!(lines("a.yaml", "a: 1\n>>>>>>> other\n"), [2], "the end is left over");
        assert_eq!(lines("a.yaml", "<<<<<<< HEAD\na: 1\n"), [1], "the beginning is");
        for text in [
            "Title\n=======\n\ntext\n",
            ">>>>>>> a quote of a quote\n",
            "text: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> other\n",
            "<<<<<<<not a mark\n",
            "<<<<<< six\n======\n>>>>>> six\n",
        ] {
            assert_eq!(lines("a.md", text), [0_usize; 0], "{text}");
        }
    }
}
