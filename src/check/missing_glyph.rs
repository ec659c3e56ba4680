//! `missing-glyph`: a character that no font has, so that the PDF shows its number.

use std::collections::BTreeMap;

use super::TypesetDocument;
use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::layout::Pointer;
use crate::model::{Record, Value};
use crate::tree::Tree;

/// Warns of characters that no font has: each once, at the record that holds it where one does.
pub(super) fn check(document: &TypesetDocument<'_>, found: &mut Vec<Diagnostic>) {
    let TypesetDocument { book, tree, origins, source, .. } = *document;
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
                let pointer = record.pointer.join(&pointer);
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
    found.extend(warnings);
}

/// The first text of a record that holds a character: the way to it, and which of its lines.
fn found_in(record: &Record, c: char) -> Option<(Pointer, usize)> {
    record.fields.iter().find_map(|(key, value)| place_in(value, [key].into(), c))
}

fn place_in(value: &Value, at: Pointer, c: char) -> Option<(Pointer, usize)> {
    match value {
        Value::Text(text) | Value::Markdown(text) => text.find(c).map(|found| (at, text[..found].matches('\n').count() + 1)),
        Value::List(items) => items.iter().enumerate().find_map(|(index, item)| place_in(item, at.child(index), c)),
        Value::Map(fields) => fields.iter().find_map(|(key, field)| place_in(field, at.child(key), c)),
        Value::Claim(claim) => {
            let is_in_unit = claim.unit.as_deref().is_some_and(|unit| unit.contains(c));
            claim.value().and_then(|value| place_in(value, at.clone(), c)).or_else(|| is_in_unit.then_some((at, 1)))
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
