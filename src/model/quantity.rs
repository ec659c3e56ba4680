//! Quantities: what a claim says of a number, and how such statements compare.
//!
//! A quantity is an interval: exactly 5, at least 5, at most 5, 5 to 10; each of them may be approximate. How they calculate
//! is in `calculation`.

use std::cmp::Ordering;

use super::exact::{Exact, Rounding};
use super::{Claim, Held, Number, Qualifier, Value};

/// A number, how exactly it is known, and its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The least that it can be; none where that isn't known.
    pub low: Option<Exact>,
    /// The most that it can be; one of the two is always known.
    pub high: Option<Exact>,
    pub approximate: bool,
    pub unit: Option<String>,
}

/// Why a value is no quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAQuantity {
    /// The claim is not known, and why.
    Unknown(String),
    /// What it is instead.
    Kind(&'static str),
    /// A number that is too large or too small to calculate with.
    OutOfBounds,
}

/// Why a calculation has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// The units are not the same.
    UnlikeUnits,
    /// The result would be of a unit that there is no name for, such as EUR times EUR.
    NoSuchUnit,
    /// The result may be any number, as for at least 5 less at least 3.
    AnyNumber,
    DivisionByZero,
    /// The divisor may be zero.
    DivisorMayBeZero,
    /// The operation needs exact numbers.
    NotExact,
    /// An exponent must be a whole number without a unit.
    Exponent,
    /// The result has too many digits.
    TooLarge,
    /// The quantities overlap, so which of them is larger is not known.
    Overlap,
}

impl Quantity {
    /// A number that is known exactly, without a unit.
    pub fn exactly(n: Exact) -> Quantity {
        Quantity { low: Some(n.clone()), high: Some(n), approximate: false, unit: None }
    }

    /// What a claim says.
    pub fn of(claim: &Claim) -> Result<Quantity, NotAQuantity> {
        let read = |n: &Number| Exact::parse(&n.to_string()).ok_or(NotAQuantity::OutOfBounds);
        let (low, high, approximate) = match &claim.held {
            Held::Unknown(why) => return Err(NotAQuantity::Unknown(why.clone())),
            Held::Range(a, b) => (Some(read(a)?), Some(read(b)?), false),
            Held::Known { value: Value::Number(n), qualifier } => match qualifier {
                None => (Some(read(n)?), Some(read(n)?), false),
                Some(Qualifier::Approximate) => (Some(read(n)?), Some(read(n)?), true),
                Some(Qualifier::AtLeast) => (Some(read(n)?), None, false),
                Some(Qualifier::AtMost) => (None, Some(read(n)?), false),
            },
            Held::Known { value, .. } => return Err(NotAQuantity::Kind(kind(value))),
        };
        Ok(Quantity { low, high, approximate, unit: claim.unit.as_deref().map(|unit| unit.trim().to_owned()) })
    }

    /// The number, where it is one number and not a range of them.
    pub fn point(&self) -> Option<&Exact> {
        self.low.as_ref().filter(|low| self.high.as_ref() == Some(low))
    }

    /// The number that it is named by: itself, or the bound that is known; none for a range.
    pub fn named_by(&self) -> Option<&Exact> {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low == high => Some(low),
            (Some(bound), None) | (None, Some(bound)) => Some(bound),
            _ => None,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        !self.approximate && self.point().is_some_and(Exact::is_zero)
    }

    pub(super) fn is_percent(&self) -> bool {
        matches!(self.unit.as_deref(), Some("%" | "percent" | "per cent"))
    }

    #[must_use]
    pub fn negated(&self) -> Quantity {
        let turned = |n: &Option<Exact>| n.as_ref().map(Exact::negated);
        Quantity { low: turned(&self.high), high: turned(&self.low), ..self.clone() }
    }

    #[must_use]
    pub fn abs(&self) -> Quantity {
        match (&self.low, &self.high) {
            (Some(low), _) if !low.is_negative() => self.clone(),
            (_, Some(high)) if high.is_negative() || high.is_zero() => self.negated(),
            (low, high) => {
                let high = low.as_ref().zip(high.as_ref()).map(|(low, high)| low.abs().max(high.abs()));
                Quantity { low: Some(Exact::zero()), high, ..self.clone() }
            }
        }
    }

    /// Rounded to so many digits behind the point: one number by `rounding`, bounds outwards, so that they still hold.
    #[must_use]
    pub fn rounded(&self, places: i32, rounding: Rounding) -> Quantity {
        self.made_whole(|n| n.rounded(places, rounding), places)
    }

    /// Without what is behind the point; bounds are rounded outwards.
    #[must_use]
    pub fn truncated(&self) -> Quantity {
        self.made_whole(Exact::truncated, 0)
    }

    fn made_whole(&self, point: impl Fn(&Exact) -> Exact, places: i32) -> Quantity {
        let (low, high) = match self.point() {
            Some(n) => (Some(point(n)), Some(point(n))),
            None => {
                let low = self.low.as_ref().map(|n| n.rounded(places, Rounding::Down));
                (low, self.high.as_ref().map(|n| n.rounded(places, Rounding::Up)))
            }
        };
        Quantity { low, high, ..self.clone() }
    }

    /// How two quantities of one unit compare, where that is certain; an approximate number counts as itself.
    pub fn compare(&self, other: &Quantity) -> Result<Ordering, NoAnswer> {
        match (self.point(), other.point()) {
            (Some(a), Some(b)) => Ok(a.cmp(b)),
            _ if below(&self.high, &other.low) => Ok(Ordering::Less),
            _ if below(&other.high, &self.low) => Ok(Ordering::Greater),
            _ => Err(NoAnswer::Overlap),
        }
    }

    /// Whether it is certain that this quantity is not above the other, or that it is.
    pub fn is_at_most(&self, other: &Quantity) -> Result<bool, NoAnswer> {
        match (&self.high, &other.low) {
            (Some(high), Some(low)) if high <= low => Ok(true),
            _ if below(&other.high, &self.low) => Ok(false),
            _ => Err(NoAnswer::Overlap),
        }
    }

    /// Whether two quantities can be compared: they are of one unit.
    pub fn has_unit_of(&self, other: &Quantity) -> bool {
        self.unit == other.unit || self.is_percent() && other.is_percent()
    }
}

fn below(high: &Option<Exact>, low: &Option<Exact>) -> bool {
    matches!((high, low), (Some(high), Some(low)) if high < low)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Text(_) | Value::Markdown(_) => "a text",
        Value::Bool(_) => "yes or no",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::Reference(_) => "a reference",
        Value::Null | Value::Number(_) | Value::Claim(_) => "no number",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// `about 5 EUR`, `at least 5`, `at most -5 %`, `5 to 10`.
    pub(in crate::model) fn quantity(text: &str) -> Quantity {
        let (approximate, text) = text.strip_prefix("about ").map_or((false, text), |rest| (true, rest));
        let number = |text: &str| Some(Exact::parse(text).expect(text));
        let words: Vec<&str> = text.split(' ').collect();
        let (low, high, rest) = match words[..] {
            ["at", "least", n, ref rest @ ..] => (number(n), None, rest),
            ["at", "most", n, ref rest @ ..] => (None, number(n), rest),
            [a, "to", b, ref rest @ ..] => (number(a), number(b), rest),
            [n, ref rest @ ..] => (number(n), number(n), rest),
            [] => unreachable!("an empty quantity"),
        };
        Quantity { low, high, approximate, unit: rest.first().map(|unit| (*unit).to_owned()) }
    }

    #[test]
    fn bounds_are_rounded_outwards() {
        let rounded = |text: &str| quantity(text).rounded(0, Rounding::Nearest);
        assert_eq!(rounded("about 49.6"), quantity("about 50"));
        assert_eq!(rounded("at least 49.6"), quantity("at least 49"));
        assert_eq!(rounded("at most 49.2"), quantity("at most 50"));
        assert_eq!(rounded("1.4 to 2.6"), quantity("1 to 3"));
        assert_eq!(quantity("at most -5").abs(), quantity("at least 5"));
        assert_eq!(quantity("-3 to 2").abs(), quantity("0 to 3"));
        assert_eq!(quantity("at least -3").abs(), quantity("at least 0"));
    }

    #[test]
    fn only_what_is_certain_compares() {
        let compare = |a: &str, b: &str| quantity(a).compare(&quantity(b));
        assert_eq!(compare("at least 5", "4"), Ok(Ordering::Greater));
        assert_eq!(compare("at least 5", "5"), Err(NoAnswer::Overlap));
        assert_eq!(compare("10 to 20", "25"), Ok(Ordering::Less));
        assert_eq!(compare("about 5", "5"), Ok(Ordering::Equal));
        assert_eq!(quantity("5").is_at_most(&quantity("at least 5")), Ok(true));
        assert_eq!(quantity("at least 5").is_at_most(&quantity("5")), Err(NoAnswer::Overlap));
        assert_eq!(quantity("at least 6").is_at_most(&quantity("5")), Ok(false));
    }
}
