//! Blocks: what each is in Typst, and what frames it.

use std::collections::BTreeMap;

use super::super::size::is_width;
use super::inlines::expanded;
use super::nesting::DEEPEST;
use super::page_start::PageStart;
use super::{Listed, Writer, breaks, places};
use crate::document::{Block, BlockKind, FIGURE_DATA, Inline, LISTING, MARKED, PLACEHOLDER, SIZED, anchor_of, number_of, plain_text};

impl<'a> Writer<'a> {
    pub(super) fn blocks(&mut self, blocks: &[&'a Block]) {
        let mut rest = blocks;
        while let Some((block, after)) = rest.split_first() {
            if !self.waiting.is_empty() && self.nesting.can_hold_footnotes() {
                self.code.push("#par[");
                self.waiting_footnotes();
                self.code.line("];");
            }
            self.code.at(block.line);
            if let Some(start) = PageStart::of(rest).filter(|start| self.can_start(start)) {
                rest = &rest[start.headings.len() + 1..];
                self.page_start(&start);
            } else {
                rest = after;
                self.block(block);
            }
        }
        if !self.waiting.is_empty() && self.nesting.can_hold_footnotes() {
            self.code.push("#par[");
            self.waiting_footnotes();
            self.code.line("];");
        }
    }

    pub(super) fn block(&mut self, block: &'a Block) {
        match &block.kind {
            BlockKind::Heading { level, content, anchor } => self.heading(*level, content, anchor.as_deref()),
            BlockKind::Paragraph(content) => self.paragraph(content),
            BlockKind::Quote(inner) => self.framed("#quote(block: true)[", inner, "];"),
            BlockKind::List(list) => self.list(list),
            BlockKind::Descriptions(items) => self.descriptions(items),
            BlockKind::Code { info, literal } => self.code_block(info, literal),
            BlockKind::Html(html) => self.code_block("", html),
            BlockKind::Rule => self.code.line("#divider();"),
            BlockKind::Table(table) => self.table(table),
            BlockKind::Alert { kind, title, blocks } => self.alert(kind, title.as_deref(), blocks),
            BlockKind::Directive { name, attributes, blocks } => match name.as_str() {
                "table" => {
                    let outer = self.table.replace(attributes);
                    self.inner(blocks);
                    self.table = outer;
                }
                PLACEHOLDER => {
                    self.code.push("#placeholder([");
                    self.code.start();
                    self.code.text(attributes.get("title").map_or("", String::as_str));
                    self.framed("])[", blocks, "];");
                }
                "keep" => self.framed("#keep[", blocks, "];"),
                // PDF/UA treats an empty group as a figure.
                "box" if is_empty(blocks) => self.code.line("#empty-box();"),
                "box" => self.framed("#boxed[", blocks, "];"),
                "columns" => self.in_columns(blocks),
                FIGURE_DATA => blocks.iter().for_each(|block| match &block.kind {
                    BlockKind::Table(table) if attributes.contains_key("form") => {
                        let outer = self.table.replace(attributes);
                        self.table(table);
                        self.table = outer;
                    }
                    BlockKind::Table(table) => self.figure_data(table),
                    _ => self.block(block),
                }),
                SIZED => {
                    let outer =
                        std::mem::replace(&mut self.nesting.image_width, attributes.get("width").filter(|width| is_width(width)).cloned());
                    self.inner(blocks);
                    self.nesting.image_width = outer;
                }
                LISTING => {
                    self.nesting.in_listing = true;
                    self.inner(blocks);
                    self.nesting.in_listing = false;
                }
                MARKED if self.marks_pages() => self.marked(attributes, blocks),
                "changes" => {
                    let outer = std::mem::replace(&mut self.nesting.in_changes, true);
                    self.inner(blocks);
                    self.nesting.in_changes = outer;
                }
                "inserted" | "deleted" => self.changed(name, blocks),
                "moved-to" | "moved-from" => self.moved_block(name, attributes, blocks),
                "replaced" => self.replaced(blocks),
                _ => self.inner(blocks),
            },
            // Written at its first reference.
            BlockKind::FootnoteDefinition { .. } => {}
            BlockKind::Notes => self.defer(Listed::Notes),
            BlockKind::Sources => self.defer(Listed::Sources),
        }
    }

    /// Whether a page may break here.
    pub(super) fn is_outermost(&self) -> bool {
        self.nesting.blocks == 0 && !self.nesting.in_footnote
    }

    /// Whether what is written here may reach into the page's margin.
    pub(super) fn can_be_wide(&self) -> bool {
        self.is_outermost() && !self.nesting.in_turned
    }

    pub(super) fn inner(&mut self, blocks: &'a [Block]) {
        let blocks: Vec<&Block> = self.shown(blocks).collect();
        self.blocks(&blocks);
    }

    /// Blocks within a frame.
    fn framed(&mut self, open: &str, blocks: &'a [Block], close: &str) {
        if self.nesting.blocks >= DEEPEST {
            self.inner(blocks);
            return;
        }
        self.nesting.blocks += 1;
        self.code.line(open);
        self.inner(blocks);
        self.code.line(close);
        self.nesting.blocks -= 1;
    }

    /// Two columns, as wide as the page where they stand in nothing else; below them what the margin would say.
    fn in_columns(&mut self, blocks: &'a [Block]) {
        let wide = self.can_be_wide();
        let outer = std::mem::replace(&mut self.nesting.in_columns, true);
        let outer_wide = self.nesting.in_wide;
        self.nesting.in_wide |= wide;
        self.code.push(if wide { "#wide[" } else { "" });
        self.framed("#columned[", blocks, "];");
        if wide {
            self.column_notes(blocks);
            self.code.line("];");
        }
        (self.nesting.in_columns, self.nesting.in_wide) = (outer, outer_wide);
    }

    /// Inserted or deleted blocks whose content can't be marked word by word.
    fn changed(&mut self, kind: &str, blocks: &'a [Block]) {
        self.code.push(&format!("#changed(\"{kind}\", "));
        self.code.start();
        let word = self.word(kind);
        self.code.string(&word);
        self.framed(")[", blocks, "];");
    }

    /// Moved blocks whose content can't be marked word by word, at either place.
    fn moved_block(&mut self, name: &str, attributes: &BTreeMap<String, String>, blocks: &'a [Block]) {
        let number = attributes.get("number").map_or("", String::as_str);
        self.code.push(&format!("#changed(\"{name}\", "));
        self.code.start();
        let words = self.word(&name.replace('-', "_")).replace("{number}", number);
        self.code.string(&words);
        self.framed(")[", blocks, "];");
    }

    /// An image, and beside it the one that it replaced.
    fn replaced(&mut self, blocks: &'a [Block]) {
        let [new, old] = blocks else { return self.inner(blocks) };
        self.code.push("#replaced(");
        self.code.start();
        let words = self.word("image_replaced");
        self.code.string(&words);
        self.nesting.blocks += 1;
        for (open, block) in [(", [", new), ("], [", old)] {
            self.code.line(open);
            self.inner(std::slice::from_ref(block));
        }
        self.code.line("]);");
        self.nesting.blocks -= 1;
    }

    pub(super) fn heading(&mut self, level: u8, content: &[Inline], anchor: Option<&'a str>) {
        if self.nesting.in_footnote || !places::has_words(content) {
            // PDF/UA refuses a heading without words.
            self.paragraph(content);
            return;
        }
        // The title is level 1 and typst's title; a chapter is typst's level 1.
        let level = level.saturating_sub(1).max(1);
        let level = if self.meta.heading_steps { self.levels.next(level) } else { level };
        if level == 1 && self.is_outermost() && !self.nesting.in_turned {
            self.code.line("#chapter();");
            self.page_run += usize::from(self.chapters_begin_pages);
        }
        self.code.push(&format!("#heading(level: {level})["));
        self.code.start();
        self.nesting.in_heading = true;
        self.bearing_inlines(content);
        self.nesting.in_heading = false;
        self.code.push("]");
        if let Some(anchor) = anchor.filter(|anchor| places::is_anchor(anchor))
            && self.anchored.insert(anchor)
        {
            self.code.push("#label(");
            self.code.name(anchor);
            self.code.push(")");
            self.name_place(anchor.to_owned(), &plain_text(content));
        }
        self.code.line("");
    }

    pub(super) fn paragraph(&mut self, content: &[Inline]) {
        if content.is_empty() {
            return;
        }
        if let [Inline::Image { path, title, alternative, label }] = content {
            let wide = self.can_be_wide() && self.nesting.image_width.is_none();
            self.code.push(if wide { "#wide[" } else { "" });
            self.code.push("#figure(kind: image, ");
            self.numbering(label.as_deref());
            self.picture(path, alternative, title);
            if !title.trim().is_empty() {
                self.code.push(", caption: [");
                self.caption_anchor(label.as_deref());
                self.code.start();
                self.code.text(title);
                self.code.push("]");
            }
            self.code.line(if wide { ")];" } else { ");" });
            return;
        }
        if content.iter().all(|inline| matches!(inline, Inline::Anchor(_))) && !content.is_empty() {
            self.inlines(content);
            self.code.line("");
            return;
        }
        self.code.push("#par[");
        self.code.start();
        let content = self.bound(content);
        self.bearing_inlines(&content);
        self.code.line("];");
    }

    /// The label and number of a figure or table. The number is written out, not counted by typst: a redline has numbers of both texts.
    pub(super) fn numbering(&mut self, label: Option<&str>) {
        let Some(label) = label else { return };
        match number_of(label) {
            Some(number) => {
                self.code.push("supplement: [");
                self.code.start();
                self.code.text(label.strip_suffix(number).unwrap_or(label).trim());
                self.code.push(&format!("], numbering: (..) => \"{number}\", "));
            }
            None => self.code.push("numbering: none, "),
        }
    }

    /// The place that links to a figure or table lead to, within its caption.
    pub(super) fn caption_anchor(&mut self, label: Option<&str>) {
        let anchor = label.filter(|label| number_of(label).is_some()).map(anchor_of);
        if let Some(anchor) = anchor.filter(|anchor| self.captions.insert(anchor.clone())) {
            self.code.push("#labelled-anchor(");
            self.code.name(&anchor);
            self.code.push(");");
            self.name_place(anchor, label.unwrap_or_default());
        }
    }

    fn code_block(&mut self, info: &str, literal: &str) {
        let long = breaks::is_long_code(literal);
        self.code.push(if long { "#long-code(raw(block: true, " } else { "#raw(block: true, " });
        if let Some(language) = info.split([' ', ',', '{']).next().filter(|language| !language.is_empty()) {
            self.code.push("lang: ");
            self.code.name(language);
            self.code.push(", ");
        }
        self.code.start();
        self.code.string(&expanded(literal.strip_suffix('\n').unwrap_or(literal)));
        self.code.line(if long { "));" } else { ");" });
    }

    fn alert(&mut self, kind: &str, title: Option<&str>, blocks: &'a [Block]) {
        let kind = ["note", "tip", "important", "warning", "caution"].into_iter().find(|known| *known == kind).unwrap_or("note");
        if self.nesting.blocks >= DEEPEST {
            self.inner(blocks);
            return;
        }
        self.code.push(&format!("#alert(\"{kind}\", ["));
        self.code.start();
        let title = title.filter(|title| !title.trim().is_empty()).map_or_else(|| self.word(kind), str::to_owned);
        self.code.text(&title);
        self.framed("])[", blocks, "];");
    }
}

/// Whether blocks hold nothing but directives.
fn is_empty(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| matches!(&block.kind, BlockKind::Directive { blocks, .. } if is_empty(blocks)))
}
