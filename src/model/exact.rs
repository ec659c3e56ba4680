//! Numbers that calculate exactly: fractions of whole numbers, so that `0.1 + 0.2` is `0.3` and `1 / 3 * 3` is `1`.

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

/// How many bits a number's two halves may have: beyond it, a calculation is refused.
const MOST_BITS: u64 = 8192;
/// The largest power of ten that a number may be written with.
const LARGEST_EXPONENT: i64 = 400;
/// How many digits a quotient that has no end is written with.
const SIGNIFICANT: usize = 12;

/// An exact number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(BigRational);

/// Which way a number is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; a half away from zero.
    Nearest,
    Down,
    Up,
}

impl Exact {
    /// Reads a decimal number as YAML and JSON write it: `-12.5`, `1e-7`.
    pub fn parse(text: &str) -> Option<Exact> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if unsigned.len() + fraction.len() == 0 || !is_digits(unsigned) || !is_digits(fraction) || text.len() > 1000 {
            return None;
        }
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent - i64::try_from(fraction.len()).ok()?;
        if exponent.abs() > LARGEST_EXPONENT + 1000 {
            return None;
        }
        let ten = BigRational::from_integer(BigInt::from(10));
        Exact(BigRational::from_integer(digits) * Pow::pow(ten, i32::try_from(exponent).ok()?)).within_bounds()
    }

    pub fn zero() -> Exact {
        Exact(BigRational::zero())
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// The number as a machine integer, where it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.is_whole().then(|| self.0.to_integer().to_i64()).flatten()
    }

    /// The number as a machine integer, where it is one.
    pub fn as_i128(&self) -> Option<i128> {
        self.is_whole().then(|| self.0.to_integer().to_i128()).flatten()
    }

    /// The nearest floating-point number.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    fn within_bounds(self) -> Option<Exact> {
        (self.0.numer().bits() + self.0.denom().bits() <= MOST_BITS).then_some(self)
    }

    /// The sum, unless it has too many digits.
    pub fn plus(&self, other: &Exact) -> Option<Exact> {
        Exact(&self.0 + &other.0).within_bounds()
    }

    /// The difference, unless it has too many digits.
    pub fn minus(&self, other: &Exact) -> Option<Exact> {
        Exact(&self.0 - &other.0).within_bounds()
    }

    /// The product, unless it has too many digits.
    pub fn times(&self, other: &Exact) -> Option<Exact> {
        Exact(&self.0 * &other.0).within_bounds()
    }

    /// The quotient, unless it has too many digits or the divisor is zero.
    pub fn over(&self, other: &Exact) -> Option<Exact> {
        if other.is_zero() { None } else { Exact(&self.0 / &other.0).within_bounds() }
    }

    /// A whole power, unless it has too many digits or is one of zero with a negative exponent.
    pub fn power(&self, exponent: i64) -> Option<Exact> {
        let size = self.0.numer().bits() + self.0.denom().bits();
        let is_small = self.0.numer().abs().is_one() && self.0.denom().is_one() || self.is_zero();
        if exponent.unsigned_abs().saturating_mul(size) > MOST_BITS * 2 && !is_small || self.is_zero() && exponent < 0 {
            return None;
        }
        let exponent = if is_small { exponent % 2 + if exponent != 0 && exponent % 2 == 0 { 2 } else { 0 } } else { exponent };
        Exact(Pow::pow(&self.0, i32::try_from(exponent).ok()?)).within_bounds()
    }

    #[must_use]
    pub fn negated(&self) -> Exact {
        Exact(-&self.0)
    }

    #[must_use]
    pub fn abs(&self) -> Exact {
        Exact(self.0.abs())
    }

    /// The largest whole number that is not above this one.
    #[must_use]
    pub fn floor(&self) -> Exact {
        Exact(self.0.floor())
    }

    /// The whole part, towards zero.
    #[must_use]
    pub fn truncated(&self) -> Exact {
        Exact(self.0.trunc())
    }

    /// The number with so many digits after the point; with negative `places`, to tens, hundreds and so on.
    #[must_use]
    pub fn rounded(&self, places: i32, rounding: Rounding) -> Exact {
        let scale = Pow::pow(BigRational::from_integer(BigInt::from(10)), places.clamp(-LARGEST_EXPONENT as i32, LARGEST_EXPONENT as i32));
        let scaled = &self.0 * &scale;
        let whole = match rounding {
            Rounding::Nearest => scaled.round(),
            Rounding::Down => scaled.floor(),
            Rounding::Up => scaled.ceil(),
        };
        Exact(whole / scale)
    }

    /// Decimal digits with exactly so many behind the point, rounded to the nearest.
    pub fn to_fixed(&self, places: usize) -> String {
        let rounded = self.rounded(i32::try_from(places).unwrap_or(i32::MAX), Rounding::Nearest);
        let scaled = (&rounded.0 * Pow::pow(BigRational::from_integer(BigInt::from(10)), places)).to_integer();
        let digits = format!("{:0>width$}", scaled.abs().to_string(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if scaled.is_negative() { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// The number of digits after the point, if it is finite.
    fn places(&self) -> Option<usize> {
        let mut rest = self.0.denom().clone();
        let mut count = |prime: u8| {
            let prime = BigInt::from(prime);
            let mut n = 0;
            while (&rest % &prime).is_zero() {
                rest /= &prime;
                n += 1;
            }
            n
        };
        let places = count(2).max(count(5));
        rest.is_one().then_some(places)
    }
}

/// Decimal digits: all of them where they have an end, else the first twelve that count.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(places) = self.places() {
            return f.write_str(&self.to_fixed(places));
        }
        let whole = self.0.trunc().to_integer().abs();
        let places = if whole.is_zero() {
            // The leading zeros and the significant digits.
            let zeros = (self.0.denom().bits().saturating_sub(self.0.numer().bits()) as f64 * std::f64::consts::LOG10_2) as usize;
            SIGNIFICANT + zeros
        } else {
            SIGNIFICANT.saturating_sub(whole.to_string().len()).max(2)
        };
        let text = self.to_fixed(places);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<i64> for Exact {
    fn from(n: i64) -> Exact {
        Exact(BigRational::from_integer(BigInt::from(n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).expect(text)
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(exact("0.1").plus(&exact("0.2")), Some(exact("0.3")));
        assert_eq!(exact("12345678901234567.89").plus(&exact("0.01")).unwrap().to_string(), "12345678901234567.9");
        let third = exact("1").over(&exact("3")).unwrap();
        assert_eq!(third.to_string(), "0.333333333333");
        assert_eq!(third.times(&exact("3")), Some(exact("1")));
        assert_eq!(exact("200").over(&exact("3")).unwrap().to_string(), "66.6666666667");
        assert_eq!(exact("1e-7").to_string(), "0.0000001");
        assert_eq!(exact("-1.50e3").to_string(), "-1500");
        assert_eq!(exact("-0").to_string(), "0");
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in ["", "-", ".", "1.2.3", "2.5 Mrd.", "0x10", "1e", "inf", "NaN", "1e999999999", "1_000"] {
            assert_eq!(Exact::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_rounded_to_a_place() {
        let round = |text: &str, places, rounding| exact(text).rounded(places, rounding).to_string();
        assert_eq!(round("2.5", 0, Rounding::Nearest), "3");
        assert_eq!(round("-2.5", 0, Rounding::Nearest), "-3");
        assert_eq!(round("1234.5", -2, Rounding::Up), "1300");
        assert_eq!(round("-1234.56", 1, Rounding::Down), "-1234.6");
        assert_eq!(exact("2").to_fixed(2), "2.00");
        assert_eq!(exact("-0.004").to_fixed(2), "0.00");
        assert_eq!(exact("0.0456").to_fixed(3), "0.046");
    }

    #[test]
    fn what_grows_too_large_is_refused() {
        let mut n = exact("1e300");
        let mut steps = 0;
        while let Some(next) = n.times(&n) {
            n = next;
            steps += 1;
            assert!(steps < 20);
        }
        assert_eq!(exact("10").power(1_000_000), None);
        assert_eq!(exact("0").power(-1), None);
        assert_eq!(exact("-1").power(1_000_001), Some(exact("-1")));
        assert_eq!(exact("1").power(i64::MAX), Some(exact("1")));
        assert_eq!(exact("0").power(0), Some(exact("1")));
        assert_eq!(exact("2").power(-2), Some(exact("0.25")));
    }
}
