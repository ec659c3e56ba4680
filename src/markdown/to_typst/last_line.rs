//! Keeps the last word of a paragraph from standing alone in its last line: the last two words are bound together.
//!
//! Typst could weigh it when it breaks a whole paragraph at once, which costs a fifth of a book's time.

use crate::document::{Inline, plain_text};

/// Paragraphs shorter than this, in letters, fit on one line.
const ONE_LINE: usize = 60;

/// Words longer than this, in letters, may stand alone.
const LONGEST_WORD: usize = 14;

/// The same text with its last two words bound by a space that no line ends at.
pub(super) fn bound(content: &[Inline]) -> Vec<Inline> {
    let mut content = content.to_vec();
    if plain_text(&content).chars().count() > ONE_LINE {
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

    const LONG: &str = "A paragraph that is long enough to run over the end of a line, ";

    #[test]
    fn the_last_two_words_are_bound_whatever_they_stand_in() {
        let text = |text: &str| Inline::Text(text.to_owned());
        let plain = |content: &[Inline]| plain_text(&bound(content));
        assert_eq!(plain(&[text(&format!("{LONG}as it is."))]), format!("{LONG}as it\u{a0}is."));
        assert_eq!(plain(&[text(LONG), Inline::Strong(vec![text("it is")]), text("."), Inline::Cite(1)]), format!("{LONG}it\u{a0}is."));
        let whole = [text(&format!("{LONG}it ")), Inline::Emphasis(vec![text("is")]), text(".")];
        assert_eq!(plain(&whole), format!("{LONG}it\u{a0}is."));
    }

    #[test]
    fn short_paragraphs_and_long_words_stay_as_they_are() {
        let same = |text: &str| assert_eq!(plain_text(&bound(&[Inline::Text(text.to_owned())])), text);
        same("as it is.");
        same(&format!("{LONG}representatively internationalization"));
        same(&format!("{LONG}in\u{a0}two"));
    }
}
