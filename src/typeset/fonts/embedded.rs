//! The characters of the fonts that typst carries, known without them: a light brief needs them too.
//!
//! `embedded.txt` has one line for each family: its name, a tab, and ranges in hexadecimal, each as the distance from
//! the end of the one before and its length less one, where that isn't zero. A test compares it with the fonts.

use super::coverage::Family;

const TABLE: &str = include_str!("embedded.txt");

/// The embedded families.
pub(super) fn families() -> Vec<Family> {
    TABLE.lines().filter_map(|line| line.split_once('\t')).map(|(_, ranges)| Family::of_ranges(decode(ranges))).collect()
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
    use std::collections::BTreeMap;

    use super::*;

    fn encode(family: &Family) -> String {
        let mut end = 0;
        let ranges = family.ranges().iter().map(|(start, last)| {
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
        let mut families: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (_, info) in typst_kit::fonts::embedded() {
            families.entry(info.family.as_str().to_owned()).or_default().extend(info.coverage.iter());
        }
        let lines = families.into_iter().map(|(name, mut codepoints)| {
            codepoints.sort_unstable();
            format!("{name}\t{}\n", encode(&Family::new(codepoints)))
        });
        let table: String = lines.collect();
        if std::env::var_os("BRIEF_UPDATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/typeset/fonts/embedded.txt"), &table)
                .expect("the table can be written");
        } else {
            assert!(table == TABLE, "the table is not that of the fonts: run this test with BRIEF_UPDATE=1");
        }
    }

    #[test]
    fn letters_of_many_scripts_are_there() {
        let coverage = super::super::coverage::Coverage::new(families());
        assert_eq!(coverage.missing("Ağrı, Łódź, Афины, Αθήνα, القدس, ☐ ☑ – — “ ” …"), []);
        assert_eq!(coverage.missing("中"), [(0, '中')]);
    }
}
