//! The space between a mark and a digit beside it, and between two marks: a host prints marks as raised numbers, so that
//! `50,000[^9]` would be read as a power, and `[^a][^b]` as one number.
//!
//! The space is written where it is needed, and not part of the text: it is taken out again when the Markdown is read.

use crate::document::Inline;

/// The space that is written, which no line breaks at.
pub(super) const SPACE: char = '\u{a0}';

/// How many characters of the text before a mark are kept.
const TAIL: usize = 8;

/// The end of what was printed so far.
#[derive(Debug, Default)]
pub(super) struct Tail {
    text: String,
    behind_mark: bool,
}

impl Tail {
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.behind_mark = false;
        let kept = text.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
        self.text.push_str(&text[kept..]);
        let cut = self.text.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
        self.text.drain(..cut);
    }

    /// Records something that is neither text nor a mark.
    pub(super) fn other(&mut self) {
        *self = Tail::default();
    }

    pub(super) fn mark(&mut self) {
        *self = Tail { text: String::new(), behind_mark: true };
    }

    /// Whether a mark that follows needs a space: behind another, and where it would be taken for a part of a number, as
    /// behind `50,000`, `in 1999.` or `(1999)`.
    pub(super) fn needs_space(&self) -> bool {
        let is_close = |c: char| matches!(c, '.' | ',' | ';' | ':' | '”' | '’' | '"' | '\'' | ')' | '%');
        self.behind_mark || self.text.trim_end_matches(is_close).ends_with(char::is_numeric)
    }
}

/// Takes the spaces out that [`SPACE`] stands for: before a mark behind a digit or another mark, and behind a mark before a
/// digit.
pub(super) fn close_up(inlines: &mut Vec<Inline>) {
    if inlines.iter().any(|inline| inline.content().is_some() || matches!(inline, Inline::FootnoteReference(_))) {
        close_up_behind(&mut Tail::default(), inlines, None);
    }
}

/// `after` is the inline that follows.
fn close_up_behind(tail: &mut Tail, inlines: &mut Vec<Inline>, after: Option<&Inline>) {
    for at in 0..inlines.len() {
        let (head, rest) = inlines.split_at_mut(at + 1);
        let Some(inline) = head.last_mut() else { continue };
        let next = rest.first().or(after);
        match inline {
            Inline::Text(text) => {
                if tail.behind_mark
                    && let Some(rest) = text.strip_prefix(SPACE)
                    && (rest.starts_with(char::is_numeric) || rest.is_empty() && next.is_some_and(begins_with_digit))
                {
                    text.drain(..SPACE.len_utf8());
                }
                if next.is_some_and(begins_with_mark)
                    && let Some(kept) = text.strip_suffix(SPACE)
                {
                    let mut before = Tail { text: tail.text.clone(), behind_mark: tail.behind_mark };
                    before.text(kept);
                    if before.needs_space() {
                        text.truncate(kept.len());
                    }
                }
                tail.text(text);
            }
            Inline::FootnoteReference(_) => tail.mark(),
            Inline::Code(code) => tail.text(code),
            other => match other.content_mut() {
                Some(content) => close_up_behind(tail, content, next),
                None => tail.other(),
            },
        }
    }
    inlines.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
}

fn begins_with_mark(inline: &Inline) -> bool {
    match inline {
        Inline::FootnoteReference(_) => true,
        other => other.content().and_then(|content| content.first()).is_some_and(begins_with_mark),
    }
}

/// Whether an inline begins with a digit that would touch a mark before it.
pub(super) fn begins_with_digit(inline: &Inline) -> bool {
    match inline {
        Inline::Text(text) | Inline::Code(text) => text.starts_with(char::is_numeric),
        other => other.content().and_then(|content| content.first()).is_some_and(begins_with_digit),
    }
}
