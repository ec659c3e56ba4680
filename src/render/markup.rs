//! How much Markdown is read in one piece: what the parser keeps of a text is many times as large as the text, by how many
//! marks and lines there are.

/// How many marks and lines a text may have.
pub(crate) const MOST_MARKUP: usize = 4 << 20;

/// The characters that can begin or end something that the parser keeps by itself.
const MARKS: &[u8] = b"\n*_`[]()!<>&\\|~:#-+=^$@{}";

/// Whether a text has no more marks and lines than are read.
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
