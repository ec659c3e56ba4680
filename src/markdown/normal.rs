//! Normalizing a document: layout is removed, notes and sources are put in their places, description lists become lists,
//! and everything else that Markdown can't express becomes the nearest thing that it can.

use std::collections::BTreeSet;

use super::block::{InlineText, MarkdownBlock, Place};
use super::fold;
use super::list::push_list;
use super::normal_inline::{Context, inline_text};
use super::parse::with_captions;
use crate::document::{
    Alignment, Block, BlockKind, Document, FIGURE_DATA, Inline, Item, List, PLACEHOLDER, Row, Stamp, Table, caption_lead, note_label,
};

/// A document's blocks as [`parse`](super::parse()) gives them back from its Markdown, without lines.
pub fn normalized(document: &Document, stamp: &Stamp, link: &dyn Fn(&str) -> String) -> Vec<Block> {
    blocks_of(markdown_blocks(document, stamp, link))
}

/// A document as blocks that Markdown can express, in order.
pub(super) fn markdown_blocks(document: &Document, stamp: &Stamp, link: &dyn Fn(&str) -> String) -> Vec<MarkdownBlock> {
    let normalizer = Normalizer { context: Context::new(document, stamp, link) };
    let mut footnotes = Vec::new();
    let mut out = Vec::new();
    let mut noted = None;
    normalizer.blocks(&document.blocks, &mut out, &mut footnotes, &mut noted, 0);
    // Which marks stand together, and so the notes' labels, is known once the whole text has been read.
    let (list, at) = match noted {
        Some(NotesPlace::Text(at)) => (&mut out, at),
        Some(NotesPlace::Footnotes(at)) => (&mut footnotes, at),
        None => {
            let end = out.len();
            (&mut out, end)
        }
    };
    list.splice(at..at, normalizer.notes());
    out.append(&mut footnotes);
    out
}

/// Where the numbered notes stand: at an index of the text's own blocks, or of the footnotes behind them.
#[derive(Debug, Clone, Copy)]
enum NotesPlace {
    Text(usize),
    Footnotes(usize),
}

/// Turns blocks into those that Markdown can express.
struct Normalizer<'a> {
    context: Context<'a>,
}

impl Normalizer<'_> {
    fn text(&self, inlines: &[Inline], place: Place) -> InlineText {
        inline_text(&self.context, inlines, place)
    }

    fn blocks(
        &self,
        blocks: &[Block],
        out: &mut Vec<MarkdownBlock>,
        footnotes: &mut Vec<MarkdownBlock>,
        noted: &mut Option<NotesPlace>,
        depth: usize,
    ) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading { level, content, .. } => {
                    out.push(MarkdownBlock::Heading((*level).clamp(1, 6), self.text(content, Place::Heading)));
                }
                BlockKind::Paragraph(content) => self.paragraph(content, out),
                BlockKind::Html(html) => self.paragraph(&[Inline::Text(html.clone())], out),
                BlockKind::Quote(inner) => out.push(MarkdownBlock::Quote(self.inner(inner, footnotes, noted, depth))),
                BlockKind::Alert { kind, title, blocks: inner } => {
                    let mut parts = Vec::new();
                    if let Some(title) = title {
                        self.paragraph(&[Inline::Strong(vec![Inline::Text(title.clone())])], &mut parts);
                    }
                    self.blocks(inner, &mut parts, footnotes, noted, depth + 1);
                    out.push(MarkdownBlock::Alert(kind.clone(), parts));
                }
                BlockKind::Directive { name, attributes, blocks: inner } if name == FIGURE_DATA && depth == 0 => {
                    out.push(MarkdownBlock::Html(fold::open(attributes.get("summary").map_or("", String::as_str))));
                    self.blocks(inner, out, footnotes, noted, depth);
                    out.push(MarkdownBlock::Html(fold::CLOSE.to_owned()));
                }
                BlockKind::Directive { name, attributes, blocks: inner } if name == PLACEHOLDER => {
                    let mut parts = Vec::new();
                    let title = attributes.get("title").map_or("", String::as_str);
                    self.paragraph(&[Inline::Emphasis(vec![Inline::Text(title.to_owned())])], &mut parts);
                    self.blocks(inner, &mut parts, footnotes, noted, depth + 1);
                    out.push(MarkdownBlock::Quote(parts));
                }
                BlockKind::Directive { blocks: inner, .. } => self.blocks(inner, out, footnotes, noted, depth),
                BlockKind::List(list) => {
                    let items = list.items.iter().map(|item| (item.task, self.inner(&item.blocks, footnotes, noted, depth))).collect();
                    push_list(out, list.start, list.tight, items);
                }
                BlockKind::Descriptions(items) => {
                    let items =
                        items.iter().map(|(term, details)| (None, self.description(term, details, footnotes, noted, depth))).collect();
                    push_list(out, None, true, items);
                }
                BlockKind::Code { info, literal } => out.push(code(info, literal)),
                BlockKind::Rule => out.push(MarkdownBlock::Rule),
                BlockKind::Table(table) => self.table(table, out),
                BlockKind::FootnoteDefinition { label, blocks: inner } => {
                    let mut parts = Vec::new();
                    self.blocks(inner, &mut parts, footnotes, noted, depth + 1);
                    let part = MarkdownBlock::Footnote(self.context.label(label).unwrap_or(label).to_owned(), parts);
                    if depth == 0 { out.push(part) } else { footnotes.push(part) }
                }
                BlockKind::Notes if noted.is_some() => {}
                BlockKind::Notes => {
                    *noted = Some(if depth == 0 { NotesPlace::Text(out.len()) } else { NotesPlace::Footnotes(footnotes.len()) });
                }
                BlockKind::Sources => {
                    let item = |text: &Vec<Inline>| vec![MarkdownBlock::Paragraph(self.text(text, Place::Paragraph))];
                    let items = self.context.document.sources.iter().map(|source| (None, item(&source.text))).collect();
                    push_list(out, None, true, items);
                }
            }
        }
    }

    fn inner(
        &self,
        blocks: &[Block],
        footnotes: &mut Vec<MarkdownBlock>,
        noted: &mut Option<NotesPlace>,
        depth: usize,
    ) -> Vec<MarkdownBlock> {
        let mut out = Vec::new();
        self.blocks(blocks, &mut out, footnotes, noted, depth + 1);
        out
    }

    fn paragraph(&self, content: &[Inline], out: &mut Vec<MarkdownBlock>) {
        if let [Inline::Image { path, title, alternative, label }] = content
            && !title.trim().is_empty()
        {
            let (path, alternative) = (path.clone(), alternative.clone());
            let image = Inline::Image { path, title: String::new(), alternative, label: None };
            out.push(MarkdownBlock::Paragraph(self.text(&[image], Place::Paragraph)));
            let lead = caption_lead(label.as_deref().unwrap_or("Figure"));
            let caption: Vec<Inline> = lead.into_iter().chain([Inline::Text(title.trim().to_owned())]).collect();
            out.push(MarkdownBlock::Paragraph(self.text(&caption, Place::Paragraph)));
            return;
        }
        let text = self.text(content, Place::Paragraph);
        if !text.inlines.is_empty() {
            out.push(MarkdownBlock::Paragraph(text));
        }
    }

    /// The numbered notes: each that is marked by itself or not at all, and those that are marked together, line by line.
    fn notes(&self) -> Vec<MarkdownBlock> {
        let marked = self.context.marked();
        let mut labels: BTreeSet<Vec<usize>> = marked.clone();
        labels.extend(
            (1..=self.context.document.notes.len()).filter(|number| !marked.iter().any(|label| label.contains(number))).map(|n| vec![n]),
        );
        let part = |numbers: &Vec<usize>| {
            let texts = numbers.iter().filter_map(|number| self.context.document.notes.get(number.checked_sub(1)?));
            let lines = texts.map(|note| &note.text[..]).collect::<Vec<_>>().join(&[Inline::HardBreak][..]);
            let mut parts = Vec::new();
            self.paragraph(&lines, &mut parts);
            MarkdownBlock::Footnote(note_label(numbers), parts)
        };
        labels.iter().map(part).collect()
    }

    /// A term and its details as a list item: **term**: details.
    fn description(
        &self,
        term: &[Inline],
        details: &[Block],
        footnotes: &mut Vec<MarkdownBlock>,
        noted: &mut Option<NotesPlace>,
        depth: usize,
    ) -> Vec<MarkdownBlock> {
        let mut lead = vec![Inline::Strong(term.to_vec())];
        let mut rest = details;
        if let Some(BlockKind::Paragraph(first)) = details.first().map(|block| &block.kind) {
            lead.push(Inline::Text(": ".to_owned()));
            lead.extend_from_slice(first);
            rest = &details[1..];
        }
        let mut out = Vec::new();
        self.paragraph(&lead, &mut out);
        self.blocks(rest, &mut out, footnotes, noted, depth + 1);
        out
    }

    /// A table whose rows are all as wide as the widest.
    fn table(&self, table: &Table, out: &mut Vec<MarkdownBlock>) {
        let columns = table.rows.iter().map(|row| row.cells.len()).chain([table.header.len(), table.alignments.len()]).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        if let Some(caption) = &table.caption
            && !self.text(caption, Place::Paragraph).inlines.is_empty()
        {
            let lead = caption_lead(table.label.as_deref().unwrap_or("Table"));
            self.paragraph(&lead.into_iter().chain(caption.iter().cloned()).collect::<Vec<_>>(), out);
        }
        let mut alignments = table.alignments.clone();
        alignments.resize(columns, Alignment::None);
        let rows = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
        let rows = rows.map(|cells| {
            let mut cells: Vec<InlineText> = cells.iter().map(|cell| self.text(cell, Place::Cell)).collect();
            cells.resize(columns, InlineText::default());
            cells
        });
        out.push(MarkdownBlock::Table(alignments, rows.collect()));
        if let Some(source) = &table.source {
            self.paragraph(source, out);
        }
    }
}

fn code(info: &str, literal: &str) -> MarkdownBlock {
    let mut literal = literal.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    if !literal.is_empty() && !literal.ends_with('\n') {
        literal.push('\n');
    }
    MarkdownBlock::Code { info: info.replace(['\n', '\r'], " ").trim_matches([' ', '\t']).to_owned(), literal }
}

fn blocks_of(parts: Vec<MarkdownBlock>) -> Vec<Block> {
    let blocks = parts.into_iter().map(|part| {
        let kind = match part {
            MarkdownBlock::Heading(level, run) => BlockKind::Heading { level, content: run.inlines, anchor: None },
            MarkdownBlock::Paragraph(run) => BlockKind::Paragraph(run.inlines),
            MarkdownBlock::Quote(parts) => BlockKind::Quote(blocks_of(parts)),
            MarkdownBlock::Alert(kind, parts) => BlockKind::Alert { kind, title: None, blocks: blocks_of(parts) },
            MarkdownBlock::List(list) => {
                let items = list.items.into_iter().map(|(task, parts)| Item { task, blocks: blocks_of(parts), line: 0 }).collect();
                BlockKind::List(List { start: list.start, tight: list.tight, items })
            }
            MarkdownBlock::Code { info, literal } => BlockKind::Code { info, literal },
            MarkdownBlock::Rule => BlockKind::Rule,
            MarkdownBlock::Html(html) => BlockKind::Html(html),
            MarkdownBlock::Table(alignments, rows) => {
                let mut rows = rows.into_iter().map(|row| row.into_iter().map(|run| run.inlines).collect::<Vec<_>>());
                let header = rows.next().unwrap_or_default();
                let rows = rows.map(|cells| Row { cells, line: 0 }).collect();
                BlockKind::Table(Table { label: None, caption: None, alignments, header, rows, source: None })
            }
            MarkdownBlock::Footnote(label, parts) => BlockKind::FootnoteDefinition { label, blocks: blocks_of(parts) },
        };
        Block { kind, line: 0 }
    });
    with_captions(blocks.collect())
}
