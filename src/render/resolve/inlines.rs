//! Inlines, resolved: text with tokens in it, links, code.

use std::sync::Arc;

use super::claims::sources_of;
use super::plain::as_claim;
use super::resolver::Resolver;
use super::text::{folded, push_text};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Inline, Target};
use crate::render::marks;
use crate::render::safe_link::is_safe_link;
use crate::render::token::{CLOSE, OPEN, Piece, pieces, unshield};
use crate::render::values::{ClaimObject, Printed};

impl Resolver<'_> {
    pub(super) fn inlines(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        let mut out = Vec::with_capacity(content.len());
        self.nested += 1;
        for inline in content {
            match inline {
                Inline::Text(text) if self.expanding.current().is_some() => self.field_text(&text, &mut out),
                Inline::Text(text) => self.text(&text, &mut out),
                Inline::Code(code) => self.code(&code, &mut out),
                Inline::Emphasis(inner) => out.push(Inline::Emphasis(self.inlines(inner))),
                Inline::Strong(inner) => out.push(Inline::Strong(self.inlines(inner))),
                Inline::Strikethrough(inner) => out.push(Inline::Strikethrough(self.inlines(inner))),
                Inline::Inserted(inner) => out.push(Inline::Inserted(self.inlines(inner))),
                Inline::Deleted(inner) => out.push(Inline::Deleted(self.inlines(inner))),
                Inline::Link { target, title, content } => self.link(target, &title, content, &mut out),
                Inline::Image { path, title, alternative, .. } => {
                    let (path, title, alternative) = (self.plain(&path), self.plain(&title), self.plain(&alternative));
                    out.push(Inline::Image { path, title, alternative, label: None });
                }
                Inline::Html(html) => {
                    self.raw_html();
                    out.push(Inline::Html(self.plain(&html)));
                }
                kept @ (Inline::SoftBreak | Inline::HardBreak) => {
                    self.line += 1;
                    out.push(kept);
                }
                kept => out.push(kept),
            }
        }
        self.nested -= 1;
        out
    }

    fn link(&mut self, target: Target, title: &str, content: Vec<Inline>, out: &mut Vec<Inline>) {
        let was_in_link = std::mem::replace(&mut self.in_link, true);
        let content = self.inlines(content);
        self.in_link = was_in_link;
        let target = match target {
            Target::Url(url) => {
                let url = self.plain(&url);
                if !is_safe_link(&url) {
                    self.fault(
                        Diagnostic::error(
                            Code::UnsafeLink,
                            Place::Book,
                            format!("a link leads to `{}`", url.chars().take(80).collect::<String>()),
                        )
                        .help("links may be http:, https: or mailto: addresses, or paths within the book"),
                    );
                    out.extend(content);
                    return;
                }
                match url.strip_prefix('#') {
                    Some(id) if !id.is_empty() => self.note_link(id),
                    _ => Target::Url(url),
                }
            }
            Target::Anchor(id) => self.note_link(&id),
            other => other,
        };
        let title = self.plain(title);
        let mut content = content;
        marks::settle(&mut content, &self.claims);
        // A mark is a link itself, so the link ends before it and continues after it.
        out.extend(marks::split_at_marks(content, &|content| Inline::Link { target: target.clone(), title: title.clone(), content }));
    }

    /// Code with tokens in it. Its marks follow it, or follow each claim if claims have different sources.
    fn code(&mut self, code: &str, out: &mut Vec<Inline>) {
        let claims: Vec<Arc<ClaimObject>> = self.printed(code).into_iter().filter_map(as_claim).collect();
        let [one, others @ ..] = &claims[..] else {
            out.push(Inline::Code(self.plain_of(code)));
            return;
        };
        let same = others.iter().all(|other| sources_of(other) == sources_of(one));
        let push = |text: String, out: &mut Vec<Inline>| match out.last_mut() {
            _ if text.is_empty() => {}
            Some(Inline::Code(before)) => before.push_str(&text),
            _ => out.push(Inline::Code(text)),
        };
        let (mut parts, mut marks) = (Vec::new(), Vec::new());
        for piece in pieces(code) {
            match piece {
                Piece::Text(part) => push(unshield(part).into_owned(), &mut parts),
                Piece::Broken => self.broken(),
                Piece::Token(index) => match self.pass.prints.get(index).map(as_claim) {
                    Some(Some(claim)) => {
                        let text = claim.printed_text();
                        self.keep_apart(&claim, &text, &parts);
                        let (cited, own): (Vec<Inline>, Vec<Inline>) = self
                            .claim_inlines(&claim, vec![Inline::Code(text.clone())], text)
                            .into_iter()
                            .partition(|inline| matches!(inline, Inline::Cite(_)));
                        parts.extend(own);
                        if same { marks = cited } else { parts.extend(cited) }
                    }
                    _ => push(self.plain_of(&format!("{OPEN}{index}{CLOSE}")), &mut parts),
                },
            }
        }
        out.append(&mut parts);
        out.append(&mut marks);
    }

    /// Text of the template, with tokens in it.
    fn text(&mut self, text: &str, out: &mut Vec<Inline>) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(part) => push_text(out, &unshield(part)),
                Piece::Broken => self.broken(),
                Piece::Token(index) => match self.pass.prints.get(index) {
                    Some(printed) => self.print(printed, out),
                    None => self.broken(),
                },
            }
        }
    }

    pub(super) fn print(&mut self, printed: Printed, out: &mut Vec<Inline>) {
        if !self.affords(8, printed.length()) {
            return;
        }
        match printed {
            Printed::Text(text) => push_text(out, &folded(&text)),
            Printed::Marked { text, marking } => {
                self.bears(&marking);
                push_text(out, &folded(&text));
            }
            Printed::Claim(claim) => self.print_claim(&claim, out),
            Printed::Record { collection, id, name } => {
                self.bears(&self.marking_of_name(&collection, &id));
                let name = Inline::Text(folded(&name));
                match self.anchors.target(&collection, &id).filter(|_| !self.in_link) {
                    Some(target) if target != Target::Document(self.planned.id.clone()) => {
                        out.push(Inline::Link { target, title: String::new(), content: vec![name] });
                    }
                    _ => out.push(name),
                }
            }
            Printed::Markdown { text, origin } => out.extend(self.inline_markdown(&text, &origin)),
            Printed::Stamp(field) => out.push(Inline::Stamp(field)),
            Printed::Cite(citations) => self.marks(&citations, out),
            Printed::Figure(figure) => self.fault(
                Diagnostic::error(
                    Code::BlockInLine,
                    Place::Book,
                    format!("the {} “{}” is placed inside a line", if figure.chart.is_some() { "figure" } else { "table" }, figure.title),
                )
                .help("put it on a line of its own, with a blank line before and after"),
            ),
            Printed::Reference(name) => {
                let target = self.note_reference(&name);
                out.push(Inline::Link { target, title: String::new(), content: Vec::new() });
            }
            Printed::Listing(_) => self.fault(
                Diagnostic::error(Code::BlockInLine, Place::Book, "a list of tables or figures is placed inside a line")
                    .help("put it on a line of its own, with a blank line before and after"),
            ),
            Printed::Notes | Printed::Sources => {
                self.fault(
                    Diagnostic::error(Code::BlockInLine, Place::Book, "the notes or the list of sources are placed inside a line")
                        .help("put `{{ notes() }}` and `{{ sources_cited() }}` on lines of their own, with a blank line before and after"),
                );
            }
        }
    }
}
