//! How numbers are written: the separators of digit groups and of the fraction.

/// How numbers are written. One setting, chosen by example, so that its two signs can't be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberStyle {
    /// Between groups of three digits.
    pub group: &'static str,
    pub decimal: &'static str,
}

/// A narrow space at which no line breaks.
const THIN_SPACE: &str = "\u{202f}";

/// Every style, by how it writes one number.
const STYLES: [(&str, NumberStyle); 7] = [
    ("12,345.6", NumberStyle { group: ",", decimal: "." }),
    ("12.345,6", NumberStyle { group: ".", decimal: "," }),
    ("12 345.6", NumberStyle { group: THIN_SPACE, decimal: "." }),
    ("12 345,6", NumberStyle { group: THIN_SPACE, decimal: "," }),
    ("12'345.6", NumberStyle { group: "’", decimal: "." }),
    ("12345.6", NumberStyle { group: "", decimal: "." }),
    ("12345,6", NumberStyle { group: "", decimal: "," }),
];

impl NumberStyle {
    /// The style that writes a number like this example.
    pub fn of_example(example: &str) -> Option<NumberStyle> {
        STYLES.iter().find(|(known, _)| *known == example).map(|(_, style)| *style)
    }

    /// The examples by which styles are chosen.
    pub fn examples() -> impl Iterator<Item = &'static str> {
        STYLES.iter().map(|(example, _)| *example)
    }

    /// Decimal digits in this style, in groups of three where that is asked for.
    pub fn write(&self, digits: &str, grouped: bool) -> String {
        let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
        let (mantissa, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut out = String::from(sign);
        for (index, digit) in whole.chars().enumerate() {
            if grouped && exponent.is_empty() && index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push_str(self.group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push_str(self.decimal);
            out.push_str(fraction);
        }
        out + exponent
    }
}

impl Default for NumberStyle {
    fn default() -> NumberStyle {
        STYLES[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::NumberStyle;

    #[test]
    fn digits_are_grouped_before_the_point_only() {
        let english = NumberStyle::default();
        assert_eq!(english.write("1234567.8912", true), "1,234,567.8912");
        assert_eq!(english.write("-50000", true), "-50,000");
        assert_eq!(english.write("999", true), "999");
        assert_eq!(english.write("-999", true), "-999");
        assert_eq!(english.write("1e300", true), "1e300");
        assert_eq!(english.write("1.5e300", true), "1.5e300");
        assert_eq!(english.write("12345.6", false), "12345.6");
    }

    #[test]
    fn every_style_writes_its_example() {
        for example in NumberStyle::examples() {
            let style = NumberStyle::of_example(example).unwrap();
            assert_eq!(style.write("12345.6", true).replace('\u{202f}', " ").replace('’', "'"), example);
            assert_ne!(style.group, style.decimal);
        }
    }
}
