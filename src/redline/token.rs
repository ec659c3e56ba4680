//! Text as words: what a redline compares, and the way back to inlines.
//!
//! Emphasis, links and code are kept beside each word, so that words are compared and markup stays whole. A space
//! is a token too, but is never compared by itself.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::document::{Inline, MoveEnd, ParagraphMark, StampField, Target};
use crate::text::words::Op;
use crate::text::{Segment, segments};

/// A word, a mark of punctuation, a space, or something else in a line.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Equal for what is the same to a reader.
    pub(super) key: u64,
    pub(super) leaf: Leaf,
    /// The inlines around the word, outermost first.
    pub(super) wraps: Arc<[Wrap]>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaf {
    Word(String),
    Mark(String),
    Blank(String),
    Break,
    /// The end of a paragraph, where several are compared as one text.
    ParagraphEnd,
    Image {
        label: Option<String>,
        path: String,
        title: String,
        alternative: String,
    },
    Footnote(String),
    /// A mark for a note, by its number in the redline.
    Note(usize),
    Stamp(StampField),
}

/// Markup around words.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wrap {
    Emphasis,
    Strong,
    Strikethrough,
    Code,
    Link { target: Target, title: String },
}

/// The text of a paragraph, heading or cell, without spaces at its ends.
pub(super) type Run = Vec<Token>;

impl Token {
    pub(super) fn blank() -> Token {
        Token { key: 0, leaf: Leaf::Blank(" ".to_owned()), wraps: Arc::from([]) }
    }

    /// The end of a paragraph within a text of several.
    pub(super) fn paragraph_end() -> Token {
        let mut hasher = DefaultHasher::new();
        "paragraph end".hash(&mut hasher);
        Token { key: hasher.finish(), leaf: Leaf::ParagraphEnd, wraps: Arc::from([]) }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.leaf, Leaf::Blank(_) | Leaf::Break)
    }

    /// Where it leads on the web.
    pub(super) fn address(&self) -> Option<&str> {
        self.wraps.iter().find_map(|wrap| match wrap {
            Wrap::Link { target: Target::Url(url), .. } if is_web(url) => Some(url.as_str()),
            _ => None,
        })
    }

    /// What it says, for excerpts and headings; nothing for marks of notes.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match &self.leaf {
            Leaf::Word(text) | Leaf::Mark(text) => text.into(),
            Leaf::Blank(_) | Leaf::Break => " ".into(),
            Leaf::ParagraphEnd => "¶ ".into(),
            Leaf::Image { alternative, path, .. } => format!("[{}]", if alternative.is_empty() { path } else { alternative }).into(),
            Leaf::Footnote(_) | Leaf::Note(_) | Leaf::Stamp(_) => "".into(),
        }
    }
}

/// The words of inlines. `note` gives a note's number in the redline by its mark, nothing for a mark of no note;
/// `footnote` says whether a footnote of the text's own is defined.
pub(super) struct Reader<'a> {
    pub(super) note: &'a dyn Fn(Marked<'_>) -> Option<usize>,
    pub(super) footnote: &'a dyn Fn(&str) -> bool,
}

/// A mark for a note, as trees hold it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Marked<'a> {
    Cite(usize),
    Label(&'a str),
}

impl Reader<'_> {
    pub(super) fn run(&self, inlines: &[Inline]) -> Run {
        let mut run = Vec::new();
        self.inlines(inlines, &Arc::from([]), &mut run);
        let end = run.iter().rposition(|token| !token.is_blank()).map_or(0, |last| last + 1);
        run.truncate(end);
        let start = run.iter().position(|token| !token.is_blank()).unwrap_or(0);
        run.drain(..start);
        run
    }

    fn inlines(&self, inlines: &[Inline], wraps: &Arc<[Wrap]>, run: &mut Run) {
        for inline in inlines {
            let within = |wrap: Wrap| -> Arc<[Wrap]> { wraps.iter().cloned().chain([wrap]).collect() };
            match inline {
                Inline::Text(text) | Inline::Html(text) => words(text, wraps, run),
                Inline::Code(text) => words(text, &within(Wrap::Code), run),
                Inline::Emphasis(content) => self.inlines(content, &within(Wrap::Emphasis), run),
                Inline::Strong(content) => self.inlines(content, &within(Wrap::Strong), run),
                Inline::Strikethrough(content) => self.inlines(content, &within(Wrap::Strikethrough), run),
                Inline::Link { target, title, content } => {
                    self.inlines(content, &within(Wrap::Link { target: target.clone(), title: title.clone() }), run);
                }
                Inline::Image { path, title, alternative, label } => {
                    let (path, title, alternative) = (path.clone(), title.clone(), alternative.clone());
                    let key = ("image", path.clone(), title.clone(), alternative.clone());
                    let leaf = Leaf::Image { path, title, alternative, label: label.clone() };
                    push(leaf, &key, wraps, run);
                }
                Inline::SoftBreak => words(" ", wraps, run),
                Inline::HardBreak => push(Leaf::Break, &' ', wraps, run),
                Inline::FootnoteReference(label) => match (self.note)(Marked::Label(label)) {
                    Some(note) => push(Leaf::Note(note), &("note", note), wraps, run),
                    None if (self.footnote)(label) => push(Leaf::Footnote(label.clone()), &("footnote", label), wraps, run),
                    None => {}
                },
                Inline::Cite(number) => {
                    if let Some(note) = (self.note)(Marked::Cite(*number)) {
                        push(Leaf::Note(note), &("note", note), wraps, run);
                    }
                }
                Inline::Verdict(verdict) => words(verdict.symbol(), wraps, run),
                Inline::Stamp(field) => push(Leaf::Stamp(*field), &("stamp", field), wraps, run),
                Inline::Claim { content, .. } | Inline::Inserted(content) | Inline::Moved { end: MoveEnd::Destination, content, .. } => {
                    self.inlines(content, wraps, run);
                }
                Inline::Deleted(_)
                | Inline::Moved { end: MoveEnd::Origin, .. }
                | Inline::ParagraphMark(_)
                | Inline::Anchor(_)
                | Inline::PageReference(_) => {}
            }
        }
    }
}

/// A text's words.
pub(super) fn run_of(text: &str) -> Run {
    let mut run = Run::new();
    words(text.trim(), &Arc::from([]), &mut run);
    run
}

fn push(leaf: Leaf, key: &impl Hash, wraps: &Arc<[Wrap]>, run: &mut Run) {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    for wrap in wraps.iter() {
        match wrap {
            // Words that their author struck out say something else.
            Wrap::Strikethrough => "struck".hash(&mut hasher),
            // Where a link leads on the web is content; links within the book follow its files and headings.
            Wrap::Link { target: Target::Url(url), .. } if is_web(url) => url.hash(&mut hasher),
            _ => {}
        }
    }
    let token = Token { key: hasher.finish(), leaf, wraps: wraps.clone() };
    match run.last_mut().filter(|last| last.is_blank() && token.is_blank()) {
        // Spaces fold into one; a line break is more than others.
        Some(last) if token.leaf == Leaf::Break => *last = token,
        Some(_) => {}
        None => run.push(token),
    }
}

/// Whether an address is one of the web's or the mail's.
pub(super) fn is_web(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)))
}

/// Adds the words of a text.
fn words(text: &str, wraps: &Arc<[Wrap]>, run: &mut Run) {
    for segment in segments(text) {
        match segment {
            Segment::Word(word) => push(Leaf::Word(word.to_owned()), &word, wraps, run),
            Segment::Mark(mark) => push(Leaf::Mark(mark.to_owned()), &mark, wraps, run),
            Segment::Space(space) => push(Leaf::Blank(space.to_owned()), &' ', wraps, run),
        }
    }
}

/// Tokens, each with what happened to it, as inlines.
pub(super) fn inlines(tokens: &[(Op, &Token)]) -> Vec<Inline> {
    let mut out = Marks::default();
    build(tokens, 0, &mut out);
    out.finish()
}

/// Inlines of one operation are gathered, and marked together.
#[derive(Default)]
struct Marks {
    out: Vec<Inline>,
    op: Option<Op>,
    run: Vec<Inline>,
}

impl Marks {
    fn push(&mut self, op: Op, inline: Inline) {
        if self.op != Some(op) {
            self.flush();
            self.op = Some(op);
        }
        match (self.run.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) | (Some(Inline::Code(before)), Inline::Code(text)) => before.push_str(&text),
            (_, inline) => self.run.push(inline),
        }
    }

    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        match self.op {
            _ if run.is_empty() => {}
            Some(Op::Insert) => self.out.push(Inline::Inserted(run)),
            Some(Op::Delete) => self.out.push(Inline::Deleted(run)),
            _ => self.out.extend(run),
        }
    }

    fn finish(mut self) -> Vec<Inline> {
        self.flush();
        self.out
    }
}

fn build(tokens: &[(Op, &Token)], depth: usize, out: &mut Marks) {
    let mut rest = tokens;
    while let Some((op, first)) = rest.first() {
        let wrap = first.wraps.get(depth);
        let length = rest.iter().take_while(|(_, token)| token.wraps.get(depth) == wrap).count();
        let (group, after) = rest.split_at(length);
        rest = after;
        match wrap {
            None => group.iter().for_each(|(op, token)| match (&token.leaf, op) {
                (Leaf::ParagraphEnd, Op::Insert) => out.push(Op::Equal, Inline::ParagraphMark(ParagraphMark::Split)),
                (Leaf::ParagraphEnd, Op::Delete) => out.push(Op::Equal, Inline::ParagraphMark(ParagraphMark::Joined)),
                (Leaf::ParagraphEnd, Op::Equal) => {}
                (leaf, _) => out.push(*op, self::leaf(leaf)),
            }),
            Some(Wrap::Code) => group.iter().for_each(|(op, token)| out.push(*op, Inline::Code(code(&token.leaf)))),
            Some(wrap) => {
                let mut inner = Marks::default();
                // Marked as a whole where one thing happened to all of it, else word by word.
                if group.iter().all(|(other, _)| other == op) {
                    let same: Vec<(Op, &Token)> = group.iter().map(|(_, token)| (Op::Equal, *token)).collect();
                    build(&same, depth + 1, &mut inner);
                    let inner = inner.finish();
                    match (op, wrap) {
                        // It may lead nowhere any more.
                        (Op::Delete, Wrap::Link { target, .. }) if !matches!(target, Target::Url(url) if is_web(url)) => {
                            inner.into_iter().for_each(|inline| out.push(Op::Delete, inline));
                        }
                        _ => out.push(*op, wrapped(wrap, inner)),
                    }
                } else if *wrap == Wrap::Strikethrough {
                    // Marks go around what its author struck out, never into it: see `change` in `brief.typ`.
                    group.chunk_by(|(one, _), (other, _)| one == other).for_each(|same| build(same, depth, out));
                } else {
                    build(group, depth + 1, &mut inner);
                    out.push(Op::Equal, wrapped(wrap, inner.finish()));
                }
            }
        }
    }
}

fn wrapped(wrap: &Wrap, content: Vec<Inline>) -> Inline {
    match wrap {
        Wrap::Emphasis => Inline::Emphasis(content),
        Wrap::Strong => Inline::Strong(content),
        Wrap::Strikethrough => Inline::Strikethrough(content),
        Wrap::Link { target, title } => Inline::Link { target: target.clone(), title: title.clone(), content },
        // Code holds nothing but text, and is made of it at once.
        Wrap::Code => Inline::Code(crate::document::plain_text(&content)),
    }
}

fn leaf(leaf: &Leaf) -> Inline {
    match leaf {
        Leaf::Word(text) | Leaf::Mark(text) | Leaf::Blank(text) => Inline::Text(text.clone()),
        Leaf::Break | Leaf::ParagraphEnd => Inline::HardBreak,
        Leaf::Image { path, title, alternative, label } => {
            let (path, title, alternative) = (path.clone(), title.clone(), alternative.clone());
            Inline::Image { path, title, alternative, label: label.clone() }
        }
        Leaf::Footnote(label) => Inline::FootnoteReference(label.clone()),
        Leaf::Note(note) => Inline::Cite(*note),
        Leaf::Stamp(field) => Inline::Stamp(*field),
    }
}

fn code(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Word(text) | Leaf::Mark(text) | Leaf::Blank(text) => text.clone(),
        _ => String::new(),
    }
}
