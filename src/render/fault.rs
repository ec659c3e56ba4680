//! The engine's errors as diagnostics: which template, which line, which name, for which record.

use std::error::Error as _;
use std::sync::Arc;

use minijinja::{Error, ErrorKind, OutputSpan, OutputSpanKind};

use super::budget::TOO_MUCH;
use super::engine::{DEPTH, Engine};
use super::filters::{BARE, FILTERS, FUNCTIONS, TESTS};
use super::markup::{MOST_MARKUP, is_readable};
use super::planned::Planned;
use super::token::{BROKEN, CUTS, LONGEST, TOO_LONG};
use super::values::{Origin as Blamed, Pass, TOO_LARGE};
use crate::diagnostic::{Code, Diagnostic, Place, Span, did_you_mean};
use crate::document::Origin;
use crate::layout::{Pointer, SETTINGS, TEMPLATES};
use crate::model::{DocumentPlan, Reference};

/// Faults that templates have before any of them is rendered.
pub(crate) fn of_templates(engine: &Engine) -> Vec<Diagnostic> {
    let reserved = engine.reserved.iter().map(|(name, line)| {
        let message = format!("template `{name}` holds a character from U+FDD0 to U+FDD2, which brief keeps for itself");
        Diagnostic::error(Code::ReservedCharacter, Place::line(path(name), *line), message)
            .help("delete the character; it is invisible, so retype the line if in doubt")
    });
    let limited = engine.limited.iter().map(|(name, line, why)| {
        let message = format!("template `{name}` is too long or too deep: {why}");
        Diagnostic::error(Code::TemplateLimit, Place::line(path(name), *line), message)
            .help("split it: `{% set … %}` names a part of an expression, and a loop over a list does the same to many values")
    });
    let broken = engine.broken.iter().map(|(name, error)| {
        if let Some(fault) = open_comment(engine, name, error) {
            return fault;
        }
        let place = place(engine, error).unwrap_or_else(|| Place::File(path(name)));
        let detail = detail(error);
        let help = detail
            .contains("unexpected end of input")
            .then(|| "each `{% for … %}`, `{% if … %}` and the like needs its `{% endfor %}`, `{% endif %}`".to_owned());
        let code = if detail.contains("recursion limit") { Code::TemplateLimit } else { Code::TemplateSyntax };
        Diagnostic::error(code, place, format!("template `{name}` can't be parsed: {detail}")).maybe_help(help)
    });
    reserved.chain(limited).chain(broken).collect()
}

/// A comment that nothing ends, where it begins: the engine names the template's last line.
fn open_comment(engine: &Engine, name: &str, error: &Error) -> Option<Diagnostic> {
    if !detail(error).contains("unexpected end of comment") {
        return None;
    }
    let source = engine.originals.get(name)?;
    let mut at = 0;
    loop {
        let start = at + source[at..].find("{#")?;
        match source[start + 2..].find("#}") {
            Some(length) => at = start + 2 + length + 2,
            None => {
                let line = source[..start].matches('\n').count() + 1;
                let message = format!("template `{name}` can't be parsed: `{{#` begins a comment here, and no `#}}` ends it");
                return Some(
                    Diagnostic::error(Code::TemplateSyntax, Place::line(path(name), line), message)
                        .help("end it with `#}`; a heading's own anchor is written with a space, `{ #name }`"),
                );
            }
        }
    }
}

/// An id in `book.yaml` that can't be rendered.
pub(crate) fn of_document_id(
    engine: &Engine,
    plan: &DocumentPlan,
    index: usize,
    record: Option<(&str, &Pass)>,
    error: &Error,
) -> Diagnostic {
    let place = Place::value(SETTINGS, Pointer::from(["documents"]).child(index).child("id"));
    let of = record.map(|(id, _)| format!(" for record `{id}`")).unwrap_or_default();
    if says_limit(innermost(error)) {
        return limit(engine.fuel, innermost(error), place, &format!("the document id `{}`{of}", plan.id));
    }
    let miss = record.and_then(|(_, pass)| pass.missed()).filter(|_| error.kind() == ErrorKind::UndefinedError);
    let why = miss.as_ref().map_or_else(|| detail(error), |miss| format!("{} has no `{}`", miss.owner, miss.name));
    Diagnostic::error(Code::InvalidDocument, place, format!("the document id `{}` can't be made{of}: {why}", plan.id))
        .maybe_help(miss.and_then(|miss| did_you_mean(&miss.name, miss.known.iter().map(String::as_str))))
        .help("an id may use fields of the record, such as `precedents/{{ record.id }}`")
}

/// A render that failed.
pub(crate) fn of_render(engine: &Engine, pass: &Pass, planned: &Planned, error: &Error) -> Diagnostic {
    let inner = innermost(error);
    let place = place(engine, inner).or_else(|| place(engine, error)).unwrap_or_else(|| Place::File(path(&planned.template)));
    let made_for = match &planned.record {
        Some((collection, id)) => format!("document `{}` (record `{collection}/{id}`)", planned.id),
        None => format!("document `{}`", planned.id),
    };
    let mut diagnostic = match inner.kind() {
        _ if says_limit(inner) => limit(engine.fuel, inner, place, &made_for),
        ErrorKind::UndefinedError => undefined(engine, pass, inner, place, &made_for),
        ErrorKind::TemplateNotFound => missing(engine, inner, place, &made_for),
        ErrorKind::SyntaxError => {
            Diagnostic::error(Code::TemplateSyntax, place, format!("{made_for} can't be rendered: {}", detail(inner)))
        }
        _ if inner.detail().is_some_and(|d| d.contains(BROKEN)) => {
            Diagnostic::error(Code::BrokenToken, place, format!("{made_for} cuts a printed value in two"))
                .help("change the text before it is printed, with a filter on the field itself")
        }
        _ if inner.detail().is_some_and(|d| d.contains(CUTS)) => {
            Diagnostic::error(Code::BrokenToken, place, format!("{made_for} can't be rendered: {}", detail(inner)))
        }
        _ if inner.detail().is_some_and(|d| d.contains("recursion limit")) => Diagnostic::error(
            Code::TemplateLimit,
            place,
            format!("{made_for} nests templates or macros too deeply (the limit is {DEPTH} levels)"),
        )
        .help("look for a template that includes itself, or a macro that calls itself"),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            return trace(engine, error, inner, unknown(inner, place, &made_for));
        }
        _ => Diagnostic::error(Code::TemplateError, place, format!("{made_for} can't be rendered: {}", detail(inner)))
            .maybe_help(bare(inner)),
    };
    if let Some(origin) = pass.blamed()
        && diagnostic.code == Code::TemplateError
    {
        return trace(engine, error, inner, at_record(pass, planned, &origin, diagnostic));
    }
    if let Some((collection, id)) = &planned.record {
        diagnostic = diagnostic.record(format!("{collection}/{id}"));
    } else if diagnostic.code == Code::TemplateError {
        // In a loop over records, the line alone doesn't tell which record it was.
        if let Some(record) = pass.looked_at().filter(|record| !diagnostic.message.contains(&record.path())) {
            diagnostic = diagnostic
                .record(record.path())
                .via(format!("the record looked at last is `{}`", record.path()), Place::value(&record.file, &record.pointer));
        }
    }
    trace(engine, error, inner, diagnostic)
}

/// A figure's fault, at the value that it can't show; the template's line says where it is drawn.
fn at_record(pass: &Pass, planned: &Planned, origin: &Blamed, diagnostic: Diagnostic) -> Diagnostic {
    let (collection, id) = origin.record.clone();
    let Some(record) = pass.book.record(&Reference { collection, id }) else { return diagnostic };
    let here = Place::value(&record.file, record.pointer.join(&origin.path));
    let template = diagnostic.place.clone();
    let mut diagnostic = diagnostic.record(record.path()).via(format!("drawn in document `{}` here", planned.id), template);
    diagnostic.place = here;
    diagnostic
}

/// The text by which errors of exceeded limits are recognized.
const LIMITS: [&str; 3] = [TOO_MUCH, TOO_LONG, TOO_LARGE];

/// Whether an error is about an exceeded limit.
fn says_limit(error: &Error) -> bool {
    error.kind() == ErrorKind::OutOfFuel || error.detail().is_some_and(|detail| LIMITS.iter().any(|limit| detail.contains(limit)))
}

/// The diagnostic of an exceeded limit.
pub(crate) fn limit(steps: u64, error: &Error, place: Place, made_for: &str) -> Diagnostic {
    let said = error.detail().unwrap_or_default();
    let (message, help) = match said {
        _ if error.kind() == ErrorKind::OutOfFuel => {
            (format!("takes more work than a template may ({steps} steps)"), "look for a loop that doesn't end or grows with every turn")
        }
        _ if said.contains(TOO_MUCH) => {
            (TOO_MUCH.to_owned(), "look for a list or text that grows with every turn of a loop, or that is printed again and again")
        }
        _ if said.contains(TOO_LONG) => (
            format!("makes more text than a document may hold ({} MiB)", LONGEST >> 20),
            "look for a loop that grows with every turn, or spread the text over several documents",
        ),
        _ => (
            format!("can't be rendered: {}", detail(error)),
            "look for a list or mapping that is put into itself, or that doubles with every turn",
        ),
    };
    Diagnostic::error(Code::TemplateLimit, place, format!("{made_for} {message}")).help(help)
}

/// The limit that a render exceeded without an error, if any.
pub(crate) fn beyond_limits(engine: &Engine, pass: &Pass, text: &str, place: Place, made_for: &str) -> Option<Diagnostic> {
    if let Err(error) = pass.charge(0).and_then(|()| pass.prints.check_length(text.len())) {
        return Some(limit(engine.fuel, &error, place, made_for));
    }
    (!is_readable(text)).then(|| too_much_markup(place, made_for))
}

/// A text with more markup than is read.
pub(crate) fn too_much_markup(place: Place, made_for: &str) -> Diagnostic {
    let message = format!("{made_for} holds more lines, and marks such as `*` and `|`, than are read in one piece ({MOST_MARKUP})");
    Diagnostic::error(Code::TemplateLimit, place, message).help("spread it over several documents, or over several fields")
}

fn undefined(engine: &Engine, pass: &Pass, error: &Error, place: Place, made_for: &str) -> Diagnostic {
    let expression = expression(engine, error).map(|(_, text)| text);
    // The engine says where; the last lookup says which name of which owner.
    let line = error.name().zip(error.line()).and_then(|(name, line)| engine.originals.get(name)?.lines().nth(line.checked_sub(1)?));
    let miss = pass.missed().filter(|miss| line.is_none_or(|line| line.contains(&miss.name)));
    let (message, help) = match (&miss, &expression) {
        (Some(miss), _) => (
            format!("{} has no `{}`, in {made_for}", miss.owner, miss.name),
            did_you_mean(&miss.name, miss.known.iter().map(String::as_str)).unwrap_or_else(|| {
                "declare the field in the collection's schema if records may have it, or test it with `is defined`".to_owned()
            }),
        ),
        // The name exists, but its attribute doesn't.
        (None, Some(text)) if is_path(text) && root(text) != text && is_known(pass, root(text)) => {
            (format!("`{text}` is not defined, in {made_for}"), "test it with `is defined` or give it a `default`".to_owned())
        }
        (None, Some(text)) if is_path(text) => (
            format!("`{}` is not defined, in {made_for}", root(text)),
            did_you_mean(
                root(text),
                pass.book.collections.keys().map(String::as_str).chain(["book", "document", "version", "changes", "record", "audience"]),
            )
            .unwrap_or_else(|| {
                "names are the collections, `book`, `document`, `version`, `changes` and, in an `each` document, `record`".to_owned()
            }),
        ),
        (None, _) => (format!("{}, in {made_for}", detail(error)), "test it with `is defined` or give it a `default`".to_owned()),
    };
    Diagnostic::error(Code::UndefinedName, place, message).help(help)
}

/// Whether a name is one that every template, or one made for a record, has.
fn is_known(pass: &Pass, name: &str) -> bool {
    pass.book.collections.contains_key(name) || ["book", "document", "version", "changes", "record", "audience"].contains(&name)
}

/// Whether an expression is a name with what is taken from it, and nothing is calculated.
fn is_path(expression: &str) -> bool {
    !expression.starts_with(|c: char| c.is_ascii_digit()) && !expression.contains(|c: char| c.is_whitespace() || "+-*/%~<>=|(".contains(c))
}

/// The name that an expression begins with: `mission` of `mission.kfor.troops`.
fn root(expression: &str) -> &str {
    let end = expression.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(expression.len());
    if end == 0 { expression } else { &expression[..end] }
}

fn missing(engine: &Engine, error: &Error, place: Place, made_for: &str) -> Diagnostic {
    let name = error.detail().and_then(|detail| detail.split(['"', '`', '\'']).nth(1)).unwrap_or_default().to_owned();
    let message = match name.is_empty() {
        true => format!("{made_for} includes a template that doesn't exist"),
        false => format!("{made_for} includes template `{name}`, which doesn't exist"),
    };
    Diagnostic::error(Code::MissingTemplate, place, message)
        .maybe_help(did_you_mean(&name, engine.sources.keys().map(String::as_str)))
        .help(format!("names are paths below `{TEMPLATES}/`; nothing outside it can be included"))
}

/// A filter, test or function that doesn't exist.
fn unknown(error: &Error, place: Place, made_for: &str) -> Diagnostic {
    let (noun, known): (&str, &[&str]) = match error.kind() {
        ErrorKind::UnknownFilter => ("filter", &FILTERS),
        ErrorKind::UnknownTest => ("test", &TESTS),
        _ => ("function", &FUNCTIONS),
    };
    let detail = error.detail().unwrap_or_default();
    let name = detail.trim_start_matches("filter ").trim_start_matches("test ").trim_end_matches(" is unknown");
    if name.is_empty() {
        return Diagnostic::error(
            Code::TemplateError,
            place,
            format!("{made_for} can't be rendered: a {noun} that is named here doesn't exist"),
        )
        .help(format!("the README lists the {noun}s that templates may use"));
    }
    let help = match (error.kind(), name) {
        (ErrorKind::UnknownFilter, "safe" | "escape" | "e") => {
            "data is never markup; give the field `format: markdown` in its schema".to_owned()
        }
        _ => did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("the README lists the {noun}s that templates may use")),
    };
    Diagnostic::error(Code::TemplateError, place, format!("{made_for} can't be rendered: there is no {noun} `{name}`")).help(help)
}

/// Help for printing part of a claim.
fn bare(error: &Error) -> Option<String> {
    let is_bare = error.detail().is_some_and(|d| d.contains(BARE));
    is_bare.then(|| "print the claim itself, which cites its sources, or say `| uncited`".to_owned())
}

/// Adds where the failing template was included from.
fn trace(engine: &Engine, outer: &Error, inner: &Error, mut diagnostic: Diagnostic) -> Diagnostic {
    let mut error = outer;
    let mut seen = Vec::new();
    while !std::ptr::eq(error, inner) {
        if let Some(place) = place(engine, error).filter(|place| *place != diagnostic.place) {
            seen.push(("included here".to_owned(), place));
        }
        match error.source().and_then(|source| source.downcast_ref::<Error>()) {
            Some(next) => error = next,
            None => break,
        }
    }
    seen.dedup();
    diagnostic.trace.extend(seen.into_iter().rev());
    diagnostic
}

fn innermost(error: &Error) -> &Error {
    let mut inner = error;
    while let Some(next) = inner.source().and_then(|source| source.downcast_ref::<Error>()) {
        inner = next;
    }
    inner
}

/// What the engine says, in the style of our messages.
fn detail(error: &Error) -> String {
    const METHOD: &str = " has no method named ";
    let said = error.detail().unwrap_or_default();
    if let Some((_, name)) = said.split_once(METHOD).filter(|_| error.kind() == ErrorKind::UnknownMethod) {
        return format!("there is no method `{name}` here; filters do what methods do elsewhere");
    }
    if said.ends_with(" is not callable") {
        return "only macros and the functions that the README lists can be called".to_owned();
    }
    let text = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let text = text.trim_end_matches('.');
    // Messages with names in backticks are brief's own.
    if text.contains('`') || text.contains("can't") { text.to_owned() } else { text.replace(['"', '\''], "`") }
}

/// The source text that an error points at, and the byte at which it starts.
fn expression(engine: &Engine, error: &Error) -> Option<(usize, String)> {
    let name = error.name()?;
    let (rewritten, range) = (engine.sources.get(name)?, error.range()?);
    let source = engine.originals.get(name)?;
    let (from, to) = (rewritten.original(range.start), rewritten.original(range.end));
    let text = source.get(from..to)?;
    let start = from + (text.len() - text.trim_start().len());
    let text = text.trim();
    (!text.is_empty() && !text.contains('\n')).then(|| (start, text.to_owned()))
}

fn place(engine: &Engine, error: &Error) -> Option<Place> {
    let name = error.name()?;
    let line = error.line()?;
    let source = engine.originals.get(name)?;
    Some(match expression(engine, error) {
        Some((at, text)) => {
            let line = source[..at].matches('\n').count() + 1;
            let column = source[..at].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let end_column = column + text.chars().count();
            Place::Span(Span { file: path(name), line, column, end_line: line, end_column })
        }
        None => Place::line(path(name), line),
    })
}

fn path(template: &str) -> String {
    format!("{TEMPLATES}/{template}")
}

/// For each line of rendered text, the template and line that wrote it.
pub(crate) fn origins(text: &str, spans: &[OutputSpan], engine: &Engine) -> Vec<Option<Origin>> {
    let mut names: std::collections::BTreeMap<&str, Arc<str>> = std::collections::BTreeMap::new();
    for name in engine.sources.keys() {
        names.insert(name, Arc::from(path(name)));
    }
    let mut origins = Vec::new();
    let mut next = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        while next < spans.len() && spans[next].output_range().end <= start {
            next += 1;
        }
        let origin = spans.get(next).filter(|span| span.output_range().start < end).and_then(|span| {
            let range = span.output_range();
            let before = match span.kind() {
                OutputSpanKind::Raw => text[range.start..start.max(range.start)].matches('\n').count(),
                _ => 0,
            };
            Some(Origin::Template(names.get(span.name())?.clone(), span.line() + before))
        });
        origins.push(origin);
        start = end;
    }
    origins
}
