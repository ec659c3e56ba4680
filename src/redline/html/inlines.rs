//! Inline content: text, marks of changes, links and images.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::change::origin_anchor;
use super::super::token::is_web;
use super::painter::{Anchors, Painter};
use crate::document::{Inline, MoveEnd, ParagraphMark, Target};
use crate::text::escape_html as escape;
use crate::text::words::Op;

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

impl Painter<'_> {
    pub(super) fn inlines(&mut self, inlines: &[Inline]) {
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
    pub(super) fn label(&mut self, label: Option<&str>) {
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
        let words = escape(&self.names.word(key).replace("{number}", &number.to_string()));
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
}

/// `a`, `b`, … `z`, `aa`, …
pub(super) fn letters(number: usize) -> String {
    let index = number.saturating_sub(1);
    let last = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { last.to_string() } else { letters(index / 26) + &last.to_string() }
}
