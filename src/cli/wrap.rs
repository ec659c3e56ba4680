//! Lines for a terminal, broken between words at its width and set in below their beginning.

use textwrap::{Options, WordSeparator, WordSplitter};

/// Lines further in than this are broken as if they were not.
const DEEPEST: usize = 16;
/// A terminal narrower than this breaks lines itself.
const NARROWEST: usize = 20;

/// A text whose lines are no longer than `width` columns, but for words that are.
pub(super) fn wrap(text: &str, width: usize) -> String {
    if width < NARROWEST {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 40);
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        if textwrap::core::display_width(body) <= width {
            out.push_str(line);
            continue;
        }
        let inset = body.len() - body.trim_start_matches(' ').len();
        let below = " ".repeat(inset.min(DEEPEST) + 4);
        let options = Options::new(width)
            .subsequent_indent(&below)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
        out.push_str(&textwrap::wrap(body, options).join("\n"));
        out.push_str(&line[body.len()..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_are_set_in() {
        let text = "a title\n  mandate: the force monitors the ceasefire line\n  short\n";
        assert_eq!(wrap(text, 30), "a title\n  mandate: the force monitors\n      the ceasefire line\n  short\n");
        assert_eq!(
            wrap("\u{1b}[1mone two three four\u{1b}[0m five six\n", 28),
            "\u{1b}[1mone two three four\u{1b}[0m five six\n",
            "colors take no room"
        );
        let long = "see https://example.org/an/address/that/is/longer/than/the/terminal here";
        assert_eq!(wrap(long, 24), "see\n    https://example.org/an/address/that/is/longer/than/the/terminal\n    here");
        assert_eq!(wrap("a b c d e f g h i j k l m n", 4), "a b c d e f g h i j k l m n");
    }
}
