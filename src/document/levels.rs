//! Levels of headings, closed up where some were skipped.

/// The headings above the one at hand, by their levels as written.
#[derive(Debug, Clone, Default)]
pub struct HeadingLevels(Vec<u8>);

impl HeadingLevels {
    /// The level of the next heading, counted from 1 with none left out: one below the nearest heading before it that is
    /// above it. Headings of one level stay on one.
    pub fn next(&mut self, level: u8) -> u8 {
        while self.0.last().is_some_and(|above| *above >= level) {
            self.0.pop();
        }
        self.0.push(level);
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::HeadingLevels;

    #[test]
    fn skipped_levels_are_closed_up() {
        let shown = |levels: &[u8]| -> Vec<u8> {
            let mut headings = HeadingLevels::default();
            levels.iter().map(|level| headings.next(*level)).collect()
        };
        assert_eq!(shown(&[1, 2, 3, 2, 3, 1]), [1, 2, 3, 2, 3, 1]);
        assert_eq!(shown(&[1, 3, 3, 5, 2, 6]), [1, 2, 2, 3, 2, 3]);
    }
}
