//! `missing-title`: a document has no title.

use super::RenderedDocument;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::BlockKind;

pub(super) fn check(rendered: &RenderedDocument<'_>, found: &mut Vec<Diagnostic>) {
    let title = rendered.document.front.get("title").and_then(|title| title.as_str()).unwrap_or_default();
    let mut has_title = !title.trim().is_empty();
    rendered.each_block(&mut |_, block| has_title |= matches!(block.kind, BlockKind::Heading { level: 1, .. }));
    if !has_title {
        let fault = Diagnostic::error(Code::MissingTitle, Place::Book, "the document has no title")
            .help("begin it with a heading, `# …`, or give it a `title:` in its front matter");
        found.push(rendered.at(1, fault));
    }
}
