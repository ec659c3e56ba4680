//! Plain text, for all stages that print or compare it: split into words, compared by words, escaped for HTML and terminals.

mod harmless;
mod html;
mod segments;
pub(crate) mod sequences;
pub(crate) mod similarity;
pub mod words;

pub use harmless::{Colors, harmless, is_harmful, picture, shown, shown_html, shown_json};
pub use html::escape_html;
pub(crate) use html::{escape_value, escape_xml, render_html};
pub use segments::{Segment, last_sentence, segments, words_of};

/// A text with a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
