//! Inlines as a flat sequence of tokens, in which emphasis and links are pairs of opening and closing tokens.

use super::block::Style;
use super::link::is_autolink;
use crate::document::{Inline, Target};

/// A token. Emphasis is numbered in the order in which it opens.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Code(&'a str),
    Open(Style, usize),
    Close(Style, usize),
    OpenLink,
    CloseLink { url: &'a str, title: &'a str },
    Autolink(&'a str),
    Image { path: &'a str, title: &'a str, alternative: &'a str },
    Break,
    Mark(&'a str),
}

/// The tokens of inlines in normal form, and how many of them open emphasis.
pub(super) fn tokens(inlines: &[Inline]) -> (Vec<Token<'_>>, usize) {
    let (mut tokens, mut count) = (Vec::new(), 0);
    flatten(inlines, &mut tokens, &mut count);
    (tokens, count)
}

fn flatten<'a>(inlines: &'a [Inline], tokens: &mut Vec<Token<'a>>, count: &mut usize) {
    for inline in inlines {
        if let Some((style, content)) = Style::of(inline) {
            let id = *count;
            *count += 1;
            tokens.push(Token::Open(style, id));
            flatten(content, tokens, count);
            tokens.push(Token::Close(style, id));
            continue;
        }
        match inline {
            Inline::Text(text) => tokens.push(Token::Text(text)),
            Inline::Code(code) => tokens.push(Token::Code(code)),
            Inline::Link { target: Target::Url(url), title, content } => {
                if let [Inline::Text(text)] = &content[..]
                    && is_autolink(url, title, text)
                {
                    tokens.push(Token::Autolink(text));
                    continue;
                }
                tokens.push(Token::OpenLink);
                flatten(content, tokens, count);
                tokens.push(Token::CloseLink { url, title });
            }
            Inline::Image { path, title, alternative, .. } => tokens.push(Token::Image { path, title, alternative }),
            Inline::HardBreak => tokens.push(Token::Break),
            Inline::FootnoteReference(label) => tokens.push(Token::Mark(label)),
            // Not in the normal form.
            _ => {}
        }
    }
}
