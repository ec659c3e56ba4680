//! Inline content.

use super::super::mark::begins_with_digit;
use super::Writer;
use crate::document::{Inline, MoveEnd, ParagraphMark, Target, plain_text};

/// Emphasis nested deeper than this is written as plain text.
const DEEPEST: usize = 20;

/// What the labels of changes begin with.
pub(super) const CHANGE: &str = "brief:change-";

/// The longest address that typst takes.
const LONGEST_ADDRESS: usize = 7_990;

impl Writer<'_> {
    /// Writes inlines one after the other; marks that stand together are written together.
    pub(super) fn inlines(&mut self, inlines: &[Inline]) {
        let mut rest = inlines;
        while let Some((inline, after)) = rest.split_first() {
            let marks: Vec<usize> =
                rest.iter().map_while(|inline| if let Inline::Cite(number) = inline { Some(*number) } else { None }).collect();
            if marks.is_empty() {
                self.inline(inline);
                rest = after;
            } else {
                self.marks(&marks);
                rest = &rest[marks.len()..];
                // Keep a digit after a mark apart from it.
                if rest.first().is_some_and(begins_with_digit) {
                    self.code.push("#thin;");
                    self.code.printed();
                }
            }
        }
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) | Inline::Html(text) => self.text(text),
            Inline::SoftBreak => self.code.text(" "),
            Inline::HardBreak => {
                self.claims();
                self.code.push("#linebreak();");
                self.code.start();
            }
            Inline::Code(code) => {
                self.claims();
                self.code.inline_code(&expanded(code));
            }
            Inline::Emphasis(content) => self.wrapped("#emph[", content, "];"),
            Inline::Strong(content) => self.wrapped("#strong[", content, "];"),
            Inline::Strikethrough(content) if self.nesting.in_change => self.wrapped("#struck-by-author[", content, "];"),
            Inline::Strikethrough(content) => self.wrapped("#strike[", content, "];"),
            Inline::Inserted(content) => self.change("inserted", content),
            Inline::Deleted(content) => self.change("deleted", content),
            Inline::Moved { end, number, labelled, opens, closes, content } => {
                self.moved(*end, *number, (*labelled, *opens, *closes), content);
            }
            Inline::ParagraphMark(mark) => self.paragraph_mark(*mark),
            Inline::Link { target, content, .. } => self.link(target, content),
            Inline::Image { path, alternative, title, .. } => self.image(path, alternative, title),
            Inline::FootnoteReference(label) => self.own_footnote(label),
            Inline::Claim { index, content } => {
                self.nesting.claims.push(*index);
                self.inlines(content);
                self.claims();
            }
            Inline::Cite(number) => self.marks(&[*number]),
            Inline::Verdict(verdict) => {
                self.claims();
                self.code.push(&format!("#verdict(\"{}\");", verdict.key()));
                self.code.printed();
            }
            Inline::Stamp(field) => {
                let text = self.stamp.field(*field);
                self.text(&text);
            }
            Inline::Anchor(name) => self.anchor(name),
            Inline::PageReference(name) => {
                self.code.push("#page-of(");
                self.code.name(&format!("{CHANGE}{name}"));
                self.code.push(");");
                self.code.printed();
            }
        }
    }

    /// A place that the list of changes refers to. None in repeated text, since a label must be unique.
    pub(super) fn anchor(&mut self, name: &str) {
        if self.nesting.in_title || self.nesting.in_header {
            return;
        }
        self.code.push(if self.nesting.in_heading { "#heading-only(labelled-anchor(" } else { "#labelled-anchor(" });
        self.code.name(&format!("{CHANGE}{name}"));
        self.name_change(name);
        self.code.push(if self.nesting.in_heading { "));" } else { ");" });
    }

    /// Text; a claim that begins here is noted behind its first word, since what stands before a word may be left
    /// on the page before.
    fn text(&mut self, text: &str) {
        if self.nesting.claims.is_empty() {
            self.code.text(text);
            return;
        }
        let start = text.len() - text.trim_start().len();
        let end = text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length);
        self.code.text(&text[..end]);
        if end > start {
            self.claims();
        }
        self.code.text(&text[end..]);
    }

    /// Notes the place of claims that begin here.
    fn claims(&mut self) {
        for index in std::mem::take(&mut self.nesting.claims) {
            self.code.push(&if self.nesting.in_heading { format!("#heading-only(claim({index}));") } else { format!("#claim({index});") });
        }
    }

    fn wrapped(&mut self, open: &str, content: &[Inline], close: &str) {
        self.nesting.depth += 1;
        let framed = self.nesting.depth <= DEEPEST;
        self.code.push(if framed { open } else { "" });
        self.inlines(content);
        self.code.push(if framed { close } else { "" });
        self.nesting.depth -= 1;
    }

    /// Words put in or struck out.
    fn change(&mut self, kind: &str, content: &[Inline]) {
        if self.nesting.depth >= DEEPEST {
            self.inlines(content);
            return;
        }
        // Outlines and running headers repeat a heading as it reads now.
        self.code.push(&if self.nesting.in_heading { format!("#heading-{kind}(") } else { format!("#{kind}(") });
        let word = self.word(kind);
        self.code.name(&word);
        self.code.push(if self.nesting.in_changes { ", bar: false" } else { "" });
        let outer = std::mem::replace(&mut self.nesting.in_deleted, kind == "deleted");
        let around = std::mem::replace(&mut self.nesting.in_change, true);
        self.wrapped(")[", content, "];");
        (self.nesting.in_deleted, self.nesting.in_change) = (outer, around);
    }

    /// Text that moved. Outlines and running headers repeat a heading without marks.
    fn moved(&mut self, end: MoveEnd, number: usize, (labelled, opens, closes): (bool, bool, bool), content: &[Inline]) {
        let (name, key, other) = match end {
            MoveEnd::Origin => ("to", "moved_to", format!("{CHANGE}{number}")),
            MoveEnd::Destination => ("from", "moved_from", format!("{CHANGE}{number}-from")),
        };
        if self.nesting.depth >= DEEPEST || self.nesting.in_title || self.nesting.in_header {
            self.inlines(content);
            return;
        }
        let words = self.word(key).replace("{number}", &number.to_string());
        if self.nesting.in_heading {
            if labelled {
                self.code.push("#heading-only(spoken(\"[\") + move-label(");
                self.code.name(&words);
                self.code.push(", ");
                self.code.name(&other);
                self.code.push(") + spoken(\": \"));");
            }
            self.inlines(content);
            self.code.push(if closes { "#heading-only(spoken(\"]\"));" } else { "" });
            return;
        }
        self.code.push(&format!("#moved(\"{name}\", "));
        self.code.name(&words);
        if labelled {
            self.code.push(", target: ");
            self.code.name(&other);
        }
        self.code.push(if opens { ", opens: true" } else { "" });
        self.code.push(if closes { ", closes: true" } else { "" });
        let outer = self.nesting.in_deleted;
        self.nesting.in_deleted = outer || end == MoveEnd::Origin;
        self.wrapped(")[", content, "];");
        self.nesting.in_deleted = outer;
    }

    fn paragraph_mark(&mut self, mark: ParagraphMark) {
        if self.nesting.in_title || self.nesting.in_header {
            return;
        }
        let (name, key) = match mark {
            ParagraphMark::Split => ("inserted", "paragraph_split"),
            ParagraphMark::Joined => ("deleted", "paragraphs_joined"),
        };
        self.code.push(&format!("#paragraph-mark(\"{name}\", "));
        let word = self.word(key);
        self.code.name(&word);
        self.code.push(");");
        self.code.printed();
    }

    fn link(&mut self, leads_to: &Target, content: &[Inline]) {
        let open = match leads_to {
            _ if self.nesting.in_link || self.nesting.depth >= DEEPEST || !is_seen(content) => None,
            Target::Url(address) => is_address(address).then(|| (false, encoded(address))),
            Target::Document(id) => Some((false, encoded(&(self.link)(id)))),
            Target::Anchor(anchor) => self.places.anchors.contains(anchor.as_str()).then(|| (true, anchor.clone())),
        };
        let Some((internal, target)) = open.filter(|(_, target)| !target.is_empty() && target.len() <= LONGEST_ADDRESS) else {
            self.inlines(content);
            return;
        };
        let is_document = matches!(leads_to, Target::Document(_));
        if is_document {
            self.name_document(&target, content);
        }
        self.code.push(if internal { "#to(" } else { "#external(" });
        self.code.name(&target);
        self.nesting.in_link = true;
        self.wrapped(")[", content, if is_document { "#elsewhere();];" } else { "];" });
        self.nesting.in_link = false;
        if internal && (self.nesting.in_changes || self.nesting.in_listing) {
            self.page_of_change(&target);
        }
        let marks = std::mem::take(&mut self.nesting.after_link);
        self.marks(&marks);
    }

    /// Writes the page of a change into the list of changes.
    fn page_of_change(&mut self, anchor: &str) {
        self.code.push("#on-page(");
        self.code.name(anchor);
        self.code.push(", ");
        let word = self.word("page");
        self.code.name(&word);
        self.code.push(");");
        self.code.printed();
    }

    /// An image within a line.
    fn image(&mut self, path: &str, alternative: &str, title: &str) {
        self.claims();
        // A deleted image is shown small beside its replacement.
        self.code.push(if self.nesting.in_deleted { "#small(" } else { "#box(" });
        self.picture(path, alternative, title);
        self.code.push(");");
        self.code.printed();
    }

    /// The call that shows an image of the book's assets.
    pub(super) fn picture(&mut self, path: &str, alternative: &str, title: &str) {
        let spoken = [alternative, title, path].into_iter().find(|text| !text.trim().is_empty()).unwrap_or("image");
        let width = self.nesting.image_width.as_ref().map(|width| format!("width: {width}, ")).unwrap_or_default();
        self.code.push(&format!("picture({width}image("));
        self.code.name(&format!("/assets/{path}"));
        self.code.push(", alt: ");
        self.code.name(spoken);
        self.code.push("))");
    }
}

/// Text in which tabs stand for the spaces up to the next multiple of four.
pub(super) fn expanded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let blanks = 4 - column % 4;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            '\n' => {
                out.push(c);
                column = 0;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}

/// Whether inlines show anything that can be clicked.
fn is_seen(content: &[Inline]) -> bool {
    content.iter().any(|inline| match inline {
        Inline::Image { .. } => true,
        Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Strikethrough(inner) | Inline::Claim { content: inner, .. } => {
            is_seen(inner)
        }
        inline => !plain_text(std::slice::from_ref(inline)).trim().is_empty(),
    })
}

/// An address as a PDF holds it: in ASCII, whatever an address can't hold percent-encoded (RFC 3986, section 2).
fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ if b"-._~:/?#@!$&'()*+,;=%".contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Whether a PDF may open an address: one of the web's or the mail's, or a relative one.
fn is_address(address: &str) -> bool {
    let scheme = address.find([':', '/', '?', '#']).filter(|at| address[*at..].starts_with(':')).map(|at| &address[..at]);
    match scheme {
        Some(scheme) => ["http", "https", "mailto", "tel"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)),
        None => !address.starts_with("//") && !address.starts_with('#') && !address.contains(char::is_control),
    }
}
