//! Emphasis marks: which characters they are, and what of the text beside them must be a character reference
//! for them to be marks at all (CommonMark 0.31.2, section 6.2, left- and right-flanking runs).

use super::block::Style;
use super::escape::is_word;
use super::inline_token::Token;

/// The class of a character next to a delimiter, by CommonMark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Punctuation,
    /// Not decided by ASCII: may be punctuation or a symbol by its Unicode category.
    Unsure,
}

fn class(c: char) -> Class {
    if c.is_whitespace() {
        Class::Blank
    } else if is_word(Some(c)) {
        Class::Word
    } else if c.is_ascii_punctuation()
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '«' | '»' | '¿' | '¡' | '§' | '¶' | '·')
    {
        Class::Punctuation
    } else {
        Class::Unsure
    }
}

/// The first and last characters of the text at `at`: whether each must be a character reference.
pub(super) fn encoded_edges(tokens: &[Token<'_>], marks: &[u8], at: usize) -> (bool, bool) {
    let Token::Text(text) = tokens[at] else { return (false, false) };
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else { return (false, false) };

    let mut encode_first = false;
    for beside in beside(tokens, (0..at).rev()) {
        encode_first |= match tokens[beside] {
            Token::Open(..) => first.is_whitespace(),
            Token::Close(style, id) => {
                let firm = style != Style::Strikethrough && marks[id] == b'_';
                !matches!(class(first), Class::Blank | Class::Punctuation) && (firm || class_before(tokens, beside) != Class::Word)
            }
            _ => false,
        };
    }
    let mut encode_last = false;
    for beside in beside(tokens, at + 1..tokens.len()) {
        encode_last |= match tokens[beside] {
            Token::Close(..) => last.is_whitespace(),
            Token::Open(style, id) => {
                let firm = style != Style::Strikethrough && marks[id] == b'_';
                !matches!(class(last), Class::Blank | Class::Punctuation) && (firm || class_after(tokens, beside) != Class::Word)
            }
            _ => false,
        };
    }
    (encode_first, encode_last)
}

/// The delimiters next to a text. Tildes are skipped, as comrak does to find the character
/// next to a delimiter.
fn beside<'t>(tokens: &'t [Token<'_>], places: impl Iterator<Item = usize> + 't) -> impl Iterator<Item = usize> + 't {
    let mut done = false;
    places.take_while(move |at| {
        let this_is_last = done;
        done = !matches!(tokens[*at], Token::Open(Style::Strikethrough, _) | Token::Close(Style::Strikethrough, _));
        !this_is_last && matches!(tokens[*at], Token::Open(..) | Token::Close(..))
    })
}

fn is_tilde(token: &Token<'_>) -> bool {
    matches!(token, Token::Open(Style::Strikethrough, _) | Token::Close(Style::Strikethrough, _))
}

/// The character before a closing delimiter.
fn class_before(tokens: &[Token<'_>], mark: usize) -> Class {
    match tokens[..mark].iter().rev().find(|token| !is_tilde(token)) {
        None | Some(Token::Break) => Class::Blank,
        // A space would be a character reference.
        Some(Token::Text(text)) => text.chars().next_back().map_or(Class::Unsure, in_text),
        Some(_) => Class::Punctuation,
    }
}

/// The character after an opening delimiter.
fn class_after(tokens: &[Token<'_>], mark: usize) -> Class {
    match tokens[mark + 1..].iter().find(|token| !is_tilde(token)) {
        None | Some(Token::Break) => Class::Blank,
        Some(Token::Text(text)) => text.chars().next().map_or(Class::Unsure, in_text),
        Some(_) => Class::Punctuation,
    }
}

fn in_text(c: char) -> Class {
    match class(c) {
        Class::Blank => Class::Punctuation,
        class => class,
    }
}

/// Whether emphasis is adjacent or nested, so that only the parser can tell which delimiter closes which.
pub(super) fn is_intricate(tokens: &[Token<'_>]) -> bool {
    let mut open = 0_usize;
    let mut touching = false;
    for token in tokens {
        match token {
            Token::Open(..) => {
                if touching || open > 0 {
                    return true;
                }
                open += 1;
                touching = true;
            }
            Token::Close(..) => {
                if touching {
                    return true;
                }
                open = open.saturating_sub(1);
                touching = true;
            }
            _ => touching = false,
        }
    }
    false
}

/// The marks of all emphasis, by its number: those that a reader of the Markdown expects and that parsers most likely read
/// back. Emphasis takes the mark of the emphasis around it, else `*`; but the other mark where it opens right after another
/// mark (`*a*__b__`, `**_a_**`), and within emphasis of its own kind (`*a _b_ c*`).
pub(super) fn marks(tokens: &[Token<'_>], count: usize) -> Vec<u8> {
    let other = |mark: u8| if mark == b'*' { b'_' } else { b'*' };
    let mut marks = vec![b'*'; count];
    let mut open: Vec<(Style, usize)> = Vec::new();
    let mut touched = None;
    for token in tokens {
        match *token {
            Token::Open(Style::Strikethrough, _) | Token::Close(Style::Strikethrough, _) => touched = None,
            Token::Open(style, id) => {
                marks[id] = match (touched, open.last()) {
                    (Some(mark), _) => other(mark),
                    (None, Some((parent, outer))) if *parent == style => other(marks[*outer]),
                    (None, Some((_, outer))) => marks[*outer],
                    (None, None) => b'*',
                };
                touched = Some(marks[id]);
                open.push((style, id));
            }
            Token::Close(_, id) => {
                touched = Some(marks[id]);
                open.pop();
            }
            _ => touched = None,
        }
    }
    marks
}
