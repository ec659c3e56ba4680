//! Faults, each at the field or the line of the template that it comes from.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place};

impl Resolver<'_> {
    pub(super) fn raw_html(&mut self) {
        if self.expanding.current().is_none() {
            let place = self.origins.place(self.line);
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

    /// Reports a fault at the field being expanded, else at the template's line.
    pub(super) fn fault(&mut self, diagnostic: Diagnostic) {
        let mut diagnostic = self.origins.blame(self.line, diagnostic);
        if diagnostic.record.is_none() {
            diagnostic.record = self.planned.record.as_ref().map(|(collection, id)| format!("{collection}/{id}"));
        }
        self.diagnostics.push(diagnostic);
    }
}
