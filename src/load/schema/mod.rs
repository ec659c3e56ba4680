//! A collection's schema: read, checked, compiled once.
//!
//! A schema is JSON Schema 2020-12 written in YAML. Everything it refers to stands in itself, so that
//! nothing is fetched; its patterns run on an engine that never backtracks; and schemas that apply
//! themselves to the same value again are refused, so that validation always ends.

mod own;
pub(in crate::load) mod subschemas;
mod terminates;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value as Json;

use super::shapes::{Annotated, annotate};
use super::violation::{Subject, explain};
use super::yaml::{YamlSource, decode, parse};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::Pointer;
use crate::model::{Date, SOURCES};

/// The dialect, the only one there is.
pub(super) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema that can be used.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) json: Json,
    pub(super) annotated: Annotated,
    pub(super) validator: Validator,
}

impl Schema {
    /// Whether records may have fields that the schema doesn't know.
    pub(super) fn is_open(&self) -> bool {
        ["additionalProperties", "unevaluatedProperties"].iter().all(|key| self.json.get(key) != Some(&Json::Bool(false)))
    }

    /// The references to collections that the book doesn't have.
    pub(super) fn unknown_collections(&self, file: &str, names: &[&str]) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        subschemas::each(&self.json, &mut |part, pointer| {
            if let Some(name) = part.get("x-ref").and_then(Json::as_str)
                && !names.contains(&name)
            {
                let message = format!("the schema refers to the collection `{name}`, which the book doesn't have");
                let place = Place::value(file, pointer.child("x-ref"));
                faults
                    .push(Diagnostic::error(Code::UnknownCollection, place, message).maybe_help(did_you_mean(name, names.iter().copied())));
            }
        });
        faults
    }
}

/// Reads the schema of a collection; `None` if there is none that can be used, which is reported.
pub(super) fn read(tree: &crate::tree::Tree, file: &str, collection: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Schema> {
    let text = match decode(tree, file) {
        Ok(text) => text,
        Err(fault) => {
            diagnostics.push(*fault);
            return None;
        }
    };
    let json = parse(&YamlSource { file, text, lines_before: 0 }, diagnostics)?;
    let mut faults = own::faults(&json, file);
    if !faults.iter().any(|fault| fault.severity == crate::diagnostic::Severity::Error) {
        match compile(&json, file) {
            Ok((annotated, validator)) => {
                faults.extend(own::idle_markings(&json, &annotated, file));
                if collection != SOURCES {
                    faults.extend(own::plain_fields(&json, &annotated, file));
                }
                diagnostics.append(&mut faults);
                return Some(Schema { json, annotated, validator });
            }
            Err(mut more) => faults.append(&mut more),
        }
    }
    diagnostics.append(&mut faults);
    None
}

/// Compiles a schema whose own keywords are in order.
pub(super) fn compile(json: &Json, file: &str) -> Result<(Annotated, Validator), Vec<Diagnostic>> {
    let annotated = annotate(json);
    if annotated.too_many {
        return Err(vec![invalid(file, Pointer::root(), "the schema leads to more places than the limit of 20000")]);
    }
    match options().build(json) {
        Ok(validator) => Ok((annotated, validator)),
        Err(error) => {
            let mut faults = Vec::new();
            let place = |pointer: &Pointer, target| Place::Pointer { file: file.to_owned(), pointer: pointer.clone(), target };
            let subject = Subject { name: format!("the schema `{file}`"), code: Some(Code::InvalidSchema), ..Subject::new(&place) };
            explain(&error, &subject, &mut faults);
            Err(faults)
        }
    }
}

/// How schemas are compiled: this dialect, formats asserted, patterns in linear time, no network.
fn options() -> jsonschema::ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("date", |text: &str| text.parse::<Date>().is_ok_and(|date| date.day.is_some()))
        .with_format("partial-date", |text: &str| text.parse::<Date>().is_ok())
        .with_format("markdown", |_: &str| true)
        .with_pattern_options(PatternOptions::regex().size_limit(4 << 20).dfa_size_limit(4 << 20))
}

fn invalid(file: &str, pointer: impl Into<Pointer>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::InvalidSchema, Place::value(file, pointer), message)
}
