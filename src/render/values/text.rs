//! Text that a template printed and kept: it holds tokens, and is a value of its own.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use super::pass::Pass;
use super::printed::Printed;
use crate::model::Marking;
use crate::render::token::{BROKEN, Piece, has_token, pieces, shield, unshield};

/// Printed text with tokens in it: of `{% set %}…{% endset %}`, a macro, `~`, `join`.
#[derive(Debug, Clone)]
pub(crate) struct TextObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) text: String,
}

impl TextObject {
    /// Printed text as a value; text without tokens stays a text of the engine.
    pub(crate) fn wrap(pass: &Arc<Pass>, text: String) -> Value {
        match has_token(&text) {
            true => Value::from_object(TextObject { pass: pass.clone(), text }),
            false => Value::from_safe_string(text),
        }
    }

    /// What a reader sees of it, as a value of the data would be.
    pub(crate) fn plain(&self) -> Result<String, Error> {
        plain(&self.pass, &self.text)
    }

    /// The marking of its tokens other than claims, which is lost once its characters are used otherwise.
    pub(crate) fn marking(&self) -> Marking {
        let mut marking = Marking::default();
        for piece in pieces(&self.text) {
            if let Piece::Token(index) = piece
                && let Some(Printed::Marked { marking: inner, .. }) = self.pass.prints.get(index)
            {
                marking.raise(&inner);
            }
        }
        marking
    }

    /// Whether it prints a claim.
    pub(crate) fn has_claim(&self) -> bool {
        let is_claim = |piece| matches!(piece, Piece::Token(index) if self.pass.prints.is_claim(index));
        pieces(&self.text).into_iter().any(is_claim)
    }
}

/// What a reader sees of printed text: the text of its tokens, without marks, shielded as data is.
pub(crate) fn plain(pass: &Pass, text: &str) -> Result<String, Error> {
    let fault = |detail: &str| Err(Error::new(ErrorKind::InvalidOperation, detail.to_owned()));
    pass.charge_text(text.len())?;
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(part) => out.push_str(part),
            Piece::Broken => return fault(BROKEN),
            Piece::Token(index) => match charged(pass, pass.prints.get(index))? {
                Some(Printed::Text(text) | Printed::Marked { text, .. } | Printed::Markdown { text, .. }) => out.push_str(&shield(&text)),
                Some(Printed::Claim(claim)) => out.push_str(&shield(&claim.printed_text())),
                Some(Printed::Record { name, .. }) => out.push_str(&shield(&name)),
                Some(Printed::Cite(_)) => {}
                Some(Printed::Stamp(_)) => {
                    return fault(
                        "a field of the version can be printed, not compared: a document must not read differently in each version",
                    );
                }
                Some(Printed::Figure(_)) => return fault("a figure can be printed, not compared"),
                Some(Printed::Reference(_)) => return fault("a reference can be printed, not compared"),
                Some(Printed::Listing(_)) => return fault("a list of tables or figures can be printed, not compared"),
                Some(Printed::Notes | Printed::Sources) => return fault("the notes and the list of sources can be printed, not compared"),
                None => return fault(BROKEN),
            },
        }
    }
    Ok(out)
}

/// A printed value, with its text charged.
fn charged(pass: &Pass, printed: Option<Printed>) -> Result<Option<Printed>, Error> {
    pass.charge(2)?;
    pass.charge_text(printed.as_ref().map_or(0, Printed::length))?;
    Ok(printed)
}

impl Object for TextObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        None
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<TextObject>()?;
        Some(self.plain().ok()?.cmp(&other.plain().ok()?))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.plain().map_or(true, |plain| !unshield(&plain).is_empty())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
