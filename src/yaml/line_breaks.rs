//! U+0085, U+2028 and U+2029 are ordinary characters since YAML 1.2, but the parser takes them for line breaks, as YAML 1.1
//! did. It is given other characters in their place, one for one so that columns stay the same, and what it reads is
//! turned back.

use std::borrow::Cow;

/// The characters that the parser takes for line breaks.
const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The characters that replace those in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard([char; 3]);

/// The text to give to the parser, and how to turn back what it reads; `None` if nothing had to be replaced.
pub(crate) fn guard(text: &str) -> (Cow<'_, str>, Option<Guard>) {
    if !text.contains(BREAKS) {
        return (Cow::Borrowed(text), None);
    }
    // Three private-use characters that the text itself doesn't contain.
    let mut free = ('\u{e000}'..='\u{f8ff}').filter(|c| !text.contains(*c));
    match (free.next(), free.next(), free.next()) {
        (Some(a), Some(b), Some(c)) => {
            let guard = Guard([a, b, c]);
            (Cow::Owned(replaced(text, BREAKS, guard.0)), Some(guard))
        }
        _ => (Cow::Borrowed(text), None),
    }
}

impl Guard {
    /// The text as it was written, from what the parser read.
    pub(super) fn turn_back(self, text: &str) -> String {
        replaced(text, self.0, BREAKS)
    }
}

fn replaced(text: &str, from: [char; 3], to: [char; 3]) -> String {
    text.chars().map(|c| from.into_iter().zip(to).find(|(from, _)| *from == c).map_or(c, |(_, to)| to)).collect()
}
