//! Claims as templates see them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};

use super::bare::{BareObject, Taken};
use super::convert::{citations, marked_text, to_value};
use super::pass::Pass;
use super::printed::{Origin, Printed};
use super::scalar::{exact_number, number, optional, text};
use crate::model::{self, Claim, Held, Marking, NotAQuantity, Qualifier, Quantity};
use crate::render::claim_text;
use crate::render::words::{self, DateStyle};

/// A claim: prints as its value in words, cited; its parts are attributes.
#[derive(Debug, Clone)]
pub(crate) struct ClaimObject {
    pub(crate) pass: Arc<Pass>,
    /// The claim, and every claim that it was made from.
    pub(crate) claims: Vec<Arc<(Origin, Claim)>>,
    /// The text that a filter made of it, where one did.
    pub(crate) text: Option<String>,
    /// What was calculated from the claims, where it isn't the first of them itself.
    pub(crate) derived: Option<Arc<Derived>>,
    pub(crate) uncited: bool,
}

/// A figure that was calculated from claims.
#[derive(Debug, Clone)]
pub(crate) struct Derived {
    pub(crate) quantity: Quantity,
    /// The calculation, with the claims' paths: `items/a/cost + items/b/cost`.
    pub(crate) how: String,
}

impl ClaimObject {
    pub(crate) fn claim(&self) -> &Claim {
        &self.claims[0].1
    }

    /// `precedents/kfor/troops`, as messages name it; of a derived figure, the calculation.
    pub(crate) fn path(&self) -> String {
        if let Some(derived) = &self.derived {
            return derived.how.clone();
        }
        self.claims[0].0.name()
    }

    /// Its quantity, if it is a number.
    pub(crate) fn quantity(&self) -> Result<Quantity, NotAQuantity> {
        match &self.derived {
            Some(derived) => Ok(derived.quantity.clone()),
            None => Quantity::of(self.claim()),
        }
    }

    /// Whether its value is known.
    pub(crate) fn is_known(&self) -> bool {
        self.derived.is_some() || !matches!(self.claim().held, Held::Unknown(_))
    }

    /// The value without its qualifier; none where it is unknown.
    pub(crate) fn bare(&self) -> Value {
        if let Some(derived) = &self.derived {
            return match (derived.quantity.named_by(), &derived.quantity.low, &derived.quantity.high) {
                (None, Some(low), Some(high)) => Value::from(vec![exact_number(low), exact_number(high)]),
                (n, ..) => n.map_or(Value::from(()), exact_number),
            };
        }
        match (&self.claim().held, &self.text) {
            // Once a filter changed the text, that text is compared.
            (Held::Known { value: model::Value::Text(_), .. }, Some(changed)) => text(changed),
            (Held::Known { value, .. }, _) => to_value(&self.pass, value, self.claims[0].0.clone()),
            (Held::Range(a, b), _) => Value::from(vec![number(a), number(b)]),
            (Held::Unknown(_), _) => Value::from(()),
        }
    }

    /// How much text it brings into a document, with its entries in the list of claims; about.
    pub(crate) fn length(&self) -> usize {
        let text = match (&self.text, &self.derived, &self.claim().held) {
            (Some(text), ..) => text.len(),
            (None, Some(derived), _) => derived.how.len(),
            (None, None, Held::Known { value, .. }) => value.size(),
            (None, None, Held::Range(..) | Held::Unknown(_)) => 16,
        };
        text.saturating_add(16 * self.claims.len())
    }

    /// A part of it as a template gets it: without its source.
    fn part(&self, value: Value, part: &'static str) -> Value {
        BareObject::wrap(value, &Arc::new(Taken { path: self.path(), part, marking: self.marking() }))
    }

    /// An attribute other than its value, such as its date, as a template gets it: with the claim's marking.
    fn said(&self, said: Option<String>) -> Value {
        said.map_or(Value::from(()), |said| marked_text(&self.pass, &said, &self.marking()))
    }

    /// The text it prints as.
    pub(crate) fn printed_text(&self) -> String {
        match (&self.text, &self.derived) {
            (Some(text), _) => text.clone(),
            (None, Some(derived)) => claim_text::quantity(&derived.quantity, &self.pass.book.settings),
            (None, None) => claim_text::claim(self.claim(), &self.pass.book),
        }
    }

    /// The sources of all claims that it was made from, each once.
    pub(crate) fn sources(&self) -> Vec<model::Citation> {
        let mut sources: Vec<model::Citation> = Vec::new();
        for source in self.claims.iter().flat_map(|stated| &stated.1.sources) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        sources
    }

    /// The date of all the claims, where they share one.
    pub(crate) fn as_of(&self) -> Option<model::Date> {
        self.shared(|claim| claim.as_of)
    }

    /// A value that all its claims share.
    fn shared<T: PartialEq>(&self, of: impl Fn(&Claim) -> Option<T>) -> Option<T> {
        let first = of(self.claim());
        first.filter(|first| self.claims.iter().all(|stated| of(&stated.1).as_ref() == Some(first)))
    }

    /// Its marking, combined with that of every claim that it was made from.
    pub(crate) fn marking(&self) -> Marking {
        let mut marking = Marking::default();
        self.claims.iter().for_each(|stated| marking.raise(&stated.1.marking));
        marking
    }

    /// The same claim with another text.
    pub(crate) fn with_text(&self, text: String) -> Value {
        Value::from_object(ClaimObject { text: Some(text), ..self.clone() })
    }

    /// The same claim, printed as this date, with the word that qualifies it.
    pub(crate) fn with_date(&self, date: model::Date, style: DateStyle) -> ClaimObject {
        let settings = &self.pass.book.settings;
        let made = words::date(date, style, settings);
        let text = match &self.claim().held {
            Held::Known { qualifier: Some(qualifier), .. } => format!("{} {made}", words::word(settings, qualifier.key())),
            _ => made,
        };
        ClaimObject { text: Some(text), ..self.clone() }
    }

    fn items(&self) -> Option<&[model::Value]> {
        match &self.claim().held {
            Held::Known { value: model::Value::List(items), .. } if self.derived.is_none() => Some(items),
            _ => None,
        }
    }

    /// One item of a claim that is a list, a claim by the same sources.
    fn item(&self, index: usize) -> Option<Value> {
        let (origin, claim) = &*self.claims[0];
        let value = self.items()?.get(index)?.clone();
        let path = origin.path.child(index);
        let item = Claim { held: Held::Known { value, qualifier: None }, path: path.clone(), ..claim.clone() };
        let origin = Origin { path, ..origin.clone() };
        Some(Value::from_object(ClaimObject { claims: vec![Arc::new((origin, item))], text: None, derived: None, ..self.clone() }))
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
        let (approximate, at_least, at_most) = match (&self.derived, &claim.held) {
            (Some(derived), _) => {
                let quantity = &derived.quantity;
                (quantity.approximate, quantity.high.is_none(), quantity.low.is_none())
            }
            (None, Held::Known { qualifier: Some(qualifier), .. }) => {
                let is = |other| *qualifier == other;
                (is(Qualifier::Approximate), is(Qualifier::AtLeast), is(Qualifier::AtMost))
            }
            _ => (false, false, false),
        };
        Some(match key.as_str()? {
            "value" => self.part(self.bare(), "value"),
            "unknown" => match &claim.held {
                Held::Unknown(why) => self.part(text(why), "unknown"),
                _ => Value::from(()),
            },
            "range" => match self.quantity() {
                Ok(Quantity { low: Some(low), high: Some(high), .. }) if low != high => self.part(self.bare(), "range"),
                _ if self.derived.is_none() && matches!(claim.held, Held::Range(..)) => self.part(self.bare(), "range"),
                _ => Value::from(()),
            },
            "approximate" => Value::from(approximate),
            "at_least" => Value::from(at_least),
            "at_most" => Value::from(at_most),
            "unit" => match &self.derived {
                Some(derived) => self.said(derived.quantity.unit.clone()),
                None => self.said(claim.unit.clone()),
            },
            "sources" => citations(&self.pass, &self.sources(), &self.marking()),
            "as_of" => self.said(self.as_of().map(|date| date.to_string())),
            "marking" => optional(self.shared(|claim| claim.marking.text()).as_deref()),
            "confidence" => self.said(self.shared(|claim| claim.confidence.clone())),
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
