//! The ticks of a scale that begins at zero.

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

/// A tick's value with its digits in groups of three.
pub(super) fn grouped(value: f64) -> String {
    if value < 1000.0 {
        let text = format!("{value:.3}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    if value >= 1e15 {
        return format!("{value:e}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            // A space is understood in every language.
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{grouped, ticks};

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(60000.0), [0.0, 20000.0, 40000.0, 60000.0]);
        assert_eq!(ticks(3.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0), [0.0]);
        assert!(ticks(0.07).last().is_some_and(|last| *last >= 0.07 - 1e-12));
        assert_eq!(grouped(60000.0), "60\u{a0}000");
        assert_eq!(grouped(2.5), "2.5");
    }
}
