//! Printing values as tokens.

use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use crate::render::operators::error;
use crate::render::token::{self, BROKEN, Piece, pieces, unshield};
use crate::render::values::{
    BareObject, ClaimObject, MarkObject, MarkdownObject, PartialKind, PartialObject, Pass, Printed, RecordObject, StampObject, TextObject,
};
use crate::render::words::word;

/// The error of printing part of a claim without its source.
pub(crate) const BARE: &str = "is printed without its source";

/// What a value prints in a template: its token, or printed text unchanged.
pub(crate) fn to_token(pass: &Arc<Pass>, value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if let Some(plain) = value.as_str() {
        return Ok(if value.is_safe() { plain.to_owned() } else { text_tokens(pass, plain)? });
    }
    if let Some(partial) = value.downcast_object_ref::<PartialObject>() {
        let settings = &pass.book.settings;
        return Ok(match partial.kind {
            PartialKind::Withheld(_) => pass.prints.token(Printed::Text(word(settings, "withheld"))),
            PartialKind::Placeholder => to_token(pass, &partial.inner)?,
            PartialKind::Shown => {
                to_token(pass, &partial.inner)? + &pass.prints.token(Printed::Text(format!(" ({})", word(settings, "of_what_is_shown"))))
            }
        });
    }
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return Err(error(format!("the `.{}` of `{}`, or what was made of it, {BARE}", bare.of.part, bare.of.path)));
    }
    match value.kind() {
        ValueKind::None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "this field is absent here and would print nothing; test it with `{% if … %}` or give it a `default`",
        )),
        ValueKind::Bool => Ok(pass.prints.token(Printed::Text(word(&pass.book.settings, if value.is_true() { "yes" } else { "no" })))),
        ValueKind::Number if f64::try_from(value.clone()).is_ok_and(|n| !n.is_finite()) => {
            Err(error("a number is too large to be printed"))
        }
        ValueKind::Number => Ok(number_text(pass, value)),
        _ if is_printable(value) => Ok(value.to_string()),
        ValueKind::Seq | ValueKind::Iterable => {
            Err(Error::new(ErrorKind::InvalidOperation, "a list can't be printed as it is; use `| list`, `| join(\", \")` or a loop"))
        }
        _ => Err(Error::new(ErrorKind::InvalidOperation, "a mapping can't be printed as it is; print its fields")),
    }
}

/// A number that is no claim: its digits, with the book's decimal sign.
pub(crate) fn number_text(pass: &Pass, value: &Value) -> String {
    pass.book.settings.numbers.write(&value.to_string(), false)
}

fn is_printable(value: &Value) -> bool {
    value.downcast_object_ref::<ClaimObject>().is_some()
        || value.downcast_object_ref::<RecordObject>().is_some()
        || value.downcast_object_ref::<MarkdownObject>().is_some()
        || value.downcast_object_ref::<StampObject>().is_some()
        || value.downcast_object_ref::<TextObject>().is_some()
        || value.downcast_object_ref::<MarkObject>().is_some()
}

/// Text that may contain tokens: the parts between them become tokens.
fn text_tokens(pass: &Arc<Pass>, plain: &str) -> Result<String, Error> {
    let mut out = String::new();
    for piece in pieces(plain) {
        match piece {
            Piece::Text(part) => {
                pass.charge_text(part.len())?;
                out.push_str(&pass.prints.token(Printed::Text(unshield(part).into_owned())));
            }
            Piece::Token(index) => out.extend([token::OPEN.to_string(), index.to_string(), token::CLOSE.to_string()]),
            Piece::Broken => return Err(broken()),
        }
    }
    Ok(out)
}

pub(super) fn broken() -> Error {
    Error::new(ErrorKind::InvalidOperation, BROKEN)
}
