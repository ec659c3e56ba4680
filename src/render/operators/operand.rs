//! What an operator or filter was given: the plain value in it, and what messages call it.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use crate::render::token::{has_token, unshield};
use crate::render::values::{
    BareObject, ClaimObject, Extent, MarkObject, MarkdownObject, PartialKind, PartialObject, Pass, RecordObject, StampObject, TextObject,
    plain_text, text,
};

/// How much of a claim's path, or of a written calculation, a message shows.
const LONGEST_NAME: usize = 120;

/// A template error with brief's own message.
pub(in crate::render) fn invalid(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail.into())
}

/// A value unwrapped: a claim's value, printed text as a reader sees it.
pub(in crate::render) fn plain_value(pass: &Pass, value: &Value) -> Result<Value, Error> {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return plain_value(pass, &bare.inner);
    }
    if let Some(partial) = value.downcast_object_ref::<PartialObject>() {
        return plain_value(pass, partial.value()?);
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        let held = claim.bare();
        pass.charge(held.len().unwrap_or_default())?;
        return if held.downcast_object_ref::<ClaimObject>().is_some() { Ok(held) } else { plain_value(pass, &held) };
    }
    if let Some(markdown) = value.downcast_object_ref::<MarkdownObject>() {
        pass.charge_text(markdown.text.len())?;
        return Ok(text(&markdown.text));
    }
    if value.downcast_object_ref::<StampObject>().is_some() {
        return Err(stamp_fault());
    }
    Ok(printed_plain(pass, value)?.map_or_else(|| value.clone(), Value::from))
}

/// The printed text, with its tokens, if a value is such text. The search is charged.
pub(in crate::render) fn as_text(pass: &Pass, value: &Value) -> Result<Option<String>, Error> {
    if let Some(text) = value.downcast_object_ref::<TextObject>() {
        pass.charge_text(text.text.len())?;
        return Ok(Some(text.text.clone()));
    }
    if value.downcast_object_ref::<MarkObject>().is_some() {
        pass.charge(8)?;
        return Ok(Some(value.to_string()));
    }
    let Some(text) = value.as_str() else { return Ok(None) };
    pass.charge_text(text.len())?;
    Ok(has_token(text).then(|| text.to_owned()))
}

/// Printed text as a reader sees it, if a value is such text.
pub(in crate::render) fn printed_plain(pass: &Pass, value: &Value) -> Result<Option<String>, Error> {
    as_text(pass, value)?.map(|text| plain_text(pass, &text)).transpose()
}

/// Charges for visiting a whole value.
pub(in crate::render) fn charge(pass: &Pass, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) => pass.charge_text(text.len()),
        // An extent counts a list of the data as one value, so its items are added.
        None if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) => {
            pass.charge(Extent::of(value)?.size.saturating_add(value.len().unwrap_or_default()))
        }
        None => pass.charge(1),
    }
}

/// The error of comparing a field of the version.
pub(in crate::render) fn stamp_fault() -> Error {
    invalid("a field of the version can be printed, not compared: a document must not read differently in each version")
}

/// The fault of an operand that doesn't exist.
pub(in crate::render) fn fault(operator: &str, operands: &[&Value]) -> Result<(), Error> {
    for side in operands {
        if side.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, format!("one side of `{operator}` doesn't exist")));
        }
        if side.downcast_object_ref::<StampObject>().is_some() {
            return Err(stamp_fault());
        }
    }
    Ok(())
}

/// A value as messages name it: a claim by its path.
pub(in crate::render) fn named(value: &Value) -> String {
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        let path = claim.path();
        return match path.char_indices().nth(LONGEST_NAME) {
            Some((end, _)) => format!("`{}…`", &path[..end]),
            None => format!("`{path}`"),
        };
    }
    if let Some(partial) = value.downcast_object_ref::<PartialObject>() {
        return match &partial.kind {
            PartialKind::Placeholder => {
                format!("`{}`, which stands in the place of a value", unshield(partial.inner.as_str().unwrap_or_default()))
            }
            PartialKind::Shown => named(&partial.inner),
            PartialKind::Withheld(filter) => format!("a withheld `{filter}`"),
        };
    }
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return format!("the `.{}` of `{}`", bare.of.part, bare.of.path);
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        return format!("the record `{}`", record.record().path());
    }
    if value.downcast_object_ref::<TextObject>().is_some() {
        return "printed text".to_owned();
    }
    if value.downcast_object_ref::<MarkObject>().is_some() {
        return "a mark".to_owned();
    }
    match value.kind() {
        ValueKind::Number => match value.to_string() {
            short if short.len() <= 30 => format!("the number {short}"),
            _ => format!("the number {:e}", f64::try_from(value.clone()).unwrap_or(f64::NAN)),
        },
        ValueKind::String => match &*unshield(value.as_str().unwrap_or_default()) {
            short if short.chars().count() <= 30 => format!("the text `{short}`"),
            _ => "a text".to_owned(),
        },
        _ => plain_words(value).to_owned(),
    }
}

/// What kind of value it is, in plain words.
pub(in crate::render) fn plain_words(value: &Value) -> &'static str {
    if value.downcast_object_ref::<RecordObject>().is_some() {
        return "a record";
    }
    if value.downcast_object_ref::<TextObject>().is_some() || value.downcast_object_ref::<MarkdownObject>().is_some() {
        return "a text";
    }
    match value.kind() {
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Bool => "yes or no",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a mapping",
        ValueKind::None => "an absent field",
        ValueKind::Undefined => "something that doesn't exist",
        _ => "a value of its own kind",
    }
}
