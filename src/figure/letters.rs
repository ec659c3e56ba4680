//! The width of text in the font of figures, the same on every machine.
//!
//! Figures are set in Libertinus Serif, which typst always carries. `libertinus.txt` holds the advance widths of its
//! regular face in thousandths of the size: each line a first character in hexadecimal, a tab, and a width for it and for
//! each that follows, or a hyphen where the font has none. A test compares it with the font.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The font's family, as a drawing names it.
pub(super) const FAMILY: &str = "Libertinus Serif";

/// The width of a character that the table doesn't have, such as one of another script: that of a broad letter.
const OTHER: f64 = 900.0;

static TABLE: LazyLock<BTreeMap<char, f64>> = LazyLock::new(|| read(include_str!("libertinus.txt")));

fn read(text: &str) -> BTreeMap<char, f64> {
    let mut widths = BTreeMap::new();
    for (start, line) in text.lines().filter_map(|line| line.split_once('\t')) {
        let start = u32::from_str_radix(start, 16).unwrap_or(0);
        let characters = (start..).map(char::from_u32).zip(line.split(' '));
        widths.extend(characters.filter_map(|(c, width)| Some((c?, width.parse().ok()?))));
    }
    widths
}

/// The width of a text at a size, in points.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| TABLE.get(&c).copied().unwrap_or(OTHER)).sum::<f64>() / 1000.0 * size
}

/// A text in lines no wider than `room`; a word that is wider is cut short.
pub(super) fn lines(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let is_cut = lines.len() > most;
    lines.truncate(most);
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.push('…');
    }
    for line in &mut lines {
        if width(line, size) > room {
            let mut short = line.trim_end_matches('…').to_owned();
            while !short.is_empty() && width(&short, size) + width("…", size) > room {
                short.pop();
            }
            *line = short + "…";
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{lines, width};

    #[test]
    fn text_is_measured_and_broken() {
        // 465 thousandths each.
        assert!((width("1234", 10.0) - 18.6).abs() < 1e-9);
        assert_eq!(
            lines("Implementation Force and Stabilization Force", 10.0, 92.0, 3),
            ["Implementation Force", "and Stabilization", "Force"]
        );
        assert_eq!(lines("Implementation Force and Stabilization Force", 10.0, 92.0, 2), ["Implementation Force", "and Stabilization…"]);
        assert!(
            lines("Rindfleischetikettierungsgesetz", 10.0, 60.0, 2).iter().all(|line| line.ends_with('…') && width(line, 10.0) <= 60.0)
        );
        assert_eq!(lines("", 10.0, 60.0, 2), Vec::<String>::new());
    }

    #[cfg(feature = "builtin-typst")]
    #[test]
    fn the_table_is_that_of_the_font() {
        let font = typst_kit::fonts::embedded()
            .find(|(font, info)| {
                info.family.as_str() == super::FAMILY && ttf_parser::Face::parse(font.data(), 0).is_ok_and(|face| face.is_regular())
            })
            .expect("typst carries the font");
        let face = ttf_parser::Face::parse(font.0.data(), 0).expect("it is a font");
        for (c, width) in super::TABLE.iter() {
            let glyph = face.glyph_index(*c).expect("the font has what the table has");
            assert_eq!(face.glyph_hor_advance(glyph).map(f64::from), Some(*width), "{c}");
        }
    }
}
