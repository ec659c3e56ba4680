//! `text-overflow`: a text of a document that doesn't fit its place on the page.

use super::{RenderedDocument, TypesetDocument};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Inline, Misfit, MisfitKind};

/// How many characters of a text that doesn't fit are searched for and shown.
const SHOWN: usize = 40;

/// How many texts of a document that don't fit are shown, each with its place.
const MOST_OVERFLOWS: usize = 10;

/// A number with more digits than this can be wider than a column, and is then set on two lines.
const MOST_DIGITS: usize = 22;

/// Warns of numbers that print breaks across lines, where each part reads as a number of its own.
pub(super) fn check_numbers(document: &RenderedDocument<'_>, found: &mut Vec<Diagnostic>) {
    document.each_inline(&mut |line, inline| {
        let Inline::Text(text) = inline else { return };
        for run in text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')) {
            let digits = run.bytes().filter(u8::is_ascii_digit).count();
            if digits > MOST_DIGITS {
                let start: String = run.chars().take(MOST_DIGITS).collect();
                let message = format!("the number `{start}…` has {digits} digits, and print breaks it where it is wider than its line");
                let warning = Diagnostic::warning(Code::TextOverflow, Place::Book, message)
                    .help("round it, or write it in larger units; what isn't a number to be read can be set as code");
                found.push(document.at(line, warning));
            }
        }
    });
}

/// Warns of text in the PDF that runs past the page's edge or over other text, at the line that printed it.
pub(super) fn check(document: &TypesetDocument<'_>, found: &mut Vec<Diagnostic>) {
    let TypesetDocument { id, origins, source, misfits, .. } = *document;
    let lines: Vec<&str> = source.text.lines().collect();
    let warning = |misfit: &Misfit| {
        let text: String = misfit.text.chars().take(SHOWN).collect();
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        // A whole literal, else the start of one, else a part.
        let looked_for = [format!("\"{escaped}\""), format!("\"{escaped}"), escaped];
        let found = looked_for.iter().find_map(|text| lines.iter().position(|line| line.contains(text.as_str())));
        let line = found.and_then(|line| source.lines.get(line)).copied();
        let how = match misfit.kind {
            MisfitKind::PastTheEdge => "runs past the edge of the page",
            MisfitKind::OverOtherText => "runs over the text beside it",
        };
        let shown = if text.len() < misfit.text.len() { format!("{text}…") } else { text };
        let message = format!("`{shown}` {how}, on page {} of document `{id}`", misfit.page);
        let warning = Diagnostic::warning(Code::TextOverflow, Place::Book, message)
            .help("shorten it, give its column more width (`:::table widths=…`), or change the theme");
        origins.blame(line.unwrap_or(0), warning)
    };
    let (shown, others) = misfits.split_at(misfits.len().min(MOST_OVERFLOWS));
    found.extend(shown.iter().map(warning));
    if let (Some(first), Some(last)) = (others.first(), others.last()) {
        let count = others.len();
        let (texts, runs) = if count == 1 { ("text", "runs") } else { ("texts", "run") };
        let pages = if first.page == last.page { format!("page {}", first.page) } else { format!("pages {} to {}", first.page, last.page) };
        let message = format!("{count} more {texts} of document `{id}` {runs} over others or past the edge, on {pages}");
        found.push(Diagnostic::warning(Code::TextOverflow, origins.place(0), message));
    }
}
