//! Faults, each at the field or the line of the template that it comes from.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::Reference;
use crate::render::TEMPLATES;
use crate::render::values::Origin;

impl Resolver<'_> {
    pub(super) fn raw_html(&mut self) {
        if self.expanding.current().is_none() {
            let place = self.place();
            self.diagnostics.push(
                Diagnostic::warning(Code::RawHtml, place, "HTML in a template is shown as text")
                    .help("use Markdown, a directive such as `:::box`, or `{# … #}` for a comment"),
            );
        }
    }

    pub(super) fn broken(&mut self) {
        self.fault(
            Diagnostic::error(Code::BrokenToken, Place::Book, "a printed value is cut in two")
                .help("change the text before it is printed, with a filter on the field itself"),
        );
    }

    /// The template's line that wrote the line being resolved.
    fn place(&self) -> Place {
        let found = self.line.checked_sub(1).and_then(|index| self.origins.get(index)).and_then(Option::as_ref);
        match found {
            Some((template, line)) => Place::line(&**template, *line),
            None => Place::File(format!("{}/{}", TEMPLATES, self.planned.template)),
        }
    }

    /// Reports a fault at the field being expanded, else at the template's line.
    pub(super) fn fault(&mut self, mut diagnostic: Diagnostic) {
        let template = self.place();
        match self.expanding.current() {
            Some(Origin { record: (collection, id), path }) => {
                let reference = Reference { collection: collection.clone(), id: id.clone() };
                if let Some(record) = self.pass.book.record(&reference) {
                    diagnostic.place = Place::value(&record.file, format!("{}{path}", record.pointer));
                    if self.field_line > 1 {
                        diagnostic.message.push_str(&format!(" (in line {} of the text)", self.field_line));
                    }
                    diagnostic = diagnostic.record(record.path()).via(format!("printed in document `{}` here", self.planned.id), template);
                }
            }
            None => diagnostic.place = template,
        }
        if diagnostic.record.is_none() {
            diagnostic.record = self.planned.record.as_ref().map(|(collection, id)| format!("{collection}/{id}"));
        }
        self.diagnostics.push(diagnostic);
    }
}
