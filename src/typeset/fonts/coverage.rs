//! Which characters some fonts have together, and which of a text they lack.

use unicode_normalization::char::{compose, is_combining_mark};

/// Characters as ranges, sorted and apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Face {
    ranges: Vec<(u32, u32)>,
}

impl Face {
    /// The coverage of a font with these characters, which are sorted.
    pub(super) fn new(codepoints: Vec<u32>) -> Face {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for c in codepoints {
            match ranges.last_mut() {
                Some((_, end)) if c <= end.saturating_add(1) => *end = c.max(*end),
                _ => ranges.push((c, c)),
            }
        }
        Face { ranges }
    }

    pub(super) fn of_ranges(ranges: Vec<(u32, u32)>) -> Face {
        Face { ranges }
    }

    #[cfg(all(test, feature = "builtin-typst"))]
    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    fn has(&self, c: char) -> bool {
        let c = u32::from(c);
        let after = self.ranges.partition_point(|(start, _)| *start <= c);
        after.checked_sub(1).and_then(|index| self.ranges.get(index)).is_some_and(|(_, end)| c <= *end)
    }
}

/// The characters of several fonts.
#[derive(Debug)]
pub(super) struct Coverage {
    faces: Vec<Face>,
    /// Characters that a font lists but has no glyph for: typst may choose that font for them.
    hollow: Vec<Face>,
}

impl Coverage {
    pub(super) fn new(faces: Vec<Face>, hollow: Vec<Face>) -> Coverage {
        Coverage { faces, hollow }
    }

    fn has(&self, c: char) -> bool {
        !is_forbidden(c) && !self.hollow.iter().any(|face| face.has(c)) && self.faces.iter().any(|face| face.has(c))
    }

    /// The characters that would show as a box, and their places in bytes.
    ///
    /// typst takes one font for a base character and the marks on it, and which one depends on the theme: a mark
    /// is missing unless every font that has its base has the mark too, or has both as one character.
    pub(super) fn missing(&self, text: &str) -> Vec<(usize, char)> {
        let mut missing = Vec::new();
        if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return missing;
        }
        // The last base character, and each font that has it precomposed with the marks seen so far.
        let mut bases: Vec<(&Face, char)> = Vec::new();
        let mut last = None;
        for (at, c) in text.char_indices() {
            if is_invisible(c) {
                continue;
            }
            if is_combining_mark(c)
                && self.has(c)
                && let Some(base) = last
            {
                if bases.is_empty() {
                    bases.extend(self.faces.iter().filter(|face| face.has(base)).map(|face| (face, base)));
                }
                let together = |(face, base): &mut (&Face, char)| match compose(*base, c).filter(|one| face.has(*one)) {
                    Some(one) => {
                        *base = one;
                        true
                    }
                    None => face.has(c),
                };
                if bases.is_empty() || !bases.iter_mut().all(together) {
                    missing.push((at, c));
                }
                continue;
            }
            bases.clear();
            last = Some(c);
            if !(' '..='~').contains(&c) && !self.has(c) {
                missing.push((at, c));
                // Its replacement, `[U+…]`, ends in a bracket.
                last = Some(']');
            }
        }
        missing
    }
}

/// Characters that typst draws nothing for, whatever the font.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Characters that PDF/A refuses in a text, whether a font has them or not: private ones, and marks of byte order.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0' | '\u{feff}' | '\u{fffe}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage() -> Coverage {
        let latin = Face::new((0x20..0x7f).chain([0xe9, 0xf3, 0x301]).collect());
        let arabic = Face::new((0x20..0x7f).chain([0xe9]).chain(0x620..0x650).collect());
        Coverage::new(vec![latin, arabic], Vec::new())
    }

    #[test]
    fn what_a_font_has_is_not_missing() {
        assert_eq!(coverage().missing("plain, caf\u{e9}, cafe\u{301}"), []);
        assert_eq!(coverage().missing("\u{628}\u{64e}"), []);
    }

    #[test]
    fn what_no_font_has_is_missing_with_its_place() {
        assert_eq!(coverage().missing("é\u{1f600}x\u{7}"), [(2, '\u{1f600}'), (7, '\u{7}')]);
    }

    #[test]
    fn a_mark_needs_the_font_that_has_its_base() {
        assert_eq!(coverage().missing("\u{628}\u{301}"), [(2, '\u{301}')]);
        // One of the fonts has neither the mark nor both as one character.
        assert_eq!(coverage().missing("o\u{301}"), [(1, '\u{301}')]);
        assert_eq!(coverage().missing("\u{1f600}\u{301}"), [(0, '\u{1f600}'), (4, '\u{301}')]);
    }

    #[test]
    fn what_a_font_lists_and_lacks_is_missing() {
        let coverage = Coverage::new(vec![Face::new(vec![0x2041])], vec![Face::new(vec![0x2041])]);
        assert_eq!(coverage.missing("\u{2041}"), [(0, '\u{2041}')]);
    }

    #[test]
    fn private_characters_are_missing_even_where_a_font_has_them() {
        let coverage = Coverage::new(vec![Face::new(vec![0xe000])], Vec::new());
        assert_eq!(coverage.missing("\u{e000}"), [(0, '\u{e000}')]);
    }
}
