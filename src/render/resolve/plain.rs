//! Text where nothing but text can stand: addresses, code, front matter.

use std::sync::Arc;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::document::Document;
use crate::render::token::{Piece, has_token, pieces, unshield};
use crate::render::values::{ClaimObject, Printed};

impl Resolver<'_> {
    /// Resolves text to plain text, where nothing else is allowed; a claim that must be cited is an error.
    pub(super) fn plain(&mut self, text: &str) -> String {
        if let Some(claim) = self.printed(text).into_iter().filter_map(as_claim).find(|claim| !claim.uncited) {
            let message = format!(
                "the claim `{}` is printed where there can be no mark, such as an address, a code block or front matter",
                claim.path()
            );
            self.fault(
                Diagnostic::error(Code::TemplateError, Place::Book, message).help("print the claim in the text, or say `| uncited` here"),
            );
        }
        self.plain_of(text)
    }

    pub(super) fn plain_of(&mut self, text: &str) -> String {
        if !has_token(text) {
            return unshield(text).into_owned();
        }
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(part) => out.push_str(&unshield(part)),
                Piece::Broken => self.broken(),
                Piece::Token(index) => match self.pass.prints.get(index).filter(|printed| self.affords(8, printed.length())) {
                    None if self.is_over => {}
                    Some(Printed::Text(text)) => out.push_str(&text),
                    Some(Printed::Marked { text, marking }) => {
                        self.bears(&marking);
                        out.push_str(&text);
                    }
                    Some(Printed::Markdown { text, origin }) => {
                        self.bears(&self.marking_of(&origin));
                        out.push_str(&text);
                    }
                    Some(Printed::Claim(claim)) => {
                        self.bears(&self.marking_of_claim(&claim));
                        out.push_str(&claim.printed_text());
                    }
                    Some(Printed::Record { collection, id, name }) => {
                        self.bears(&self.marking_of_name(&collection, &id));
                        out.push_str(&name);
                    }
                    Some(Printed::Stamp(_)) => self.fault(
                        Diagnostic::error(
                            Code::TemplateError,
                            Place::Book,
                            "a field of the version is printed where only fixed text is allowed",
                        )
                        .help("print it in the text; the front matter and each page name the version by themselves"),
                    ),
                    Some(
                        Printed::Cite(_)
                        | Printed::Figure(_)
                        | Printed::Reference(_)
                        | Printed::Listing(_)
                        | Printed::Notes
                        | Printed::Sources,
                    ) => {
                        self.fault(Diagnostic::error(
                            Code::TemplateError,
                            Place::Book,
                            "a mark, a reference, a figure or the notes are printed where only text is allowed",
                        ));
                    }
                    None => self.broken(),
                },
            }
        }
        out
    }

    pub(super) fn printed(&self, text: &str) -> Vec<Printed> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Token(index) => self.pass.prints.get(index),
                _ => None,
            })
            .collect()
    }

    pub(super) fn front_matter(&mut self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.plain(text),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| self.front_matter(item)),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| self.front_matter(field)),
            _ => {}
        }
    }
}

/// The page orientations.
const ORIENTATIONS: [&str; 2] = ["portrait", "landscape"];

impl Resolver<'_> {
    /// Reports an unknown orientation, which would otherwise silently fall back to the default.
    pub(super) fn check_orientation(&mut self, document: &Document) {
        let Some(said) = document.front.get("orientation") else { return };
        if !said.as_str().is_some_and(|said| ORIENTATIONS.contains(&said)) {
            let shown = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
            self.fault(
                Diagnostic::error(Code::FrontMatter, Place::Book, format!("there is no orientation `{shown}`"))
                    .maybe_help(did_you_mean(&shown, ORIENTATIONS))
                    .help("write `orientation: landscape`, or leave it out for upright pages"),
            );
        }
    }
}

pub(super) fn as_claim(printed: Printed) -> Option<Arc<ClaimObject>> {
    match printed {
        Printed::Claim(claim) => Some(claim),
        _ => None,
    }
}
