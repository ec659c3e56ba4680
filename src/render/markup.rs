//! How much Markdown is parsed in one piece: the parser's tree is many times as large as the text, depending on the number of
//! marks and lines.

/// The most marks and lines that a text may have.
pub(crate) const MOST_MARKUP: usize = 4 << 20;

/// The characters that can begin or end something that the parser keeps by itself.
const MARKS: &[u8] = b"\n*_`[]()!<>&\\|~:#-+=^$@{}";

/// Whether a text is within the limit of marks and lines.
pub(crate) fn is_readable(text: &str) -> bool {
    text.len() <= MOST_MARKUP || text.bytes().filter(|byte| MARKS.contains(byte)).count() <= MOST_MARKUP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_lines_count_and_letters_do_not() {
        assert!(is_readable(&"a".repeat(2 * MOST_MARKUP)));
        assert!(is_readable(&"*\n".repeat(MOST_MARKUP / 2)));
        assert!(!is_readable(&("a*".repeat(MOST_MARKUP) + "*")));
    }
}
