//! `missing-alternative-text`: an image has no text for those who can't see it.

use super::RenderedDocument;
use crate::diagnostic::{Code, Diagnostic, Place};

pub(super) fn check(document: &RenderedDocument<'_>, found: &mut Vec<Diagnostic>) {
    document.each_image(&mut |image| {
        if image.alternative.trim().is_empty() {
            let message = format!("image `{}` has no alternative text", image.path);
            let fault = Diagnostic::error(Code::MissingAlternativeText, Place::Book, message)
                .help("say what it shows between the brackets: `![a map of the zones](assets/map.svg)`");
            found.push(document.at(image.line, fault));
        }
    });
}
