//! The characters of the fonts that typst carries, known without them: a light brief needs them too.
//!
//! `embedded.txt` has one line for each font, or for several that have the same characters: a name, a tab, and ranges
//! in hexadecimal, each as the distance from the end of the one before and its length less one, where that isn't zero.
//! A test compares it with the fonts.

use super::coverage::Face;

const TABLE: &str = include_str!("embedded.txt");

/// The embedded fonts.
pub(super) fn faces() -> Vec<Face> {
    lines().filter(|(name, _)| !name.starts_with('-')).map(|(_, ranges)| Face::of_ranges(decode(ranges))).collect()
}

/// What embedded fonts list and lack: lines whose name begins with a hyphen.
pub(super) fn hollow() -> Vec<Face> {
    lines().filter(|(name, _)| name.starts_with('-')).map(|(_, ranges)| Face::of_ranges(decode(ranges))).collect()
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter_map(|line| line.split_once('\t'))
}

fn decode(text: &str) -> Vec<(u32, u32)> {
    let number = |text: &str| u32::from_str_radix(text, 16).unwrap_or(0);
    let mut end = 0;
    let ranges = text.split(' ').map(|range| {
        let (distance, more) = range.split_once('+').map_or((range, 0), |(distance, more)| (distance, number(more)));
        let start = end + number(distance);
        end = start + more;
        (start, end)
    });
    ranges.collect()
}

#[cfg(all(test, feature = "builtin-typst"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn encode(face: &Face) -> String {
        let mut end = 0;
        let ranges = face.ranges().iter().map(|(start, last)| {
            let distance = start - end;
            end = *last;
            if last == start { format!("{distance:x}") } else { format!("{distance:x}+{:x}", last - start) }
        });
        ranges.collect::<Vec<_>>().join(" ")
    }

    /// `BRIEF_UPDATE=1` writes the table anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's expected file, and the flag that updates it")]
    fn the_table_is_that_of_the_fonts() {
        let fonts: Vec<_> = typst_kit::fonts::embedded().map(|(font, info)| (font.data().to_vec(), info)).collect();
        let read: Vec<(Face, Face)> = fonts.iter().flat_map(|(bytes, _)| super::super::read(bytes)).collect();
        assert_eq!(read.len(), fonts.len());
        let mut seen = BTreeSet::new();
        let mut table = String::new();
        for ((has, claims), (_, info)) in read.iter().zip(&fonts) {
            // The coverage that typst computes, even where it is wrong.
            let typst = Face::new(info.coverage.iter().collect());
            assert!(typst.ranges() == both(has, claims).ranges(), "{}: typst reads it otherwise", info.family);
            for (name, face) in [(info.family.as_str().to_owned(), has), (format!("-{}", info.family.as_str()), claims)] {
                let ranges = encode(face);
                if !ranges.is_empty() && seen.insert(ranges.clone()) {
                    table.push_str(&format!("{name}\t{ranges}\n"));
                }
            }
        }
        if std::env::var_os("BRIEF_UPDATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/typeset/fonts/embedded.txt"), &table)
                .expect("the table can be written");
        } else {
            assert!(table == TABLE, "the table is not that of the fonts: run this test with BRIEF_UPDATE=1");
        }
    }

    fn both(one: &Face, other: &Face) -> Face {
        let all = |face: &Face| face.ranges().iter().flat_map(|(start, end)| *start..=*end).collect::<Vec<u32>>();
        let mut codepoints = [all(one), all(other)].concat();
        codepoints.sort_unstable();
        Face::new(codepoints)
    }

    #[test]
    fn letters_of_many_scripts_are_there() {
        let coverage = super::super::coverage::Coverage::new(faces(), hollow());
        assert_eq!(coverage.missing("Ağrı, Łódź, Афины, Αθήνα, القدس, ☐ ☑ – — “ ” …"), []);
        assert_eq!(coverage.missing("中"), [(0, '中')]);
    }
}
