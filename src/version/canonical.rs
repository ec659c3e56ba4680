//! One way of writing each value, so that equal content gives equal bytes: JSON with sorted keys and no spaces.

use serde_json::Value as Json;

use crate::model::{Attribution, Claim, Held, Map, Number, Record, Value};

/// Appends a JSON value.
pub(super) fn push_json(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Json::Number(number) => push_number(out, number),
        Json::String(text) => push_text(out, text),
        Json::Array(items) => push_list(out, items, push_json),
        Json::Object(fields) => push_map(out, fields.iter().map(|(key, value)| (key.as_str(), value)), push_json),
    }
}

/// Appends a record: its fields, what it says of them, and what its claims take from the cascade.
pub(super) fn push_record(out: &mut Vec<u8>, record: &Record) {
    out.extend_from_slice(b"{\"fields\":");
    push_fields(out, &record.fields);
    out.extend_from_slice(b",\"own\":");
    push_attribution(out, &record.own);
    let nested = record.nested.iter().filter(|(_, said)| said.own != Attribution::default());
    let nested: Vec<(&str, &Attribution)> = nested.map(|(path, said)| (path.as_str(), &said.own)).collect();
    if !nested.is_empty() {
        out.extend_from_slice(b",\"nested\":");
        push_map(out, nested.into_iter(), push_attribution);
    }
    out.push(b'}');
}

/// Appends how a record and values in it must be handled, where what surrounds them doesn't say so.
pub(super) fn push_markings(out: &mut Vec<u8>, record: &Record, outer: &Attribution) {
    let own = (record.marking != record.own.or(outer).marking).then(|| record.marking.text().unwrap_or_default());
    let own = own.iter().map(|marking| ("", marking.as_str()));
    let inner: Vec<(&str, String)> = record.marked.iter().map(|(path, marking)| (path.as_str(), marking.to_string())).collect();
    let all: Vec<(&str, &str)> = own.chain(inner.iter().map(|(path, marking)| (*path, marking.as_str()))).collect();
    if !all.is_empty() {
        push_map(out, all.into_iter(), push_text);
    }
}

fn push_fields(out: &mut Vec<u8>, fields: &Map) {
    push_map(out, fields.iter().map(|(key, value)| (key.as_str(), value)), push_value);
}

fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Number(number) => push_number(out, number),
        Value::Text(text) | Value::Markdown(text) => push_text(out, text),
        Value::Reference(reference) => push_text(out, &reference.id),
        Value::Claim(claim) => push_claim(out, claim),
        Value::List(items) => push_list(out, items, push_value),
        Value::Map(fields) => push_fields(out, fields),
    }
}

/// A claim's array starts with a word that no list of data starts with unquoted, so it can't be taken for one.
fn push_claim(out: &mut Vec<u8>, claim: &Claim) {
    out.extend_from_slice(b"claim[");
    match &claim.held {
        Held::Known { value, qualifier } => {
            push_text(out, qualifier.map_or("value", |q| q.key()));
            out.push(b',');
            push_value(out, value);
        }
        Held::Range(low, high) => {
            out.extend_from_slice(b"\"range\",");
            push_list(out, [low, high], push_number);
        }
        Held::Unknown(why) => {
            out.extend_from_slice(b"\"unknown\",");
            push_text(out, why);
        }
    }
    out.push(b',');
    push_json(out, &Json::from(claim.unit.clone()));
    out.push(b',');
    push_attribution(
        out,
        &Attribution {
            sources: claim.sources.clone(),
            as_of: claim.as_of,
            marking: claim.marking.clone(),
            confidence: claim.confidence.clone(),
        },
    );
    out.push(b']');
}

pub(super) fn push_attribution(out: &mut Vec<u8>, said: &Attribution) {
    out.push(b'[');
    push_list(out, &said.sources, |out, source| push_text(out, &source.to_string()));
    for part in [said.as_of.map(|date| date.to_string()), said.marking.text(), said.confidence.clone()] {
        out.push(b',');
        push_json(out, &Json::from(part));
    }
    out.push(b']');
}

fn push_number(out: &mut Vec<u8>, number: &Number) {
    out.extend_from_slice(number.to_string().as_bytes());
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn push_list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut push: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push(out, item);
    }
    out.push(b']');
}

fn push_map<'a, T: Copy>(out: &mut Vec<u8>, entries: impl Iterator<Item = (&'a str, T)>, push: impl Fn(&mut Vec<u8>, T)) {
    let mut entries: Vec<(&str, T)> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    out.push(b'{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_text(out, key);
        out.push(b':');
        push(out, value);
    }
    out.push(b'}');
}
