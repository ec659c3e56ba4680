//! Texts that look the same: what differs between them is spaces and characters that show nothing, which are named.

/// As many letters are shown on either side of what differs.
const AROUND: usize = 20;

/// As many differences are shown.
const MOST: usize = 3;

/// Two texts that look the same, around the first places where they differ, with what can't be seen named there:
/// `10[no-break space]km` and `10[space]km`.
pub(super) fn with_named_spaces(old: &str, new: &str) -> (String, String) {
    let (old, new) = (gaps(old), gaps(new));
    let differing: Vec<usize> = (0..old.len().min(new.len())).filter(|index| old[*index].0 != new[*index].0).collect();
    let shown = |letters: &[(String, Option<char>)]| {
        let (Some(first), Some(last)) = (differing.first(), differing.iter().take(MOST).next_back()) else { return String::new() };
        let (from, to) = (first.saturating_sub(AROUND), (last + AROUND).min(letters.len()));
        let mut text = if from > 0 { "…".to_owned() } else { String::new() };
        for (index, (gap, letter)) in letters.iter().enumerate().take(to).skip(from) {
            match differing.contains(&index) {
                true => gap.chars().filter_map(name).for_each(|name| text.push_str(&format!("[{name}]"))),
                false if index > from && gap.contains(char::is_whitespace) => text.push(' '),
                false => {}
            }
            text.extend(letter);
        }
        if to < letters.len() || differing.len() > MOST {
            text.push('…');
        }
        text
    };
    (shown(&old), shown(&new))
}

/// The characters of a text that can be seen, each with what stands before it and can't; at the end what no such one follows.
fn gaps(text: &str) -> Vec<(String, Option<char>)> {
    let mut out = Vec::new();
    let mut gap = String::new();
    for letter in text.chars() {
        if name(letter).is_some() {
            gap.push(letter);
        } else {
            out.push((std::mem::take(&mut gap), Some(letter)));
        }
    }
    out.push((gap, None));
    out
}

/// Whether two texts that differ look the same: they do without spaces and characters that show nothing.
pub(super) fn look_the_same(old: &str, new: &str) -> bool {
    old != new && old.chars().filter(|letter| name(*letter).is_none()).eq(new.chars().filter(|letter| name(*letter).is_none()))
}

/// What a character is called that shows nothing, or only a gap.
fn name(letter: char) -> Option<String> {
    let name = match letter {
        ' ' => "space",
        '\n' => "line break",
        '\r' => "carriage return",
        '\t' => "tab",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{2002}' => "en space",
        '\u{2003}' => "em space",
        '\u{2007}' => "figure space",
        '\u{2009}' => "thin space",
        '\u{200a}' => "hair space",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        letter
            if letter.is_whitespace()
                || letter.is_control()
                || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2061}'..='\u{206f}') =>
        {
            return Some(format!("U+{:04X}", u32::from(letter)));
        }
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        assert!(look_the_same("10\u{a0}km", "10 km") && look_the_same("10km", "10 km") && !look_the_same("10 km", "11 km"));
        assert_eq!(with_named_spaces("10\u{a0}km", "10 km"), ("10[no-break space]km".to_owned(), "10[space]km".to_owned()));
        assert_eq!(with_named_spaces("10 km", "10  km"), ("10[space]km".to_owned(), "10[space][space]km".to_owned()));
        assert_eq!(with_named_spaces("a\u{200b}b", "ab"), ("a[zero-width space]b".to_owned(), "ab".to_owned()));
        let (old, new) =
            with_named_spaces("It was rewritten: one two three\nfour five six", "It was rewritten: one two three four five six");
        assert_eq!(
            (old.as_str(), new.as_str()),
            ("…ewritten: one two three[line break]four five six", "…ewritten: one two three[space]four five six")
        );
    }
}
