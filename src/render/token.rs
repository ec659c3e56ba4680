//! Tokens: how a printed value travels through a template as text.
//!
//! A value prints as `U+FDD0 <index> U+FDD1`, where the index names what was printed in the render's
//! `Prints`. Both are Unicode noncharacters, inert in Markdown, so a token survives blocks, macros, `~`
//! and `join`, and `resolve` finds each one where it ends up. Data that holds the two characters is
//! [shielded](shield) on its way in, and templates that hold them are refused, so no token can be forged.

use std::borrow::Cow;

pub(crate) const OPEN: char = '\u{FDD0}';
pub(crate) const CLOSE: char = '\u{FDD1}';
const SHIELD: char = '\u{FDD2}';

/// How long a document's text may be, in bytes.
pub(super) const LONGEST: usize = 64 << 20;

/// The characters that brief keeps for itself while a document is rendered.
pub(crate) const RESERVED: [char; 3] = [OPEN, CLOSE, SHIELD];

/// The error of a document that exceeds its limit.
pub(crate) const TOO_LONG: &str = "more text than a document may hold";

/// The error of a filter or operator that would cut a token.
pub(crate) const CUTS: &str = "would cut a printed value in two";

/// The error of a cut token.
pub(crate) const BROKEN: &str = "a printed value was cut in two";

/// A piece of text that may hold tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Token(usize),
    /// An unpaired delimiter: a token was cut in two.
    Broken,
}

/// Splits text at its tokens.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find([OPEN, CLOSE]) {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let tail = &rest[start..];
        let width = OPEN.len_utf8();
        let token = tail.strip_prefix(OPEN).and_then(|inner| {
            let end = inner.find(|c: char| !c.is_ascii_digit())?;
            let index = inner[..end].parse().ok()?;
            inner[end..].starts_with(CLOSE).then_some((index, end))
        });
        match token {
            Some((index, digits)) => {
                pieces.push(Piece::Token(index));
                rest = &tail[width + digits + CLOSE.len_utf8()..];
            }
            None => {
                pieces.push(Piece::Broken);
                rest = &tail[width..];
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Whether text holds a token or a part of one.
pub(crate) fn has_token(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

/// Escapes the delimiters in data on its way into a template, so that it can't form a token.
pub(crate) fn shield(text: &str) -> Cow<'_, str> {
    if !text.contains(RESERVED) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            OPEN => out.extend([SHIELD, '0']),
            CLOSE => out.extend([SHIELD, '1']),
            SHIELD => out.extend([SHIELD, '2']),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// The inverse of [`shield`].
pub(crate) fn unshield(text: &str) -> Cow<'_, str> {
    if !text.contains(SHIELD) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            SHIELD => match chars.next() {
                Some('0') => out.push(OPEN),
                Some('1') => out.push(CLOSE),
                Some('2') => out.push(SHIELD),
                // See `fragment::guarded`.
                Some('3') => {}
                other => out.extend(other),
            },
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_apart_at_tokens() {
        let text = format!("a{OPEN}12{CLOSE}b{OPEN}3");
        assert_eq!(pieces(&text), [Piece::Text("a"), Piece::Token(12), Piece::Text("b"), Piece::Broken, Piece::Text("3")]);
    }

    #[test]
    fn shielded_data_holds_no_token_and_comes_back() {
        let data = format!("x{OPEN}0{CLOSE}{SHIELD}1");
        assert!(!has_token(&shield(&data)));
        assert_eq!(unshield(&shield(&data)), data);
    }
}
