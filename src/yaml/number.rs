//! Numbers that would change if they were read: what a float can't hold exactly is a fault, as with integers.

/// More significant digits than these may be lost.
const SAFE_DIGITS: usize = 15;

/// Whether a text may hold a number that a float can't hold: a long run of digits, or an exponent of three or more.
pub(crate) fn may_lose(text: &str) -> bool {
    let (mut digits, mut exponent) = (0, None);
    text.bytes().any(|b| {
        match b {
            b'0'..=b'9' => {
                digits += 1;
                exponent = exponent.map(|digits: usize| digits + 1);
            }
            b'.' => {}
            b'e' | b'E' if digits > 0 => exponent = Some(0),
            b'+' | b'-' if exponent == Some(0) => {}
            _ => (digits, exponent) = (0, None),
        }
        digits > SAFE_DIGITS || exponent.is_some_and(|digits| digits > 2)
    })
}

/// Whether a plain scalar is a number that a float is read for, and would not be the number that is written.
pub(crate) fn is_lost(scalar: &str) -> bool {
    if scalar.parse::<i64>().is_ok() || scalar.parse::<u64>().is_ok() {
        return false;
    }
    let Some(written) = Decimal::parse(scalar) else { return false };
    match scalar.parse::<f64>() {
        // What is too large for a float is read as text.
        Ok(float) if float.is_finite() => Decimal::parse(&format!("{float:e}")).is_some_and(|read| read != written),
        _ => false,
    }
}

/// The digits of a number without zeros around them, and the power of ten of the last.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            // An exponent beyond any sense is that of a number that is lost.
            Some((mantissa, exponent)) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                (mantissa, is_number.then(|| exponent.parse().unwrap_or(i64::MAX / 2))?)
            }
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let kept = digits.trim_end_matches('0');
        let exponent = exponent - fraction.len() as i64 + (digits.len() - kept.len()) as i64;
        match kept.trim_start_matches('0') {
            "" => Some(Decimal { is_negative: false, digits: String::new(), exponent: 0 }),
            kept => Some(Decimal { is_negative, digits: kept.to_owned(), exponent }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_float_holds_is_kept() {
        for kept in [
            "0.1",
            "0.10",
            "-1.50",
            "1e3",
            "+5.",
            ".5",
            "-0.0",
            "0e999",
            "123456789.25",
            "1e22",
            "9007199254740992.0",
            "18446744073709551615",
        ] {
            assert!(!is_lost(kept), "{kept}");
        }
        for lost in [
            "12345678901234567.89",
            "9007199254740993.0",
            "1e-400",
            "-1e-999999999999999999999",
            "0.30000000000000004441",
            "36893488147419103233e40",
        ] {
            assert!(is_lost(lost) && may_lose(lost), "{lost}");
        }
        for no_number in ["", ".", "1.2.3", "abc", "1e", "0x1F", "2025-11-05", ".inf", "1e400"] {
            assert!(!is_lost(no_number), "{no_number}");
        }
        assert!(!may_lose("a: 5, 2025-11-05, 123456789012345, 1e22"));
    }
}
