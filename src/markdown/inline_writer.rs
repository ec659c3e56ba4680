//! Inlines to Markdown.

use std::borrow::Cow;

use super::block::{Place, Style};
use super::delimiter::{encoded_edges, is_intricate, marks};
use super::escape::{Around, LinePosition, code_fence, guard, guard_heading, write_text};
use super::inline_token::{Token, tokens};
use super::inlines::{append, trim, trim_at_breaks};
use super::link::write_target;
use super::mark::{SPACE, Tail};
use super::verify::{reads_back, without_nesting};
use crate::document::Inline;

/// Writes inlines as Markdown that reads back as them, before the escapes that their [place](finish) needs. Nested emphasis
/// that does not read back is removed from `inlines`.
pub(super) fn write(inlines: &mut Vec<Inline>) -> String {
    let text = write_with(inlines, Start::Plain);
    if !begins_definition(&text) {
        return text;
    }
    let text = write_with(inlines, Start::Guarded);
    if reads_back(&finish(&text, Place::Paragraph), inlines) {
        return text;
    }
    code_as_text(inlines);
    write_with(inlines, Start::Guarded)
}

/// How the start of a text is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Plain,
    /// Escaped, so that it can't be read as a link definition.
    Guarded,
}

fn write_with(inlines: &mut Vec<Inline>, start: Start) -> String {
    {
        let (tokens, count) = tokens(inlines);
        let text = emit(&tokens, &marks(&tokens, count), start);
        if !is_intricate(&tokens) || reads_back(&finish(&text, Place::Paragraph), inlines) {
            return text;
        }
    }
    *inlines = without_nesting(inlines);
    trim(inlines);
    let (tokens, count) = tokens(inlines);
    emit(&tokens, &vec![b'*'; count], start)
}

/// Whether text begins with what parsers take for the label of a definition, `[…]:`. They look for it before they know what
/// code is (CommonMark 0.31.2, section 4.7), so that a bracket in code may end it.
fn begins_definition(text: &str) -> bool {
    let Some(label) = text.strip_prefix('[') else { return false };
    let mut escaped = false;
    for (at, byte) in label.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => return false,
            b']' => return label.as_bytes().get(at + 1) == Some(&b':'),
            _ => {}
        }
    }
    false
}

/// Writes code that contains the end of a label as plain text.
fn code_as_text(inlines: &mut Vec<Inline>) {
    for inline in inlines.iter_mut() {
        match inline {
            Inline::Code(code) if code.contains("]:") => *inline = Inline::Text(std::mem::take(code)),
            other => other.content_mut().into_iter().for_each(code_as_text),
        }
    }
    let all = std::mem::take(inlines);
    append(inlines, all);
    trim_at_breaks(inlines);
    trim(inlines);
}

fn emit(tokens: &[Token<'_>], marks: &[u8], start: Start) -> String {
    let mut out = String::new();
    let tildes = tokens.iter().any(|token| matches!(token, Token::Open(Style::Strikethrough, _)));
    let mut in_link = false;
    let mut tail = Tail::default();
    for (at, token) in tokens.iter().enumerate() {
        // If emphasis begins with a mark, the space goes before the emphasis.
        let opens = |token: Option<&Token<'_>>| matches!(token, Some(Token::Open(..) | Token::OpenLink));
        if tail.needs_space() && !opens(at.checked_sub(1).map(|before| &tokens[before])) && is_mark(&tokens[at..]) {
            out.push(SPACE);
        }
        match token {
            Token::Text(text) => {
                let (encode_first, encode_last) = encoded_edges(tokens, marks, at);
                let before = at.checked_sub(1).map(|at| &tokens[at]);
                let after = tokens.get(at + 1);
                let around = Around {
                    encode_first,
                    encode_last,
                    at_start: matches!(before, None | Some(Token::Break)),
                    at_end: matches!(after, None | Some(Token::Break)),
                    in_brackets: in_link,
                    after_mark: matches!(before, Some(Token::Mark(_))),
                    before_bracket: matches!(after, Some(Token::OpenLink | Token::Mark(_))),
                    tildes,
                };
                write_text(&mut out, text, around);
                tail.text(text);
            }
            Token::Code(code) => {
                write_code(&mut out, code);
                tail.text(code);
            }
            Token::Open(style, id) | Token::Close(style, id) => match (style, char::from(marks[*id])) {
                (Style::Strikethrough, _) => out.push_str("~~"),
                (Style::Emphasis, mark) => out.push(mark),
                (Style::Strong, mark) => out.extend([mark, mark]),
            },
            Token::OpenLink => {
                in_link = true;
                out.push('[');
            }
            Token::CloseLink { url, title } => {
                in_link = false;
                out.push(']');
                let inside = out.len() + 1;
                write_target(&mut out, url, title);
                // Unbalanced parentheses end a link destination (section 6.3).
                if start == Start::Guarded && !tokens[..at].iter().any(|token| matches!(token, Token::CloseLink { .. })) {
                    out.insert(inside, ' ');
                }
            }
            Token::Autolink(url) => {
                out.push('<');
                out.push_str(url);
                out.push('>');
                tail.text(url);
            }
            Token::Image { path, title, alternative } => {
                out.push_str("![");
                write_text(&mut out, alternative, Around { in_brackets: true, tildes, ..Around::default() });
                out.push(']');
                write_target(&mut out, path, title);
                tail.other();
            }
            Token::Break => {
                out.push_str("\\\n");
                tail.other();
            }
            Token::Mark(label) => {
                out.push_str("[^");
                out.push_str(label);
                out.push(']');
                tail.mark();
                if is_before_digit(&tokens[at + 1..]) {
                    out.push(SPACE);
                }
            }
        }
    }
    if start == Start::Guarded && matches!(tokens.first(), Some(Token::Text(_))) && out.starts_with('[') {
        out.insert(0, '\\');
    }
    out
}

/// Whether what follows begins with a mark.
fn is_mark(tokens: &[Token<'_>]) -> bool {
    matches!(tokens.iter().find(|token| !matches!(token, Token::Open(..) | Token::OpenLink)), Some(Token::Mark(_)))
}

/// Whether what follows begins with a digit.
fn is_before_digit(tokens: &[Token<'_>]) -> bool {
    match tokens.iter().find(|token| !matches!(token, Token::Open(..) | Token::OpenLink)) {
        Some(Token::Text(text) | Token::Code(text)) => text.starts_with(char::is_numeric),
        _ => false,
    }
}

fn write_code(out: &mut String, code: &str) {
    // In normal form, all code can be enclosed in backticks.
    let (ticks, padded) = code_fence(code).unwrap_or((1, false));
    let ticks = "`".repeat(ticks);
    let pad = if padded { " " } else { "" };
    out.extend([&ticks, pad, code, pad, &ticks]);
}

/// Guards the starts of lines, the end of a heading, the pipes of a cell.
pub(super) fn finish(text: &str, place: Place) -> Cow<'_, str> {
    match place {
        Place::Heading => {
            let mut text = text.to_owned();
            guard_heading(&mut text);
            text.into()
        }
        Place::Cell if text.contains('|') => text.replace('|', "\\|").into(),
        Place::Cell => text.into(),
        Place::Paragraph | Place::ItemStart => {
            let first = if place == Place::ItemStart { LinePosition::StartsItem } else { LinePosition::StartsParagraph };
            let position = |index: usize| if index == 0 { first } else { LinePosition::Continues };
            if text.split('\n').enumerate().all(|(index, line)| guard(line, position(index)).is_none()) {
                return text.into();
            }
            let lines = text.split('\n').enumerate().map(|(index, line)| match guard(line, position(index)) {
                Some(at) => format!("{}\\{}", &line[..at], &line[at..]).into(),
                None => Cow::from(line),
            });
            lines.collect::<Vec<_>>().join("\n").into()
        }
    }
}
