//! Markdown of a record's field, with the citations and claims that it names: `[@report#3]`,
//! `[=precedents/kfor/troops]`.

use std::borrow::Cow;

use super::token::shield;
use super::values::Origin;
use crate::document::{Block, BlockKind, Inline, Task, walk};
use crate::layout::Pointer;
use crate::model::Citation;

/// A piece of a field's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mention<'a> {
    Text(&'a str),
    /// `[@report#3; other#p. 4]`: the citations, as written.
    Cite(Vec<&'a str>),
    /// `[=collection/id/field]` or `[=collection/id]`.
    Print {
        record: (&'a str, &'a str),
        path: Pointer,
    },
}

/// Inserted after an escaped bracket so that it can't begin a mention; [`unshield`](super::token::unshield) removes it.
const GUARD: &str = "\u{FDD2}3";

/// A field's Markdown in which `\[@` and `\[=`, which an author wrote to be read as they are, begin no mention
/// even when the Markdown is parsed and the backslash gone.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if !text.contains("\\[@") && !text.contains("\\[=") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut escaped = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if c == '[' && escaped && matches!(chars.peek(), Some('@' | '=')) {
            out.push_str(GUARD);
        }
        escaped = c == '\\' && !escaped;
    }
    Cow::Owned(out)
}

/// Takes a field's text apart at its citations and claims.
pub(crate) fn mentions(text: &str) -> Vec<Mention<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut plain_from = 0;
    let mut at = 0;
    // Search for both at once: if only one occurs, a separate search for the other would scan the rest each time.
    let begins = |text: &str| text.match_indices('[').map(|(at, _)| at).find(|at| matches!(text.as_bytes().get(at + 1), Some(b'@' | b'=')));
    while let Some(start) = begins(&rest[at..]).map(|found| at + found) {
        // A mention contains no bracket, so the search stays linear.
        let Some(end) = rest[start + 1..].find(['[', ']']).map(|found| start + 1 + found) else { break };
        match mention(&rest[start + 1..end]).filter(|_| rest[end..].starts_with(']')) {
            Some(found) => {
                if start > plain_from {
                    out.push(Mention::Text(&rest[plain_from..start]));
                }
                out.push(found);
                rest = &rest[end + 1..];
                (plain_from, at) = (0, 0);
            }
            None => at = start + 2,
        }
    }
    if plain_from < rest.len() {
        out.push(Mention::Text(&rest[plain_from..]));
    }
    out
}

fn mention(inner: &str) -> Option<Mention<'_>> {
    if let Some(sources) = inner.strip_prefix('@') {
        let sources: Vec<&str> = sources.split(';').map(|source| source.trim().trim_start_matches('@')).collect();
        return sources.iter().all(|source| !source.is_empty()).then_some(Mention::Cite(sources));
    }
    let mut parts = inner.strip_prefix('=')?.trim().splitn(3, '/');
    let record = (parts.next()?, parts.next()?);
    let path = parts.next().map(Pointer::of_path).unwrap_or_default();
    (!record.0.is_empty() && !record.1.is_empty()).then_some(Mention::Print { record, path })
}

/// Something that a field's text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Source(String),
    /// A record, or the value at a JSON pointer in it.
    Value {
        collection: String,
        id: String,
        path: Pointer,
    },
}

/// Everything that a field's Markdown names, as it is read where it is printed.
pub fn names(text: &str, parse: &dyn Fn(&str) -> super::Parsed) -> Vec<Named> {
    if !text.contains("@") && !text.contains("=") {
        return Vec::new();
    }
    let parsed = parse(&format!("\n{}", guarded(&shield(text))));
    let mut found = Vec::new();
    walk::inlines(&parsed.document.blocks, &mut |inline| {
        let Inline::Text(text) = inline else { return };
        for mention in mentions(text) {
            match mention {
                Mention::Text(_) => {}
                Mention::Cite(sources) => found.extend(sources.iter().map(|source| Named::Source(Citation::parse(source).source))),
                Mention::Print { record: (collection, id), path } => {
                    found.push(Named::Value { collection: collection.to_owned(), id: id.to_owned(), path });
                }
            }
        }
    });
    found
}

/// The inlines of Markdown that is one paragraph; nothing for none; `Err` where it is more.
pub(crate) fn as_inlines(blocks: Vec<Block>) -> Result<Vec<Inline>, ()> {
    let mut blocks = blocks.into_iter();
    match (blocks.next().map(|block| block.kind), blocks.next()) {
        (None, _) => Ok(Vec::new()),
        (Some(BlockKind::Paragraph(inlines)), None) => Ok(inlines),
        _ => Err(()),
    }
}

/// The inlines of Markdown that is paragraphs and lists of them, each on a line of its own; `Err` where it is more.
pub(crate) fn as_lines(blocks: Vec<Block>) -> Result<Vec<Inline>, ()> {
    let mut lines: Vec<Vec<Inline>> = Vec::new();
    for block in blocks {
        match block.kind {
            BlockKind::Paragraph(inlines) => lines.push(inlines),
            BlockKind::List(list) => {
                for (index, item) in list.items.into_iter().enumerate() {
                    let mark = match (item.task, list.start) {
                        (Some(Task::Done), _) => "☑".to_owned(),
                        (Some(Task::Open), _) => "☐".to_owned(),
                        (None, Some(start)) => format!("{}.", start + index),
                        (None, None) => "•".to_owned(),
                    };
                    let mut line = vec![Inline::Text(format!("{mark}\u{a0}"))];
                    line.extend(as_inlines(item.blocks)?);
                    lines.push(line);
                }
            }
            _ => return Err(()),
        }
    }
    Ok(lines.join(&[Inline::HardBreak][..]))
}

/// Fields being expanded, outermost first: a field that prints itself would never end.
#[derive(Debug, Default)]
pub(crate) struct Expanding(Vec<Origin>);

impl Expanding {
    /// Runs `work` with this field among those being expanded; `None` if it is one already.
    pub(crate) fn enter(&mut self, origin: &Origin) -> bool {
        if self.0.contains(origin) {
            return false;
        }
        self.0.push(origin.clone());
        true
    }

    pub(crate) fn leave(&mut self) {
        self.0.pop();
    }

    /// The field being expanded, if one is.
    pub(crate) fn current(&self) -> Option<&Origin> {
        self.0.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_and_claims_are_found_in_text() {
        assert_eq!(
            mentions("About [=p/kfor/troops] men [@a#3; b], [x] and [@]."),
            [
                Mention::Text("About "),
                Mention::Print { record: ("p", "kfor"), path: ["troops"].into() },
                Mention::Text(" men "),
                Mention::Cite(vec!["a#3", "b"]),
                Mention::Text(", [x] and [@]."),
            ]
        );
    }
}
