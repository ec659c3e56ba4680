//! Front matter of a document, from YAML and back.

use serde_json::{Map, Value};

use crate::yaml::front_matter::{Split, split};
use crate::yaml::{self, Altered, DuplicateKeys, Failure, Limits, MAX_STRING, Stop};

/// How deep lists and mappings may be nested.
const DEEPEST: usize = 100;

/// Reads the YAML of front matter. An error is the line of the text, from 1, and what is wrong there.
///
/// A token in a plain scalar keeps it a string, since its delimiters belong to no number, date or boolean.
pub(super) fn read(yaml: &str) -> Result<Map<String, Value>, (usize, String)> {
    let unread = |line: usize, why: &str| Err((line, format!("the front matter can't be read as YAML ({why})")));
    if yaml::may_be_deeper(yaml, DEEPEST) {
        return unread(1, "its lists and mappings are nested too deeply");
    }
    let (guarded, guard) = yaml::guard(yaml);
    let reading = yaml::read(&guarded, Limits::of_front_matter(yaml.len()), guard, DuplicateKeys::Refuse);
    if let Ok(reading) = &reading
        && (reading.has_floats && yaml::may_lose(yaml) || yaml::may_hold_tags(yaml))
        && let Some((line, altered)) = yaml::first_altered(yaml)
    {
        return match altered {
            Altered::Number => unread(line + 1, LOST_NUMBER),
            Altered::Tag(tag) => unread(line + 1, &unknown_tag(&tag)),
        };
    }
    match reading.map(|reading| reading.value) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err((1, "the front matter is not a mapping".to_owned())),
        Err(failure) => {
            // The first line is the `---`.
            let line = failure.error.location().map_or(1, |at| at.line() + 1);
            unread(line, &reason(&failure))
        }
    }
}

/// The fault of a number that would change its value when parsed.
const LOST_NUMBER: &str = "a number can't be kept as it is written";

fn unknown_tag(tag: &str) -> String {
    format!("the tag `{tag}` means nothing here")
}

fn reason(failure: &Failure) -> String {
    match &failure.stop {
        None => failure.error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
        Some(Stop::Values(most)) => format!("it holds more than {most} values"),
        Some(Stop::Bytes) => "its aliases repeat too much text".to_owned(),
        Some(Stop::LongString) => format!("a text is longer than the limit of {} MiB", MAX_STRING >> 20),
        Some(Stop::Tag(tag)) => unknown_tag(&format!("!{}", tag.trim_start_matches('!'))),
        Some(Stop::Merge) => "the merge key `<<` is not supported".to_owned(),
        Some(Stop::Number) => LOST_NUMBER.to_owned(),
        Some(Stop::Key) => "a key is a list or a mapping".to_owned(),
        Some(Stop::DuplicateKey(key)) => format!("duplicate key `{key}`"),
    }
}

/// The front matter of a text; empty where it has none that can be read.
pub fn front_of(text: &str) -> Map<String, Value> {
    match split(text) {
        Split::FrontMatter { yaml, .. } => read(yaml).unwrap_or_default(),
        Split::None | Split::Unclosed => Map::new(),
    }
}

/// Writes front matter between its `---` lines; an empty text for an empty mapping.
pub(super) fn write(front: &Map<String, Value>) -> String {
    if front.is_empty() {
        return String::new();
    }
    // The library serializes some strings (line separators after line ends) in a way that doesn't round-trip.
    let yaml = serde_yaml::to_string(front).ok().filter(|yaml| read(yaml).as_ref() == Ok(front));
    format!("---\n{}---\n", yaml.unwrap_or_else(|| as_json(front)))
}

/// YAML in JSON's form, one entry per line, with all characters escaped that YAML takes for line ends or refuses.
fn as_json(front: &Map<String, Value>) -> String {
    let mut out = String::new();
    for (key, value) in front {
        for c in format!("{}: {value}\n", Value::from(key.as_str())).chars() {
            match c {
                '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                    out.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => out.push(c),
            }
        }
    }
    out
}
