//! Front matter: YAML between lines of `---` at the start of a text.

/// A text, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split<'a> {
    /// The text does not begin with a line of `---`.
    None,
    /// It does, but no second such line follows.
    Unclosed,
    /// `yaml` is between the lines `opening` and `closing`; `rest` is everything after them.
    FrontMatter { opening: &'a str, yaml: &'a str, closing: &'a str, rest: &'a str },
}

/// Takes the front matter off a text. A byte order mark before it and spaces after the hyphens don't matter.
pub(crate) fn split(text: &str) -> Split<'_> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if !is_fence(first) {
        return Split::None;
    }
    let start = first.len();
    let mut end = start;
    for line in lines {
        if is_fence(line) {
            return Split::FrontMatter { opening: first, yaml: &text[start..end], closing: line, rest: &text[end + line.len()..] };
        }
        end += line.len();
    }
    Split::Unclosed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_ends_at_the_first_fence() {
        let found = |opening, yaml, closing, rest| Split::FrontMatter { opening, yaml, closing, rest };
        assert_eq!(split("---\na: 1\n---\n\n  text\n---\n"), found("---\n", "a: 1\n", "---\n", "\n  text\n---\n"));
        assert_eq!(split("\u{feff}--- \r\na: 1\r\n---\t\r\ntext"), found("--- \r\n", "a: 1\r\n", "---\t\r\n", "text"));
        assert_eq!(split("---\n---"), found("---\n", "", "---", ""));
        assert_eq!(split("---\na: 1\n ---\n"), Split::Unclosed);
        assert_eq!(split("---"), Split::Unclosed);
        for text in ["", "text\n---\n", "----\n---\n", " ---\n---\n", "\n---\n---\n"] {
            assert_eq!(split(text), Split::None, "{text:?}");
        }
    }
}
