//! Layout directives: `:::table widths=2,1,1 size=small`.

use std::collections::BTreeMap;

use crate::document::PLACEHOLDER;

/// The directives that brief knows.
pub const DIRECTIVES: [&str; 9] = ["turned", "keep", "box", "columns", "pagebreak", "table", "changes", "marked", PLACEHOLDER];

/// Stands in for colons in the first line of a marked block during parsing: labels contain colons, which comrak doesn't allow there.
/// A noncharacter, so it occurs in no text.
pub(super) const COLON: char = '\u{FDD3}';

/// A text as it was before its colons were replaced by [`COLON`].
pub(super) fn unshield(text: String) -> String {
    if text.contains(COLON) { text.replace(COLON, ":") } else { text }
}

/// How many directives may be open at once: comrak looks through all of them at each line.
pub(super) const MAX_OPEN: usize = 1000;

/// The line at which more directives are open than may be.
pub(super) fn too_many_open(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start_matches([' ', '\t', '>', '-', '*', '+']);
        if fence.starts_with(":::") {
            match fence.trim_start_matches(':').trim() {
                "" if open > 0 => open -= 1,
                _ => open += 1,
            }
            if open > MAX_OPEN {
                return Some(index + 1);
            }
        }
    }
    None
}

/// The name and attributes of a directive's first line, after the colons. A word without `=` is an attribute
/// with an empty value, `.word` a class, `#word` an id; a value with spaces stands in double quotes.
pub(super) fn read(info: &str) -> (String, BTreeMap<String, String>) {
    let mut words = words(&unshield(info.to_owned())).into_iter();
    let name = words.next().unwrap_or_default();
    let mut attributes = BTreeMap::new();
    for word in words {
        let (key, value) = match word.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => match (word.strip_prefix('.'), word.strip_prefix('#')) {
                (Some(class), _) => ("class".to_owned(), class.to_owned()),
                (_, Some(id)) => ("id".to_owned(), id.to_owned()),
                _ => (word, String::new()),
            },
        };
        attributes.insert(key, value);
    }
    (name, attributes)
}

/// Words parted by spaces, with quotes taken off and braces around all attributes ignored.
fn words(info: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in info.chars() {
        match c {
            '"' => quoted = !quoted,
            '{' | '}' if !quoted => {}
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_attributes_are_read() {
        let (name, attributes) = read(r#"table widths=2,1,1 size=small {note="two words" .wide #t1} plain"#);
        assert_eq!(name, "table");
        let expected = [("class", "wide"), ("id", "t1"), ("note", "two words"), ("plain", ""), ("size", "small"), ("widths", "2,1,1")];
        assert!(attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).eq(expected));
        assert_eq!(read("").0, "");
    }
}
