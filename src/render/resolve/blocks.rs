//! Blocks, resolved; a paragraph that is one token may stand for blocks.

use std::collections::BTreeMap;

use super::bearing::attributes_of;
use super::captions;
use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, Inline, MARKED, PLACEHOLDER, Table, marked_labels};
use crate::model::{Held, Value};
use crate::render::token::{Piece, has_token, pieces};
use crate::render::values::{ClaimObject, Printed};
use crate::render::words::word;
use crate::render::{anchors, marks};

/// What a paragraph that consists of one token stands for.
enum Alone {
    Blocks(Vec<Block>),
    No,
}

impl Resolver<'_> {
    pub(super) fn blocks(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        self.nested += 1;
        for block in blocks {
            self.at(block.line);
            let line = self.line;
            if let BlockKind::Paragraph(content) = &block.kind
                && let Alone::Blocks(expanded) = self.alone(content)
            {
                out.extend(expanded);
                continue;
            }
            let (kind, marking) = self.portion(|resolver| resolver.kind(block.kind));
            let is_empty = |kind: &BlockKind| matches!(kind, BlockKind::Paragraph(content) if content.is_empty());
            if let Some(kind) = kind.filter(|kind| !is_empty(kind)) {
                out.push(self.marked(Block { kind, line }, &marking));
            }
        }
        self.nested -= 1;
        out
    }

    /// Sets the current line: of the rendered text, or of the field being expanded.
    pub(super) fn at(&mut self, line: usize) {
        match (line, self.expanding.current()) {
            (0, _) => {}
            (line, None) => self.line = line,
            // A blank line stands before a field's text: see `markdown`.
            (line, Some(_)) => self.line = self.field_start + line.saturating_sub(2),
        }
    }

    fn kind(&mut self, kind: BlockKind) -> Option<BlockKind> {
        Some(match kind {
            BlockKind::Heading { level, content, anchor } => {
                let record = anchors::of_heading(&content, self.pass);
                let content = match &record {
                    Some(_) => self.heading_of_record(content),
                    None => self.block_inlines(content),
                };
                let anchor = self.note_heading(&content, anchor, record);
                BlockKind::Heading { level, content, anchor: Some(anchor) }
            }
            BlockKind::Paragraph(content) => BlockKind::Paragraph(self.block_inlines(content)),
            BlockKind::Quote(blocks) => BlockKind::Quote(self.blocks(blocks)),
            BlockKind::Alert { kind, title, blocks } => {
                let title = title.map(|title| self.plain(&title));
                BlockKind::Alert { kind, title, blocks: self.blocks(blocks) }
            }
            BlockKind::Directive { name, attributes, blocks } => {
                let attributes: BTreeMap<String, String> = attributes.into_iter().map(|(key, value)| (key, self.plain(&value))).collect();
                let line = self.line;
                let mut attributes = attributes;
                if name == PLACEHOLDER {
                    self.placeholder(&mut attributes);
                }
                let mut blocks = match name == MARKED {
                    true => {
                        let marking = self.pass.book.settings.markings.named(&marked_labels(&attributes).into_iter().collect());
                        // With full label names, as on marked pages.
                        attributes = attributes_of(&marking);
                        self.within_marking(&marking, |resolver| resolver.blocks(blocks))
                    }
                    false => self.blocks(blocks),
                };
                if let Some(id) = attributes.get("id") {
                    self.name_caption(&mut blocks, id, line);
                }
                BlockKind::Directive { name, attributes, blocks }
            }
            BlockKind::FootnoteDefinition { label, blocks } => BlockKind::FootnoteDefinition { label, blocks: self.gathered(blocks) },
            BlockKind::List(mut list) => {
                for item in &mut list.items {
                    self.at(item.line);
                    item.line = self.line;
                    item.blocks = self.gathered(std::mem::take(&mut item.blocks));
                }
                BlockKind::List(list)
            }
            BlockKind::Descriptions(items) => BlockKind::Descriptions(
                items.into_iter().map(|(term, details)| (self.block_inlines(term), self.gathered(details))).collect(),
            ),
            BlockKind::Table(table) => BlockKind::Table(self.table(table)),
            BlockKind::Code { info, literal } => {
                self.line_of_claim(&literal);
                let literal = self.plain(&literal);
                BlockKind::Code { info: self.plain(&info), literal }
            }
            BlockKind::Html(html) => {
                self.raw_html();
                BlockKind::Html(self.plain(&html))
            }
            kept @ (BlockKind::Rule | BlockKind::Notes | BlockKind::Sources) => kept,
        })
    }

    /// Titles a placeholder. In a field it would be left out of documents, and stand in the records of every version all the same.
    fn placeholder(&mut self, attributes: &mut BTreeMap<String, String>) {
        if self.expanding.current().is_some() {
            self.fault(
                Diagnostic::error(
                    Code::UnknownDirective,
                    Place::Book,
                    "`:::placeholder` stands in a record's text, which versions hold as it is written",
                )
                .help("put it into the template, around what prints the field"),
            );
        }
        attributes.insert("title".to_owned(), word(&self.pass.book.settings, PLACEHOLDER));
    }

    /// Sets the current line to the line of a code block that prints what code can't hold.
    fn line_of_claim(&mut self, literal: &str) {
        if self.expanding.current().is_none() {
            let before = literal.split_inclusive('\n').take_while(|line| !has_token(line)).count();
            self.line += if has_token(literal) { before + 1 } else { 0 };
        }
    }

    fn table(&mut self, mut table: Table) -> Table {
        table.caption = table.caption.map(|caption| self.block_inlines(caption));
        let mut header = std::mem::take(&mut table.header);
        self.row(&mut header);
        table.header = header;
        for row in &mut table.rows {
            self.at(row.line);
            row.line = self.line;
            let ((), marking) = self.portion(|resolver| resolver.row(&mut row.cells));
            self.mark_row(&mut row.cells, &marking);
        }
        marks::one_source(&mut table, &self.claims);
        table
    }

    fn row(&mut self, cells: &mut [Vec<Inline>]) {
        self.in_cell = true;
        for cell in cells {
            *cell = self.block_inlines(std::mem::take(cell));
        }
        self.in_cell = false;
    }

    /// The inlines of a block, with its own arrangement of marks.
    fn block_inlines(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        let mut content = self.inlines(content);
        marks::settle(&mut content, &self.claims);
        content
    }

    /// A heading that consists of a record's name is where links to the record lead, so it is no link itself.
    fn heading_of_record(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        self.in_link = true;
        let content = self.block_inlines(content);
        self.in_link = false;
        content
    }

    fn alone(&mut self, content: &[Inline]) -> Alone {
        let [Inline::Text(text)] = content else { return Alone::No };
        let [Piece::Token(index)] = pieces(text.trim())[..] else { return Alone::No };
        let line = self.line;
        let block = |kind| Alone::Blocks(vec![Block { kind, line }]);
        let printed = self.pass.prints.get(index);
        if printed.as_ref().is_some_and(|printed| !self.affords(8, printed.length())) {
            return Alone::Blocks(Vec::new());
        }
        match printed {
            Some(Printed::Notes) => block(BlockKind::Notes),
            Some(Printed::Sources) => block(BlockKind::Sources),
            Some(Printed::Listing(listing)) => Alone::Blocks(vec![self.listing(Block { kind: captions::listing(listing), line })]),
            Some(Printed::Figure(figure)) => Alone::Blocks(self.figure(&figure)),
            Some(Printed::Markdown { text, origin }) => Alone::Blocks(self.markdown(&text, &origin)),
            Some(Printed::Claim(claim)) if claim.text.is_none() && claim.derived.is_none() => match &claim.claim().held {
                Held::Known { value: Value::Markdown(text), .. } => {
                    let marking = self.marking_of_claim(&claim);
                    let mut blocks = self.within_marking(&marking, |resolver| resolver.markdown(text, &claim.claims[0].0));
                    self.cite_blocks(&claim, &mut blocks);
                    Alone::Blocks(blocks)
                }
                _ => Alone::No,
            },
            _ => Alone::No,
        }
    }

    /// Blocks that are one claim: the mark stands at the end of the last paragraph.
    fn cite_blocks(&mut self, claim: &ClaimObject, blocks: &mut Vec<Block>) {
        let printed = blocks.iter().map(block_text).collect::<Vec<_>>().join("\n");
        match blocks.last_mut().map(|block| &mut block.kind) {
            Some(BlockKind::Paragraph(content)) => {
                let inner = std::mem::take(content);
                *content = self.claim_inlines(claim, inner, printed);
                marks::settle(content, &self.claims);
            }
            _ => {
                let content = self.claim_inlines(claim, Vec::new(), printed);
                blocks.push(Block { kind: BlockKind::Paragraph(content), line: self.line });
            }
        }
    }
}

fn block_text(block: &Block) -> String {
    match &block.kind {
        BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => crate::document::plain_text(content),
        BlockKind::List(list) => list.items.iter().flat_map(|item| &item.blocks).map(block_text).collect::<Vec<_>>().join("\n"),
        BlockKind::Quote(blocks) => blocks.iter().map(block_text).collect::<Vec<_>>().join("\n"),
        BlockKind::Code { literal, .. } => literal.clone(),
        _ => String::new(),
    }
}
