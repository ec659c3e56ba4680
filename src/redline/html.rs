//! A redline for a browser: a part of a page that needs nothing else, neither script nor network.
//!
//! The list of changes is made by a template. The text is written as its tree is walked, tag by tag: a template would be
//! entered anew for each inline. All of its text goes through one function, which escapes it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Value, context};

use super::Redline;
use super::change::{Naming, RedlineChange, origin_anchor};
use super::generated::CHANGES;
use super::list;
use super::token::is_web;
use super::visible::task_box;
use crate::document::{Alignment, Block, BlockKind, Document, Inline, List, MoveEnd, ParagraphMark, Table, Target};
use crate::text::words::{Op, Word};
use crate::text::{capital, escape_html as escape, render_html};

/// List of changes and text, without their title, which is a heading of level 2. Its ids begin with `change-`, `note-` or
/// `footnote-`. `words` are the book's own, by the keys of [`super::WORDS`]; `images` are the bytes of an image, by its
/// path, which become part of the page. An image without bytes is shown by what it says.
pub fn fragment(redline: &Redline, words: &dyn Fn(&str) -> Option<String>, images: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
    let naming = Naming { old: &redline.old, new: &redline.new, words, marked: None };
    let mut painter = Painter {
        out: String::new(),
        naming,
        document: &redline.document,
        footnotes: BTreeMap::new(),
        in_link: false,
        anchors: Anchors::Linked,
        images,
    };
    painter.collect();
    painter.list(redline);
    painter.blocks(redline.text());
    painter.own_footnotes();
    painter.out
}

/// The text alone, with nothing that could be linked to: for a page that shows several texts. `words` is as for [`fragment`].
pub fn text_fragment(redline: &Redline, words: &dyn Fn(&str) -> Option<String>) -> String {
    let naming = Naming { old: &redline.old, new: &redline.new, words, marked: None };
    let mut painter = Painter {
        out: String::new(),
        naming,
        document: &redline.document,
        footnotes: BTreeMap::new(),
        in_link: false,
        anchors: Anchors::None,
        images: &|_| None,
    };
    painter.blocks(redline.text());
    painter.out
}

/// The list of changes, in which every value is escaped.
const LIST: &str = include_str!("templates/changes.html");

/// An image larger than this, in bytes, is left out of a page.
const LARGEST_IMAGE: usize = 8 << 20;

/// An image as an address that holds it (RFC 2397). In an `img` no script of an SVG runs.
fn data_address(path: &str, bytes: &[u8]) -> Option<String> {
    let extension = path.rsplit_once('.')?.1.to_ascii_lowercase();
    let kind = match extension.as_str() {
        "svg" => "svg+xml",
        "png" => "png",
        "jpg" | "jpeg" => "jpeg",
        "gif" => "gif",
        "webp" => "webp",
        _ => return None,
    };
    (bytes.len() <= LARGEST_IMAGE).then(|| format!("data:image/{kind};base64,{}", STANDARD.encode(bytes)))
}

/// Whether the two places of what moved lead to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchors {
    Linked,
    None,
}

struct Painter<'a> {
    out: String,
    naming: Naming<'a>,
    document: &'a Document,
    /// Footnotes of the text's own, by label: number and blocks.
    footnotes: BTreeMap<&'a str, (usize, &'a [Block])>,
    in_link: bool,
    anchors: Anchors,
    images: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

impl<'a> Painter<'a> {
    fn collect(&mut self) {
        for block in &self.document.blocks {
            if let BlockKind::FootnoteDefinition { label, blocks } = &block.kind {
                let number = self.footnotes.len() + 1;
                self.footnotes.entry(label).or_insert((number, blocks));
            }
        }
    }

    fn push(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&escape(text));
    }

    fn word(&self, key: &str) -> String {
        escape(&self.naming.word(key))
    }

    /// The list of changes.
    fn list(&mut self, redline: &Redline) {
        let naming = self.naming;
        let word = |key: &str| naming.word(key);
        let legend = self.apart(|painter| painter.inlines(&list::legend(&word)));
        let change = |change: &RedlineChange| {
            // A page has no pages to refer to.
            let lead = list::lead(change, &|key| word(if key == "redline_from" { "redline_from_here" } else { key }));
            context! {
                anchor => &*change.anchor,
                section => &*change.section,
                lead => lead.unwrap_or_default(),
                words => change.excerpt.iter().map(|Word { op, text }| context! { op => op.name(), text => &**text }).collect::<Vec<_>>(),
                further => change.further(&word).unwrap_or_default(),
            }
        };
        let html = render_html(
            LIST,
            context! {
                heading => word("redline_changes"),
                none => word("redline_none"),
                count => list::count(&redline.changes, &word),
                legend => Value::from_safe_string(legend),
                inserted => word("inserted"),
                deleted => word("deleted"),
                changes => redline.changes.iter().map(change).collect::<Vec<_>>(),
            },
        );
        self.push(&html);
    }

    /// The HTML that `paint` writes, without adding it to the page.
    fn apart(&mut self, paint: impl FnOnce(&mut Self)) -> String {
        let page = std::mem::take(&mut self.out);
        paint(self);
        std::mem::replace(&mut self.out, page)
    }

    fn open(&mut self, op: Op) {
        let (tag, key) = match op {
            Op::Insert => ("ins", "inserted"),
            Op::Delete => ("del", "deleted"),
            Op::Equal => return,
        };
        let word = self.word(key);
        self.push(&format!("<{tag}><span class=\"said\">{word} </span>"));
    }

    fn close(&mut self, op: Op) {
        match op {
            Op::Insert => self.push("</ins>"),
            Op::Delete => self.push("</del>"),
            Op::Equal => {}
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn wrapped(&mut self, open: &str, blocks: &[Block], close: &str) {
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
                let own = || (self.naming.words)(kind).unwrap_or_else(|| capital(kind));
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
                let words = escape(&self.naming.word(&name.replace('-', "_")).replace("{number}", number));
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

    fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|inline| self.inline(inline));
    }

    fn within(&mut self, tag: &str, content: &[Inline]) {
        self.push(&format!("<{tag}>"));
        self.inlines(content);
        self.push(&format!("</{tag}>"));
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) | Inline::Html(text) => self.text(text),
            Inline::Code(code) => {
                self.push("<code>");
                self.text(code);
                self.push("</code>");
            }
            Inline::Emphasis(content) => self.within("em", content),
            Inline::Strong(content) => self.within("strong", content),
            // Their author's, not the redline's.
            Inline::Strikethrough(content) => self.within("s", content),
            Inline::Link { target: Target::Url(url), content, .. } if is_web(url) && !self.in_link => {
                self.push(&format!("<a href=\"{}\" rel=\"noreferrer\">", escape(url)));
                self.in_link = true;
                self.inlines(content);
                self.in_link = false;
                self.push("</a>");
            }
            Inline::Link { content, .. } | Inline::Claim { content, .. } => self.inlines(content),
            Inline::Image { alternative, path, title, label } => {
                let said = if alternative.trim().is_empty() { path } else { alternative };
                match (self.images)(path).and_then(|bytes| data_address(path, &bytes)) {
                    Some(address) => self.push(&format!("<img src=\"{address}\" alt=\"{}\">", escape(said))),
                    None => {
                        self.push("<span class=\"image\">");
                        self.text(said);
                        self.push("</span>");
                    }
                }
                if let Some(label) = label.as_deref().filter(|_| !title.is_empty()) {
                    self.push("<br>");
                    self.label(Some(label));
                    self.text(title);
                }
            }
            Inline::SoftBreak => self.push(" "),
            Inline::HardBreak => self.push("<br>\n"),
            Inline::FootnoteReference(label) => {
                if let Some((number, _)) = self.footnotes.get(label.as_str()) {
                    let mark = format!("<sup><a href=\"#footnote-{number}\">{}</a></sup>", letters(*number));
                    self.push(&self.unlinked(mark, &letters(*number)));
                }
            }
            Inline::Cite(number) => {
                let mark = format!("<sup><a href=\"#note-{number}\">{number}</a></sup>");
                self.push(&self.unlinked(mark, &number.to_string()));
            }
            Inline::Verdict(verdict) => self.push(verdict.symbol()),
            Inline::Stamp(_) | Inline::PageReference(_) => {}
            Inline::Inserted(content) => self.marked(Op::Insert, content),
            Inline::Deleted(content) => self.marked(Op::Delete, content),
            Inline::Moved { end, number, labelled, opens, content, .. } => self.moved(*end, *number, (*labelled, *opens), content),
            Inline::ParagraphMark(mark) => {
                let (tag, key) = match mark {
                    ParagraphMark::Split => ("ins", "paragraph_split"),
                    ParagraphMark::Joined => ("del", "paragraphs_joined"),
                };
                let word = self.word(key);
                self.push(&format!("<{tag} class=\"mark\"><span class=\"said\">{word} </span>¶</{tag}>"));
            }
            Inline::Anchor(_) if self.anchors == Anchors::None => {}
            Inline::Anchor(name) => self.push(&format!("<span id=\"change-{}\"></span>", escape(name))),
        }
    }

    /// What a table or figure is called, before its caption.
    fn label(&mut self, label: Option<&str>) {
        if let Some(label) = label {
            self.push(&format!("<strong>{}.</strong> ", escape(label)));
        }
    }

    /// A link in a link can't be followed.
    fn unlinked(&self, mark: String, text: &str) -> String {
        if self.in_link { format!("<sup>{text}</sup>") } else { mark }
    }

    fn marked(&mut self, op: Op, content: &[Inline]) {
        self.open(op);
        self.inlines(content);
        self.close(op);
    }

    /// Text that moved, with a label that leads to its other place.
    fn moved(&mut self, end: MoveEnd, number: usize, (labelled, opens): (bool, bool), content: &[Inline]) {
        let (class, key, other) = match end {
            MoveEnd::Origin => ("moved-to", "moved_to", number.to_string()),
            MoveEnd::Destination => ("moved-from", "moved_from", origin_anchor(&number.to_string())),
        };
        let words = escape(&self.naming.word(key).replace("{number}", &number.to_string()));
        self.push(&format!("<span class=\"moved {class}\">"));
        match labelled {
            true if self.in_link || self.anchors == Anchors::None => self.push(&format!("<span class=\"label\">{words}</span> ")),
            true => self.push(&format!("<a class=\"label\" href=\"#change-{other}\">{words}</a> ")),
            false if opens => self.push(&format!("<span class=\"said\">{words}: </span>")),
            false => {}
        }
        self.inlines(content);
        self.push("</span>");
    }

    fn notes(&mut self) {
        self.push("<ol class=\"notes\">\n");
        let document = self.document;
        for (index, note) in document.notes.iter().enumerate() {
            self.push(&format!("<li id=\"note-{}\">", index + 1));
            self.inlines(&note.text);
            self.push("</li>\n");
        }
        self.push("</ol>\n");
    }

    fn own_footnotes(&mut self) {
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

/// `a`, `b`, … `z`, `aa`, …
fn letters(number: usize) -> String {
    let index = number.saturating_sub(1);
    let last = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { last.to_string() } else { letters(index / 26) + &last.to_string() }
}
