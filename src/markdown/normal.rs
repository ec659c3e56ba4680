//! A document as Markdown can say it: layout taken out, notes and sources in their places, description lists
//! as lists, everything that a reader's Markdown has no word for as the nearest that it has.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::anchor;
use super::list::{ListPart, push_list};
use super::normal_inline::{Place, Run, run};
use super::parse::{caption_paragraph, with_captions};
use crate::document::{
    Alignment, Block, BlockKind, Document, Inline, Item, List, Row, Stamp, Table, is_note_label, note_label, note_numbers, walk,
};

/// A block that Markdown can say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Heading(u8, Run),
    Paragraph(Run),
    Quote(Vec<Part>),
    Alert(String, Vec<Part>),
    List(ListPart),
    Code {
        info: String,
        literal: String,
    },
    Rule,
    /// The header is the first row. A caption stands before it, as a paragraph.
    Table(Vec<Alignment>, Vec<Vec<Run>>),
    Footnote(String, Vec<Part>),
}

/// What a document's parts are made with.
pub(super) struct Normalizer<'a> {
    pub(super) document: &'a Document,
    pub(super) stamp: &'a Stamp,
    pub(super) link: &'a dyn Fn(&str) -> String,
    /// The ids of headings with an anchor.
    pub(super) slugs: BTreeMap<String, String>,
    /// The template's own footnotes, by what they are called in the Markdown.
    labels: BTreeMap<String, String>,
    /// The notes that were marked, as they stand together.
    marked: RefCell<BTreeSet<Vec<usize>>>,
}

/// A document's blocks as [`parse`](super::parse()) gives them back from its Markdown, without lines.
pub fn normalized(document: &Document, stamp: &Stamp, link: &dyn Fn(&str) -> String) -> Vec<Block> {
    blocks_of(parts(document, stamp, link))
}

/// A document's parts, in order.
pub(super) fn parts(document: &Document, stamp: &Stamp, link: &dyn Fn(&str) -> String) -> Vec<Part> {
    let slugs = anchor::slugs(document, stamp);
    let normalizer = Normalizer { document, stamp, link, slugs, labels: labels(document), marked: RefCell::default() };
    let mut footnotes = Vec::new();
    let mut out = Vec::new();
    let mut noted = None;
    normalizer.blocks(&document.blocks, &mut out, &mut footnotes, &mut noted, 0);
    // What is noted depends on which marks stand together, and so on all of the text.
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

/// Names for the template's own footnotes that are names in Markdown, and no note's number.
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

impl Normalizer<'_> {
    /// What a footnote of the template's own is called, if it is defined.
    pub(super) fn label(&self, label: &str) -> Option<&str> {
        self.labels.get(label).map(String::as_str)
    }

    fn blocks(&self, blocks: &[Block], out: &mut Vec<Part>, footnotes: &mut Vec<Part>, noted: &mut Option<NotesPlace>, depth: usize) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading { level, content, .. } => {
                    out.push(Part::Heading((*level).clamp(1, 6), run(self, content, Place::Heading)));
                }
                BlockKind::Paragraph(content) => self.paragraph(content, out),
                BlockKind::Html(html) => self.paragraph(&[Inline::Text(html.clone())], out),
                BlockKind::Quote(inner) => out.push(Part::Quote(self.inner(inner, footnotes, noted, depth))),
                BlockKind::Alert { kind, title, blocks: inner } => {
                    let mut parts = Vec::new();
                    if let Some(title) = title {
                        self.paragraph(&[Inline::Strong(vec![Inline::Text(title.clone())])], &mut parts);
                    }
                    self.blocks(inner, &mut parts, footnotes, noted, depth + 1);
                    out.push(Part::Alert(kind.clone(), parts));
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
                BlockKind::Rule => out.push(Part::Rule),
                BlockKind::Table(table) => self.table(table, out),
                BlockKind::FootnoteDefinition { label, blocks: inner } => {
                    let mut parts = Vec::new();
                    self.blocks(inner, &mut parts, footnotes, noted, depth + 1);
                    let part = Part::Footnote(self.label(label).unwrap_or(label).to_owned(), parts);
                    if depth == 0 { out.push(part) } else { footnotes.push(part) }
                }
                BlockKind::Notes if noted.is_some() => {}
                BlockKind::Notes => {
                    *noted = Some(if depth == 0 { NotesPlace::Text(out.len()) } else { NotesPlace::Footnotes(footnotes.len()) });
                }
                BlockKind::Sources => {
                    let item = |text: &Vec<Inline>| vec![Part::Paragraph(run(self, text, Place::Paragraph))];
                    let items = self.document.sources.iter().map(|source| (None, item(&source.text))).collect();
                    push_list(out, None, true, items);
                }
            }
        }
    }

    fn inner(&self, blocks: &[Block], footnotes: &mut Vec<Part>, noted: &mut Option<NotesPlace>, depth: usize) -> Vec<Part> {
        let mut out = Vec::new();
        self.blocks(blocks, &mut out, footnotes, noted, depth + 1);
        out
    }

    fn paragraph(&self, content: &[Inline], out: &mut Vec<Part>) {
        let run = run(self, content, Place::Paragraph);
        if !run.inlines.is_empty() {
            out.push(Part::Paragraph(run));
        }
    }

    /// The numbered notes: each that is marked by itself or not at all, and those that are marked together, line by line.
    fn notes(&self) -> Vec<Part> {
        let marked = self.marked.borrow();
        let mut labels: BTreeSet<Vec<usize>> = marked.clone();
        labels.extend((1..=self.document.notes.len()).filter(|number| !marked.iter().any(|label| label.contains(number))).map(|n| vec![n]));
        let part = |numbers: &Vec<usize>| {
            let texts = numbers.iter().filter_map(|number| self.document.notes.get(number.checked_sub(1)?));
            let lines = texts.map(|note| &note.text[..]).collect::<Vec<_>>().join(&[Inline::HardBreak][..]);
            let mut parts = Vec::new();
            self.paragraph(&lines, &mut parts);
            Part::Footnote(note_label(numbers), parts)
        };
        labels.iter().map(part).collect()
    }

    /// The label of a note, or of notes marked together, if they are this document's.
    pub(super) fn numbers(&self, label: &str) -> Option<Vec<usize>> {
        note_numbers(label).filter(|_| is_note_label(label, self.document.notes.len()))
    }

    /// Notes that these notes are marked together.
    pub(super) fn mark(&self, numbers: &[usize]) {
        self.marked.borrow_mut().insert(numbers.to_vec());
    }

    /// A term and its details as a list item: **term**: details.
    fn description(
        &self,
        term: &[Inline],
        details: &[Block],
        footnotes: &mut Vec<Part>,
        noted: &mut Option<NotesPlace>,
        depth: usize,
    ) -> Vec<Part> {
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
    fn table(&self, table: &Table, out: &mut Vec<Part>) {
        let columns = table.rows.iter().map(|row| row.cells.len()).chain([table.header.len(), table.alignments.len()]).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        if let Some(caption) = &table.caption
            && !run(self, caption, Place::Paragraph).inlines.is_empty()
        {
            self.paragraph(&caption_paragraph(caption), out);
        }
        let mut alignments = table.alignments.clone();
        alignments.resize(columns, Alignment::None);
        let rows = std::iter::once(&table.header).chain(table.rows.iter().map(|row| &row.cells));
        let rows = rows.map(|cells| {
            let mut cells: Vec<Run> = cells.iter().map(|cell| run(self, cell, Place::Cell)).collect();
            cells.resize(columns, Run::default());
            cells
        });
        out.push(Part::Table(alignments, rows.collect()));
        if let Some(source) = &table.source {
            self.paragraph(source, out);
        }
    }
}

fn code(info: &str, literal: &str) -> Part {
    let mut literal = literal.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    if !literal.is_empty() && !literal.ends_with('\n') {
        literal.push('\n');
    }
    Part::Code { info: info.replace(['\n', '\r'], " ").trim_matches([' ', '\t']).to_owned(), literal }
}

fn blocks_of(parts: Vec<Part>) -> Vec<Block> {
    let blocks = parts.into_iter().map(|part| {
        let kind = match part {
            Part::Heading(level, run) => BlockKind::Heading { level, content: run.inlines, anchor: None },
            Part::Paragraph(run) => BlockKind::Paragraph(run.inlines),
            Part::Quote(parts) => BlockKind::Quote(blocks_of(parts)),
            Part::Alert(kind, parts) => BlockKind::Alert { kind, title: None, blocks: blocks_of(parts) },
            Part::List(list) => {
                let items = list.items.into_iter().map(|(task, parts)| Item { task, blocks: blocks_of(parts), line: 0 }).collect();
                BlockKind::List(List { start: list.start, tight: list.tight, items })
            }
            Part::Code { info, literal } => BlockKind::Code { info, literal },
            Part::Rule => BlockKind::Rule,
            Part::Table(alignments, rows) => {
                let mut rows = rows.into_iter().map(|row| row.into_iter().map(|run| run.inlines).collect::<Vec<_>>());
                let header = rows.next().unwrap_or_default();
                let rows = rows.map(|cells| Row { cells, line: 0 }).collect();
                BlockKind::Table(Table { caption: None, alignments, header, rows, source: None })
            }
            Part::Footnote(label, parts) => BlockKind::FootnoteDefinition { label, blocks: blocks_of(parts) },
        };
        Block { kind, line: 0 }
    });
    with_captions(blocks.collect())
}
