//! Emphasis marks: which characters they are, and what of the text beside them must be a character reference
//! for them to be marks at all (CommonMark 0.31.2, section 6.2, left- and right-flanking runs).

use super::escape::is_word;
use super::inline_writer::Token;
use super::normal_inline::Style;

/// What a character beside a mark is to CommonMark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Word,
    Punctuation,
    /// Punctuation, symbol or neither: Unicode knows.
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

/// The marks that a text touches. Tildes are looked through: comrak passes over them to see what stands
/// beside a mark.
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

/// What stands before a closing mark.
fn class_before(tokens: &[Token<'_>], mark: usize) -> Class {
    match tokens[..mark].iter().rev().find(|token| !is_tilde(token)) {
        None | Some(Token::Break) => Class::Blank,
        // A blank would be a character reference.
        Some(Token::Text(text)) => text.chars().next_back().map_or(Class::Unsure, in_text),
        Some(_) => Class::Punctuation,
    }
}

/// What stands behind an opening mark.
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

/// Ways to choose the marks, the most readable first; each gives a character to each emphasis in the order
/// of their openings. One way is sure to be right, several are to be tried.
pub(super) fn choices(tokens: &[Token<'_>], count: usize) -> Vec<Vec<u8>> {
    let stars = vec![b'*'; count];
    if !is_intricate(tokens) {
        return vec![stars];
    }
    let mut choices = vec![
        stars,
        alternating(tokens, count, b'*', false),
        alternating(tokens, count, b'*', true),
        alternating(tokens, count, b'_', true),
    ];
    if count <= 5 {
        choices.extend((0..1_u32 << count).map(|bits| (0..count).map(|at| if bits >> at & 1 == 0 { b'*' } else { b'_' }).collect()));
    }
    choices
}

/// Whether marks touch or nest, so that it is not plain which closes which.
fn is_intricate(tokens: &[Token<'_>]) -> bool {
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

/// Marks that differ from those they touch, and if `nested`, from those they stand in.
fn alternating(tokens: &[Token<'_>], count: usize, first: u8, nested: bool) -> Vec<u8> {
    let other = |mark: u8| if mark == b'*' { b'_' } else { b'*' };
    let mut marks = vec![first; count];
    let mut open: Vec<usize> = Vec::new();
    let mut touching = None;
    for token in tokens {
        match token {
            Token::Open(Style::Strikethrough, _) | Token::Close(Style::Strikethrough, _) => touching = None,
            Token::Open(_, id) => {
                let unlike = touching.or(if nested { open.last().map(|outer| marks[*outer]) } else { None });
                marks[*id] = unlike.map_or(first, other);
                touching = Some(marks[*id]);
                open.push(*id);
            }
            Token::Close(_, id) => {
                touching = Some(marks[*id]);
                open.pop();
            }
            _ => touching = None,
        }
    }
    marks
}
