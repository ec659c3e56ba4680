//! Inlines in the form that Markdown can say: marks and links resolved, text joined, blanks folded.

use super::escape::code_fence;
use super::inline_writer;
use super::mark::close_up;
use super::normal::Normalizer;
use super::parse_inline::push as join;
use crate::document::{Inline, MoveEnd, Target, note_label};

/// Inlines of one heading, paragraph or cell, and the claims printed in them with the number of line breaks
/// before each. The text is their Markdown, before what their place needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Run {
    pub(super) inlines: Vec<Inline>,
    pub(super) text: String,
    pub(super) claims: Vec<(usize, usize)>,
}

/// What inlines stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Paragraph,
    Heading,
    Cell,
}

/// Emphasis of either kind, or strikethrough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Emphasis,
    Strong,
    Strikethrough,
}

impl Style {
    fn wrap(self, content: Vec<Inline>) -> Inline {
        match self {
            Style::Emphasis => Inline::Emphasis(content),
            Style::Strong => Inline::Strong(content),
            Style::Strikethrough => Inline::Strikethrough(content),
        }
    }

    /// The style and content of an inline that has one.
    pub(super) fn of(inline: &Inline) -> Option<(Style, &Vec<Inline>)> {
        match inline {
            Inline::Emphasis(content) => Some((Style::Emphasis, content)),
            Inline::Strong(content) => Some((Style::Strong, content)),
            Inline::Strikethrough(content) => Some((Style::Strikethrough, content)),
            _ => None,
        }
    }
}

/// Expands the inlines of one place.
pub(super) fn run(normalizer: &Normalizer<'_>, inlines: &[Inline], place: Place) -> Run {
    let mut expander = Expander { normalizer, place, claims: Vec::new(), breaks: 0, in_link: false, struck: false, after_link: Vec::new() };
    let mut out = Vec::new();
    expander.expand(inlines, &mut out);
    around_breaks(&mut out);
    let cut = trim(&mut out);
    close_up(&mut out);
    expander.note(&out);
    expander.claims.iter_mut().for_each(|(_, breaks)| *breaks = breaks.saturating_sub(cut));
    let text = inline_writer::write(&mut out);
    Run { inlines: out, text, claims: expander.claims }
}

struct Expander<'a> {
    normalizer: &'a Normalizer<'a>,
    place: Place,
    claims: Vec<(usize, usize)>,
    breaks: usize,
    in_link: bool,
    struck: bool,
    /// Marks taken out of the link at hand, since a mark is itself a link.
    after_link: Vec<Inline>,
}

impl Expander<'_> {
    fn expand(&mut self, inlines: &[Inline], out: &mut Vec<Inline>) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Html(text) => push_text(out, &fold_lines(text)),
                Inline::Code(code) => self.code(&fold_lines(code), out),
                Inline::Emphasis(content) => self.styled(Style::Emphasis, content, out),
                Inline::Strong(content) => self.styled(Style::Strong, content, out),
                Inline::Deleted(content) | Inline::Strikethrough(content) if self.struck => self.expand(content, out),
                Inline::Deleted(content) | Inline::Strikethrough(content) => {
                    self.struck = true;
                    self.styled(Style::Strikethrough, content, out);
                    self.struck = false;
                }
                Inline::Inserted(content) | Inline::Moved { end: MoveEnd::Destination, content, .. } => self.expand(content, out),
                // It stands where it moved to.
                Inline::Moved { end: MoveEnd::Origin, .. } => {}
                Inline::Link { target, title, content } => self.link(target, title, content, out),
                Inline::Image { path, title, alternative } => out.push(Inline::Image {
                    path: path.clone(),
                    title: fold_lines(title).into_owned(),
                    alternative: fold_lines(alternative).into_owned(),
                }),
                Inline::SoftBreak => push_text(out, " "),
                Inline::HardBreak if self.place == Place::Paragraph => {
                    self.breaks += 1;
                    out.push(Inline::HardBreak);
                }
                Inline::HardBreak => push_text(out, " "),
                Inline::FootnoteReference(label) => match self.normalizer.label(label) {
                    Some(label) => self.mark(Inline::FootnoteReference(label.to_owned()), out),
                    None => push_text(out, &format!("[^{label}]")),
                },
                Inline::Cite(note) if (1..=self.normalizer.document.notes.len()).contains(note) => {
                    self.mark(Inline::FootnoteReference(note.to_string()), out);
                }
                Inline::Cite(_) => {}
                Inline::Claim { index, content } => {
                    self.claims.push((*index, self.breaks));
                    self.expand(content, out);
                }
                Inline::Anchor(_) | Inline::PageReference(_) | Inline::ParagraphMark(_) => {}
                Inline::Verdict(verdict) => push_text(out, verdict.symbol()),
                Inline::Stamp(field) => push_text(out, &fold_lines(&self.normalizer.stamp.field(*field))),
            }
        }
    }

    fn mark(&mut self, mark: Inline, out: &mut Vec<Inline>) {
        if self.in_link { self.after_link.push(mark) } else { self.push_mark(mark, out) }
    }

    /// Adds a mark; marks of numbered notes that stand together are one, so that their numbers are not read as one.
    fn push_mark(&self, mark: Inline, out: &mut Vec<Inline>) {
        if let (Some(Inline::FootnoteReference(before)), Inline::FootnoteReference(label)) = (out.last_mut(), &mark)
            && let (Some(mut numbers), Some(more)) = (self.normalizer.numbers(before), self.normalizer.numbers(label))
        {
            numbers.extend(more);
            numbers.sort_unstable();
            numbers.dedup();
            *before = note_label(&numbers);
            return;
        }
        out.push(mark);
    }

    /// Notes which marks stand in a text.
    fn note(&self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::FootnoteReference(label) => {
                    if let Some(numbers) = self.normalizer.numbers(label) {
                        self.normalizer.mark(&numbers);
                    }
                }
                other => other.content().into_iter().for_each(|content| self.note(content)),
            }
        }
    }

    fn is_note(&self, inline: &Inline) -> bool {
        matches!(inline, Inline::FootnoteReference(label) if self.normalizer.numbers(label).is_some())
    }

    /// Code without text can't be said, nor code next to code, nor, in a cell, `\|`.
    fn code(&self, code: &str, out: &mut Vec<Inline>) {
        if self.place == Place::Cell && odd_backslashes_before_pipe(code) {
            push_text(out, code);
        } else {
            push_code(out, code);
        }
    }

    fn styled(&mut self, style: Style, content: &[Inline], out: &mut Vec<Inline>) {
        let mut inner = Vec::new();
        self.expand(content, &mut inner);
        around_breaks(&mut inner);
        let leading = inner.iter().take_while(|inline| matches!(inline, Inline::HardBreak)).count();
        out.extend(inner.drain(..leading));
        // So do marks at its end: behind it, they may stand together with others.
        let kept =
            inner.iter().rposition(|inline| !matches!(inline, Inline::HardBreak) && !self.is_note(inline)).map_or(0, |last| last + 1);
        let trailing = inner.split_off(kept);
        if inner.iter().all(is_blank) {
            append(out, inner);
        } else {
            push_styled(out, style, inner);
        }
        for inline in trailing {
            match inline {
                mark @ Inline::FootnoteReference(_) => self.push_mark(mark, out),
                other => out.push(other),
            }
        }
    }

    fn link(&mut self, target: &Target, title: &str, content: &[Inline], out: &mut Vec<Inline>) {
        let url = match target {
            Target::Url(url) => Some(url.clone()),
            Target::Anchor(anchor) => self.normalizer.slugs.get(anchor).map(|slug| format!("#{slug}")),
            Target::Document(id) => Some((self.normalizer.link)(id)).filter(|url| !url.is_empty()),
        };
        let Some(url) = url.filter(|_| !self.in_link) else {
            self.expand(content, out);
            return;
        };
        let mut inner = Vec::new();
        self.in_link = true;
        self.expand(content, &mut inner);
        self.in_link = false;
        around_breaks(&mut inner);
        out.push(Inline::Link { target: Target::Url(url), title: fold_lines(title).into_owned(), content: inner });
        for mark in std::mem::take(&mut self.after_link) {
            self.push_mark(mark, out);
        }
    }
}

/// Line ends as blanks.
pub(super) fn fold_lines(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['\n', '\r', '\0']) {
        return text.into();
    }
    text.replace("\r\n", " ").replace(['\n', '\r'], " ").replace('\0', "\u{fffd}").into()
}

fn push_text(out: &mut Vec<Inline>, text: &str) {
    match out.last_mut() {
        _ if text.is_empty() => {}
        Some(Inline::Text(before)) => before.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

/// Adds code; next to code they are one, where that can be said.
fn push_code(out: &mut Vec<Inline>, code: &str) {
    match out.last_mut() {
        _ if code.is_empty() => {}
        Some(Inline::Code(before)) => {
            let both = format!("{before}{code}");
            if code_fence(&both).is_some() && !odd_backslashes_before_pipe(&both) {
                *before = both;
            } else {
                push_text(out, code);
            }
        }
        _ if code_fence(code).is_none() => push_text(out, code),
        _ => out.push(Inline::Code(code.to_owned())),
    }
}

/// Adds a styled inline; next to one of its kind they are one.
fn push_styled(out: &mut Vec<Inline>, style: Style, content: Vec<Inline>) {
    match (out.last_mut(), style) {
        (Some(Inline::Emphasis(before)), Style::Emphasis)
        | (Some(Inline::Strong(before)), Style::Strong)
        | (Some(Inline::Strikethrough(before)), Style::Strikethrough) => append(before, content),
        _ => out.push(style.wrap(content)),
    }
}

/// Joins two runs of inlines.
pub(super) fn append(out: &mut Vec<Inline>, content: Vec<Inline>) {
    for inline in content {
        match inline {
            Inline::Emphasis(content) => push_styled(out, Style::Emphasis, content),
            Inline::Strong(content) => push_styled(out, Style::Strong, content),
            Inline::Strikethrough(content) => push_styled(out, Style::Strikethrough, content),
            Inline::Code(code) => push_code(out, &code),
            other => join(out, other),
        }
    }
}

fn is_blank(inline: &Inline) -> bool {
    match inline {
        Inline::Text(text) => text.chars().all(char::is_whitespace),
        _ => false,
    }
}

/// Takes the blanks next to line breaks away.
pub(super) fn around_breaks(inlines: &mut Vec<Inline>) {
    if !inlines.contains(&Inline::HardBreak) {
        return;
    }
    for at in 0..inlines.len() {
        let after = at > 0 && inlines[at - 1] == Inline::HardBreak;
        let before = inlines.get(at + 1) == Some(&Inline::HardBreak);
        if let Inline::Text(text) = &mut inlines[at] {
            let kept = if after { text.trim_start_matches(' ') } else { text.as_str() };
            let kept = if before { kept.trim_end_matches(' ') } else { kept };
            *text = kept.to_owned();
        }
    }
    inlines.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
}

/// Takes blanks and breaks off both ends; gives the number of breaks at the start.
pub(super) fn trim(inlines: &mut Vec<Inline>) -> usize {
    let mut cut = 0;
    let mut start = 0;
    while let Some(first) = inlines.get_mut(start) {
        match first {
            Inline::HardBreak => cut += 1,
            Inline::Text(text) => {
                let kept = text.trim_start_matches(' ');
                if !kept.is_empty() {
                    *text = kept.to_owned();
                    break;
                }
            }
            _ => break,
        }
        start += 1;
    }
    inlines.drain(..start);
    while let Some(last) = inlines.last_mut() {
        match last {
            Inline::HardBreak => {}
            Inline::Text(text) => {
                text.truncate(text.trim_end_matches(' ').len());
                if !text.is_empty() {
                    break;
                }
            }
            _ => break,
        }
        inlines.pop();
    }
    cut
}

fn odd_backslashes_before_pipe(code: &str) -> bool {
    code.match_indices('|').any(|(at, _)| {
        let before = &code[..at];
        (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
    })
}
