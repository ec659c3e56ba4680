//! Typesetting one document, with typst's faults brought back to where they come from.

use std::collections::BTreeMap;

use anyhow::Result;

use super::content::Prepared;
use super::finish::{Press, asset_path};
use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::document::TypstSource;
use crate::model::{Date, Record, Value};
use crate::tree::Tree;
use crate::typeset::{self, Engine, Failure, Job, Misfit, MisfitKind, Pdf};

/// Typesets a document; what is wrong with its content or theme comes back as diagnostics.
pub(super) fn typeset(
    press: &Press<'_>,
    prepared: &Prepared,
    source: &TypstSource,
    date: Date,
    engine: &Engine,
) -> Result<Result<Pdf, Vec<Diagnostic>>> {
    let images = prepared.document.image_paths();
    let assets = images.iter().filter_map(|path| Some((path.clone(), prepared.image(path, press.tree)?))).collect();
    let made = engine.typeset(&Job {
        source,
        theme: press.theme(),
        assets,
        fonts: &press.fonts,
        timestamp: date.unix(),
        standards: &press.book.settings.pdf.standards,
        timeout: press.timeout,
        keep_temporary: press.keep_temporary,
    })?;
    Ok(made.map_err(|failure| faults(prepared, &failure)))
}

fn faults(prepared: &Prepared, failure: &Failure) -> Vec<Diagnostic> {
    failure
        .faults
        .iter()
        .map(|fault| {
            let message = format!("document `{}` can't be typeset: {}", prepared.planned.id, fault.message);
            let at = |code, place| Diagnostic::error(code, place, &message);
            let mut diagnostic = match (fault.theme_line, &fault.asset) {
                (Some(line), _) => at(Code::Theme, Place::line("templates/theme.typ", line)),
                (None, Some((image, line))) => at(Code::Typesetting, Place::line(asset_path(image), *line)),
                (None, None) => prepared.origins.blame(fault.rendered_line.unwrap_or(0), at(Code::Typesetting, Place::Book)),
            };
            diagnostic.help.clone_from(&fault.hints);
            if let Some(folder) = &failure.kept {
                diagnostic.help.push(format!("what typst was given is in `{}`", folder.display()));
            }
            if let (None, Some((collection, id))) = (&diagnostic.record, &prepared.planned.record) {
                diagnostic = diagnostic.record(format!("{collection}/{id}"));
            }
            diagnostic
        })
        .collect()
}

/// How many letters of a text that doesn't fit are looked for and shown.
const SHOWN: usize = 40;

/// How many texts of a document that don't fit are shown, each with its place.
const MOST_OVERFLOWS: usize = 10;

/// Warnings for text that runs past the page's edge or over other text, at the line that printed it.
pub(super) fn overflows(prepared: &Prepared, source: &TypstSource, pdf: &[u8]) -> Result<Vec<Diagnostic>> {
    let lines: Vec<&str> = source.text.lines().collect();
    let warning = |misfit: Misfit| {
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
        let message = format!("`{shown}` {how}, on page {} of document `{}`", misfit.page, prepared.planned.id);
        let warning = Diagnostic::warning(Code::TextOverflow, Place::Book, message)
            .help("shorten it, give its column more width (`:::table widths=…`), or change the theme");
        prepared.origins.blame(line.unwrap_or(0), warning)
    };
    let mut misfits = typeset::misfits(pdf)?;
    let others = misfits.split_off(misfits.len().min(MOST_OVERFLOWS));
    let mut warnings: Vec<Diagnostic> = misfits.into_iter().map(warning).collect();
    if let (Some(first), Some(last)) = (others.first(), others.last()) {
        let count = others.len();
        let (texts, runs) = if count == 1 { ("text", "runs") } else { ("texts", "run") };
        let pages = if first.page == last.page { format!("page {}", first.page) } else { format!("pages {} to {}", first.page, last.page) };
        let message = format!("{count} more {texts} of document `{}` {runs} over others or past the edge, on {pages}", prepared.planned.id);
        warnings.push(Diagnostic::warning(Code::TextOverflow, prepared.origins.place(0), message));
    }
    Ok(warnings)
}

/// Warnings for characters that no font has: each once, at the record that holds it where one does.
pub(super) fn missing_glyphs(press: &Press<'_>, prepared: &Prepared, source: &TypstSource) -> Vec<Diagnostic> {
    let mut first: BTreeMap<char, usize> = BTreeMap::new();
    for (c, line) in &source.missing {
        first.entry(*c).or_insert(*line);
    }
    let allows = |record: &Record| record.allow.iter().any(|code| code == Code::MissingGlyph.name());
    let warnings = first.into_iter().filter_map(|(c, line)| {
        let shown = format!("U+{:04X}", u32::from(c));
        let mut holders = press.book.records().filter_map(|record| Some((record, found_in(record, c)?))).peekable();
        let is_held = holders.peek().is_some();
        let (place, record) = match holders.find(|(record, _)| !allows(record)) {
            None if is_held => return None,
            Some((record, (pointer, line))) => {
                let pointer = format!("{}{pointer}", record.pointer);
                let place = match line {
                    1 => Place::value(&record.file, pointer),
                    line => Place::Pointer { file: record.file.clone(), pointer, target: Target::Line(line) },
                };
                (place, Some(record.path()))
            }
            None => (line_of(prepared.origins.place(line), c, press.tree), None),
        };
        let mut warning =
            Diagnostic::warning(Code::MissingGlyph, place, format!("no font has the character {shown}, so the PDF shows `[{shown}]`"))
                .help("put a font that has it into `fonts/`, and name it in the theme");
        warning.record = record;
        Some(warning)
    });
    warnings.collect()
}

/// The first text of a record that holds a character: its JSON pointer, and which of its lines.
fn found_in(record: &Record, c: char) -> Option<(String, usize)> {
    record.fields.iter().find_map(|(key, value)| {
        let (rest, line) = place_in(value, c)?;
        Some((format!("/{}{rest}", escaped(key)), line))
    })
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn place_in(value: &Value, c: char) -> Option<(String, usize)> {
    let below = |key: &str, value: &Value| place_in(value, c).map(|(rest, line)| (format!("/{}{rest}", escaped(key)), line));
    match value {
        Value::Text(text) | Value::Markdown(text) => text.find(c).map(|at| (String::new(), text[..at].matches('\n').count() + 1)),
        Value::List(items) => items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item)),
        Value::Map(fields) => fields.iter().find_map(|(key, field)| below(key, field)),
        Value::Claim(claim) => {
            let unit = || claim.unit.as_deref().filter(|unit| unit.contains(c)).map(|_| (String::new(), 1));
            claim.value().and_then(|value| place_in(value, c)).or_else(unit)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Reference(_) => None,
    }
}

/// The line of a template that holds a character, from where the block begins that prints it.
fn line_of(place: Place, c: char, tree: &Tree) -> Place {
    let Place::Span(span) = &place else { return place };
    let Some(text) = tree.get(&span.file).and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return place };
    match text.lines().skip(span.line - 1).position(|line| line.contains(c)) {
        Some(below) => Place::line(&span.file, span.line + below),
        None => place,
    }
}
