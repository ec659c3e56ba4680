//! The errors of `serde_yaml` as diagnostics: the one place that reads them.

use super::source::{YamlSource, limit};
use super::text::{too_many_levels, too_many_values};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::load::outline::{Outline, inexact_number, unknown_tag};
use crate::yaml::{Failure, MAX_STRING, Stop};

/// Ways out, by the parser's own words for the problem.
const HELP: [(&str, &str); 8] = [
    (
        "found character that cannot start any token",
        "indent with spaces, not with tabs, and put a text that begins with `@`, `` ` `` or `%` in quotes",
    ),
    ("found a tab character that violates indentation", "indent with spaces, not with tabs"),
    (
        "mapping values are not allowed in this context",
        "give all keys of a mapping the same indent, and put a text that holds `: ` in quotes",
    ),
    (
        "did not find expected key",
        "give all keys of a mapping the same indent, and put a text that goes on after a closing quote in quotes as a whole",
    ),
    ("could not find expected ':'", "write `key: value`, with a space after the colon"),
    ("did not find expected '-' indicator", "give all items of a list the same indent"),
    ("did not find expected ',' or ']'", "close the list with `]`, and put a text that holds `]`, `,` or ` #` in quotes"),
    ("did not find expected ',' or '}'", "close the mapping with `}`, and put a text that holds `}`, `,` or ` #` in quotes"),
];

/// The diagnostic for a document that could not be read.
pub(super) fn diagnose(source: &YamlSource<'_>, Failure { error, stop }: Failure) -> Diagnostic {
    let place = match error.location() {
        Some(location) => within(source, location.line(), location.column()),
        None => Place::File(source.file.to_owned()),
    };
    match stop {
        Some(stop) => stopped(source, place, stop),
        None => syntax(source, place, &error.to_string()),
    }
}

/// A place in a text; one behind its end is its last character.
fn within(source: &YamlSource<'_>, line: usize, column: usize) -> Place {
    let last = source.text.trim_end();
    let lines = last.matches('\n').count() + 1;
    if line <= lines {
        return source.at(line, column);
    }
    source.at(lines, last.rsplit('\n').next().unwrap_or_default().chars().count().max(1))
}

fn stopped(source: &YamlSource<'_>, place: Place, stop: Stop) -> Diagnostic {
    let syntax = |place, message: String| Diagnostic::error(Code::YamlSyntax, place, message);
    match stop {
        Stop::Values(most) => too_many_values(source, place, most),
        Stop::Bytes => limit(place, format!("the aliases of `{}` repeat more text than the limit of 64 MiB", source.file)),
        Stop::LongString => limit(place, format!("a text is longer than the limit of {} MiB", MAX_STRING >> 20)),
        Stop::Tag(tag) => {
            // The parser gives neither the place of the tag nor its spelling.
            let outline = Outline::read(source).faults().into_iter().find(|fault| fault.code == Code::YamlSyntax);
            outline.unwrap_or_else(|| unknown_tag(place, &tag))
        }
        Stop::Merge => syntax(place, "the merge key `<<` is not supported".to_owned())
            .help("write what records share in the collection's `defaults` in `content/book.yaml`"),
        Stop::Number => inexact_number(place),
        Stop::Key => syntax(place, "a key must be a text, not a list or mapping".to_owned()),
        Stop::DuplicateKey(key) => Diagnostic::error(Code::DuplicateKey, place, format!("duplicate key `{key}`")),
    }
}

/// The parser gives kinds of errors only as words; places follow ` at line `.
fn syntax(source: &YamlSource<'_>, place: Place, said: &str) -> Diagnostic {
    let (problem, context) = parts(said);
    if problem.starts_with("recursion limit") {
        return too_many_levels(source, place);
    }
    if problem.starts_with("repetition limit") {
        let place = Outline::read(source).first_alias().unwrap_or(place);
        return limit(place, format!("the aliases of `{}` repeat more values than the limit", source.file))
            .help("an alias, `*name`, counts as often as it is used, also inside another");
    }
    if problem.contains("more than one document") {
        let place = Outline::read(source).second_document().unwrap_or_else(|| source.at(1, 1));
        return Diagnostic::error(Code::YamlSyntax, place, format!("`{}` holds a second YAML document", source.file))
            .help("keep one document in a file: a collection's file is one list or mapping of records");
    }
    let problem = problem.trim_start_matches(['.', ':', ' ']);
    let mut diagnostic = Diagnostic::error(Code::YamlSyntax, place, format!("`{}` is not valid YAML: {problem}", source.file))
        .maybe_help(HELP.iter().find(|(words, _)| problem.starts_with(words)).map(|(_, help)| (*help).to_owned()));
    if let Some((doing, line, column)) = context {
        diagnostic = diagnostic.via(doing, within(source, line, column));
    }
    diagnostic
}

/// The parser's message, and what it was parsing where.
fn parts(said: &str) -> (&str, Option<(&str, usize, usize)>) {
    let (problem, rest) = said.split_once(" at line ").unwrap_or((said, ""));
    let context = rest.split_once(", ").and_then(|(_, context)| {
        let (doing, place) = context.split_once(" at line ")?;
        let (line, column) = place.split_once(" column ")?;
        Some((doing, line.parse().ok()?, column.parse().ok()?))
    });
    (problem, context)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn what_the_parser_was_doing_is_told_apart() {
        let said = "did not find expected ',' or ']' at line 3 column 6, while parsing a flow sequence at line 2 column 7";
        assert_eq!(parts(said), ("did not find expected ',' or ']'", Some(("while parsing a flow sequence", 2, 7))));
        assert_eq!(parts("unknown anchor at line 1 column 7"), ("unknown anchor", None));
        assert_eq!(parts("no place"), ("no place", None));
    }
}
