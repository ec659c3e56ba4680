//! The arithmetic of intervals: the least and the most that a result can be.

use super::{Exact, NoAnswer, Quantity};

/// The ends of an interval; none where there is no bound.
type Bounds = (Option<Exact>, Option<Exact>);

/// The end of a sum.
pub(super) fn sum(a: &Option<Exact>, b: &Option<Exact>) -> Result<Option<Exact>, NoAnswer> {
    a.as_ref().zip(b.as_ref()).map(|(a, b)| a.plus(b).ok_or(NoAnswer::TooLarge)).transpose()
}

/// The end of a difference.
pub(super) fn difference(a: &Option<Exact>, b: &Option<Exact>) -> Result<Option<Exact>, NoAnswer> {
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

/// The least and the most of the products of the ends.
pub(super) fn product(a: &Quantity, b: &Quantity) -> Result<Bounds, NoAnswer> {
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
pub(super) fn quotient(a: &Quantity, b: &Quantity) -> Result<Bounds, NoAnswer> {
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
