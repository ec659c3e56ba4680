//! Claims as templates see them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};

use super::convert::{citations, to_value};
use super::pass::Pass;
use super::printed::{Origin, Printed};
use super::scalar::{number, optional, text};
use crate::model::{self, Claim, Held, Qualifier};
use crate::render::claim_text;

/// A claim: prints as its value in words, cited; its parts are attributes.
#[derive(Debug, Clone)]
pub(crate) struct ClaimObject {
    pub(crate) pass: Arc<Pass>,
    /// The claim, and every claim that it was made from.
    pub(crate) claims: Vec<(Origin, Claim)>,
    /// The text that a filter made of it, where one did.
    pub(crate) text: Option<String>,
    /// The value that a filter made of it, where one did.
    pub(crate) derived: Option<Value>,
    pub(crate) uncited: bool,
}

impl ClaimObject {
    pub(crate) fn claim(&self) -> &Claim {
        &self.claims[0].1
    }

    /// `precedents/kfor/troops`, as messages name it.
    pub(crate) fn path(&self) -> String {
        let (Origin { record: (collection, id), path }, _) = &self.claims[0];
        format!("{collection}/{id}{path}")
    }

    /// The value without its qualifier; none where it is unknown.
    pub(crate) fn bare(&self) -> Value {
        if let Some(value) = &self.derived {
            return value.clone();
        }
        match &self.claim().held {
            Held::Known { value, .. } => to_value(&self.pass, value, self.claims[0].0.clone()),
            Held::Range(a, b) => Value::from(vec![number(a), number(b)]),
            Held::Unknown(_) => Value::from(()),
        }
    }

    /// The text it prints as.
    pub(crate) fn printed_text(&self) -> String {
        match (&self.text, &self.derived) {
            (Some(text), _) => text.clone(),
            (None, Some(value)) => claim_text::number_value(value).unwrap_or_else(|| value.to_string()),
            (None, None) => claim_text::claim(self.claim(), &self.pass.book),
        }
    }

    /// The same claim with another text.
    pub(crate) fn with_text(&self, text: String) -> Value {
        Value::from_object(ClaimObject { text: Some(text), ..self.clone() })
    }

    fn items(&self) -> Option<&[model::Value]> {
        match &self.claim().held {
            Held::Known { value: model::Value::List(items), .. } if self.derived.is_none() => Some(items),
            _ => None,
        }
    }

    /// One item of a claim that is a list, a claim by the same sources.
    fn item(&self, index: usize) -> Option<Value> {
        let (origin, claim) = &self.claims[0];
        let value = self.items()?.get(index)?.clone();
        let path = format!("{}/{index}", origin.path);
        let item = Claim { held: Held::Known { value, qualifier: None }, path: path.clone(), ..claim.clone() };
        let origin = Origin { path, ..origin.clone() };
        Some(Value::from_object(ClaimObject { claims: vec![(origin, item)], text: None, derived: None, ..self.clone() }))
    }
}

impl Object for ClaimObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.items().is_some() { ObjectRepr::Seq } else { ObjectRepr::Plain }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(index) = key.as_usize() {
            return self.item(index);
        }
        let claim = self.claim();
        let qualifier = match &claim.held {
            Held::Known { qualifier, .. } => *qualifier,
            _ => None,
        };
        Some(match key.as_str()? {
            "value" => self.bare(),
            "unknown" => match &claim.held {
                Held::Unknown(why) => text(why),
                _ => Value::from(()),
            },
            "range" => match &claim.held {
                Held::Range(..) => self.bare(),
                _ => Value::from(()),
            },
            "approximate" => Value::from(qualifier == Some(Qualifier::Approximate)),
            "at_least" => Value::from(qualifier == Some(Qualifier::AtLeast)),
            "at_most" => Value::from(qualifier == Some(Qualifier::AtMost)),
            "unit" => optional(claim.unit.as_deref()),
            "sources" => citations(&self.pass, &claim.sources),
            "as_of" => claim.as_of.map_or(Value::from(()), |date| Value::from(date.to_string())),
            "marking" => optional(claim.marking.as_deref()),
            "confidence" => optional(claim.confidence.as_deref()),
            other => {
                const PARTS: [&str; 11] = [
                    "value",
                    "sources",
                    "as_of",
                    "unknown",
                    "approximate",
                    "at_least",
                    "at_most",
                    "range",
                    "unit",
                    "marking",
                    "confidence",
                ];
                self.pass.miss(format_args!("claim `{}`", self.path()), other, PARTS.iter().map(|part| (*part).to_owned()));
                return None;
            }
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.items() {
            Some(items) => Enumerator::Seq(items.len()),
            None => Enumerator::NonEnumerable,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<ClaimObject>()?;
        Some(self.bare().cmp(&other.bare()))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.bare().is_true()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(Printed::Claim(self.clone())))
    }
}
