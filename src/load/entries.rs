//! The records of a collection as its files have them: id, place and fields, not yet checked.

use rayon::prelude::*;
use serde_json::Value as Json;

use super::collections::{CollectionSource, RecordFiles};
use super::front_matter;
use super::violation::found;
use super::yaml::{YamlSource, decode, parse};
use crate::diagnostic::{Code, Diagnostic, Place, Target};
use crate::layout::{Pointer, has_body};
use crate::model::Shape;
use crate::tree::Tree;

/// One record as a file has it.
#[derive(Debug)]
pub(super) struct RecordEntry {
    pub(super) id: String,
    pub(super) file: String,
    /// The way from the file's document to the record.
    pub(super) pointer: Pointer,
    /// Whether the id is the key of a mapping.
    pub(super) is_key: bool,
    /// The place of the id, for faults of it.
    pub(super) id_place: Place,
    pub(super) fields: serde_json::Map<String, Json>,
    /// Whether the fields could be read; if not, the record is only known to exist.
    pub(super) is_read: bool,
    /// What the record may allow.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Reads all records of a collection. `shape` is what its schema says of a record.
pub(super) fn read(tree: &Tree, plan: &CollectionSource, shape: Option<&Shape>, diagnostics: &mut Vec<Diagnostic>) -> Vec<RecordEntry> {
    match &plan.files {
        RecordFiles::None => Vec::new(),
        RecordFiles::One(file) => one_file(tree, plan, file, shape, diagnostics),
        RecordFiles::Folder(files) => {
            let read: Vec<_> = files.par_iter().map(|file| one_record(tree, plan, file)).collect();
            let mut entries = Vec::with_capacity(read.len());
            for (entry, mut faults) in read {
                diagnostics.append(&mut faults);
                entries.push(entry);
            }
            entries
        }
    }
}

/// Reads a file that holds one record.
fn one_record(tree: &Tree, plan: &CollectionSource, file: &str) -> (RecordEntry, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut entry = RecordEntry {
        id: stem.to_owned(),
        file: file.to_owned(),
        pointer: Pointer::root(),
        is_key: false,
        id_place: Place::File(file.to_owned()),
        fields: serde_json::Map::new(),
        is_read: false,
        warnings: Vec::new(),
    };
    let text = match decode(tree, file) {
        Ok(text) => text,
        Err(fault) => return (entry, vec![*fault]),
    };
    let json = match has_body(file) {
        true => front_matter::parse_record(file, text, &mut faults, &mut entry.warnings),
        false => yaml_record(file, text, &mut faults, &mut entry.warnings),
    };
    if let Some(fields) = json {
        entry.fields = fields;
        entry.is_read = true;
        keyed(&mut entry, plan, &mut faults);
    }
    (entry, faults)
}

fn yaml_record(
    file: &str,
    text: &str,
    faults: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<serde_json::Map<String, Json>> {
    let source = YamlSource { file, text, lines_before: 0 };
    let json = parse(&source, faults)?;
    warnings.extend(super::comment::find(&source).into_values().flatten());
    match json {
        Json::Object(fields) => Some(fields),
        Json::Null => {
            let message = format!("`{file}` is empty, so it holds no record");
            faults.push(
                Diagnostic::error(Code::NotAMapping, Place::File(file.to_owned()), message).help("write its fields, or delete the file"),
            );
            None
        }
        other => {
            let message = format!("`{file}` must be a mapping of fields, not {}", found(&other));
            faults.push(Diagnostic::error(Code::NotAMapping, Place::value(file, Pointer::root()), message));
            None
        }
    }
}

/// Reads a file that holds all records of a collection: a list, or a mapping by id.
fn one_file(
    tree: &Tree,
    plan: &CollectionSource,
    file: &str,
    shape: Option<&Shape>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RecordEntry> {
    let text = match decode(tree, file) {
        Ok(text) => text,
        Err(fault) => {
            diagnostics.push(*fault);
            return Vec::new();
        }
    };
    let source = YamlSource { file, text, lines_before: 0 };
    let Some(json) = parse(&source, diagnostics) else { return Vec::new() };
    let mut warnings = super::comment::find(&source);
    let items: Vec<(Option<String>, Pointer, Json)> = match json {
        Json::Array(items) => items.into_iter().enumerate().map(|(index, item)| (None, Pointer::from([index]), item)).collect(),
        Json::Object(items) => items.into_iter().map(|(id, item)| (Some(id.clone()), Pointer::from([&id]), item)).collect(),
        Json::Null => Vec::new(),
        other => {
            let message = format!("`{file}` must be a list or mapping of records, not {}", found(&other));
            diagnostics.push(Diagnostic::error(Code::NotAMapping, Place::value(file, Pointer::root()), message));
            return Vec::new();
        }
    };
    let declares_id = shape.is_none_or(|shape| shape.properties.contains_key("id"));
    let mut entries = Vec::with_capacity(items.len());
    for (key, pointer, item) in items {
        let is_read = item.is_object();
        let fields = match item {
            Json::Object(fields) => fields,
            other => {
                let message = match &key {
                    Some(key) => format!("`{}/{key}` must be a mapping of fields, not {}", plan.name, found(&other)),
                    None => format!("a record of `{}` must be a mapping of fields, not {}", plan.name, found(&other)),
                };
                diagnostics.push(Diagnostic::error(Code::NotAMapping, Place::value(file, &pointer), message));
                serde_json::Map::new()
            }
        };
        if !is_read && key.is_none() {
            continue;
        }
        let id_place = Place::key(file, &pointer);
        let own = warnings.remove(&pointer).unwrap_or_default();
        let id = key.clone().unwrap_or_default();
        let mut entry = RecordEntry { id, file: file.to_owned(), pointer, is_key: key.is_some(), id_place, fields, is_read, warnings: own };
        if plan.config.key.is_some() {
            keyed(&mut entry, plan, diagnostics);
        } else if key.is_none() {
            if !take_id(&mut entry, "id", plan, diagnostics) {
                continue;
            }
            if !declares_id {
                entry.fields.shift_remove("id");
            }
        }
        entries.push(entry);
    }
    diagnostics.extend(warnings.into_values().flatten());
    entries
}

/// Takes the id from the field that the collection's `key` names.
fn keyed(entry: &mut RecordEntry, plan: &CollectionSource, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(key) = &plan.config.key
        && entry.is_read
    {
        take_id(entry, key, plan, diagnostics);
    }
}

/// Takes the id from a field, and says whether there is one.
fn take_id(entry: &mut RecordEntry, key: &str, plan: &CollectionSource, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let segments: Vec<&str> = key.split('.').collect();
    let pointer: Pointer = segments.iter().collect();
    let mut value = entry.fields.get(segments.first().copied().unwrap_or_default());
    for segment in segments.iter().skip(1) {
        value = value.and_then(|value| value.get(segment));
    }
    // The key may be a claim in its envelope.
    if let Some(inner) = value.and_then(|value| value.get("value")) {
        value = Some(inner);
    }
    let id = match value {
        Some(Json::String(text)) => text.trim().to_owned(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let at = entry.pointer.join(&pointer);
    if !id.is_empty() {
        entry.id = id;
        entry.id_place = Place::value(&*entry.file, at);
        return true;
    }
    let message = match value {
        None => format!("a record of `{}` lacks its id, the field `{key}`", plan.name),
        Some(other) => format!("the id of a record of `{}` must be a text, not {}", plan.name, found(other)),
    };
    let target = if value.is_none() { Target::Key } else { Target::Value };
    let place = Place::Pointer { file: entry.file.clone(), pointer: if value.is_none() { entry.pointer.clone() } else { at }, target };
    diagnostics.push(Diagnostic::error(Code::InvalidId, place, message));
    false
}
