//! A drawing for a format that prints the number of a character which no font has.

use std::collections::BTreeSet;
use std::ops::Range;

use roxmltree::{Document, Node};

use super::canvas::number;
use super::letters;

/// The drawing with `[U+1F600]` in place of each character that `missing` finds in its texts, and these characters; nothing
/// where there are none. A text that became longer is as wide as its letters, and squeezed only where the drawing would end.
pub fn with_numbers(drawing: &str, missing: &dyn Fn(&str) -> Vec<(usize, char)>) -> Option<(String, BTreeSet<char>)> {
    let document = Document::parse(drawing).ok()?;
    let width = document.root_element().attribute("viewBox")?.split(' ').nth(2)?.parse().ok()?;
    let mut characters = BTreeSet::new();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for text in document.descendants().filter(|node| node.has_tag_name("text")) {
        let content = text.first_child()?.range();
        let found = missing(&drawing[content.clone()]);
        if found.is_empty() {
            continue;
        }
        if let Some(length) = text.attribute_node("textLength") {
            let shown = numbered(text.text()?.trim(), &missing(text.text()?.trim()));
            changes.push((length.range_value(), number(room(text, width)?.min(letters::width(&shown, font_size(text)?)))));
        }
        changes.push((content.clone(), numbered(&drawing[content], &found)));
        characters.extend(found.iter().map(|(_, c)| *c));
    }
    if changes.is_empty() {
        return None;
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = drawing.to_owned();
    for (range, by) in changes.into_iter().rev() {
        out.replace_range(range, &by);
    }
    Some((out, characters))
}

fn numbered(text: &str, missing: &[(usize, char)]) -> String {
    let mut out = text.to_owned();
    for (at, c) in missing.iter().rev() {
        out.replace_range(*at..at + c.len_utf8(), &format!("[U+{:04X}]", u32::from(*c)));
    }
    out
}

fn font_size(text: Node<'_, '_>) -> Option<f64> {
    text.attribute("font-size")?.parse().ok()
}

/// How wide a text can be in a drawing.
fn room(text: Node<'_, '_>, width: f64) -> Option<f64> {
    let x: f64 = text.attribute("x")?.parse().ok()?;
    Some(match text.attribute("text-anchor") {
        Some("end") => x,
        Some("middle") => 2.0 * x.min(width - x),
        _ => width - x,
    })
}

#[cfg(test)]
mod tests {
    use super::with_numbers;

    fn missing(text: &str) -> Vec<(usize, char)> {
        text.char_indices().filter(|(_, c)| *c > '\u{ff}').collect()
    }

    #[test]
    fn characters_without_a_font_are_their_numbers() {
        let text = |place: &str, content: &str| format!("<text font-size=\"10\" textLength=\"20\" x=\"{place}\">\n{content}\n</text>");
        let drawing = |texts: &str| format!("<svg viewBox=\"0 0 100 50\">{texts}</svg>");
        let (shown, characters) =
            with_numbers(&drawing(&(text("10", "a &lt; \u{1f600}") + &text("70", "é"))), &missing).unwrap_or_default();
        assert!(shown.contains("\na &lt; [U+1F600]\n") && shown.contains("\né\n"), "{shown}");
        assert_eq!(characters.into_iter().collect::<String>(), "\u{1f600}");
        // As wide as its letters, where there is room.
        assert!(!shown.contains("textLength=\"20\" x=\"10\"") && shown.contains("textLength=\"20\" x=\"70\""), "{shown}");
        let (shown, _) = with_numbers(&drawing(&text("70", "\u{4e2d}\u{6587}")), &missing).unwrap_or_default();
        assert!(shown.contains("textLength=\"30\" x=\"70\""), "{shown}");
        assert_eq!(with_numbers(&drawing(&text("10", "plain")), &missing), None);
        assert_eq!(with_numbers("no drawing", &missing), None);
    }
}
