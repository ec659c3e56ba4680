//! What is wrong with a text before it is read as YAML: bytes, characters, sheer amount.

use super::source::{MAX_DEPTH, YamlSource, limit};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::load::conflict;
use crate::tree::Tree;
use crate::yaml::{MAX_VALUES, is_forbidden, may_be_deeper};

/// The text of a file, without its byte order mark; or the first byte that isn't UTF-8, or the first conflict of a merge.
pub(crate) fn decode<'a>(tree: &'a Tree, file: &str) -> Result<&'a str, Box<Diagnostic>> {
    let text = tree.decoded(file)?;
    match conflict::first(file, text) {
        Some(conflict) => Err(Box::new(conflict)),
        None => Ok(text),
    }
}

/// `NUL (U+0000)`, and so on.
pub(crate) fn name(c: char) -> String {
    match c {
        '\0' => "the character NUL (U+0000)".to_owned(),
        '\u{1b}' => "the character ESC (U+001B)".to_owned(),
        c if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
        c => format!("the noncharacter U+{:04X}", u32::from(c)),
    }
}

/// The first forbidden character of a text.
pub(crate) fn forbidden(source: &YamlSource<'_>) -> Option<Diagnostic> {
    // Most texts have none of the bytes with which such a character begins.
    let is_suspect = |b: &u8| (*b < 0x20 && !matches!(*b, b'\t' | b'\n' | b'\r')) || matches!(*b, 0x7f | 0xc2 | 0xef);
    if !source.text.as_bytes().iter().any(is_suspect) {
        return None;
    }
    let (offset, character) = source.text.char_indices().find(|(_, c)| is_forbidden(*c))?;
    let before = &source.text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = format!("`{}` holds {}, which no output can hold", source.file, name(character));
    Some(Diagnostic::error(Code::ForbiddenCharacter, source.at(line, column), message).help("delete the character"))
}

/// Says so if a text has more marks of structure than a file may have values: the parser's memory
/// grows with them.
pub(super) fn too_much(source: &YamlSource<'_>) -> Option<Diagnostic> {
    if source.text.len() < MAX_VALUES {
        return None;
    }
    let marks = source.text.bytes().filter(|b| matches!(b, b',' | b':' | b'-' | b'[' | b'{' | b'?' | b'\n')).count();
    (marks > 2 * MAX_VALUES).then(|| too_many_values(source, Place::File(source.file.to_owned()), MAX_VALUES))
}

pub(super) fn too_many_values(source: &YamlSource<'_>, place: Place, most: usize) -> Diagnostic {
    limit(place, format!("`{}` holds more values than the limit of {most}", source.file))
        .help("aliases count as often as they are used; a large collection can be a folder with a file for each record")
}

/// Says so if brackets stand in each other beyond the limit. The parser's time grows with the square
/// of their depth, so it must not see such a text.
pub(super) fn too_deep(source: &YamlSource<'_>) -> Option<Diagnostic> {
    if !may_be_deeper(source.text, 8 * MAX_DEPTH) {
        return None;
    }
    let mut depth = 0;
    for event in saphyr_parser::Parser::new_from_str(source.text) {
        use saphyr_parser::Event;
        match event {
            Ok((Event::SequenceStart(..) | Event::MappingStart(..), span)) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(too_many_levels(source, source.at(span.start.line(), span.start.col() + 1)));
                }
            }
            Ok((Event::SequenceEnd | Event::MappingEnd, _)) => depth -= 1,
            Ok(_) => {}
            Err(fault) => {
                let place = source.at(fault.marker().line(), fault.marker().col() + 1);
                if fault.info().starts_with("recursion limit") {
                    return Some(too_many_levels(source, place));
                }
                return Some(Diagnostic::error(Code::YamlSyntax, place, format!("`{}` is not valid YAML: {}", source.file, fault.info())));
            }
        }
    }
    None
}

pub(super) fn too_many_levels(source: &YamlSource<'_>, place: Place) -> Diagnostic {
    limit(place, format!("`{}` has more than {MAX_DEPTH} levels of lists and mappings in each other", source.file))
}
