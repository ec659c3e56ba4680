//! `heading-level`: a heading skips a level.

use super::RenderedDocument;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{BlockKind, HeadingLevels, plain_text};

pub(super) fn check(document: &RenderedDocument<'_>, found: &mut Vec<Diagnostic>) {
    if !document.is_accessible {
        return;
    }
    // The levels at which headings are shown, and the level of the heading before.
    let (mut levels, mut before) = (HeadingLevels::default(), 0);
    document.each_block(&mut |line, block| {
        let BlockKind::Heading { level, content, .. } = &block.kind else { return };
        let shown = levels.next(*level);
        if *level > before + 1 {
            let text = plain_text(content);
            let message = match before {
                0 => format!("the first heading, `{text}`, is of level {level}, not 1"),
                before => format!("heading `{text}` is of level {level}, but the one before is of level {before}"),
            };
            // Who writes a template can mend it; the text of a record may be somebody else's.
            let diagnostic = match document.origins.is_field(line) {
                true => Diagnostic::warning(Code::HeadingLevel, Place::Book, format!("{message}; the PDF shows it at level {shown}")),
                false => Diagnostic::error(Code::HeadingLevel, Place::Book, message),
            };
            let why = "readers who listen to a document find their way by its headings, so no level may be skipped";
            found.push(document.at(line, diagnostic.help(why)));
        }
        before = *level;
    });
}
