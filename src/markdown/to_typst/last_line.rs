//! Keeps the last word of a paragraph from standing alone in its last line: the last two words are bound together.
//!
//! Typst could weigh it when it breaks a whole paragraph at once, which costs a fifth of a book's time.

use super::Writer;
use crate::document::{Inline, plain_text};

/// How wide letters are at most on average, in ems: so many fit on a line in any case.
const LETTER: f64 = 0.53;

/// How much narrower lines are in a list, a box or a quotation, in ems.
const INDENT: f64 = 2.0;

/// Words longer than this, in letters, may stand alone.
const LONGEST_WORD: usize = 14;

impl Writer<'_> {
    /// The same text with its last two words bound by a space that no line ends at, if it may be longer than a line where it
    /// is written.
    pub(super) fn bound(&self, content: &[Inline]) -> Vec<Inline> {
        let measure = self.measure();
        let columns = if self.nesting.in_columns { 2.0 } else { 1.0 };
        let line = (measure.text / measure.size - INDENT * self.nesting.blocks as f64) / columns;
        bound(content, (line / LETTER).max(0.0) as usize)
    }
}

/// The same text with its last two words bound, if it has more letters than a line.
fn bound(content: &[Inline], line: usize) -> Vec<Inline> {
    let mut content = content.to_vec();
    if plain_text(&content).chars().count() > line {
        bind(&mut content, &mut 0);
    }
    content
}

/// Binds the last two words; whether the place where they meet was found. `after` counts the letters of the last word that
/// stand in later inlines.
fn bind(inlines: &mut [Inline], after: &mut usize) -> bool {
    for inline in inlines.iter_mut().rev() {
        match inline {
            Inline::Cite(_) | Inline::Anchor(_) => {}
            Inline::SoftBreak if *after == 0 => {}
            Inline::Text(text) => {
                let words = if *after == 0 { text.trim_end() } else { text.as_str() };
                let Some(at) = words.rfind(char::is_whitespace) else {
                    *after += words.chars().count();
                    continue;
                };
                let last = words[at..].trim_start().chars().count() + *after;
                let before = words[..at].rsplit(char::is_whitespace).next().map_or(0, |word| word.chars().count());
                if words[at..].starts_with(' ') && last <= LONGEST_WORD && before <= LONGEST_WORD {
                    text.replace_range(at..=at, "\u{a0}");
                }
                return true;
            }
            Inline::Emphasis(content) | Inline::Strong(content) | Inline::Claim { content, .. } | Inline::Link { content, .. } => {
                if bind(content, after) {
                    return true;
                }
            }
            _ => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::bound;
    use crate::document::{Inline, plain_text};

    const LINE: usize = 60;
    const LONG: &str = "A paragraph that is long enough to run over the end of a line, ";

    #[test]
    fn the_last_two_words_are_bound_whatever_they_stand_in() {
        let text = |text: &str| Inline::Text(text.to_owned());
        let plain = |content: &[Inline]| plain_text(&bound(content, LINE));
        assert_eq!(plain(&[text(&format!("{LONG}as it is."))]), format!("{LONG}as it\u{a0}is."));
        assert_eq!(plain(&[text(LONG), Inline::Strong(vec![text("it is")]), text("."), Inline::Cite(1)]), format!("{LONG}it\u{a0}is."));
        let whole = [text(&format!("{LONG}it ")), Inline::Emphasis(vec![text("is")]), text(".")];
        assert_eq!(plain(&whole), format!("{LONG}it\u{a0}is."));
    }

    #[test]
    fn short_paragraphs_and_long_words_stay_as_they_are() {
        let same = |text: &str| assert_eq!(plain_text(&bound(&[Inline::Text(text.to_owned())], LINE)), text);
        same("as it is.");
        same(&format!("{LONG}representatively internationalization"));
        same(&format!("{LONG}in\u{a0}two"));
    }
}
