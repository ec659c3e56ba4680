//! A `.md` record: YAML front matter between lines of `---`, and the text below it.

use serde_json::{Map, Value as Json};

use super::violation::found;
use super::yaml::{Source, parse};
use crate::diagnostic::{Code, Diagnostic, Place};

/// The field that holds the text.
const BODY: &str = "body";

/// The two parts of a `.md` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The front matter's text, from the file's second line on; `None` where there is none.
    pub(super) front: Option<&'a str>,
    pub(super) body: &'a str,
    /// The line on which the text begins.
    pub(super) body_line: usize,
}

/// Takes a file apart. An error is front matter that never ends.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let (front, rest, mut body_line) = if is_fence(first) {
        let start = first.len();
        let mut end = start;
        let mut number = 1;
        loop {
            let line = lines.next()?;
            number += 1;
            if is_fence(line) {
                break (Some(&text[start..end]), &text[end + line.len()..], number + 1);
            }
            end += line.len();
        }
    } else {
        (None, text, 1)
    };
    let blank = rest.len() - rest.trim_start_matches(['\n', '\r', ' ', '\t']).len();
    let blank = rest[..blank].rfind('\n').map_or(0, |end| end + 1);
    body_line += rest[..blank].matches('\n').count();
    Some(Parts { front, body: rest[blank..].trim_end(), body_line })
}

/// Reads a `.md` record's fields, its text among them; `warnings` gets what the record may allow.
pub(super) fn parse_record(
    file: &str,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<Map<String, Json>> {
    let Some(parts) = split(text) else {
        let message = format!("the front matter of `{file}` has no end");
        diagnostics.push(Diagnostic::error(Code::YamlSyntax, Place::line(file, 1), message).help("close it with a line of `---`"));
        return None;
    };
    let source = Source { file, text: parts.front.unwrap_or_default(), lines_before: usize::from(parts.front.is_some()) };
    let json = parse(&source, diagnostics);
    let body = Source { file, text: parts.body, lines_before: parts.body_line - 1 };
    diagnostics.extend(super::yaml::forbidden(&body));
    warnings.extend(super::comment::find(&source).into_iter().map(|(_, warning)| warning));
    let mut fields = match json? {
        Json::Object(fields) => fields,
        Json::Null => Map::new(),
        other => {
            let message = format!("the front matter of `{file}` must be a mapping of fields, not {}", found(&other));
            diagnostics.push(Diagnostic::error(Code::NotAMapping, Place::value(file, ""), message));
            return None;
        }
    };
    if !parts.body.is_empty() {
        let body = if parts.body.contains('\r') { parts.body.replace("\r\n", "\n") } else { parts.body.to_owned() };
        if fields.insert(BODY.to_owned(), Json::String(body)).is_some() {
            let message = format!("`{file}` has a field `{BODY}` besides its text");
            let place = Place::line(file, parts.body_line);
            diagnostics.push(
                Diagnostic::error(Code::DuplicateKey, place, message)
                    .help(format!("the text below the front matter is the field `{BODY}`")),
            );
        }
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_ends_at_the_first_fence() {
        let parts = split("---\na: 1\n---\n\n\n  text\n---\nmore\n\n").expect("it has an end");
        assert_eq!(parts, Parts { front: Some("a: 1\n"), body: "  text\n---\nmore", body_line: 6 });
        assert_eq!(split("---\n---\n"), Some(Parts { front: Some(""), body: "", body_line: 3 }));
        assert_eq!(split("text\n---\n"), Some(Parts { front: None, body: "text\n---", body_line: 1 }));
        assert_eq!(split("---\na: 1\n"), None);
        assert_eq!(split(""), Some(Parts { front: None, body: "", body_line: 1 }));
    }
}
