//! Blocks.

use super::super::generated::CHANGES;
use super::super::visible::task_box;
use super::inlines::letters;
use super::painter::Painter;
use crate::document::{Alignment, Block, BlockKind, Inline, List, Table};
use crate::text::{capital, escape_html as escape};

impl<'a> Painter<'a> {
    pub(super) fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    pub(super) fn wrapped(&mut self, open: &str, blocks: &[Block], close: &str) {
        self.push(open);
        self.blocks(blocks);
        self.push(close);
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Heading { level, content, .. } => {
                let level = (*level).clamp(2, 5) + 1;
                self.push(&format!("<h{level}>"));
                self.inlines(content);
                self.push(&format!("</h{level}>\n"));
            }
            BlockKind::Paragraph(content) => {
                let alone = content.iter().all(|inline| matches!(inline, Inline::Anchor(_)));
                self.push(if alone { "" } else { "<p>" });
                self.inlines(content);
                self.push(if alone { "" } else { "</p>\n" });
            }
            BlockKind::Quote(blocks) => self.wrapped("<blockquote>\n", blocks, "</blockquote>\n"),
            BlockKind::List(list) => self.items(list),
            BlockKind::Descriptions(items) => {
                self.push("<dl>\n");
                for (term, details) in items {
                    self.push("<dt>");
                    self.inlines(term);
                    self.push("</dt>\n");
                    self.wrapped("<dd>", details, "</dd>\n");
                }
                self.push("</dl>\n");
            }
            BlockKind::Code { literal, .. } | BlockKind::Html(literal) => {
                self.push("<pre><code>");
                self.text(literal);
                self.push("</code></pre>\n");
            }
            BlockKind::Rule => self.push("<hr>\n"),
            BlockKind::Table(table) => self.table(table),
            BlockKind::Alert { kind, title, blocks } => {
                self.push("<aside>\n<p><strong>");
                let own = || (self.names.words)(kind).unwrap_or_else(|| capital(kind));
                let title = title.clone().unwrap_or_else(own);
                self.text(&title);
                self.push("</strong></p>\n");
                self.wrapped("", blocks, "</aside>\n");
            }
            BlockKind::Directive { name, .. } if name == CHANGES => {}
            BlockKind::Directive { name, blocks, .. } if matches!(name.as_str(), "inserted" | "deleted") => {
                let tag = if name == "inserted" { "ins" } else { "del" };
                let word = self.word(name);
                self.push(&format!("<div class=\"whole {name}\">\n<p class=\"label\">{word}</p>\n<{tag}>\n"));
                self.wrapped("", blocks, &format!("</{tag}>\n</div>\n"));
            }
            BlockKind::Directive { name, attributes, blocks } if matches!(name.as_str(), "moved-to" | "moved-from") => {
                let number = attributes.get("number").map_or("", String::as_str);
                let words = escape(&self.names.word(&name.replace('-', "_")).replace("{number}", number));
                self.push(&format!("<div class=\"whole {name}\">\n<p class=\"label\">{words}</p>\n"));
                self.wrapped("", blocks, "</div>\n");
            }
            BlockKind::Directive { name, blocks, .. } if name == "replaced" => self.replaced(blocks),
            BlockKind::Directive { blocks, .. } => self.blocks(blocks),
            BlockKind::Notes => self.notes(),
            BlockKind::FootnoteDefinition { .. } | BlockKind::Sources => {}
        }
    }

    /// An image, and beside it the one that it replaced.
    fn replaced(&mut self, blocks: &[Block]) {
        let [new, old] = blocks else { return self.blocks(blocks) };
        let words = self.word("image_replaced");
        self.push("<div class=\"replaced\">\n");
        self.block(new);
        self.push(&format!("<div class=\"before\">\n<p class=\"label\">{words}</p>\n"));
        self.block(old);
        self.push("</div>\n</div>\n");
    }

    fn items(&mut self, list: &List) {
        let tag = if list.start.is_some() { "ol" } else { "ul" };
        match list.start {
            Some(start) if start != 1 => self.push(&format!("<ol start=\"{start}\">\n")),
            _ => self.push(&format!("<{tag}>\n")),
        }
        for item in &list.items {
            self.push("<li>");
            self.push(task_box(item.task));
            match &item.blocks[..] {
                [Block { kind: BlockKind::Paragraph(content), .. }, rest @ ..] if list.tight => {
                    self.inlines(content);
                    self.blocks(rest);
                }
                blocks => self.blocks(blocks),
            }
            self.push("</li>\n");
        }
        self.push(&format!("</{tag}>\n"));
    }

    fn table(&mut self, table: &Table) {
        self.push("<table>\n");
        if let Some(caption) = &table.caption {
            self.push("<caption>");
            self.label(table.label.as_deref());
            self.inlines(caption);
            self.push("</caption>\n");
        }
        self.push("<thead>\n");
        self.row(table, &table.header, "th scope=\"col\"");
        self.push("</thead>\n<tbody>\n");
        table.rows.iter().for_each(|row| self.row(table, &row.cells, "td"));
        self.push("</tbody>\n</table>\n");
    }

    fn row(&mut self, table: &Table, cells: &[Vec<Inline>], tag: &str) {
        self.push("<tr>");
        for (index, cell) in cells.iter().enumerate() {
            let class = match table.alignments.get(index) {
                Some(Alignment::Center) => " class=\"center\"",
                Some(Alignment::Right) => " class=\"right\"",
                _ => "",
            };
            self.push(&format!("<{tag}{class}>"));
            self.inlines(cell);
            self.push(&format!("</{}>", &tag[..2]));
        }
        self.push("</tr>\n");
    }

    pub(super) fn notes(&mut self) {
        self.push("<ol class=\"notes\">\n");
        let document = self.document;
        for (index, note) in document.notes.iter().enumerate() {
            self.push(&format!("<li id=\"note-{}\">", index + 1));
            self.inlines(&note.text);
            self.push("</li>\n");
        }
        self.push("</ol>\n");
    }

    pub(super) fn own_footnotes(&mut self) {
        let mut placed = false;
        crate::document::walk::blocks(&self.document.blocks, &mut |block| placed |= block.kind == BlockKind::Notes);
        if !placed && !self.document.notes.is_empty() {
            let heading = self.word("notes");
            self.push(&format!("<h3>{heading}</h3>\n"));
            self.notes();
        }
        let mut own: Vec<(usize, &'a [Block])> = self.footnotes.values().copied().collect();
        if own.is_empty() {
            return;
        }
        own.sort_unstable_by_key(|(number, _)| *number);
        self.push("<div class=\"footnotes\">\n");
        for (number, blocks) in own {
            self.push(&format!("<div id=\"footnote-{number}\"><sup>{}</sup> ", letters(number)));
            self.wrapped("", blocks, "</div>\n");
        }
        self.push("</div>\n");
    }
}
