//! Attribution: the keys `source`, `as_of`, `marking` and `confidence` of any mapping.

use serde_json::{Map as JsonMap, Value as Json};

use super::violation::found;
use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::layout::Pointer;
use crate::model::{Attribution, Citation, Date, Marking};

/// Reads the keys of a mapping, and leaves out what is malformed.
pub(super) fn attribution(json: &JsonMap<String, Json>) -> Attribution {
    read(json, &mut |_, _, _, _| {})
}

/// A malformed key: its pointer below the mapping, code, what is wrong, a way out.
type Complain<'a> = dyn FnMut(Pointer, Code, String, Option<&str>) + 'a;

/// Reads the keys of a mapping, and says what is malformed.
pub(super) fn checked(
    json: &JsonMap<String, Json>,
    owner: &str,
    place: &dyn Fn(&Pointer, Target) -> Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> Attribution {
    read(json, &mut |pointer, code, message, help| {
        let message = format!("{} of {owner} {message}", super::violation::field(&pointer));
        diagnostics.push(Diagnostic::error(code, place(&pointer, Target::Value), message).maybe_help(help.map(str::to_owned)));
    })
}

fn read(json: &JsonMap<String, Json>, complain: &mut Complain<'_>) -> Attribution {
    let mut text = |key: &str| match json.get(key) {
        Some(Json::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        None => None,
        Some(other) => {
            let message = match other.as_str() {
                Some(_) => "must not be empty".to_owned(),
                None => format!("must be a text, not {}", found(other)),
            };
            complain([key].into(), Code::SchemaViolation, message, None);
            None
        }
    };
    let confidence = text("confidence");
    let marking = marking(json, "marking", complain);
    let sources = match json.get("source") {
        None => Vec::new(),
        Some(Json::Array(list)) if !list.is_empty() => {
            let cited = list.iter().enumerate().map(|(index, item)| citation(item, Pointer::from(["source"]).child(index), complain));
            cited.collect::<Vec<_>>().into_iter().flatten().collect()
        }
        Some(one) => citation(one, ["source"].into(), complain).into_iter().collect(),
    };
    let as_of = json.get("as_of").and_then(|value| {
        let date = date_text(value).and_then(|text| text.parse::<Date>().ok());
        if date.is_none() {
            let message = format!("is not a date: {}", found(value));
            complain(["as_of"].into(), Code::InvalidDate, message, Some("write it as YYYY-MM-DD, YYYY-MM or YYYY"));
        }
        date
    });
    Attribution { sources, as_of, marking, confidence }
}

/// Reads a marking: a label, or several that hold at once.
fn marking(json: &JsonMap<String, Json>, key: &str, complain: &mut Complain<'_>) -> Marking {
    let label = |json: &Json, pointer: Pointer, complain: &mut Complain<'_>| {
        let label = json.as_str().map(str::trim).filter(|label| !label.is_empty());
        if label.is_none() {
            complain(pointer, Code::SchemaViolation, format!("must be a label, not {}", found(json)), None);
        }
        label.map(str::to_owned)
    };
    let at = Pointer::from([key]);
    match json.get(key) {
        None => Marking::default(),
        Some(Json::Array(labels)) if !labels.is_empty() => {
            labels.iter().enumerate().filter_map(|(index, one)| label(one, at.child(index), complain)).collect()
        }
        Some(one) => label(one, at, complain).into_iter().collect(),
    }
}

/// Reads a marking under some key, and leaves out what is malformed.
pub(super) fn marking_of(json: &JsonMap<String, Json>, key: &str) -> Marking {
    marking(json, key, &mut |_, _, _, _| {})
}

fn citation(json: &Json, pointer: Pointer, complain: &mut Complain<'_>) -> Option<Citation> {
    match json.as_str().map(Citation::parse) {
        Some(citation) if !citation.source.is_empty() => Some(citation),
        _ => {
            let help = "write the source's id, or `id#` and the place in it";
            complain(pointer, Code::SchemaViolation, format!("must name a source, not {}", found(json)), Some(help));
            None
        }
    }
}

/// A date as text: YAML reads a year alone as a number.
pub(super) fn date_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => number.as_u64().filter(|year| (1000..=9999).contains(year)).map(|year| year.to_string()),
        _ => None,
    }
}
