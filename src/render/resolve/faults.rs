//! Reporting faults at the field or template line that they come from.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, walk};
use crate::render::budget::most_steps;
use crate::render::fault::limit;

impl Resolver<'_> {
    /// Charges for what is about to be added to the document. Returns false once the limit is exceeded, which is reported; nothing more
    /// is added then.
    pub(super) fn affords(&mut self, steps: usize, bytes: usize) -> bool {
        let Err(error) = self.pass.charge(steps).and_then(|()| self.pass.charge_text(bytes)) else { return true };
        if !std::mem::replace(&mut self.is_over, true) {
            let records = self.pass.book.collections.values().map(|collection| collection.records.len()).sum();
            let made_for = format!("document `{}`", self.planned.id);
            let fault = limit(most_steps(records), &error, Place::Book, &made_for);
            self.fault(
                fault.help("what is printed again and again counts each time, and so does what a text names as `[=collection/id/field]`"),
            );
        }
        false
    }

    /// Charges for the notes and the list of sources, which are printed in full wherever a template puts them.
    pub(super) fn charge_notes(&mut self, blocks: &[Block], citations: usize) {
        let mut places = 0;
        walk::blocks(blocks, &mut |block| places += usize::from(matches!(block.kind, BlockKind::Notes | BlockKind::Sources)));
        // A note has a few words and a link back to its mark.
        self.affords(places.saturating_mul(citations).saturating_mul(8), 0);
    }

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
