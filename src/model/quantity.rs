//! Quantities: what a claim says of a number, and how such statements calculate.
//!
//! A quantity is an interval: exactly 5, at least 5, at most 5, 5 to 10; each of them may be approximate. What is
//! calculated from quantities holds whatever the numbers are within their intervals; where nothing holds, there is
//! no answer.

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

/// An operation of two quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

type Answer = Result<Quantity, NoAnswer>;

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

    fn is_zero(&self) -> bool {
        !self.approximate && self.point().is_some_and(Exact::is_zero)
    }

    fn is_percent(&self) -> bool {
        is_percent(self.unit.as_deref())
    }

    /// What comes of an operation.
    pub fn calculate(&self, operation: Operation, other: &Quantity) -> Answer {
        let (low, high, unit) = match operation {
            Operation::Add | Operation::Subtract => {
                let unit = self.common_unit(other)?;
                let (low, high) = match operation {
                    Operation::Add => (sum(&self.low, &other.low)?, sum(&self.high, &other.high)?),
                    _ => (difference(&self.low, &other.high)?, difference(&self.high, &other.low)?),
                };
                (low, high, unit)
            }
            Operation::Multiply => {
                let (unit, scale) = self.unit_of_product(other)?;
                let (low, high) = product(self, other)?;
                (scaled(low, scale)?, scaled(high, scale)?, unit)
            }
            Operation::Divide | Operation::FloorDivide => {
                let (unit, scale) = self.unit_of_quotient(other)?;
                let (low, high) = quotient(self, other)?;
                let (low, high) = (scaled(low, scale)?, scaled(high, scale)?);
                match operation {
                    Operation::FloorDivide => (low.map(|n| n.floor()), high.map(|n| n.floor()), unit),
                    _ => (low, high, unit),
                }
            }
            Operation::Remainder => return self.remainder(other),
            Operation::Power => return self.power(other),
        };
        if low.is_none() && high.is_none() {
            return Err(NoAnswer::AnyNumber);
        }
        Ok(Quantity { low, high, approximate: self.approximate || other.approximate, unit })
    }

    /// The unit of a sum; zero without a unit is zero in every unit.
    fn common_unit(&self, other: &Quantity) -> Result<Option<String>, NoAnswer> {
        match (&self.unit, &other.unit) {
            (a, b) if a == b || is_percent(a.as_deref()) && is_percent(b.as_deref()) => Ok(a.clone()),
            (None, unit) if self.is_zero() => Ok(unit.clone()),
            (unit, None) if other.is_zero() => Ok(unit.clone()),
            _ => Err(NoAnswer::UnlikeUnits),
        }
    }

    /// The unit of a product, and what it must be divided by: percent count as hundredths.
    fn unit_of_product(&self, other: &Quantity) -> Result<(Option<String>, Scale), NoAnswer> {
        Ok(match (&self.unit, &other.unit) {
            (unit, None) | (None, unit) => (unit.clone(), Scale::Same),
            (unit, _) if other.is_percent() => (unit.clone(), Scale::Hundredths),
            (_, unit) if self.is_percent() => (unit.clone(), Scale::Hundredths),
            _ => return Err(NoAnswer::NoSuchUnit),
        })
    }

    fn unit_of_quotient(&self, other: &Quantity) -> Result<(Option<String>, Scale), NoAnswer> {
        Ok(match (&self.unit, &other.unit) {
            (unit, None) => (unit.clone(), Scale::Same),
            (a, b) if a == b || self.is_percent() && other.is_percent() => (None, Scale::Same),
            (unit, _) if other.is_percent() => (unit.clone(), Scale::Hundreds),
            (None, _) => return Err(NoAnswer::NoSuchUnit),
            _ => return Err(NoAnswer::UnlikeUnits),
        })
    }

    fn remainder(&self, other: &Quantity) -> Answer {
        let unit = if other.unit.is_none() { self.unit.clone() } else { self.common_unit(other)? };
        let (Some(a), Some(b), false) = (self.point(), other.point(), self.approximate || other.approximate) else {
            return Err(NoAnswer::NotExact);
        };
        if b.is_zero() {
            return Err(NoAnswer::DivisionByZero);
        }
        let whole = a.over(b).ok_or(NoAnswer::TooLarge)?.floor();
        let rest = whole.times(b).and_then(|taken| a.minus(&taken)).ok_or(NoAnswer::TooLarge)?;
        Ok(Quantity { unit, ..Quantity::exactly(rest) })
    }

    fn power(&self, other: &Quantity) -> Answer {
        let exponent = other.point().filter(|_| !other.approximate && other.unit.is_none()).and_then(Exact::as_i64);
        let exponent = exponent.ok_or(NoAnswer::Exponent)?;
        if self.unit.is_some() && exponent != 1 {
            return Err(NoAnswer::NoSuchUnit);
        }
        if exponent < 0 {
            let positive = self.power(&Quantity::exactly(Exact::zero().minus(&Exact::from(exponent)).ok_or(NoAnswer::TooLarge)?))?;
            return Quantity::exactly(Exact::from(1)).calculate(Operation::Divide, &positive);
        }
        let raise = |n: &Option<Exact>| match n {
            Some(n) => n.power(exponent).map(Some).ok_or(NoAnswer::TooLarge),
            None => Ok(None),
        };
        let (low, high) = match exponent {
            0 => (Some(Exact::from(1)), Some(Exact::from(1))),
            _ if exponent % 2 == 1 => (raise(&self.low)?, raise(&self.high)?),
            _ => {
                let size = self.abs();
                (raise(&size.low)?, raise(&size.high)?)
            }
        };
        Ok(Quantity { low, high, ..self.clone() })
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

/// What a product or quotient is multiplied with because a factor is in percent.
#[derive(Debug, Clone, Copy)]
enum Scale {
    Same,
    Hundredths,
    Hundreds,
}

fn is_percent(unit: Option<&str>) -> bool {
    matches!(unit, Some("%" | "percent" | "per cent"))
}

fn scaled(n: Option<Exact>, scale: Scale) -> Result<Option<Exact>, NoAnswer> {
    let hundred = Exact::from(100);
    match (n, scale) {
        (None, _) => Ok(None),
        (Some(n), Scale::Same) => Ok(Some(n)),
        (Some(n), Scale::Hundredths) => n.over(&hundred).map(Some).ok_or(NoAnswer::TooLarge),
        (Some(n), Scale::Hundreds) => n.times(&hundred).map(Some).ok_or(NoAnswer::TooLarge),
    }
}

fn below(high: &Option<Exact>, low: &Option<Exact>) -> bool {
    matches!((high, low), (Some(high), Some(low)) if high < low)
}

fn sum(a: &Option<Exact>, b: &Option<Exact>) -> Result<Option<Exact>, NoAnswer> {
    a.as_ref().zip(b.as_ref()).map(|(a, b)| a.plus(b).ok_or(NoAnswer::TooLarge)).transpose()
}

fn difference(a: &Option<Exact>, b: &Option<Exact>) -> Result<Option<Exact>, NoAnswer> {
    a.as_ref().zip(b.as_ref()).map(|(a, b)| a.minus(b).ok_or(NoAnswer::TooLarge)).transpose()
}

/// An end of an interval: a number, or without bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(Exact),
    Above,
}

fn ends(quantity: &Quantity) -> [End; 2] {
    [quantity.low.clone().map_or(End::Below, End::At), quantity.high.clone().map_or(End::Above, End::At)]
}

fn known(end: End) -> Option<Exact> {
    match end {
        End::At(n) => Some(n),
        End::Below | End::Above => None,
    }
}

type Bounds = (Option<Exact>, Option<Exact>);

/// The least and the most of the products of the ends.
fn product(a: &Quantity, b: &Quantity) -> Result<Bounds, NoAnswer> {
    let times = |x: &End, y: &End| -> Result<End, NoAnswer> {
        let sign = |end: &End| match end {
            End::Below => -1,
            End::Above => 1,
            End::At(n) if n.is_zero() => 0,
            End::At(n) => {
                if n.is_negative() {
                    -1
                } else {
                    1
                }
            }
        };
        Ok(match (x, y) {
            (End::At(x), End::At(y)) => End::At(x.times(y).ok_or(NoAnswer::TooLarge)?),
            _ => match sign(x) * sign(y) {
                0 => End::At(Exact::zero()),
                1 => End::Above,
                _ => End::Below,
            },
        })
    };
    let mut products = Vec::with_capacity(4);
    for x in &ends(a) {
        for y in &ends(b) {
            products.push(times(x, y)?);
        }
    }
    products.sort();
    let high = products.pop();
    Ok((products.into_iter().next().and_then(known), high.and_then(known)))
}

/// The quotient's bounds. A bound that only a divisor without end would reach is left out: 10 by at least 2 is at most 5.
fn quotient(a: &Quantity, b: &Quantity) -> Result<Bounds, NoAnswer> {
    if b.point().is_some_and(Exact::is_zero) {
        return Err(NoAnswer::DivisionByZero);
    }
    let is_above = b.low.as_ref().is_some_and(|low| !low.is_negative() && !low.is_zero());
    let is_below = b.high.as_ref().is_some_and(Exact::is_negative);
    if !is_above && !is_below {
        return Err(NoAnswer::DivisorMayBeZero);
    }
    if is_below {
        return quotient(&a.negated(), &b.negated());
    }
    // The divisor is above zero: the dividend's sign decides which end of the divisor makes the quotient least or most.
    let divide = |n: &Option<Exact>, near: bool| -> Result<Option<Exact>, NoAnswer> {
        let by = if near { &b.low } else { &b.high };
        n.as_ref().zip(by.as_ref()).map(|(n, by)| n.over(by).ok_or(NoAnswer::TooLarge)).transpose()
    };
    let low_is_negative = a.low.as_ref().is_none_or(Exact::is_negative);
    let high_is_negative = a.high.as_ref().is_some_and(Exact::is_negative);
    Ok((divide(&a.low, low_is_negative)?, divide(&a.high, !high_is_negative)?))
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `about 5 EUR`, `at least 5`, `at most -5 %`, `5 to 10`.
    fn quantity(text: &str) -> Quantity {
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

    fn calculated(text: &str) -> Answer {
        let (a, rest) = text.split_once(" [").expect("an operator");
        let (operator, b) = rest.split_once("] ").expect("an operand");
        let operation = match operator {
            "+" => Operation::Add,
            "-" => Operation::Subtract,
            "*" => Operation::Multiply,
            "/" => Operation::Divide,
            "//" => Operation::FloorDivide,
            "%" => Operation::Remainder,
            _ => Operation::Power,
        };
        quantity(a).calculate(operation, &quantity(b))
    }

    #[test]
    fn bounds_calculate_as_intervals() {
        for (calculation, expected) in [
            ("5 [+] at least 3", "at least 8"),
            ("at least 3 [+] 5", "at least 8"),
            ("at least 9 [-] at most 4", "at least 5"),
            ("5 [-] at least 3", "at most 2"),
            ("10 to 20 [+] 1 to 2", "11 to 22"),
            ("10 to 20 [-] 1 to 2", "8 to 19"),
            ("10 to 20 [+] at most 5", "at most 25"),
            ("about 5 [+] 1", "about 6"),
            ("about 5 [+] at least 1", "about at least 6"),
            ("at least 5 [*] -3", "at most -15"),
            ("at least 5 [*] 0", "0"),
            ("at least 5 [*] at least 2", "at least 10"),
            ("-2 to 3 [*] -5 to 4", "-15 to 12"),
            ("10 [/] at least 2", "at most 5"),
            ("10 to 20 [/] 2 to 4", "2.5 to 10"),
            ("-10 to 20 [/] 2 to 4", "-5 to 10"),
            ("10 [/] -4 to -2", "-5 to -2.5"),
            ("at least 10 [/] 2", "at least 5"),
            ("at most 7 [//] 2", "at most 3"),
            ("-7 [//] 2", "-4"),
            ("-7 [%] 3", "2"),
            ("-3 to 2 [**] 2", "0 to 9"),
            ("at least 3 [**] 2", "at least 9"),
            ("at most -3 [**] 2", "at least 9"),
            ("at most -3 [**] 3", "at most -27"),
            ("2 [**] -2", "0.25"),
        ] {
            assert_eq!(calculated(calculation), Ok(quantity(expected)), "{calculation}");
        }
    }

    #[test]
    fn units_calculate() {
        for (calculation, expected) in [
            ("5 EUR [+] 3 EUR", "8 EUR"),
            ("0 [+] 3 EUR", "3 EUR"),
            ("5 EUR [*] 3", "15 EUR"),
            ("3 [*] 5 EUR", "15 EUR"),
            ("6 EUR [/] 3 EUR", "2"),
            ("6 EUR [/] 3", "2 EUR"),
            ("200 EUR [*] 5 %", "10 EUR"),
            ("5 % [*] 200 EUR", "10 EUR"),
            ("10 EUR [/] 5 %", "200 EUR"),
            ("5 % [+] 2 %", "7 %"),
            ("50 % [*] 50 %", "25 %"),
            ("7 EUR [%] 3 EUR", "1 EUR"),
            ("7 EUR [**] 1", "7 EUR"),
        ] {
            assert_eq!(calculated(calculation), Ok(quantity(expected)), "{calculation}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_not_said() {
        for (calculation, expected) in [
            ("5 EUR [+] 3 USD", NoAnswer::UnlikeUnits),
            ("5 EUR [-] 3", NoAnswer::UnlikeUnits),
            ("about 0 [+] 3 EUR", NoAnswer::UnlikeUnits),
            ("5 % [+] 3", NoAnswer::UnlikeUnits),
            ("6 EUR [/] 3 USD", NoAnswer::UnlikeUnits),
            ("6 EUR [*] 3 EUR", NoAnswer::NoSuchUnit),
            ("6 [/] 3 EUR", NoAnswer::NoSuchUnit),
            ("6 EUR [**] 2", NoAnswer::NoSuchUnit),
            ("at least 5 [+] at most 3", NoAnswer::AnyNumber),
            ("at least 5 [-] at least 3", NoAnswer::AnyNumber),
            ("at least -5 [*] at least 2", NoAnswer::AnyNumber),
            ("at least 10 [/] at least 2", NoAnswer::AnyNumber),
            ("5 [/] 0", NoAnswer::DivisionByZero),
            ("5 [%] 0", NoAnswer::DivisionByZero),
            ("5 [/] at most 3", NoAnswer::DivisorMayBeZero),
            ("5 [/] -1 to 1", NoAnswer::DivisorMayBeZero),
            ("about 5 [%] 3", NoAnswer::NotExact),
            ("at least 5 [%] 3", NoAnswer::NotExact),
            ("5 [**] 0.5", NoAnswer::Exponent),
            ("5 [**] about 2", NoAnswer::Exponent),
            ("1e400 [**] 100", NoAnswer::TooLarge),
        ] {
            assert_eq!(calculated(calculation), Err(expected), "{calculation}");
        }
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

    /// A quantity, and a number that it allows.
    fn allowed() -> impl Strategy<Value = (Quantity, Exact)> {
        (-40i64..40, 0i64..10, 0i64..10, 0..5).prop_map(|(n, below, above, kind)| {
            let (low, high) = (Some(Exact::from(n - below)), Some(Exact::from(n + above)));
            let (low, high) = match kind {
                0 => (Some(Exact::from(n)), Some(Exact::from(n))),
                1 => (low, None),
                2 => (None, high),
                _ => (low, high),
            };
            (Quantity { low, high, approximate: false, unit: None }, Exact::from(n))
        })
    }

    fn allows(quantity: &Quantity, n: &Exact) -> bool {
        quantity.low.as_ref().is_none_or(|low| low <= n) && quantity.high.as_ref().is_none_or(|high| n <= high)
    }

    proptest! {
        #![proptest_config(crate::random::config(256))]

        /// Whatever the numbers are within their bounds, what is calculated of them is within the result's.
        #[test]
        fn results_hold_for_every_number((a, x) in allowed(), (b, y) in allowed(), power in 0i64..4) {
            let sum = [
                (Operation::Add, x.plus(&y)),
                (Operation::Subtract, x.minus(&y)),
                (Operation::Multiply, x.times(&y)),
                (Operation::Divide, x.over(&y)),
                (Operation::FloorDivide, x.over(&y).map(|n| n.floor())),
            ];
            for (operation, result) in sum {
                if let Ok(said) = a.calculate(operation, &b) {
                    prop_assert!(allows(&said, &result.expect("a result")), "{a:?} {operation:?} {b:?} = {said:?}, not for {x:?} and {y:?}");
                }
            }
            if let Ok(said) = a.power(&Quantity::exactly(Exact::from(power))) {
                prop_assert!(allows(&said, &x.power(power).expect("a power")));
            }
            prop_assert!(allows(&a.abs(), &x.abs()));
            prop_assert!(allows(&a.negated(), &x.negated()));
            if let Ok(order) = a.compare(&b) {
                prop_assert_eq!(order, x.cmp(&y));
            }
            if let Ok(at_most) = a.is_at_most(&b) {
                prop_assert_eq!(at_most, x <= y);
            }
            // The order of operands makes no difference.
            prop_assert_eq!(a.calculate(Operation::Add, &b), b.calculate(Operation::Add, &a));
            prop_assert_eq!(a.calculate(Operation::Multiply, &b), b.calculate(Operation::Multiply, &a));
        }
    }
}
