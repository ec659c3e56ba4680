//! The places of the values of a YAML file, which is parsed again by an event parser that keeps places.
//!
//! Only made when something is to be shown, or when a good parse may hide a fault: most builds never need it.

mod faults;
#[cfg(test)]
pub(super) mod steps;

pub(super) use faults::{inexact_number, unknown_tag};

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as YamlSpan};

use super::yaml::YamlSource;
use crate::diagnostic::{Place, Span, Target};
use crate::layout::Pointer;

/// The key of an envelope's value.
const VALUE: &str = "value";

/// The values of one document, each with its range.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    source: YamlSource<'a>,
    lines: Vec<&'a str>,
    nodes: Vec<Node>,
    root: Option<usize>,
    /// Where each document of the file begins.
    documents: Vec<Marker>,
    /// The places and spellings of tags that are not YAML's own.
    tags: Vec<(YamlSpan, String)>,
    /// Where it could be read no further.
    stopped: Option<Marker>,
}

#[derive(Debug)]
struct Node {
    span: YamlSpan,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Scalar(String, ScalarStyle),
    List(Vec<usize>),
    /// Keys, their ranges, and their values; a key may be there twice.
    Mapping(Vec<(String, YamlSpan, usize)>),
    Alias(Option<usize>),
}

/// A list or mapping that is not closed yet, and the key that waits for its value.
struct Open {
    node: usize,
    key: Option<(String, YamlSpan)>,
}

impl<'a> Outline<'a> {
    /// Reads a text as far as it can be read.
    pub(super) fn read(source: &YamlSource<'a>) -> Outline<'a> {
        let mut outline = Outline {
            source: *source,
            lines: source.text.lines().collect(),
            nodes: Vec::new(),
            root: None,
            documents: Vec::new(),
            tags: Vec::new(),
            stopped: None,
        };
        let mut anchors = HashMap::new();
        let mut open: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(source.text) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(fault) => {
                    outline.stopped = Some(*fault.marker());
                    break;
                }
            };
            outline.note_tag(&event, span);
            let (content, anchor) = match event {
                Event::DocumentStart(_) => {
                    outline.documents.push(span.start);
                    if outline.documents.len() > 1 {
                        break;
                    }
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(closed) = open.pop().and_then(|closed| outline.nodes.get_mut(closed.node)) {
                        closed.span.end = span.end;
                    }
                    continue;
                }
                // A plain scalar with a string tag is a text, as if it were quoted.
                Event::Scalar(text, ScalarStyle::Plain, anchor, Some(tag)) if matches!(&*tag.suffix, "str" | "") => {
                    (Content::Scalar(text.into_owned(), ScalarStyle::SingleQuoted), anchor)
                }
                Event::Scalar(text, style, anchor, _) => (Content::Scalar(text.into_owned(), style), anchor),
                Event::SequenceStart(anchor, _) => (Content::List(Vec::new()), anchor),
                Event::MappingStart(anchor, _) => (Content::Mapping(Vec::new()), anchor),
                Event::Alias(anchor) => (Content::Alias(anchors.get(&anchor).copied()), 0),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            };
            let opens = matches!(content, Content::List(_) | Content::Mapping(_));
            let node = outline.nodes.len();
            outline.nodes.push(Node { span, content });
            if anchor != 0 {
                anchors.insert(anchor, node);
            }
            outline.attach(open.last_mut(), node);
            if opens {
                open.push(Open { node, key: None });
            }
        }
        outline
    }

    /// Puts a new node into the list or mapping that is open.
    fn attach(&mut self, parent: Option<&mut Open>, node: usize) {
        let Some(parent) = parent else {
            self.root.get_or_insert(node);
            return;
        };
        let name = match self.nodes.get(node) {
            Some(Node { content: Content::Scalar(text, _), span }) => (text.clone(), *span),
            Some(Node { span, .. }) => (String::new(), *span),
            None => return,
        };
        match self.nodes.get_mut(parent.node).map(|parent| &mut parent.content) {
            Some(Content::List(items)) => items.push(node),
            Some(Content::Mapping(entries)) => match parent.key.take() {
                None => parent.key = Some(name),
                Some((key, span)) => entries.push((key, span, node)),
            },
            _ => {}
        }
    }

    /// The range of what a pointer leads to, or of its nearest ancestor that exists.
    pub(super) fn find(&self, pointer: &Pointer, target: Target) -> Option<Place> {
        let mut node = self.root?;
        let mut key = None;
        for segment in pointer.segments() {
            // A bare value's pointer leads through the claim's envelope, where it has one.
            let next = self.step(node, &segment).or_else(|| self.step(self.step(node, VALUE)?.1, &segment));
            match next {
                Some((span, value)) => (key, node) = (span, value),
                None => return Some(self.place(self.head(node, key))),
            }
        }
        let span = self.nodes.get(node)?.span;
        Some(self.place(match (target, key) {
            (Target::Key, Some(key)) => key,
            (Target::Value, Some(key)) if span.is_empty() => key,
            _ => span,
        }))
    }

    /// The key and the value that a segment of a pointer leads to.
    fn step(&self, node: usize, segment: &str) -> Option<(Option<YamlSpan>, usize)> {
        match &self.resolved(node)?.content {
            Content::Mapping(entries) => {
                entries.iter().rev().find(|(name, ..)| name == segment).map(|(_, span, value)| (Some(*span), *value))
            }
            Content::List(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)).map(|item| (None, *item)),
            Content::Scalar(..) | Content::Alias(_) => None,
        }
    }

    /// The place of a line, from 1, of the text that a pointer leads to, also within its envelope; nothing where the
    /// text's lines are not those of the file, as in quotes.
    pub(super) fn find_line(&self, pointer: &Pointer, line: usize) -> Option<Place> {
        let mut node = self.resolved(self.root?)?;
        let within = |node: &Node, name: &str| match &node.content {
            Content::Mapping(entries) => entries.iter().rev().find(|(key, ..)| key == name).map(|(_, _, value)| *value),
            Content::List(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)).copied(),
            Content::Scalar(..) | Content::Alias(_) => None,
        };
        for segment in pointer.segments() {
            node = self.resolved(within(node, &segment)?)?;
        }
        if let Some(value) = within(node, VALUE) {
            node = self.resolved(value)?;
        }
        let Content::Scalar(text, style) = &node.content else { return None };
        let first = match style {
            ScalarStyle::Plain => node.span.start.line(),
            ScalarStyle::Literal | ScalarStyle::Folded => self.header(node.span)? + 1,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => return None,
        };
        if *style == ScalarStyle::Plain && node.span.end.line() == first {
            return None;
        }
        // Lines are folded and their indent is taken away, but their characters are those of the file.
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let mut before: usize = text.split('\n').take(line - 1).map(letters).sum();
        for (index, shown) in self.lines.iter().enumerate().skip(first - 1) {
            let skipped = if index + 1 == node.span.start.line() && *style == ScalarStyle::Plain { node.span.start.col() } else { 0 };
            let held = letters(&shown.chars().skip(skipped).collect::<String>());
            if held > before {
                return Some(Place::line(self.source.file, index + 1 + self.source.lines_before));
            }
            before -= held;
        }
        None
    }

    /// The line of the `|` or `>` of a block scalar.
    fn header(&self, span: YamlSpan) -> Option<usize> {
        let is_header = |line: &str| {
            let head =
                line.split(" #").next().unwrap_or(line).trim_end().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
            head.ends_with(['|', '>'])
        };
        let lines = self.lines.get(..span.start.line()).unwrap_or(&self.lines);
        lines.iter().rposition(|line| is_header(line)).map(|index| index + 1)
    }

    /// The range to show for a value that lacks something: a text itself, else its key, else its own first line.
    fn head(&self, node: usize, key: Option<YamlSpan>) -> YamlSpan {
        match (key, self.nodes.get(node)) {
            (_, Some(Node { content: Content::Scalar(..), span })) if !span.is_empty() => *span,
            (Some(key), _) => key,
            (None, Some(node)) => node.span,
            (None, None) => YamlSpan::empty(Marker::new(0, 1, 0)),
        }
    }

    /// A node, or the one that it is an alias of.
    fn resolved(&self, node: usize) -> Option<&Node> {
        match self.nodes.get(node)? {
            Node { content: Content::Alias(target), .. } => self.nodes.get((*target)?),
            node => Some(node),
        }
    }

    /// Where the second document of the file begins; what can't be read behind the first is taken for it.
    pub(super) fn second_document(&self) -> Option<Place> {
        self.documents.get(1).or(self.stopped.as_ref()).map(|marker| self.source.at(marker.line(), marker.col() + 1))
    }

    /// The place of the first alias.
    pub(super) fn first_alias(&self) -> Option<Place> {
        self.nodes.iter().find(|node| matches!(node.content, Content::Alias(_))).map(|node| self.place(node.span))
    }

    /// Calls `visit` with each scalar under one of some keys, itself or as an item of a list: with the pointer of the
    /// document's item or entry that holds it, the key, the text and its range.
    pub(super) fn under(&self, keys: &[&str], visit: &mut dyn FnMut(&Pointer, &str, &str, YamlSpan)) {
        let mut parts = self.parts().into_iter().peekable();
        let mut part = Pointer::root();
        for (index, node) in self.nodes.iter().enumerate() {
            // Nodes are in the order of the text, and so are the parts.
            while let Some((_, next)) = parts.next_if(|(first, _)| *first <= index) {
                count_step();
                part = next;
            }
            let Content::Mapping(entries) = &node.content else { continue };
            for (key, _, value) in entries.iter().filter(|(key, ..)| keys.contains(&key.as_str())) {
                let values = match self.nodes.get(*value).map(|node| &node.content) {
                    Some(Content::List(items)) => items.as_slice(),
                    _ => std::slice::from_ref(value),
                };
                for node in values.iter().filter_map(|value| self.nodes.get(*value)) {
                    if let Content::Scalar(text, _) = &node.content {
                        count_step();
                        visit(&part, key, text, node.span);
                    }
                }
            }
        }
    }

    /// The items or entries of the document, each with its first node and its pointer: its nodes are those up to the next.
    fn parts(&self) -> Vec<(usize, Pointer)> {
        match self.root.and_then(|root| self.nodes.get(root)).map(|root| &root.content) {
            Some(Content::List(items)) => items.iter().enumerate().map(|(index, item)| (*item, [index].into())).collect(),
            Some(Content::Mapping(entries)) => entries.iter().map(|(key, _, value)| (*value, [key].into())).collect(),
            _ => Vec::new(),
        }
    }

    /// A range of the file; of several lines, the first.
    pub(super) fn place(&self, span: YamlSpan) -> Place {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let lines = self.lines.len().max(1);
        count_step();
        if line > lines {
            // A key without text may lie behind the last line: it is shown on that one.
            return Place::line(self.source.file, lines + self.source.lines_before);
        }
        let end_column = if span.end.line() == line && span.end.col() + 1 > column {
            span.end.col() + 1
        } else {
            let length = self.lines.get(line.saturating_sub(1)).map_or(0, |text| text.trim_end().chars().count());
            (length + 1).max(column + 1)
        };
        let line = line + self.source.lines_before;
        Place::Span(Span { file: self.source.file.to_owned(), line, column, end_line: line, end_column })
    }
}

/// Counts a step of work on a line, a value or a part, for tests of how work grows.
fn count_step() {
    #[cfg(test)]
    steps::add();
}
