//! Fields that hold Markdown, and what their text names.

use std::sync::Arc;

use super::resolver::Resolver;
use super::text::{folded, push_text};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, Field, Inline};
use crate::layout::Pointer;
use crate::model::{Citation, Reference, Value};
use crate::render::claim_text;
use crate::render::fault::too_much_markup;
use crate::render::fragment::{self, Mention, mentions};
use crate::render::markup::is_readable;
use crate::render::token::{shield, unshield};
use crate::render::values::{ClaimObject, Origin, Printed};

/// The deepest nesting of blocks and inlines at which a field can be printed.
const DEEPEST: usize = 64;

impl Resolver<'_> {
    /// A field's Markdown, printed inline.
    pub(super) fn inline_markdown(&mut self, text: &str, origin: &Origin) -> Vec<Inline> {
        let in_cell = std::mem::replace(&mut self.in_cell, false);
        let blocks = self.put_in_line(|resolver| resolver.markdown(text, origin));
        self.in_cell = in_cell;
        let read = match in_cell {
            true => fragment::as_lines(blocks),
            false => fragment::as_inlines(blocks),
        };
        read.unwrap_or_else(|()| {
            let (collection, id) = &origin.record;
            self.fault(
                Diagnostic::error(
                    Code::BlockInLine,
                    Place::Book,
                    format!(
                        "`{collection}/{id}{}` holds several paragraphs or blocks, and is printed where only one line fits",
                        origin.path
                    ),
                )
                .help("print it alone on a line with blank lines around it, or shorten the field to one paragraph"),
            );
            Vec::new()
        })
    }

    /// The record's field that is about to be expanded.
    fn field(&self, origin: &Origin) -> Option<Field> {
        let (collection, id) = origin.record.clone();
        let record = self.pass.book.record(&Reference { collection, id })?;
        let pointer = record.pointer.join(&origin.path);
        Some(Field { record: record.path(), file: record.file.clone(), pointer, printed: self.line })
    }

    /// A field's Markdown as resolved blocks.
    pub(super) fn markdown(&mut self, text: &str, origin: &Origin) -> Vec<Block> {
        // Parsing Markdown costs more than copying it.
        if !self.affords(500, 4 * text.len()) {
            return Vec::new();
        }
        let was_at = (self.line, self.field_start, self.printed_line);
        if self.expanding.current().is_none() {
            self.printed_line = self.line;
        }
        if self.nested > DEEPEST {
            let message = format!("`{}` is printed in fields that print each other, more than {DEEPEST} levels deep", origin.name());
            self.fault(
                Diagnostic::error(Code::TemplateLimit, Place::Book, message)
                    .help("print it in the template, or in fewer fields within fields"),
            );
            return Vec::new();
        }
        if !is_readable(text) {
            self.fault(too_much_markup(Place::Book, &format!("`{}`", origin.name())));
            return Vec::new();
        }
        if !self.expanding.enter(origin) {
            self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, format!("`{}` prints itself", origin.name())));
            return Vec::new();
        }
        if let Some(field) = self.field(origin) {
            self.field_start = self.origins.add(field, text.split('\n').count());
            self.line = self.field_start;
        }
        // Fields have no front matter: a blank line keeps a leading `---` from being taken for one.
        let parsed = (self.parse)(&format!("\n{}", fragment::guarded(&shield(text))));
        for (line, code, message) in parsed.faults {
            self.at(line);
            self.fault(Diagnostic::error(code, Place::Book, message));
        }
        let was_in_link = std::mem::replace(&mut self.in_link, false);
        self.links.scopes += 1;
        let was_in = std::mem::replace(&mut self.links.scope, self.links.scopes);
        let mut blocks = parsed.document.blocks;
        self.number_footnotes(&mut blocks);
        let marking = self.marking_of(origin);
        let blocks = self.within_marking(&marking, |resolver| resolver.blocks(blocks));
        self.links.scope = was_in;
        self.in_link = was_in_link;
        self.expanding.leave();
        (self.line, self.field_start, self.printed_line) = was_at;
        blocks
    }

    /// Text of a field, with citations and claims that it names.
    pub(super) fn field_text(&mut self, text: &str, out: &mut Vec<Inline>) {
        for mention in mentions(text) {
            match mention {
                Mention::Text(part) => push_text(out, &unshield(part)),
                Mention::Cite(sources) => {
                    let citations: Vec<Citation> = sources.iter().map(|source| Citation::parse(source)).collect();
                    // Drop the space before a mark.
                    if let Some(Inline::Text(before)) = out.last_mut() {
                        before.truncate(before.trim_end_matches(' ').len());
                    }
                    self.marks(&citations, out);
                }
                Mention::Print { record: (collection, id), path } => self.print_mention(collection, id, path, out),
            }
        }
    }

    fn print_mention(&mut self, collection: &str, id: &str, path: Pointer, out: &mut Vec<Inline>) {
        let reference = Reference { collection: collection.to_owned(), id: id.to_owned() };
        let book = self.pass.book.clone();
        let Some(record) = book.record(&reference) else {
            let known = book.collections.get(collection).into_iter().flat_map(|c| c.records.keys());
            let help = match book.collections.contains_key(collection) {
                true => crate::diagnostic::did_you_mean(id, known.map(String::as_str)),
                false => crate::diagnostic::did_you_mean(collection, book.collections.keys().map(String::as_str)),
            };
            let message = format!("`[={collection}/{id}{path}]` names a record that doesn't exist");
            self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, message).maybe_help(help));
            return;
        };
        if path.is_root() {
            let name = book.display_name(record).to_owned();
            self.print(Printed::Record { collection: collection.to_owned(), id: id.to_owned(), name }, out);
            return;
        }
        let origin = Origin { record: (collection.to_owned(), id.to_owned()), path };
        match record.at(&origin.path) {
            Some(Value::Claim(claim)) => {
                let claim = ClaimObject {
                    pass: self.pass.clone(),
                    claims: vec![Arc::new((origin, (**claim).clone()))],
                    text: None,
                    derived: None,
                    uncited: false,
                };
                self.print_claim(&claim, out);
            }
            Some(Value::Markdown(text)) => {
                let inlines = self.inline_markdown(text, &origin);
                out.extend(inlines);
            }
            Some(value) => {
                self.bears(record.marking_at(&origin.path));
                if self.affords(1, value.size()) {
                    push_text(out, &folded(&claim_text::value_text(value, &book)));
                }
            }
            None => {
                let help =
                    crate::diagnostic::did_you_mean(origin.path.as_str().trim_start_matches('/'), record.fields.keys().map(String::as_str));
                let message = format!("`[={collection}/{id}{}]` names a field that the record doesn't have", origin.path);
                self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, message).maybe_help(help));
            }
        }
    }
}
