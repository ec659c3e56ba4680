//! Lifting: claims' envelopes are taken out of a record, so that its schema sees bare values.
//!
//! `troops: {value: 50000, approximate: true}` becomes `troops: 50000`, and what the envelope said is kept by
//! its pointer, together with the way back from a bare value to where it stands in the file.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map as JsonMap, Value as Json};

use super::attribution::{checked, date_text};
use super::shapes::Annotated;
use super::violation::{field, found};
use crate::diagnostic::{Code, Diagnostic, Place, Target, did_you_mean};
use crate::layout::Pointer;
use crate::model::{Attribution, Number, Qualifier, Reserved, ShapeId, Shapes};

/// What a claim's envelope may say.
const KEYS: [&str; 11] =
    ["value", "range", "unknown", "approximate", "at_least", "at_most", "unit", "source", "as_of", "marking", "confidence"];
/// The one reserved key that any mapping of a record may have.
const MARKING: &str = "marking";
/// What holds the claim, one of which an envelope must have.
const HOLDERS: [&str; 3] = ["value", "range", "unknown"];

/// The contents of an envelope.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Envelope {
    pub(super) form: Form,
    pub(super) unit: Option<String>,
    pub(super) own: Attribution,
}

/// What an envelope holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Value(Option<Qualifier>),
    /// Both ends; the bare record has the low one in place of the claim.
    Range(Number, Number),
    /// The bare record has `null` in place of the claim.
    Unknown(String),
}

/// The envelopes that were taken out of a record, by the pointers of their bare values.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelopes(HashMap<Pointer, Envelope>);

impl Envelopes {
    pub(super) fn get(&self, pointer: &Pointer) -> Option<&Envelope> {
        self.0.get(pointer)
    }

    /// Whether the value is a claim that is unknown.
    pub(super) fn is_unknown(&self, pointer: &Pointer) -> bool {
        matches!(self.get(pointer), Some(Envelope { form: Form::Unknown(_), .. }))
    }

    /// Whether the value is a claim of a range.
    pub(super) fn is_range(&self, pointer: &Pointer) -> bool {
        matches!(self.get(pointer), Some(Envelope { form: Form::Range(..), .. }))
    }

    /// The pointer of a bare value in the file: `/troops/value` for `/troops`. Keys keep their place.
    pub(super) fn written(&self, pointer: &Pointer, target: Target) -> Pointer {
        if self.0.is_empty() {
            return pointer.clone();
        }
        let (mut written, mut bare) = (Pointer::root(), Pointer::root());
        let mut segments = pointer.segments().peekable();
        while let Some(segment) = segments.next() {
            written.push(&*segment);
            bare.push(&*segment);
            if target == Target::Key && segments.peek().is_none() {
                break;
            }
            match self.get(&bare).map(|envelope| &envelope.form) {
                Some(Form::Value(_)) => written.push("value"),
                Some(Form::Range(..)) => {
                    written.push("range");
                    written.push(0);
                }
                Some(Form::Unknown(_)) => written.push("unknown"),
                None => {}
            }
        }
        written
    }

    /// The bare record with the high ends of ranges in place of the low ones, if there are ranges.
    pub(super) fn with_high_ends(&self, bare: &Json) -> Option<Json> {
        let ranges = || {
            self.0.iter().filter_map(|(pointer, envelope)| match &envelope.form {
                Form::Range(_, high) => Some((pointer, high)),
                _ => None,
            })
        };
        ranges().next()?;
        let mut high_ends = bare.clone();
        for (pointer, high) in ranges() {
            if let Some(value) = high_ends.pointer_mut(pointer.as_str()) {
                let high = Json::Number(high.clone());
                // A year became text where the schema wants a date.
                let text = if value.is_string() { date_text(&high) } else { None };
                *value = text.map_or(high, Json::String);
            }
        }
        Some(high_ends)
    }
}

/// Whose envelopes are lifted, and how to place what is wrong with them.
pub(super) struct Lifting<'a> {
    pub(super) annotated: &'a Annotated,
    /// The record in a sentence: `` `precedents/kfor` ``.
    pub(super) owner: &'a str,
    /// The place of what is written at a pointer of the file.
    pub(super) place: &'a dyn Fn(&Pointer, Target) -> Place,
    /// The keys that are taken out of mappings, where brief reads them itself.
    pub(super) reserved: &'a [&'static str],
    pub(super) envelopes: Envelopes,
    /// The reserved keys of mappings, by the pointers of the bare mappings; the record's own by the root.
    pub(super) said: BTreeMap<Pointer, Reserved>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// A `source` that no claim could take: reported only if nothing worse is.
    pub(super) unused: Vec<Diagnostic>,
}

impl<'a> Lifting<'a> {
    pub(super) fn new(
        annotated: &'a Annotated,
        owner: &'a str,
        place: &'a dyn Fn(&Pointer, Target) -> Place,
        reserved: &'a [&'static str],
    ) -> Lifting<'a> {
        let (envelopes, said) = (Envelopes::default(), BTreeMap::new());
        Lifting { annotated, owner, place, reserved, envelopes, said, diagnostics: Vec::new(), unused: Vec::new() }
    }

    fn shapes(&self) -> &'a Shapes {
        &self.annotated.shapes
    }

    /// Makes a value bare, and those below it. A value without a shape is one of which the schema says nothing.
    pub(super) fn lift(&mut self, value: &mut Json, shape: Option<ShapeId>, pointer: &mut Pointer) {
        let is_claim = shape.and_then(|shape| self.shapes().get(shape)).is_some_and(|shape| shape.claim);
        if is_claim
            && let Json::Object(fields) = value
            && self.is_envelope(fields, shape)
        {
            let (envelope, bare) = self.open(fields, pointer);
            *value = bare;
            self.envelopes.0.insert(pointer.clone(), envelope);
        }
        if value.is_number()
            && shape.is_some_and(|shape| self.annotated.dates.contains(&shape))
            && let Some(year) = date_text(value)
        {
            *value = Json::String(year);
        }
        match value {
            Json::Object(fields) => {
                self.take_reserved(fields, shape, pointer);
                for (key, value) in fields.iter_mut() {
                    let shape = shape.and_then(|shape| self.shapes().property(shape, key));
                    pointer.within(key, |pointer| self.lift(value, shape, pointer));
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let shape = shape.and_then(|shape| self.shapes().item(shape, index));
                    pointer.within(index, |pointer| self.lift(item, shape, pointer));
                }
            }
            _ => {}
        }
    }

    /// Takes the reserved keys out of a mapping in which claims can stand, and out of the record itself. Elsewhere they
    /// are fields like others, for the schema to judge.
    fn take_reserved(&mut self, fields: &mut JsonMap<String, Json>, shape: Option<ShapeId>, pointer: &Pointer) {
        if self.reserved.is_empty() || !self.reserved.iter().any(|key| fields.contains_key(*key)) {
            return;
        }
        let (shapes, place_of, reserved) = (self.shapes(), self.place, self.reserved);
        let declared = shape.and_then(|shape| shapes.get(shape));
        let is_declared = |key: &str| declared.is_some_and(|shape| shape.properties.contains_key(key));
        let can_take = shape.is_some_and(|shape| self.annotated.claim_holders.contains(&shape));
        let written = self.envelopes.written(pointer, Target::Value);
        let place = |below: &Pointer, target| place_of(&written.join(below), target);
        let phrase = if pointer.is_root() { self.owner.to_owned() } else { format!("{} in {}", field(pointer), self.owner) };
        let is_there = |key: &str| fields.contains_key(key) && reserved.contains(&key) && !is_declared(key);
        if !can_take && !shapes.is_empty() && is_there("source") {
            self.unused.push(super::reserved::unused(&phrase, place(&["source"].into(), Target::Key)));
        }
        if can_take || pointer.is_root() || is_there(MARKING) {
            // In a mapping that can't contain claims, only a marking has a meaning.
            let is_read = |key: &str| can_take || (!is_declared(key) && (pointer.is_root() || key == MARKING));
            let taken: Vec<&str> = reserved.iter().copied().filter(|key| is_read(key)).collect();
            let mut faults = Vec::new();
            let said = Reserved { written: written.clone(), ..super::reserved::read(fields, &taken, &phrase, &place, &mut faults) };
            // What the schema declares it checks too.
            fields.retain(|key, _| !taken.contains(&key.as_str()) || is_declared(key));
            self.said.insert(pointer.clone(), said);
            self.diagnostics.append(&mut faults);
        }
    }

    /// Whether a mapping is an envelope: always, unless the claim's value may be a mapping itself.
    fn is_envelope(&self, fields: &JsonMap<String, Json>, shape: Option<ShapeId>) -> bool {
        !shape.is_some_and(|shape| self.annotated.mappings.contains(&shape))
            || (HOLDERS.iter().any(|key| fields.contains_key(*key)) && fields.keys().all(|key| KEYS.contains(&key.as_str())))
    }

    /// Takes an envelope apart.
    fn open(&mut self, fields: &mut JsonMap<String, Json>, pointer: &Pointer) -> (Envelope, Json) {
        let written = self.envelopes.written(pointer, Target::Key);
        let place_of = |key: &str, target| (self.place)(&written.child(key), target);
        let mut faults: Vec<Diagnostic> = Vec::new();
        let phrase = format!("{} in {}", field(pointer), self.owner);
        let invalid = |place, message: String| Diagnostic::error(Code::InvalidEnvelope, place, message);

        for key in fields.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            faults.push(
                invalid(place_of(key, Target::Key), format!("{phrase} has an unknown key `{key}`"))
                    .maybe_help(did_you_mean(key, KEYS).or_else(|| Some(format!("the keys are {}", quoted(&KEYS))))),
            );
        }
        let holders: Vec<&str> = HOLDERS.into_iter().filter(|key| fields.contains_key(*key)).collect();
        match holders.as_slice() {
            [_] => {}
            [] => faults.push(
                invalid((self.place)(&written, Target::Key), format!("{phrase} holds nothing"))
                    .help("write its `value`, its `range: [from, to]`, or `unknown: not-reported`"),
            ),
            [first, second, ..] => {
                faults.push(invalid(place_of(second, Target::Key), format!("{phrase} has both `{first}` and `{second}`")));
            }
        }
        let qualifier = qualifier(fields, &phrase, &place_of, &mut faults);
        let unit = match fields.get("unit") {
            None => None,
            Some(Json::String(unit)) if !unit.is_empty() => Some(unit.clone()),
            Some(other) => {
                faults.push(invalid(place_of("unit", Target::Value), format!("the unit of {phrase} must be a text, not {}", found(other))));
                None
            }
        };
        let place = |below_envelope: &Pointer, target| (self.place)(&written.join(below_envelope), target);
        let own = checked(fields, &phrase, &place, &mut faults);

        let (form, bare) = if let Some(range) = fields.get("range") {
            match ends(range) {
                Some((low, high)) => (Form::Range(low.clone(), high), Json::Number(low)),
                None => {
                    let message = format!("the range of {phrase} must be two numbers, the smaller first");
                    let has_texts = range.as_array().is_some_and(|ends| ends.iter().any(Json::is_string));
                    let help = match has_texts {
                        true => {
                            "write `range: [from, to]`, with numbers without quotes; of dates, years can be a range: `range: [2024, 2026]`"
                        }
                        false => "write `range: [from, to]`",
                    };
                    faults.push(invalid(place_of("range", Target::Value), message).help(help));
                    (Form::Unknown(String::new()), Json::Null)
                }
            }
        } else if let Some(unknown) = fields.get("unknown") {
            let why = unknown.as_str().map(str::trim).unwrap_or_default();
            if why.is_empty() {
                let message = format!("{phrase} must say why it is unknown, not {}", found(unknown));
                faults.push(invalid(place_of("unknown", Target::Value), message).help("write `unknown: not-reported`, or other words"));
            }
            (Form::Unknown(why.to_owned()), Json::Null)
        } else {
            match fields.remove("value") {
                Some(Json::Null) => {
                    let message = format!("{phrase} has no value");
                    faults.push(
                        invalid(place_of("value", Target::Key), message).help("where nothing is reported, write `unknown: not-reported`"),
                    );
                    (Form::Unknown(String::new()), Json::Null)
                }
                Some(value) => (Form::Value(qualifier), value),
                None => (Form::Unknown(String::new()), Json::Null),
            }
        };
        if !matches!(form, Form::Value(_))
            && let Some(qualifier) = qualifier
            && holders.len() == 1
        {
            let message = format!("{phrase} has `{}`, which goes with a `value` only", qualifier.key());
            faults.push(invalid(place_of(qualifier.key(), Target::Key), message));
        }
        self.diagnostics.append(&mut faults);
        (Envelope { form, unit, own }, bare)
    }
}

fn qualifier(
    fields: &JsonMap<String, Json>,
    phrase: &str,
    place_of: &dyn Fn(&str, Target) -> Place,
    faults: &mut Vec<Diagnostic>,
) -> Option<Qualifier> {
    let mut chosen = None;
    for qualifier in [Qualifier::Approximate, Qualifier::AtLeast, Qualifier::AtMost] {
        let key = qualifier.key();
        match (fields.get(key), chosen) {
            (None | Some(Json::Bool(false)), _) => {}
            (Some(Json::Bool(true)), None) => chosen = Some(qualifier),
            (Some(Json::Bool(true)), Some(first)) => {
                let message = format!("{phrase} is both `{}` and `{key}`", first.key());
                faults.push(Diagnostic::error(Code::InvalidEnvelope, place_of(key, Target::Key), message));
            }
            (Some(other), _) => {
                let message = format!("`{key}` of {phrase} must be true or false, not {}", found(other));
                let help = format!("write `value: …` and `{key}: true`");
                faults.push(Diagnostic::error(Code::InvalidEnvelope, place_of(key, Target::Value), message).help(help));
            }
        }
    }
    chosen
}

/// The ends of a range, the smaller first.
fn ends(range: &Json) -> Option<(Number, Number)> {
    match range.as_array()?.as_slice() {
        [Json::Number(low), Json::Number(high)] if low.as_f64()? <= high.as_f64()? => Some((low.clone(), high.clone())),
        _ => None,
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Turns years that YAML read as numbers into text, where a schema wants dates.
pub(super) fn years_to_text(value: &mut Json, annotated: &Annotated) {
    let place = |_: &Pointer, _: Target| Place::Book;
    Lifting::new(annotated, "", &place, &[]).lift(value, Some(Shapes::ROOT), &mut Pointer::root());
}
