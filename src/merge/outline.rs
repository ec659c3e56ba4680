//! A YAML file as values, each with its place, and as blocks of lines: one for each entry of a list or mapping.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

/// The deepest nesting of lists and mappings.
const MAX_DEPTH: usize = 128;
/// How many values aliases may add.
const MAX_NODES: usize = 1_000_000;

/// A value as a merge compares it: how a text is quoted makes no difference, nor does the order of keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    /// A text, and its tag; a number, a date or `null` is as it is written, tagged `plain`.
    Scalar(String, String),
    List(Vec<Value>),
    Mapping(BTreeMap<String, Value>),
}

impl Value {
    fn count(&self) -> usize {
        1 + match self {
            Value::Scalar(..) => 0,
            Value::List(items) => items.iter().map(Value::count).sum(),
            Value::Mapping(entries) => entries.values().map(Value::count).sum(),
        }
    }

    /// What a dotted name leads to.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, name| match value {
            Value::Mapping(entries) => entries.get(name),
            _ => None,
        })
    }

    /// The value, or where it is empty a list or mapping as `like` is one.
    pub(super) fn or_empty(&self, like: &Value) -> Value {
        match like {
            Value::List(_) if self.is_empty() => Value::List(Vec::new()),
            Value::Mapping(_) if self.is_empty() => Value::Mapping(BTreeMap::new()),
            _ => self.clone(),
        }
    }

    /// Whether it is empty.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Scalar(text, tag) => tag == PLAIN && matches!(text.as_str(), "" | "~" | "null"),
            Value::List(items) => items.is_empty(),
            Value::Mapping(entries) => entries.is_empty(),
        }
    }
}

/// The tag of a value that is not a string.
const PLAIN: &str = "plain";

/// A file.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    /// Its lines, with their ends.
    lines: Vec<&'a str>,
    pub(super) root: Node,
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    line: usize,
    column: usize,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    None,
    List(Vec<Node>),
    Mapping(Vec<(Key, Node)>),
}

#[derive(Debug)]
struct Key {
    name: String,
    line: usize,
    column: usize,
}

/// A list or mapping whose entries each begin on a line of their own.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) is_list: bool,
    pub(super) indent: usize,
    pub(super) entries: Vec<Entry<'a>>,
    /// The text before the first entry on its line: the `- ` of the item that it begins.
    pub(super) prefix: Option<&'a str>,
}

/// An entry of a block: the lines from its comments to the next entry's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The key of a mapping's entry; empty for an item.
    pub(super) key: &'a str,
    pub(super) node: &'a Node,
    pub(super) start: usize,
    pub(super) head: usize,
    pub(super) end: usize,
}

impl<'a> Block<'a> {
    /// An empty block of this kind.
    pub(super) fn without_entries(&self) -> Block<'a> {
        Block { is_list: self.is_list, indent: self.indent, entries: Vec::new(), prefix: self.prefix }
    }
}

impl<'a> Outline<'a> {
    /// Reads a file of one document; nothing where it can't be read, has a key twice or what YAML seldom has.
    pub(super) fn read(text: &'a str) -> Option<Outline<'a>> {
        if text.contains('\u{feff}') {
            return None;
        }
        let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
        let root = reader.document()?;
        Some(Outline { lines: text.split_inclusive('\n').collect(), root })
    }

    pub(super) fn value(&self) -> &Value {
        &self.root.value
    }

    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.lines.get(from..to).unwrap_or_default().concat()
    }

    /// Where what follows the last value begins: comments and empty lines at the file's end. A file without values has none.
    pub(super) fn trailer(&self) -> usize {
        if self.value().is_empty() { self.lines.len() } else { self.lead(self.lines.len(), 0, 0) }
    }

    /// Where what is said of the file ends, and the comments of the first entry begin: at the last empty line before it.
    pub(super) fn preamble(&self, first: usize) -> usize {
        let lead = self.lead(first, 0, 0);
        (lead..first).rev().find(|line| self.lines[*line].trim().is_empty()).map_or(first, |empty| empty + 1)
    }

    /// Where the comments and empty lines before a line begin, not before `lowest`.
    fn lead(&self, head: usize, lowest: usize, indent: usize) -> usize {
        let is_lead = |line: &str| {
            let rest = line.trim_start();
            rest.is_empty() || (rest.starts_with('#') && line.len() - rest.len() <= indent)
        };
        let mut start = head;
        while start > lowest && is_lead(self.lines[start - 1]) {
            start -= 1;
        }
        start
    }

    /// The block of a node, within a range of lines.
    pub(super) fn block<'s>(&'s self, node: &'s Node, from: usize, to: usize) -> Option<Block<'s>> {
        match &node.parts {
            Parts::None => None,
            Parts::Mapping(entries) => self.mapping(entries, to),
            Parts::List(items) => self.list(node, items, from, to),
        }
    }

    fn mapping<'s>(&'s self, entries: &'s [(Key, Node)], to: usize) -> Option<Block<'s>> {
        let (first, _) = entries.first()?;
        let indent = first.column;
        let before = self.lines.get(first.line)?.get(..indent)?;
        let is_item = before.trim() == "-" && before.bytes().all(|byte| matches!(byte, b' ' | b'-'));
        if !is_item && !is_spaces(before) {
            return None;
        }
        for (key, _) in &entries[1..] {
            if key.column != indent || !self.lines.get(key.line)?.get(..indent).is_some_and(is_spaces) {
                return None;
            }
        }
        let heads: Vec<usize> = entries.iter().map(|(key, _)| key.line).collect();
        let parts = entries.iter().map(|(key, node)| (key.name.as_str(), node));
        Some(Block { is_list: false, indent, entries: self.entries(parts, &heads, indent, to)?, prefix: is_item.then_some(before) })
    }

    fn list<'s>(&'s self, node: &'s Node, items: &'s [Node], from: usize, to: usize) -> Option<Block<'s>> {
        let first = items.first()?;
        let dash = |line: &str| line.trim_start().strip_prefix('-').is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with(' '));
        let head =
            (from.max(node.line.min(first.line))..=first.line).rev().find(|line| self.lines.get(*line).is_some_and(|line| dash(line)))?;
        let indent = self.lines[head].len() - self.lines[head].trim_start().len();
        let begins_item = |line: &&str| {
            line.get(..indent).is_some_and(is_spaces) && line.get(indent..).is_some_and(|rest| rest.starts_with('-') && dash(rest))
        };
        let heads: Vec<usize> = (head..to).filter(|index| self.lines.get(*index).is_some_and(begins_item)).collect();
        if heads.len() != items.len() {
            return None;
        }
        for (index, (item, head)) in items.iter().zip(&heads).enumerate() {
            let next = heads.get(index + 1).copied().unwrap_or(to);
            // Nothing lies between the dash and the item: no other list's dash, no anchor.
            let is_alone = item.line > *head || self.lines[*head].get(indent + 1..item.column).is_some_and(is_spaces);
            if item.line < *head || item.line >= next || !is_alone {
                return None;
            }
        }
        Some(Block { is_list: true, indent, entries: self.entries(items.iter().map(|item| ("", item)), &heads, indent, to)?, prefix: None })
    }

    fn entries<'s>(
        &self,
        parts: impl Iterator<Item = (&'s str, &'s Node)>,
        heads: &[usize],
        indent: usize,
        to: usize,
    ) -> Option<Vec<Entry<'s>>> {
        if !heads.is_sorted_by(|a, b| a < b) || heads.last().is_some_and(|last| *last >= to) {
            return None;
        }
        let mut starts: Vec<usize> = heads
            .iter()
            .enumerate()
            .map(|(index, head)| self.lead(*head, index.checked_sub(1).map_or(*head, |before| heads[before] + 1), indent))
            .collect();
        starts.push(to);
        Some(
            parts
                .zip(heads)
                .zip(starts.windows(2))
                .map(|(((key, node), head), span)| Entry { key, node, start: span[0], head: *head, end: span[1] })
                .collect(),
        )
    }
}

fn is_spaces(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        self.parser.next()?.ok()
    }

    /// The one document.
    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::StreamStart | Event::Nothing | Event::DocumentEnd, _) => {}
                (Event::DocumentStart(_), _) if root.is_none() => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0)?);
                }
                (Event::StreamEnd, _) => break,
                _ => return None,
            }
        }
        // A file of comments alone holds nothing.
        Some(root.unwrap_or(Node { value: Value::Scalar(String::new(), PLAIN.to_owned()), line: 0, column: 0, parts: Parts::None }))
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return None;
        }
        let (line, column) = (span.start.line().checked_sub(1)?, span.start.col());
        let (value, parts, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(text.into_owned(), style, tag.as_deref()), Parts::None, anchor),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor)?.clone();
                self.nodes += value.count();
                (value, Parts::None, 0)
            }
            Event::SequenceStart(anchor, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
                (Value::List(items.iter().map(|item| item.value.clone()).collect()), Parts::List(items), anchor)
            }
            Event::MappingStart(anchor, None) => {
                let mut values = BTreeMap::new();
                let mut entries = Vec::new();
                loop {
                    let (Event::Scalar(name, _, _, _), at) = (match self.next()? {
                        (Event::MappingEnd, _) => break,
                        next => next,
                    }) else {
                        return None;
                    };
                    let (event, span) = self.next()?;
                    let node = self.node(event, span, depth + 1)?;
                    if values.insert(name.to_string(), node.value.clone()).is_some() {
                        return None;
                    }
                    entries.push((Key { name: name.into_owned(), line: at.start.line().checked_sub(1)?, column: at.start.col() }, node));
                }
                (Value::Mapping(values), Parts::Mapping(entries), anchor)
            }
            _ => return None,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Some(Node { value, line, column, parts })
    }
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let tag = match tag {
        Some(tag) => format!("{}{}", tag.handle, tag.suffix),
        None if style == ScalarStyle::Plain && !is_text(&text) => PLAIN.to_owned(),
        None => String::new(),
    };
    Value::Scalar(text, tag)
}

/// Whether a text without quotes is a text, and not a number, `true` or `null`.
fn is_text(plain: &str) -> bool {
    // No word longer than `false` is anything else.
    let is_word = plain.len() > 5 && plain.starts_with(|c: char| c.is_alphabetic());
    is_word || matches!(serde_yaml::from_str(plain), Ok(serde_yaml::Value::String(_)))
}
