//! Joining and trimming inlines: adjacent text is one text, adjacent emphasis of one style is one, and no spaces are left
//! where Markdown would drop them.

use super::block::Style;
use super::escape::code_fence;
use crate::document::Inline;

/// Adds an inline, joining text with text before it.
pub(super) fn push(out: &mut Vec<Inline>, inline: Inline) {
    match (out.last_mut(), inline) {
        (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
        (_, inline) => out.push(inline),
    }
}

/// Adds text, joining it with text before it.
pub(super) fn push_text(out: &mut Vec<Inline>, text: &str) {
    match out.last_mut() {
        _ if text.is_empty() => {}
        Some(Inline::Text(before)) => before.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

/// Adds code, joining it with code before it if backticks can enclose both, and as text if they can't enclose it at all.
pub(super) fn push_code(out: &mut Vec<Inline>, code: &str) {
    match out.last_mut() {
        _ if code.is_empty() => {}
        Some(Inline::Code(before)) => {
            let both = format!("{before}{code}");
            if code_fence(&both).is_some() && !odd_backslashes_before_pipe(&both) {
                *before = both;
            } else {
                push_text(out, code);
            }
        }
        _ if code_fence(code).is_none() => push_text(out, code),
        _ => out.push(Inline::Code(code.to_owned())),
    }
}

/// Adds an inline of a style, joining it with one of the same style before it.
pub(super) fn push_styled(out: &mut Vec<Inline>, style: Style, content: Vec<Inline>) {
    match (out.last_mut(), style) {
        (Some(Inline::Emphasis(before)), Style::Emphasis)
        | (Some(Inline::Strong(before)), Style::Strong)
        | (Some(Inline::Strikethrough(before)), Style::Strikethrough) => append(before, content),
        _ => out.push(style.wrap(content)),
    }
}

/// Adds inlines, joining each with what it belongs to.
pub(super) fn append(out: &mut Vec<Inline>, content: Vec<Inline>) {
    for inline in content {
        match inline {
            Inline::Emphasis(content) => push_styled(out, Style::Emphasis, content),
            Inline::Strong(content) => push_styled(out, Style::Strong, content),
            Inline::Strikethrough(content) => push_styled(out, Style::Strikethrough, content),
            Inline::Code(code) => push_code(out, &code),
            other => push(out, other),
        }
    }
}

/// Removes the spaces next to line breaks.
pub(super) fn trim_at_breaks(inlines: &mut Vec<Inline>) {
    if !inlines.contains(&Inline::HardBreak) {
        return;
    }
    for at in 0..inlines.len() {
        let after = at > 0 && inlines[at - 1] == Inline::HardBreak;
        let before = inlines.get(at + 1) == Some(&Inline::HardBreak);
        if let Inline::Text(text) = &mut inlines[at] {
            let kept = if after { text.trim_start_matches(' ') } else { text.as_str() };
            let kept = if before { kept.trim_end_matches(' ') } else { kept };
            *text = kept.to_owned();
        }
    }
    inlines.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
}

/// Removes spaces and line breaks at both ends; returns the number of line breaks removed at the start.
pub(super) fn trim(inlines: &mut Vec<Inline>) -> usize {
    let mut cut = 0;
    let mut start = 0;
    while let Some(first) = inlines.get_mut(start) {
        match first {
            Inline::HardBreak => cut += 1,
            Inline::Text(text) => {
                let kept = text.trim_start_matches(' ');
                if !kept.is_empty() {
                    *text = kept.to_owned();
                    break;
                }
            }
            _ => break,
        }
        start += 1;
    }
    inlines.drain(..start);
    while let Some(last) = inlines.last_mut() {
        match last {
            Inline::HardBreak => {}
            Inline::Text(text) => {
                text.truncate(text.trim_end_matches(' ').len());
                if !text.is_empty() {
                    break;
                }
            }
            _ => break,
        }
        inlines.pop();
    }
    cut
}

/// Whether a pipe in code has an odd number of backslashes before it, which no cell of a table can express.
pub(super) fn odd_backslashes_before_pipe(code: &str) -> bool {
    code.match_indices('|').any(|(at, _)| {
        let before = &code[..at];
        (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
    })
}
