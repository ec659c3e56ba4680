//! Normalizing inlines: marks and links are resolved, text is joined, line ends become spaces.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::anchor;
use super::block::{InlineText, Place, Style};
use super::escape::fold_lines;
use super::inline_writer;
use super::inlines::{append, odd_backslashes_before_pipe, push_code, push_styled, push_text, trim, trim_at_breaks};
use super::mark::close_up;
use super::verify::reads_back_in_cell;
use crate::document::{BlockKind, Document, ELSEWHERE, Inline, MoveEnd, Stamp, Target, is_note_label, note_label, note_numbers, walk};

/// What resolves the marks, links and stamps of a document.
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    stamp: &'a Stamp,
    /// The address of another document by its id; empty if it has none.
    link: &'a dyn Fn(&str) -> String,
    /// The ids of headings with an anchor, by their anchors.
    slugs: BTreeMap<String, String>,
    /// The names of the template's own footnotes in the Markdown, by their labels.
    labels: BTreeMap<String, String>,
    /// The labels of all numbered notes that are marked in the text; several notes marked together have one label.
    marked: RefCell<BTreeSet<Vec<usize>>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(document: &'a Document, stamp: &'a Stamp, link: &'a dyn Fn(&str) -> String) -> Context<'a> {
        Context { document, stamp, link, slugs: anchor::slugs(document, stamp), labels: labels(document), marked: RefCell::default() }
    }

    /// The name of one of the template's own footnotes, if it is defined.
    pub(super) fn label(&self, label: &str) -> Option<&str> {
        self.labels.get(label).map(String::as_str)
    }

    /// The numbers in a label, if it is that of a numbered note of this document or of several.
    fn numbers(&self, label: &str) -> Option<Vec<usize>> {
        note_numbers(label).filter(|_| is_note_label(label, self.document.notes.len()))
    }

    /// Records that these notes are marked together.
    fn mark(&self, numbers: &[usize]) {
        self.marked.borrow_mut().insert(numbers.to_vec());
    }

    /// The labels marked so far.
    pub(super) fn marked(&self) -> BTreeSet<Vec<usize>> {
        self.marked.borrow().clone()
    }
}

/// Names for the template's own footnotes that Markdown accepts and that aren't the number of a note.
fn labels(document: &Document) -> BTreeMap<String, String> {
    let mut own = Vec::new();
    walk::blocks(&document.blocks, &mut |block| {
        if let BlockKind::FootnoteDefinition { label, .. } = &block.kind {
            own.push(label);
        }
    });
    let notes = document.notes.len();
    let is_name = |label: &str| {
        let plain = !label.is_empty() && label.len() <= 200 && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        plain && (notes == 0 || note_numbers(label).is_none_or(|numbers| numbers.len() == 1 && numbers[0] > notes))
    };
    let mut taken = BTreeSet::new();
    let mut labels = BTreeMap::new();
    for label in &own {
        if is_name(label) && taken.insert(label.to_lowercase()) {
            labels.insert((*label).clone(), (*label).clone());
        }
    }
    let mut next = 1;
    for label in own {
        if !labels.contains_key(label) {
            while !taken.insert(format!("note-{next}")) {
                next += 1;
            }
            labels.insert(label.clone(), format!("note-{next}"));
        }
    }
    labels
}

/// Normalizes the inlines of one place, and writes them.
pub(super) fn inline_text(context: &Context<'_>, inlines: &[Inline], place: Place) -> InlineText {
    if place == Place::Cell
        && inlines.contains(&Inline::HardBreak)
        && let Some(text) = cell_lines(context, inlines)
    {
        return text;
    }
    let mut expander = Expander { context, place, claims: Vec::new(), breaks: 0, in_link: false, struck: false, after_link: Vec::new() };
    let mut out = Vec::new();
    expander.expand(inlines, &mut out);
    trim_at_breaks(&mut out);
    let cut = trim(&mut out);
    close_up(&mut out);
    expander.note(&out);
    expander.claims.iter_mut().for_each(|(_, breaks)| *breaks = breaks.saturating_sub(cut));
    let text = inline_writer::write(&mut out);
    InlineText { inlines: out, text, claims: expander.claims }
}

/// A cell of several lines, where that can be written: between them stands `<br>`, the one HTML that code hosts take in a cell.
fn cell_lines(context: &Context<'_>, inlines: &[Inline]) -> Option<InlineText> {
    let lines = inlines.split(|inline| *inline == Inline::HardBreak).map(|line| inline_text(context, line, Place::Cell));
    let lines: Vec<InlineText> = lines.filter(|line| !line.inlines.is_empty()).collect();
    let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("<br>");
    let claims = lines.iter().flat_map(|line| line.claims.iter().copied()).collect();
    let inlines = lines.into_iter().map(|line| line.inlines).collect::<Vec<_>>().join(&[Inline::HardBreak][..]);
    reads_back_in_cell(&inline_writer::finish(&text, Place::Cell), &inlines).then_some(InlineText { inlines, text, claims })
}

struct Expander<'a> {
    context: &'a Context<'a>,
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
                // Moved text is written at its destination only.
                Inline::Moved { end: MoveEnd::Origin, .. } => {}
                Inline::Link { target, title, content } => self.link(target, title, content, out),
                Inline::Image { path, title, alternative, .. } => out.push(Inline::Image {
                    label: None,
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
                Inline::FootnoteReference(label) => match self.context.label(label) {
                    Some(label) => self.mark(Inline::FootnoteReference(label.to_owned()), out),
                    None => push_text(out, &format!("[^{label}]")),
                },
                Inline::Cite(note) if (1..=self.context.document.notes.len()).contains(note) => {
                    self.mark(Inline::FootnoteReference(note.to_string()), out);
                }
                Inline::Cite(_) => {}
                Inline::Claim { index, content } => {
                    self.claims.push((*index, self.breaks));
                    self.expand(content, out);
                }
                Inline::Anchor(_) | Inline::PageReference(_) | Inline::ParagraphMark(_) => {}
                Inline::Verdict(verdict) => push_text(out, verdict.symbol()),
                Inline::Stamp(field) => push_text(out, &fold_lines(&self.context.stamp.field(*field))),
            }
        }
    }

    fn mark(&mut self, mark: Inline, out: &mut Vec<Inline>) {
        if self.in_link { self.after_link.push(mark) } else { self.push_mark(mark, out) }
    }

    /// Adds a mark; marks of numbered notes that stand together are one, so that their numbers are not read as one.
    fn push_mark(&self, mark: Inline, out: &mut Vec<Inline>) {
        if let (Some(Inline::FootnoteReference(before)), Inline::FootnoteReference(label)) = (out.last_mut(), &mark)
            && let (Some(mut numbers), Some(more)) = (self.context.numbers(before), self.context.numbers(label))
        {
            numbers.extend(more);
            numbers.sort_unstable();
            numbers.dedup();
            *before = note_label(&numbers);
            return;
        }
        out.push(mark);
    }

    /// Records the marks in a text.
    fn note(&self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::FootnoteReference(label) => {
                    if let Some(numbers) = self.context.numbers(label) {
                        self.context.mark(&numbers);
                    }
                }
                other => other.content().into_iter().for_each(|content| self.note(content)),
            }
        }
    }

    fn is_note(&self, inline: &Inline) -> bool {
        matches!(inline, Inline::FootnoteReference(label) if self.context.numbers(label).is_some())
    }

    /// Markdown can't express empty code, adjacent code spans, or `\|` in a cell.
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
        trim_at_breaks(&mut inner);
        let leading = inner.iter().take_while(|inline| matches!(inline, Inline::HardBreak)).count();
        out.extend(inner.drain(..leading));
        // Marks at its end move out as well, so that they can join others after it.
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
            Target::Anchor(anchor) => self.context.slugs.get(anchor).map(|slug| format!("#{slug}")),
            Target::Document(id) => Some((self.context.link)(id)).filter(|url| !url.is_empty()),
        };
        let Some(url) = url.filter(|_| !self.in_link) else {
            self.expand(content, out);
            return;
        };
        let mut inner = Vec::new();
        self.in_link = true;
        self.expand(content, &mut inner);
        self.in_link = false;
        trim_at_breaks(&mut inner);
        if matches!(target, Target::Document(_)) {
            push_text(&mut inner, ELSEWHERE);
        }
        out.push(Inline::Link { target: Target::Url(url), title: fold_lines(title).into_owned(), content: inner });
        for mark in std::mem::take(&mut self.after_link) {
            self.push_mark(mark, out);
        }
    }
}

fn is_blank(inline: &Inline) -> bool {
    match inline {
        Inline::Text(text) => text.chars().all(char::is_whitespace),
        _ => false,
    }
}
