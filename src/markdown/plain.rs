//! Markdown of records as plain text.

use super::parse;
use crate::document::{BlockKind, Inline, plain_text as text_of, walk};

/// A piece of Markdown without its markup and citations, in one line.
pub fn plain_text(markdown: &str) -> String {
    let markdown = without_citations(markdown);
    let mut text = String::new();
    walk::blocks(&parse(&markdown).document.blocks, &mut |block| {
        if let BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } = &block.kind {
            text.push_str(&text_of(content));
            text.push(' ');
        }
    });
    let text = if text.trim().is_empty() { text_of(&[Inline::Text(markdown)]) } else { text };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without the citations in it, and with `…` in place of mentioned claims.
pub fn without_citations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match (after.chars().next(), after.split_once(']')) {
            (Some('@'), Some((_, behind))) => rest = behind,
            (Some('='), Some((_, behind))) => {
                out.push('…');
                rest = behind;
            }
            (Some('@' | '='), None) => {
                // Unterminated, so the rest is plain text.
                rest = &rest[before.len()..];
                break;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_citations_are_left_out() {
        assert_eq!(plain_text("see [=missions/kfor/troops] and [the report](a.pdf)"), "see … and the report");
        assert_eq!(plain_text("# Title\n\nA **strong** word.[@report#7]"), "Title A strong word.");
        assert_eq!(without_citations("cut off [@report"), "cut off [@report");
    }
}
