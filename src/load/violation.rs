//! The errors of the JSON Schema validator as diagnostics: the one place that reads them.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Place, Target, did_you_mean};
use crate::layout::Pointer;
use crate::model::{Shape, Shapes};

/// What was validated, and how to speak of it.
pub(super) struct Subject<'a> {
    /// The subject in a sentence: `` `precedents/kfor` ``.
    pub(super) name: String,
    /// The record, where it is one.
    pub(super) record: Option<String>,
    pub(super) shapes: Option<&'a Shapes>,
    /// The code of every fault, if all have the same.
    pub(super) code: Option<Code>,
    /// The place of a value by its pointer.
    pub(super) place: &'a dyn Fn(&Pointer, Target) -> Place,
    /// Whether a value is a claim that is unknown, and so fits any schema.
    pub(super) is_unknown: &'a dyn Fn(&Pointer) -> bool,
    /// Whether the mapping at a pointer says a key that brief took out to read it itself.
    pub(super) is_reserved: &'a dyn Fn(&Pointer, &str) -> bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(place: &'a dyn Fn(&Pointer, Target) -> Place) -> Subject<'a> {
        Subject { name: String::new(), record: None, shapes: None, code: None, place, is_unknown: &|_| false, is_reserved: &|_, _| false }
    }

    fn shape(&self, pointer: &Pointer) -> Option<&'a Shape> {
        self.shapes?.at(pointer)
    }

    fn fault(&self, code: Code, place: Place, message: String) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code.unwrap_or(code), place, message);
        diagnostic.record.clone_from(&self.record);
        diagnostic
    }

    /// `` `task` of item 1 of `tasks` in `phases/preparation` ``, or the subject itself.
    fn phrase(&self, pointer: &Pointer) -> String {
        if pointer.is_root() { self.name.clone() } else { format!("{} in {}", field(pointer), self.name) }
    }
}

/// `` `task` of item 1 of `tasks` ``, from `/tasks/0/task`.
pub(super) fn field(pointer: &Pointer) -> String {
    let names = pointer.segments().rev().map(|name| match name.parse::<usize>() {
        Ok(index) => format!("item {}", index + 1),
        Err(_) => format!("`{name}`"),
    });
    names.collect::<Vec<_>>().join(" of ")
}

/// The place of the value that an error is about.
pub(super) fn pointer_of(error: &ValidationError<'_>) -> Pointer {
    Pointer::parse(error.instance_path().as_str()).unwrap_or_default()
}

/// What was found instead: ``the text `two` ``, `the number 5`, `a list`.
pub(super) fn found(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::Bool(value) => format!("{value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) if text.is_empty() => "an empty text".to_owned(),
        Json::String(text) => format!("the text `{}`", shortened(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "a mapping".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn kind_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "a text",
    }
}

fn one_of(mut names: Vec<String>) -> String {
    match names.pop() {
        None => "nothing".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} or {last}", names.join(", ")),
    }
}

fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

fn count(number: u64, singular: &str) -> String {
    if number == 1 { format!("1 {singular}") } else { format!("{number} {singular}s") }
}

/// Turns one error of the validator into diagnostics.
pub(super) fn explain(error: &ValidationError<'_>, subject: &Subject<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let pointer = &pointer_of(error);
    if is_excused(error, subject) {
        return;
    }
    let value = error.instance();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            diagnostics.extend(unexpected.iter().map(|key| unknown_field(subject, pointer, key)));
        }
        Kind::Required { property } => diagnostics.push(missing_field(subject, pointer, property.as_str().unwrap_or_default())),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => diagnostics.push(no_branch(subject, pointer, value, context)),
        Kind::Format { format } if format == "date" || format == "partial-date" => {
            let form = if format == "date" { "YYYY-MM-DD" } else { "YYYY-MM-DD, YYYY-MM or YYYY" };
            let message = format!("{} is not a date: {}", subject.phrase(pointer), found(value));
            diagnostics.push(
                subject.fault(Code::InvalidDate, (subject.place)(pointer, Target::Value), message).help(format!("write it as {form}")),
            );
        }
        Kind::PropertyNames { error } => {
            let message = format!("the key {} of {} {}", literal(error.instance()), subject.phrase(pointer), complaint(error));
            let key = pointer.child(error.instance().as_str().unwrap_or_default());
            diagnostics.push(subject.fault(Code::SchemaViolation, (subject.place)(&key, Target::Key), message));
        }
        kind => {
            let message = format!("{} {}", subject.phrase(pointer), complaint(error));
            let place = (subject.place)(pointer, Target::Value);
            diagnostics.push(subject.fault(Code::SchemaViolation, place, message).maybe_help(way_out(kind, value, subject.shape(pointer))));
        }
    }
}

/// Whether an error is only that an unknown claim has no value, or a mapping not the keys that were taken out of it.
fn is_excused(error: &ValidationError<'_>, subject: &Subject<'_>) -> bool {
    let pointer = pointer_of(error);
    if (subject.is_unknown)(&pointer) {
        return true;
    }
    match error.kind() {
        Kind::Required { property } => (subject.is_reserved)(&pointer, property.as_str().unwrap_or_default()),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            context.iter().any(|branch| branch.iter().all(|error| is_excused(error, subject)))
        }
        _ => false,
    }
}

fn unknown_field(subject: &Subject<'_>, pointer: &Pointer, key: &str) -> Diagnostic {
    let place = (subject.place)(&pointer.child(key), Target::Key);
    let owner = subject.phrase(pointer);
    let known: Vec<&str> = subject.shape(pointer).map(|shape| shape.properties.keys().map(String::as_str).collect()).unwrap_or_default();
    let diagnostic = subject.fault(Code::UnknownField, place, format!("{owner} has an unknown field `{key}`"));
    let help = did_you_mean(key, known.iter().copied()).or_else(|| {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => None,
            1..=40 => Some(format!("the fields are {}", names.join(", "))),
            _ => Some("add the field to the schema if it is meant".to_owned()),
        }
    });
    diagnostic.maybe_help(help)
}

fn missing_field(subject: &Subject<'_>, pointer: &Pointer, key: &str) -> Diagnostic {
    let place = (subject.place)(pointer, Target::Key);
    let mut diagnostic = subject.fault(Code::MissingField, place, format!("{} lacks the field `{key}`", subject.phrase(pointer)));
    if let Some(shape) = subject.shape(&pointer.child(key)) {
        diagnostic = diagnostic.maybe_help(shape.description.as_ref().map(|about| format!("`{key}`: {about}")));
        if shape.claim {
            diagnostic = diagnostic.help(format!("where nothing is reported, write `{key}: {{ unknown: not-reported, source: … }}`"));
        }
    }
    diagnostic
}

/// None of the forms that a schema allows fits.
fn no_branch(subject: &Subject<'_>, pointer: &Pointer, value: &Json, branches: &[Vec<ValidationError<'_>>]) -> Diagnostic {
    let lacking: Option<Vec<String>> = branches
        .iter()
        .map(|branch| match branch.as_slice() {
            [error] if error.instance_path().as_str() == pointer.as_str() => match error.kind() {
                Kind::Required { property } => Some(literal(property)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    if let Some(fields) = lacking {
        let place = (subject.place)(pointer, Target::Key);
        return subject.fault(Code::MissingField, place, format!("{} lacks the field {}", subject.phrase(pointer), one_of(fields)));
    }
    let kinds: Option<Vec<String>> = branches
        .iter()
        .map(|branch| match branch.as_slice() {
            [error] if error.instance_path().as_str() == pointer.as_str() => match error.kind() {
                Kind::Type { kind } => Some(expected(kind)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let place = (subject.place)(pointer, Target::Value);
    if let Some(kinds) = kinds {
        let message = format!("{} must be {}, not {}", subject.phrase(pointer), one_of(kinds), found(value));
        return subject.fault(Code::SchemaViolation, place, message);
    }
    let mut diagnostic =
        subject.fault(Code::SchemaViolation, place, format!("{} fits none of the forms that it may have", subject.phrase(pointer)));
    for (number, branch) in branches.iter().enumerate() {
        if let Some(error) = branch.first() {
            let inner = pointer_of(error);
            let name = if inner == *pointer { "it".to_owned() } else { field(&inner.below(pointer).unwrap_or(inner)) };
            diagnostic = diagnostic.help(format!("for form {}: {name} {}", number + 1, complaint(error)));
        }
    }
    diagnostic
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind_name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => one_of(kinds.iter().map(|kind| kind_name(kind).to_owned()).collect()),
    }
}

/// What is wrong with a value, to follow its name.
fn complaint(error: &ValidationError<'_>) -> String {
    let value = error.instance();
    let instead = |what: String| match value.as_ref() {
        Json::Null => format!("must be {what}, but is empty"),
        value => format!("must be {what}, not {}", found(value)),
    };
    match error.kind() {
        Kind::Type { kind } => instead(expected(kind)),
        Kind::Enum { options } => {
            let names = options.as_array().map(|options| options.iter().map(literal).collect()).unwrap_or_default();
            instead(one_of(names))
        }
        Kind::Constant { expected_value } => instead(literal(expected_value)),
        Kind::Required { property } => format!("lacks the field {}", literal(property)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("has an unknown field {}", one_of(unexpected.iter().map(|key| format!("`{key}`")).collect()))
        }
        Kind::Minimum { limit } => instead(format!("at least {limit}")),
        Kind::Maximum { limit } => instead(format!("at most {limit}")),
        Kind::ExclusiveMinimum { limit } => instead(format!("more than {limit}")),
        Kind::ExclusiveMaximum { limit } => instead(format!("less than {limit}")),
        Kind::MultipleOf { multiple_of } => instead(format!("a multiple of {multiple_of}")),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {}", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("must have at most {}", count(*limit, "character")),
        Kind::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Kind::AdditionalItems { limit } => format!("must have at most {}", count(*limit as u64, "item")),
        Kind::MinProperties { limit } => format!("must have at least {}", count(*limit, "field")),
        Kind::MaxProperties { limit } => format!("must have at most {}", count(*limit, "field")),
        Kind::UniqueItems => "has the same item twice".to_owned(),
        Kind::Pattern { pattern } => format!("must match the pattern `{pattern}`, which {} does not", found(value)),
        Kind::Format { format } => format!("must be of the format `{format}`, which {} is not", found(value)),
        Kind::FalseSchema => "is not allowed".to_owned(),
        Kind::Contains => "lacks an item of the kind that it must have".to_owned(),
        Kind::Not { .. } => format!("must not be {}", found(value)),
        Kind::OneOfMultipleValid { .. } => "fits more than one of the forms of which it may have one".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "fits none of the forms that it may have".to_owned(),
        Kind::PropertyNames { error } => format!("has the key {}, which {}", literal(error.instance()), complaint(error)),
        Kind::UnevaluatedItems { .. } => "has more items than its schema knows".to_owned(),
        kind => format!("does not fit the keyword `{}` of its schema", kind.keyword()),
    }
}

fn way_out(kind: &Kind, value: &Json, shape: Option<&Shape>) -> Option<String> {
    match kind {
        Kind::Type { .. } if value.is_null() && shape.is_some_and(|shape| shape.claim) => {
            Some("where nothing is reported, write `{ unknown: not-reported, source: … }`".to_owned())
        }
        Kind::Type { kind: TypeKind::Single(JsonType::String) } if value.is_number() || value.is_boolean() => {
            Some(format!("put it in quotes: `\"{value}\"`"))
        }
        Kind::Enum { options } => did_you_mean(value.as_str()?, options.as_array()?.iter().filter_map(Json::as_str)),
        _ => None,
    }
}
