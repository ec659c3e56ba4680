//! What tables and figures are called, and how Markdown says so: `**Table 3.** Caption`.

use super::Inline;

/// The directive around a list of tables or figures that brief makes.
pub const LISTING: &str = "listing";

/// The directive around the table of what a figure shows. In print it is a line of its cited values, or with the attribute `form`
/// a table; in Markdown it is folded away under the words in its attribute `summary`.
pub const FIGURE_DATA: &str = "figure-data";

/// The directive around what only the book's owner can fill in: drafts show it, in a frame that is titled with the words in
/// its attribute `title`, and versions leave it out.
pub const PLACEHOLDER: &str = "placeholder";

/// The directive around an image that has a width of its own, in its attribute `width`.
pub const SIZED: &str = "sized";

/// The space between a label and its caption in Markdown, by which the label is known again.
const SPACE: char = '\u{a0}';

/// A caption's beginning in Markdown: `**Table 3.**` and the space behind it.
pub fn caption_lead(label: &str) -> [Inline; 2] {
    [Inline::Strong(vec![Inline::Text(format!("{label}."))]), Inline::Text(SPACE.to_string())]
}

/// The label at the beginning of a paragraph, and the rest of it, if it is a caption.
///
/// ```
/// use brief::document::{Inline, caption_lead, label_of};
/// let mut paragraph = caption_lead("Table 3").to_vec();
/// paragraph.push(Inline::Text("Troops".to_owned()));
/// assert_eq!(label_of(&paragraph), Some(("Table 3".to_owned(), vec![Inline::Text("Troops".to_owned())])));
/// ```
pub fn label_of(content: &[Inline]) -> Option<(String, Vec<Inline>)> {
    let [Inline::Strong(lead), Inline::Text(text), rest @ ..] = content else { return None };
    let [Inline::Text(label)] = &lead[..] else { return None };
    let label = label.strip_suffix('.').filter(|label| !label.trim().is_empty())?;
    let text = text.strip_prefix(SPACE)?;
    let mut caption = Vec::with_capacity(rest.len() + 1);
    if !text.is_empty() {
        caption.push(Inline::Text(text.to_owned()));
    }
    match (caption.last_mut(), rest) {
        (None, [Inline::Text(next), rest @ ..]) => caption.extend([Inline::Text(next.clone())].into_iter().chain(rest.iter().cloned())),
        (_, rest) => caption.extend_from_slice(rest),
    }
    (!caption.is_empty()).then(|| (label.to_owned(), caption))
}

/// The number in a label: `3` of `Table 3`.
pub fn number_of(label: &str) -> Option<&str> {
    let (word, number) = label.rsplit_once(' ')?;
    (!word.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// The anchor of what has this label; an author's own has no space.
pub fn anchor_of(label: &str) -> String {
    format!("caption {label}")
}
