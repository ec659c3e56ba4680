//! Front matter: YAML between `---` lines at the start of a text, to and from JSON.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Values that front matter may hold, aliases expanded.
const MAX_VALUES: usize = 100_000;

/// Takes the front matter off a text: its YAML, and the rest.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = body.split_inclusive('\n').next()?;
    if first.trim_end_matches(['\n', '\r']) != "---" || first.len() == 3 {
        return None;
    }
    let mut at = first.len();
    for line in body[first.len()..].split_inclusive('\n') {
        if line.trim_end_matches(['\n', '\r']) == "---" {
            return Some((&body[first.len()..at], &body[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// Reads the YAML of front matter; on a fault, its line in the text from 1, and what is wrong.
///
/// A token in a plain scalar keeps it a string, since its delimiters belong to no number, date or boolean.
pub(super) fn read(yaml: &str) -> Result<Map<String, Value>, (usize, String)> {
    let mut left = MAX_VALUES;
    let place = |error: &serde_yaml::Error| error.location().map_or(1, |at| at.line() + 1);
    match (Seed { left: &mut left }).deserialize(serde_yaml::Deserializer::from_str(yaml)) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err((1, "the front matter is not a mapping".to_owned())),
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Err((place(&error), format!("the front matter can't be read as YAML ({message})")))
        }
    }
}

/// Writes front matter with its `---` lines; nothing for none.
pub(super) fn write(front: &Map<String, Value>) -> String {
    if front.is_empty() {
        return String::new();
    }
    // Some texts (line separators behind line ends) the library writes as YAML that is not them.
    let yaml = serde_yaml::to_string(front).ok().filter(|yaml| read(yaml).as_ref() == Ok(front));
    format!("---\n{}---\n", yaml.unwrap_or_else(|| as_json(front)))
}

/// YAML in JSON's form, an entry a line, with all characters escaped that YAML takes for line ends or refuses.
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

/// Reads YAML as JSON, a bounded number of values of it.
struct Seed<'a> {
    left: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| D::Error::custom(format!("it holds more than {MAX_VALUES} values")))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(serde_json::Number::from_f64(value).map_or_else(|| value.to_string().into(), Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(Seed { left: self.left })? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = entries.next_key_seed(Seed { left: self.left })? {
            let key = match key {
                Value::String(key) => key,
                Value::Null | Value::Bool(_) | Value::Number(_) => key.to_string(),
                Value::Array(_) | Value::Object(_) => return Err(A::Error::custom("a key is a list or a mapping")),
            };
            let value = entries.next_value_seed(Seed { left: self.left })?;
            if out.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
        }
        Ok(Value::Object(out))
    }
}
