//! Markdown text to a document's tree.

use std::borrow::Cow;
use std::collections::BTreeSet;

use comrak::nodes::{ListType, Node, NodeValue, TableAlignment};
use comrak::{Arena, parse_document};

use super::dialect::Dialect;
use super::directive::{self, MAX_OPEN};
use super::front_matter;
use super::inlines::trim_at_breaks;
use super::parse_inline::{self, Faults, MAX_DEPTH};
use crate::diagnostic::{Code, did_you_mean};
use crate::document::{Alignment, Block, BlockKind, Document, Inline, Item, List, Row, Table, label_of};
use crate::yaml::front_matter::{Split, split};

/// What a caption paragraph, which comes right before its table, starts with.
const CAPTION: &str = "Table: ";

/// A parsed text. Its document has no claims, notes or sources yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    pub document: Document,
    /// The line of the text from 1, the code, and the message.
    pub faults: Vec<(usize, Code, String)>,
}

/// Reads the Markdown of templates.
///
/// No text is lost, except where it is nested deeper than [`MAX_DEPTH`], which is a fault.
pub fn parse(text: &str) -> Parsed {
    parse_as(text, Dialect::default())
}

/// Reads Markdown of another dialect.
pub fn parse_as(text: &str, dialect: Dialect) -> Parsed {
    let text = super::marked::shield(text);
    let text: Cow<'_, str> = if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text };
    let mut parsed = Parsed::default();
    let mut lines_before = 0;
    let mut body = &*text;
    if dialect.front_matter
        && let Split::FrontMatter { yaml, rest, .. } = split(&text)
    {
        match front_matter::read(yaml) {
            Ok(front) => parsed.document.front = front,
            Err((line, message)) => parsed.faults.push((line, Code::FrontMatter, message)),
        }
        lines_before = text[..text.len() - rest.len()].bytes().filter(|b| *b == b'\n').count();
        body = rest;
    }

    if dialect.layout
        && let Some(line) = directive::too_many_open(body)
    {
        let message = format!("more than {MAX_OPEN} layout directives are open at once");
        parsed.faults.push((line + lines_before, Code::TemplateLimit, message));
        return parsed;
    }

    let mut options = dialect.options();
    // comrak looks for an alert at each `>` of a run, up to its end. Deep runs are almost always faults,
    // which a first look without alerts finds in linear time.
    if has_deep_quotes(body) {
        options.extension.alerts = false;
        let arena = Arena::new();
        let mut reader = Reader::new(lines_before);
        reader.blocks(parse_document(&arena, body, &options), 1, 0);
        if reader.faults.is_too_deep() {
            parsed.faults.append(&mut reader.faults.0);
            return parsed;
        }
        options.extension.alerts = true;
    }

    let arena = Arena::new();
    let mut reader = Reader::new(lines_before);
    let mut blocks = reader.blocks(parse_document(&arena, body, &options), 1, 0);
    blocks.append(&mut reader.footnotes);
    if !reader.anchors.is_empty() {
        super::anchor::link(&mut blocks, &reader.anchors);
    }
    parsed.document.blocks = blocks;
    parsed.faults.append(&mut reader.faults.0);
    parsed
}

/// Whether a line starts with more `>` than may nest.
fn has_deep_quotes(text: &str) -> bool {
    text.contains(&">".repeat(MAX_DEPTH))
        && text.lines().any(|line| line.trim_start_matches([' ', '\t', '>']).len() + MAX_DEPTH < line.len())
}

/// Turns comrak's nodes into blocks.
struct Reader {
    lines_before: usize,
    faults: Faults,
    /// Definitions within other blocks.
    footnotes: Vec<Block>,
    anchors: BTreeSet<String>,
}

impl Reader {
    fn new(lines_before: usize) -> Reader {
        Reader { lines_before, faults: Faults::default(), footnotes: Vec::new(), anchors: BTreeSet::new() }
    }

    /// The line of a node in the whole text.
    fn line(&self, node: Node<'_>) -> usize {
        node.data().sourcepos.start.line + self.lines_before
    }

    /// The blocks in a node, which starts on line `at`.
    fn blocks(&mut self, parent: Node<'_>, at: usize, depth: usize) -> Vec<Block> {
        if depth > MAX_DEPTH {
            if parent.first_child().is_some() {
                self.faults.too_deep(at);
            }
            return Vec::new();
        }
        let mut out = Vec::new();
        for node in parent.children() {
            let line = self.line(node);
            if let Some(kind) = self.block(node, line, depth) {
                let block = Block { kind, line };
                if depth > 0 && matches!(block.kind, BlockKind::FootnoteDefinition { .. }) {
                    self.footnotes.push(block);
                } else {
                    out.push(block);
                }
            }
        }
        with_captions(out)
    }

    fn block(&mut self, node: Node<'_>, line: usize, depth: usize) -> Option<BlockKind> {
        let data = &mut *node.data_mut();
        Some(match &mut data.value {
            NodeValue::Heading(heading) => {
                let anchor = data.attrs.take().and_then(|attributes| attributes.id);
                self.anchors.extend(anchor.clone());
                BlockKind::Heading { level: heading.level, content: self.inlines(node, line), anchor }
            }
            NodeValue::Paragraph => {
                let mut content = self.inlines(node, line);
                match super::size::sized(&mut content, line) {
                    Some(Ok(sized)) => return Some(sized),
                    Some(Err(message)) => self.faults.0.push((line, Code::UnknownDirective, message)),
                    None => {}
                }
                if super::marked::is_mistaken(&content) {
                    let message =
                        "a line begins with `:::marked` and begins no block, so all readers would see what is to be marked".to_owned();
                    self.faults.0.push((line, Code::UnknownDirective, message));
                }
                BlockKind::Paragraph(content)
            }
            NodeValue::BlockQuote => BlockKind::Quote(self.blocks(node, line, depth + 1)),
            NodeValue::List(list) => {
                let start = (list.list_type == ListType::Ordered).then_some(list.start);
                let tight = list.tight;
                BlockKind::List(List { start, tight, items: node.children().map(|item| self.item(item, depth)).collect() })
            }
            NodeValue::DescriptionList => BlockKind::Descriptions(self.descriptions(node, depth)),
            NodeValue::CodeBlock(code) => {
                let literal = std::mem::take(&mut code.literal);
                let literal = if literal.contains('\r') { literal.replace("\r\n", "\n").replace('\r', "\n") } else { literal };
                BlockKind::Code { info: std::mem::take(&mut code.info), literal: directive::unshield(literal) }
            }
            NodeValue::HtmlBlock(html) => BlockKind::Html(std::mem::take(&mut html.literal)),
            NodeValue::ThematicBreak => BlockKind::Rule,
            NodeValue::Table(table) => {
                let alignments = table.alignments.iter().map(|alignment| alignment_of(*alignment)).collect();
                BlockKind::Table(self.table(node, alignments))
            }
            NodeValue::Alert(alert) => {
                let kind = alert.alert_type.default_title().to_lowercase();
                let title = alert.title.take();
                BlockKind::Alert { kind, title, blocks: self.blocks(node, line, depth + 1) }
            }
            NodeValue::BlockDirective(fence) => {
                let (name, attributes) = directive::read(&fence.info);
                self.check_directive(&name, line);
                BlockKind::Directive { name, attributes, blocks: self.blocks(node, line, depth + 1) }
            }
            NodeValue::FootnoteDefinition(definition) => {
                let label = std::mem::take(&mut definition.name);
                BlockKind::FootnoteDefinition { label, blocks: self.blocks(node, line, depth + 1) }
            }
            // No other extension is enabled.
            _ => return None,
        })
    }

    fn inlines(&mut self, node: Node<'_>, line: usize) -> Vec<Inline> {
        let mut inlines = parse_inline::inlines(&mut self.faults, node, line, 0);
        super::mark::close_up(&mut inlines);
        inlines
    }

    fn item(&mut self, node: Node<'_>, depth: usize) -> Item {
        let line = self.line(node);
        let task = node.first_child().and_then(parse_inline::take_task_box);
        if task.is_some()
            && let Some(paragraph) = node.first_child().filter(|paragraph| paragraph.first_child().is_none())
        {
            paragraph.detach();
        }
        Item { task, blocks: self.blocks(node, line, depth + 1), line }
    }

    fn descriptions(&mut self, list: Node<'_>, depth: usize) -> Vec<(Vec<Inline>, Vec<Block>)> {
        let mut out: Vec<(Vec<Inline>, Vec<Block>)> = Vec::new();
        for part in list.children().flat_map(|item| item.children()) {
            let line = self.line(part);
            if matches!(part.data().value, NodeValue::DescriptionTerm) {
                let mut term = Vec::new();
                for paragraph in part.children() {
                    term.append(&mut self.inlines(paragraph, line));
                }
                out.push((term, Vec::new()));
            } else {
                let mut blocks = self.blocks(part, line, depth + 1);
                match out.last_mut() {
                    Some((_, details)) => details.append(&mut blocks),
                    None => out.push((Vec::new(), blocks)),
                }
            }
        }
        out
    }

    fn table(&mut self, node: Node<'_>, alignments: Vec<Alignment>) -> Table {
        let mut rows = node.children().map(|row| {
            let line = self.line(row);
            Row { cells: row.children().map(|cell| cell_breaks(self.inlines(cell, line))).collect(), line }
        });
        let header = rows.next().map(|row| row.cells).unwrap_or_default();
        let rows = rows.collect();
        Table { label: None, caption: None, alignments, header, rows, source: None }
    }

    fn check_directive(&mut self, name: &str, line: usize) {
        if name.is_empty() {
            let message = "a layout directive has no name, or a `:::` closes none".to_owned();
            self.faults.0.push((line, Code::UnknownDirective, message));
        } else if !directive::DIRECTIVES.contains(&name) {
            let hint =
                did_you_mean(name, directive::DIRECTIVES).unwrap_or_else(|| format!("there are {}", directive::DIRECTIVES.join(", ")));
            let message = format!("there is no layout directive `{name}`; {hint}");
            self.faults.0.push((line, Code::UnknownDirective, message));
        }
    }
}

/// A cell's inlines, in which `<br>` is the only way to write the end of a line.
pub(super) fn cell_breaks(mut inlines: Vec<Inline>) -> Vec<Inline> {
    for inline in &mut inlines {
        match inline {
            Inline::Html(html) if is_line_break(html) => *inline = Inline::HardBreak,
            other => {
                if let Some(content) = other.content_mut() {
                    *content = cell_breaks(std::mem::take(content));
                }
            }
        }
    }
    trim_at_breaks(&mut inlines);
    inlines
}

/// Whether HTML is the end of a line: `<br>`, `<br/>`.
pub(super) fn is_line_break(html: &str) -> bool {
    let name = html.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).map(|name| name.trim_end_matches('/').trim());
    name.is_some_and(|name| name.eq_ignore_ascii_case("br"))
}

fn alignment_of(alignment: TableAlignment) -> Alignment {
    match alignment {
        TableAlignment::None => Alignment::None,
        TableAlignment::Left => Alignment::Left,
        TableAlignment::Center => Alignment::Center,
        TableAlignment::Right => Alignment::Right,
    }
}

/// Gives each table the caption that stands in the paragraph before it, and each image the one behind it.
pub(super) fn with_captions(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        if let Some(table) = captioned(&mut block)
            && let Some(BlockKind::Paragraph(content)) = out.last_mut().map(|last| &mut last.kind)
            && let Some((label, caption)) = take_caption(content)
        {
            table.caption = Some(caption);
            table.label = label;
            out.pop();
        }
        if let BlockKind::Paragraph(content) = &block.kind
            && let Some(BlockKind::Paragraph(before)) = out.last_mut().map(|last| &mut last.kind)
            && let [Inline::Image { title, label, .. }] = &mut before[..]
            && title.is_empty()
            && let Some((own, caption)) = label_of(content)
            && let [Inline::Text(caption)] = &caption[..]
        {
            title.clone_from(caption);
            *label = Some(own);
            continue;
        }
        out.push(block);
    }
    out
}

/// The label, if any, and caption in the paragraph before a table.
fn take_caption(content: &mut Vec<Inline>) -> Option<(Option<String>, Vec<Inline>)> {
    if let Some((label, caption)) = label_of(content) {
        return Some((Some(label), caption));
    }
    let Some(Inline::Text(text)) = content.first_mut() else { return None };
    *text = text.strip_prefix(CAPTION)?.to_owned();
    let mut content = std::mem::take(content);
    if matches!(content.first(), Some(Inline::Text(text)) if text.is_empty()) {
        content.remove(0);
    }
    Some((None, content))
}

/// A table without caption: the block, or the first one in a layout directive.
fn captioned(block: &mut Block) -> Option<&mut Table> {
    match &mut block.kind {
        BlockKind::Table(table) if table.caption.is_none() => Some(table),
        BlockKind::Directive { blocks, .. } => captioned(blocks.first_mut()?),
        _ => None,
    }
}
