//! Faults of a schema, found before it is compiled: by the metaschema, and by the rules that brief adds.

use serde_json::{Map, Value as Json, json};

use super::subschemas::{each, resolve};
use super::terminates::endless;
use super::{DIALECT, invalid, options};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::Pointer;
use crate::load::shapes::Annotated;
use crate::load::violation::{Subject, explain};

/// The keywords of JSON Schema 2020-12 and brief's own.
#[rustfmt::skip]
const KEYWORDS: [&str; 65] = [
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary",
    "additionalProperties", "allOf", "anyOf", "const", "contains", "contentEncoding", "contentMediaType", "contentSchema",
    "default", "definitions", "dependentRequired", "dependentSchemas", "deprecated", "description", "else", "enum", "examples",
    "exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems", "maxLength", "maxProperties",
    "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern",
    "patternProperties", "prefixItems", "properties", "propertyNames", "readOnly", "required", "then", "title", "type",
    "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly", "x-claim", "x-complete", "x-key", "x-marking", "x-ordered",
    "x-ref", "x-withheld",
];

/// The formats that are asserted.
#[rustfmt::skip]
const FORMATS: [&str; 21] = [
    "markdown", "date", "partial-date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4",
    "ipv6", "uri", "uri-reference", "uri-template", "iri", "iri-reference", "json-pointer", "relative-json-pointer", "regex", "uuid",
];

/// Every fault of a schema.
pub(super) fn faults(schema: &Json, file: &str) -> Vec<Diagnostic> {
    let Json::Object(root) = schema else {
        let message = format!("the schema `{file}` must be a mapping");
        return vec![Diagnostic::error(Code::InvalidSchema, Place::value(file, Pointer::root()), message)];
    };
    let mut faults = Vec::new();
    if let Some(dialect) = root.get("$schema").filter(|dialect| dialect.as_str().is_none_or(|d| d.trim_end_matches('#') != DIALECT)) {
        faults.push(
            invalid(file, ["$schema"], format!("the dialect `{}` is not supported", dialect.as_str().unwrap_or_default()))
                .help(format!("write `$schema: {DIALECT}`, or leave it out")),
        );
    }
    let place = |pointer: &Pointer, target| Place::Pointer { file: file.to_owned(), pointer: pointer.clone(), target };
    let subject = Subject { name: format!("the schema `{file}`"), code: Some(Code::InvalidSchema), ..Subject::new(&place) };
    for error in jsonschema::draft202012::meta::validator().iter_errors(schema) {
        explain(&error, &subject, &mut faults);
    }
    if !faults.is_empty() {
        return faults;
    }
    each(schema, &mut |part, pointer| {
        if let Json::Object(keywords) = part {
            keywords_of(schema, keywords, pointer, file, &mut faults);
        }
    });
    if let Some((pointer, message)) = endless(schema) {
        faults.push(invalid(file, &pointer, message));
    }
    faults
}

/// The faults of one schema's own keywords.
fn keywords_of(root: &Json, keywords: &Map<String, Json>, pointer: &Pointer, file: &str, faults: &mut Vec<Diagnostic>) {
    for (keyword, value) in keywords {
        let place = pointer.child(keyword);
        match (keyword.as_str(), value) {
            ("$ref" | "$dynamicRef", Json::String(reference)) => {
                if !reference.starts_with('#') {
                    faults.push(
                        invalid(file, &place, format!("the schema refers to `{reference}`, outside itself"))
                            .help("only references inside the file, such as `#/$defs/amount`, are followed"),
                    );
                } else if resolve(root, reference).is_none() {
                    faults.push(invalid(file, &place, format!("the schema refers to `{reference}`, which it doesn't have")));
                }
            }
            ("$id", _) if !pointer.is_root() => {
                faults.push(invalid(file, &place, "only the schema as a whole may have an `$id`"));
            }
            ("pattern", Json::String(pattern)) => pattern_fault(pattern, &place, file, faults),
            ("patternProperties", Json::Object(patterns)) => {
                for (pattern, _) in patterns {
                    pattern_fault(pattern, &place.child(pattern), file, faults);
                }
            }
            ("format", Json::String(format)) if !FORMATS.contains(&format.as_str()) => {
                faults.push(invalid(file, &place, format!("the format `{format}` is unknown")).maybe_help(did_you_mean(format, FORMATS)));
            }
            ("x-claim" | "x-complete" | "x-ordered", value) if !value.is_boolean() => {
                faults.push(invalid(file, &place, format!("`{keyword}` must be true or false")));
            }
            ("x-marking", value) => {
                let is_label = |value: &Json| value.as_str().is_some_and(|label| !label.trim().is_empty());
                if !is_label(value) && !value.as_array().is_some_and(|labels| !labels.is_empty() && labels.iter().all(is_label)) {
                    faults.push(invalid(file, &place, "`x-marking` must be a label, or a list of labels"));
                }
            }
            ("x-withheld", value) if value.as_str().is_none_or(|text| text.trim().is_empty()) => {
                faults.push(invalid(file, &place, "`x-withheld` must be a text"));
            }
            ("x-ref" | "x-key", value) if !value.is_string() => {
                faults.push(invalid(file, &place, format!("`{keyword}` must be a text")));
            }
            (keyword, _) if !KEYWORDS.contains(&keyword) => {
                if let Some(help) = did_you_mean(keyword, KEYWORDS) {
                    let message = format!("the keyword `{keyword}` is unknown and does nothing");
                    faults.push(Diagnostic::warning(Code::InvalidSchema, Place::key(file, place), message).help(help));
                }
            }
            _ => {}
        }
    }
}

/// Says so if a pattern can't be compiled by an engine that never backtracks.
fn pattern_fault(pattern: &str, pointer: &Pointer, file: &str, faults: &mut Vec<Diagnostic>) {
    if options().build(&json!({ "pattern": pattern })).is_err() {
        faults.push(
            invalid(file, pointer, format!("the pattern `{pattern}` can't be used"))
                .help("patterns may not look around or refer back, nor be so large that matching could take long"),
        );
    }
}

/// What the schema says of handling that would keep nothing from anyone: an `x-marking` that speaks for no value, and a
/// field of its own called `marking`.
pub(super) fn idle_markings(schema: &Json, annotated: &Annotated, file: &str) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    each(schema, &mut |part, pointer| {
        if part.get("x-marking").is_some() && !annotated.speakers.contains(pointer) {
            let message = "`x-marking` is where it applies to no value of a record, so it withholds nothing";
            faults.push(
                Diagnostic::error(Code::UnknownMarking, Place::key(file, pointer.child("x-marking")), message)
                    .help("write it beside the field's `type`, or take it away"),
            );
        }
        let is_field = part.get("properties").is_some_and(|properties| properties.get("marking").is_some());
        if is_field && !annotated.claims_at.contains(pointer) {
            let message = "the schema declares a field `marking`, which would be a field like any other and keep nothing from anyone";
            faults.push(
                Diagnostic::error(Code::UnknownMarking, Place::key(file, pointer.child("properties").child("marking")), message)
                    .help("take it out of the schema: any mapping may have a handling label without being told so")
                    .help("if it is no handling label, call it something else"),
            );
        }
    });
    faults
}

/// What the schema declares that reads as if brief read it, where it is a field like any other: a `source` that no claim
/// could take.
pub(super) fn plain_fields(schema: &Json, annotated: &Annotated, file: &str) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    each(schema, &mut |part, pointer| {
        if annotated.claims_at.contains(pointer) {
            return;
        }
        let declared = |key: &str| part.get("properties").and_then(|properties| properties.get(key));
        let place = |key: &str| Place::key(file, pointer.child("properties").child(key));
        if declared("source").is_some_and(|source| source.get("x-ref").is_none()) {
            let message = "the schema declares a field `source` where no claim could take it, so it cites nothing";
            let help = "say `x-claim: true` of the fields that it is for; if it names a source all the same, say `x-ref: sources` of it; if it \
                        means something else, call it something else";
            faults.push(Diagnostic::warning(Code::UnusedSource, place("source"), message).help(help));
        }
    });
    faults
}
