//! How quantities calculate: the operations, and their units.
//!
//! What is calculated holds whatever the numbers are within their intervals; where nothing holds, there is no answer.

use super::interval::{difference, product, quotient, sum};
use super::{Exact, NoAnswer, Quantity};

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
            (a, b) if a == b || self.is_percent() && other.is_percent() => Ok(a.clone()),
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
}

/// What a product or quotient is multiplied with because a factor is in percent.
#[derive(Debug, Clone, Copy)]
enum Scale {
    Same,
    Hundredths,
    Hundreds,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::quantity::tests::quantity;
    use super::*;

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
