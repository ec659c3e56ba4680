//! `missing-glyph`: a character that no font has, so that the PDF shows its number.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::document::{Origins, TypstSource};
use crate::model::{Book, Record, Value};
use crate::tree::Tree;

/// Warns of characters that no font has: each once, at the record that holds it where one does.
pub fn missing_glyph(book: &Book, tree: &Tree, origins: &Origins, source: &TypstSource) -> Vec<Diagnostic> {
    let mut first: BTreeMap<char, usize> = BTreeMap::new();
    for (c, line) in &source.missing {
        first.entry(*c).or_insert(*line);
    }
    let allows = |record: &Record| record.allow.iter().any(|code| code == Code::MissingGlyph.name());
    let warnings = first.into_iter().filter_map(|(c, line)| {
        let shown = format!("U+{:04X}", u32::from(c));
        let mut holders = book.records().filter_map(|record| Some((record, found_in(record, c)?))).peekable();
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
            None => (line_of(origins.place(line), c, tree), None),
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
