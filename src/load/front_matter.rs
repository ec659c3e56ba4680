//! A `.md` record: front matter with its fields, and the text below, which is a field, too.

use serde_json::{Map, Value as Json};

use super::violation::found;
use super::yaml::{YamlSource, parse};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::Pointer;
use crate::yaml::front_matter::{self, Split};

/// The field that holds the text.
const BODY: &str = "body";

/// A `.md` file, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The front matter's text, which starts on the file's second line; `None` if the file has no front matter.
    pub(super) front: Option<&'a str>,
    /// The text below, without the lines of spaces before it and after it.
    pub(super) body: &'a str,
    /// The line of the file on which the text starts, from 1.
    pub(super) body_line: usize,
}

/// Takes a `.md` file apart; `None` if its front matter is never closed.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let (front, rest) = match front_matter::split(text) {
        Split::Unclosed => return None,
        Split::None => (None, text),
        Split::FrontMatter { yaml, rest, .. } => (Some(yaml), rest),
    };
    let leading = rest.len() - rest.trim_start_matches(['\n', '\r', ' ', '\t']).len();
    let body = &rest[rest[..leading].rfind('\n').map_or(0, |end| end + 1)..];
    let body_line = 1 + text[..text.len() - body.len()].matches('\n').count();
    Some(Parts { front, body: body.trim_end(), body_line })
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
    let source = YamlSource { file, text: parts.front.unwrap_or_default(), lines_before: usize::from(parts.front.is_some()) };
    let json = parse(&source, diagnostics);
    let body = YamlSource { file, text: parts.body, lines_before: parts.body_line - 1 };
    diagnostics.extend(super::yaml::forbidden(&body));
    warnings.extend(super::comment::find(&source).into_values().flatten());
    let mut fields = match json? {
        Json::Object(fields) => fields,
        Json::Null => Map::new(),
        other => {
            let message = format!("the front matter of `{file}` must be a mapping of fields, not {}", found(&other));
            diagnostics.push(Diagnostic::error(Code::NotAMapping, Place::value(file, Pointer::root()), message));
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
    fn a_record_is_its_front_matter_and_the_text_below() {
        let parts = split("---\na: 1\n---\n\n\n  text\n---\nmore\n\n").expect("it has an end");
        assert_eq!(parts, Parts { front: Some("a: 1\n"), body: "  text\n---\nmore", body_line: 6 });
        assert_eq!(split("---\n---\n"), Some(Parts { front: Some(""), body: "", body_line: 3 }));
        assert_eq!(split("text\n---\n"), Some(Parts { front: None, body: "text\n---", body_line: 1 }));
        assert_eq!(split("---\na: 1\n"), None);
        assert_eq!(split(""), Some(Parts { front: None, body: "", body_line: 1 }));
    }
}
