//! Splitting text into words: by Unicode's rules for word boundaries (UAX #29), except that what people write as one word
//! stays one: `2025-11-05`, `and/or`, `e-mail`, `2½`.

use unicode_segmentation::UnicodeSegmentation;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Letters and digits, with what joins them. In scripts that are written without spaces, each character is a word.
    Word(&'a str),
    /// One mark of punctuation, one symbol, one emoji.
    Mark(&'a str),
    /// All spaces and line ends in one place.
    Space(&'a str),
}

impl<'a> Segment<'a> {
    /// The text of the piece.
    pub fn text(self) -> &'a str {
        match self {
            Segment::Word(text) | Segment::Mark(text) | Segment::Space(text) => text,
        }
    }
}

/// The last sentence of a text, or what there is of it, without spaces around it.
pub fn last_sentence(text: &str) -> &str {
    text.split_sentence_bounds().map(str::trim).filter(|sentence| !sentence.is_empty()).last().unwrap_or_default()
}

/// The pieces of a text, in order; joined, they are the text.
pub fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut out: Vec<Segment<'_>> = Vec::new();
    let mut start = 0;
    let mut pieces = text.split_word_bounds().peekable();
    while let Some(piece) = pieces.next() {
        let mut end = start + piece.len();
        let segment = if piece.chars().all(char::is_whitespace) {
            while let Some(more) = pieces.next_if(|more| more.chars().all(char::is_whitespace)) {
                end += more.len();
            }
            Segment::Space(&text[start..end])
        } else if is_joinable(piece) {
            loop {
                if let Some(more) = pieces.next_if(|more| is_joinable(more)) {
                    end += more.len();
                } else if is_joint(&text[end..]) {
                    // The joint and what it joins.
                    end += pieces.next().map_or(0, str::len);
                    end += pieces.next().map_or(0, str::len);
                } else {
                    break;
                }
            }
            Segment::Word(&text[start..end])
        } else if piece.contains(char::is_alphanumeric) {
            Segment::Word(piece)
        } else {
            Segment::Mark(piece)
        };
        out.push(segment);
        start = end;
    }
    out
}

/// The words of a text, without spaces and punctuation.
pub fn words_of(text: &str) -> impl Iterator<Item = &str> {
    segments(text).into_iter().filter_map(|segment| if let Segment::Word(word) = segment { Some(word) } else { None })
}

/// Whether a piece between two word boundaries can be a part of a longer word.
fn is_joinable(piece: &str) -> bool {
    piece.chars().next().is_some_and(|first| first.is_alphanumeric() && !stands_alone(first))
}

/// Whether a text begins with a mark that joins the word before it with one after it.
fn is_joint(text: &str) -> bool {
    let mut letters = text.chars();
    matches!(letters.next(), Some('.' | ',' | ':' | '-' | '_' | '@' | '/' | '\'' | '’' | '\u{2011}'))
        && letters.next().is_some_and(|next| next.is_alphanumeric() && !stands_alone(next))
}

/// Whether a character belongs to a script that is written without spaces, so that it is a word by itself.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2e80..=0x2fff | 0x3005..=0x3007 | 0x3021..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> String {
        let parts: Vec<&str> = segments(text).into_iter().map(Segment::text).collect();
        assert_eq!(parts.concat(), text, "nothing is lost");
        parts.join("|")
    }

    #[test]
    fn what_is_written_as_one_word_is_one() {
        assert_eq!(
            split("On 2025-11-05, 50,000 don't e-mail it@un.example."),
            "On| |2025-11-05|,| |50,000| |don't| |e-mail| |it@un.example|."
        );
        assert_eq!(split("and/or (2½) x² C++ 3.5%"), "and/or| |(|2½|)| |x²| |C|+|+| |3.5|%");
        assert_eq!(split("a - b -c d- …e"), "a| |-| |b| |-|c| |d|-| |…|e");
        assert_eq!(split(" a\u{a0}\n b "), " |a|\u{a0}\n |b| ");
    }

    #[test]
    fn accents_and_emoji_stay_whole_and_scripts_without_spaces_are_split() {
        assert_eq!(split("cafe\u{301}s 👩\u{200d}🚒! 🇺🇳"), "cafe\u{301}s| |👩\u{200d}🚒|!| |🇺🇳");
        assert_eq!(split("你好，世界。Gaza加沙"), "你|好|，|世|界|。|Gaza|加|沙");
        assert_eq!(split("ที่นี่ हिन्दी"), "ที่|นี่| |हिन्दी");
    }

    #[test]
    fn words_are_without_punctuation() {
        assert_eq!(words_of("The force, in 2025.").collect::<Vec<_>>(), ["The", "force", "in", "2025"]);
    }
}
