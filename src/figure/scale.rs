//! The ticks of a scale that begins at zero.

use crate::model::NumberStyle;

/// Round values from 0 to the longest or a little beyond.
pub(super) fn ticks(longest: f64) -> Vec<f64> {
    if longest <= 0.0 {
        return vec![0.0];
    }
    let rough = longest / 4.0;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * magnitude).find(|step| *step >= rough * 0.999).unwrap_or(magnitude);
    let count = (longest / step - 1e-9).ceil() as usize;
    (0..=count).map(|index| index as f64 * step).collect()
}

/// From this value on, digits are grouped, as in the text.
const GROUP_FROM: f64 = 10_000.0;

/// A tick's value as the book writes numbers.
pub(super) fn tick_text(value: f64, numbers: NumberStyle) -> String {
    let digits = match value {
        _ if value < 1000.0 => format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ if value >= 1e15 => format!("{value:e}"),
        _ => format!("{value:.0}"),
    };
    numbers.write(&digits, value >= GROUP_FROM)
}

#[cfg(test)]
mod tests {
    use super::{tick_text, ticks};
    use crate::model::NumberStyle;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(60000.0), [0.0, 20000.0, 40000.0, 60000.0]);
        assert_eq!(ticks(3.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0), [0.0]);
        assert!(ticks(0.07).last().is_some_and(|last| *last >= 0.07 - 1e-12));
        let english = NumberStyle::default();
        assert_eq!(tick_text(60000.0, english), "60,000");
        assert_eq!(tick_text(5000.0, english), "5000");
        assert_eq!(tick_text(2.5, english), "2.5");
        assert_eq!(tick_text(0.0, english), "0");
        let german = NumberStyle::of_example("12.345,6").unwrap_or_default();
        assert_eq!((tick_text(60000.0, german), tick_text(2.5, german)), ("60.000".to_owned(), "2,5".to_owned()));
    }
}
