//! `brief new`: a record with its schema's fields laid out, required ones first, each described in comments.

use serde_json::{Map, Value as Json};

use super::schema::subschemas::same_value;
use crate::layout::{Pointer, is_id};
use crate::model::{Collection, SOURCES};

/// How wide comments are.
const WIDTH: usize = 100;
/// How deep mappings are laid out.
const MAX_DEPTH: usize = 4;

/// The text of a new record.
pub fn skeleton(collection: &Collection, id: &str) -> String {
    let mut lines = Vec::new();
    let empty = Json::Null;
    let schema = collection.schema.as_ref().unwrap_or(&empty);
    let layout = Layout { root: schema };
    let record = layout.whole(schema, &Pointer::root());
    let about = text(&record, "description").map(|about| format!(": {about}")).unwrap_or_default();
    comment(&format!("{}{about}", text(&record, "title").unwrap_or("A record")), "", &mut lines);
    let has_claims = collection.shapes.has_claims();
    if has_claims && collection.name != SOURCES {
        lines.push(String::new());
        comment("Source: who says what a claim below doesn't say itself, as a source's id, or id#place.", "", &mut lines);
        lines.push("source: \"\"".to_owned());
    }
    let first = collection.records.values().next();
    let is_listed = first.is_some_and(|record| record.is_listed());
    let key = collection.config.key.as_deref().unwrap_or("id");
    let id_key = if is_listed || collection.config.key.is_some() { Some((key, id)) } else { None };
    layout.fields(&record, "", id_key, 0, &mut lines);
    match first {
        // The file is a list of records, or a mapping by id.
        Some(record) if !record.pointer.is_root() => framed(&lines, is_listed, id),
        _ => joined(&lines),
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The lines as an item of a list, or under their key.
fn framed(lines: &[String], is_listed: bool, id: &str) -> String {
    let mut framed = Vec::new();
    let is_head = |line: &String| line.starts_with('#') || line.is_empty();
    let head = lines.iter().take_while(|line| is_head(line)).count().min(lines.iter().position(String::is_empty).unwrap_or(lines.len()));
    framed.extend(lines[..head].iter().cloned());
    framed.push(if is_listed { format!("- id: {}", quoted_id(id)) } else { format!("{}:", quoted_id(id)) });
    for line in &lines[head..] {
        if is_listed && line.starts_with("id: ") {
            continue;
        }
        framed.push(if line.is_empty() { String::new() } else { format!("  {line}") });
    }
    joined(&framed)
}

fn quoted_id(id: &str) -> String {
    if is_id(id) && id.parse::<f64>().is_err() { id.to_owned() } else { Json::String(id.to_owned()).to_string() }
}

struct Layout<'a> {
    root: &'a Json,
}

impl Layout<'_> {
    /// A schema together with those that apply to the same value.
    fn whole(&self, schema: &Json, pointer: &Pointer) -> Map<String, Json> {
        let mut whole = Map::new();
        let mut open = vec![(schema.clone(), pointer.clone())];
        let mut seen = Vec::new();
        while let Some((schema, pointer)) = open.pop() {
            if seen.contains(&pointer) || seen.len() > 50 {
                continue;
            }
            for (keyword, value) in schema.as_object().into_iter().flatten() {
                match (whole.get_mut(keyword), value) {
                    (None, value) => {
                        whole.insert(keyword.clone(), value.clone());
                    }
                    (Some(Json::Object(known)), Json::Object(more)) if keyword == "properties" => {
                        for (key, value) in more {
                            known.entry(key.clone()).or_insert_with(|| value.clone());
                        }
                    }
                    (Some(Json::Array(known)), Json::Array(more)) if keyword == "required" => known.extend(more.iter().cloned()),
                    _ => {}
                }
            }
            let applied = same_value(self.root, &schema, &pointer);
            seen.push(pointer);
            open.extend(applied.into_iter().filter_map(|at| Some((self.root.pointer(at.as_str())?.clone(), at))));
        }
        whole
    }

    /// Lays out the fields of a mapping, required ones first.
    fn fields(&self, record: &Map<String, Json>, indent: &str, id: Option<(&str, &str)>, depth: usize, lines: &mut Vec<String>) {
        let Some(properties) = record.get("properties").and_then(Json::as_object) else {
            if let Some((key, id)) = id {
                lines.push(format!("{indent}{key}: {}", quoted_id(id)));
            }
            return;
        };
        let required: Vec<&str> = record.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let (first, then): (Vec<_>, Vec<_>) = properties.iter().partition(|(key, _)| required.contains(&key.as_str()));
        for (key, schema) in &first {
            let field = self.whole(schema, &Pointer::from(["(field)"]));
            describe(key, &field, indent, lines);
            match id {
                Some((name, id)) if name == key.as_str() => lines.push(format!("{indent}{key}: {}", quoted_id(id))),
                _ => self.field(key, &field, indent, depth, lines),
            }
        }
        for (key, schema) in &then {
            let field = self.whole(schema, &Pointer::from(["(field)"]));
            describe(key, &field, indent, lines);
            let mut optional = Vec::new();
            match id {
                Some((name, id)) if name == key.as_str() => {
                    lines.push(format!("{indent}{key}: {}", quoted_id(id)));
                    continue;
                }
                _ => self.field(key, &field, "", depth, &mut optional),
            }
            lines.extend(optional.iter().filter(|line| !line.is_empty()).map(|line| format!("{indent}# {line}")));
        }
    }

    /// Whether a field of the mapping itself is a claim.
    fn has_claims(&self, mapping: &Map<String, Json>) -> bool {
        let properties = mapping.get("properties").and_then(Json::as_object).into_iter().flatten();
        properties
            .map(|(_, schema)| self.whole(schema, &Pointer::from(["(field)"])))
            .any(|field| field.get("x-claim") == Some(&Json::Bool(true)))
    }

    fn field(&self, key: &str, field: &Map<String, Json>, indent: &str, depth: usize, lines: &mut Vec<String>) {
        if field.get("x-claim") == Some(&Json::Bool(true)) {
            lines.push(format!("{indent}{key}: {{ unknown: not-reported }}"));
            return;
        }
        let kind = kind(field);
        if kind == Some("object") && depth < MAX_DEPTH && field.contains_key("properties") {
            lines.push(format!("{indent}{key}:"));
            if self.has_claims(field) {
                lines.push(format!("{indent}  # Source of the claims below, where it is another than the record's."));
                lines.push(format!("{indent}  # source: \"\""));
            }
            self.fields(field, &format!("{indent}  "), None, depth + 1, lines);
            return;
        }
        let value = match (field.get("default").or_else(|| field.get("const")), field.get("enum").and_then(Json::as_array), kind) {
            (Some(value), ..) => value.to_string(),
            (_, Some(options), _) => options.first().map(Json::to_string).unwrap_or_default(),
            (.., Some("integer" | "number")) => field.get("minimum").map_or_else(|| "0".to_owned(), Json::to_string),
            (.., Some("boolean")) => "false".to_owned(),
            (.., Some("array")) => "[]".to_owned(),
            (.., Some("object")) => "{}".to_owned(),
            _ => "\"\"".to_owned(),
        };
        lines.push(format!("{indent}{key}: {}", unquoted(value)));
    }
}

/// A JSON value as people write it in YAML, where it needs no quotes.
fn unquoted(json: String) -> String {
    let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
    let is_plain = inner.starts_with(|c: char| c.is_ascii_alphabetic())
        && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        && !matches!(inner.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    if is_plain { inner.to_owned() } else { json }
}

fn kind(field: &Map<String, Json>) -> Option<&str> {
    match field.get("type") {
        Some(Json::String(kind)) => Some(kind),
        Some(Json::Array(kinds)) => kinds.first()?.as_str(),
        _ => None,
    }
}

fn text<'a>(field: &'a Map<String, Json>, key: &str) -> Option<&'a str> {
    field.get(key)?.as_str()
}

/// What a field is, as a comment.
fn describe(key: &str, field: &Map<String, Json>, indent: &str, lines: &mut Vec<String>) {
    let mut about = match (text(field, "title"), text(field, "description")) {
        (Some(title), Some(about)) => format!("{title}: {about}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => key.to_owned(),
    };
    let mut add = |more: String| {
        if !about.ends_with(['.', '?', '!']) {
            about.push('.');
        }
        about.push(' ');
        about.push_str(&more);
    };
    if let Some(options) = field.get("enum").and_then(Json::as_array) {
        let names: Vec<String> = options.iter().map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned)).collect();
        add(format!("One of: {}.", names.join(", ")));
    }
    match text(field, "format") {
        Some("date") => add("Written YYYY-MM-DD.".to_owned()),
        Some("partial-date") => add("Written YYYY-MM-DD, YYYY-MM or YYYY.".to_owned()),
        Some("markdown") => add("Markdown.".to_owned()),
        _ => {}
    }
    let items = field.get("items").and_then(Json::as_object);
    if let Some(collection) = text(field, "x-ref").or_else(|| items.and_then(|items| text(items, "x-ref"))) {
        add(format!("From `{collection}`."));
    }
    lines.push(String::new());
    comment(&about, indent, lines);
}

/// A comment, broken into lines.
fn comment(text: &str, indent: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + 2 + line.len() + 1 + word.len() > WIDTH {
            lines.push(format!("{indent}# {line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("{indent}# {line}"));
}
