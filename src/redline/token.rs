//! Text as words: what a redline compares, and the way back to inlines.
//!
//! Emphasis, links and code are kept beside each word, so that words are compared and markup stays whole. A blank
//! is a token too, but is never compared by itself.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::document::{Inline, MoveEnd, ParagraphMark, StampField, Target};
use crate::text::words::Op;

/// A word, a mark of punctuation, a blank, or something else that stands in a line.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Equal for what is the same to a reader.
    pub(super) key: u64,
    pub(super) leaf: Leaf,
    /// What the word stands in, outermost first.
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

/// The text of a paragraph, heading or cell, without blanks at its ends.
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
    pub(super) fn said(&self) -> Cow<'_, str> {
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
        // Blanks fold into one; a line break is more than others.
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

/// Splits a text: runs of letters and digits with what holds them together, single marks, blanks.
fn words(text: &str, wraps: &Arc<[Wrap]>, run: &mut Run) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() { rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()) } else { word_length(rest) };
        let (token, after) = rest.split_at(length);
        if first.is_whitespace() {
            push(Leaf::Blank(token.to_owned()), &' ', wraps, run);
        } else if first.is_alphanumeric() {
            push(Leaf::Word(token.to_owned()), &token, wraps, run);
        } else {
            push(Leaf::Mark(token.to_owned()), &token, wraps, run);
        }
        rest = after;
    }
}

/// The length of the word or mark that a text begins with.
fn word_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut inside = false;
    let mut first = true;
    while let Some((at, c)) = letters.next() {
        let joins = |next: Option<&(usize, char)>| next.is_some_and(|(_, next)| next.is_alphanumeric() && !stands_alone(*next));
        let belongs = if first {
            inside = c.is_alphanumeric() && !stands_alone(c);
            true
        } else if extends(c) {
            true
        } else if c.is_alphanumeric() {
            inside && !stands_alone(c)
        } else {
            // 50,000 and 2025-11-05, don't and e.g
            inside && matches!(c, '.' | ',' | ':' | '-' | '_' | '@' | '/' | '\'' | '’' | '\u{2011}') && joins(letters.peek())
        };
        if !belongs {
            return at;
        }
        first = false;
    }
    text.len()
}

/// Scripts that are written without blanks: each character is a word.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2e80..=0x2fff | 0x3005..=0x3007 | 0x3021..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// What belongs to the character before it: accents, joiners, variants, signs of vowels.
fn extends(c: char) -> bool {
    match u32::from(c) {
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x6d6..=0x6dc => true,
        0x200c | 0x200d | 0x20d0..=0x20ff | 0x3099 | 0x309a | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0x1f3fb..=0x1f3ff | 0xe0020..=0xe01ef => {
            true
        }
        0x900..=0x1cff => {
            !c.is_alphanumeric() && !matches!(u32::from(c), 0x964 | 0x965 | 0xe4f | 0xf00..=0xf17 | 0x104a..=0x104f | 0x17d4..=0x17da)
        }
        _ => false,
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
