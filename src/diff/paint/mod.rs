//! Painters: one list of changes for a terminal, a code host and a browser. Its JSON is [`Changes::to_json`].
//!
//! All draw from the same [`Changes`], count with the same [`Tally`], and treat every text of the content as text:
//! none can color a terminal, make markup, or call upon somebody on a code host.
//!
//! [`Changes`]: super::Changes
//! [`Changes::to_json`]: super::Changes::to_json

mod escape;
mod fold;
mod html;
mod markdown;
mod prose;
mod review;
mod tally;
mod text;
mod view;

pub use escape::code;
pub use html::{Section, html, html_fragment};
pub use markdown::markdown;
pub use review::{Affected, CheckChanges, MARKER, Review, review, unreadable};
pub use tally::Tally;
pub use text::{Tone, text};

/// What the two sides are called.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    pub base: &'a str,
    pub head: &'a str,
}

/// A few words: `a, b and 3 more`.
fn some_of<T: AsRef<str>>(all: &[T], most: usize) -> String {
    let shown: Vec<&str> = all.iter().take(most).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What isn't empty, with commas.
fn listed(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
