//! The keys that brief reads itself in a record and in the mappings inside it: who says so, and what is allowed.

use serde_json::{Map as JsonMap, Value as Json};

use super::attribution::checked;
use super::violation::found;
use crate::diagnostic::{Code, Diagnostic, Place, Target, did_you_mean};
use crate::layout::Pointer;
use crate::model::{RESERVED_KEYS, Reserved, SOURCES};

/// The keys that are read in a collection. A source isn't a claim, so `source` and `confidence` are free there.
pub(super) fn keys(collection: &str) -> Vec<&'static str> {
    let is_sources = collection == SOURCES;
    RESERVED_KEYS.into_iter().filter(|key| !is_sources || !matches!(*key, "source" | "confidence")).collect()
}

/// Reads some of the reserved keys of a mapping. `place` is the place of what is written at a pointer below it.
pub(super) fn read(
    fields: &JsonMap<String, Json>,
    keys: &[&str],
    owner: &str,
    place: &dyn Fn(&Pointer, Target) -> Place,
    faults: &mut Vec<Diagnostic>,
) -> Reserved {
    let taken = keys.iter().filter_map(|key| Some(((*key).to_owned(), fields.get(*key)?.clone()))).collect();
    let own = checked(&taken, owner, place, faults);
    Reserved { written: Pointer::root(), own, allow: allowed(taken.get("allow"), owner, place, faults) }
}

/// Reads the codes of checks that are silenced.
fn allowed(json: Option<&Json>, owner: &str, place: &dyn Fn(&Pointer, Target) -> Place, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let items: Vec<(Pointer, &Json)> = match json {
        None => return Vec::new(),
        Some(Json::Array(items)) => items.iter().enumerate().map(|(index, item)| (Pointer::from(["allow"]).child(index), item)).collect(),
        Some(one) => vec![(Pointer::from(["allow"]), one)],
    };
    let names = || Code::ALL.iter().map(|code| code.name());
    let mut codes = Vec::new();
    for (pointer, item) in items {
        match item.as_str() {
            Some(code) if names().any(|name| name == code) => codes.push(code.to_owned()),
            Some(code) => {
                let message = format!("{owner} allows `{code}`, which is no code of a check");
                faults.push(
                    Diagnostic::error(Code::SchemaViolation, place(&pointer, Target::Value), message)
                        .maybe_help(did_you_mean(code, names())),
                );
            }
            None => {
                let message = format!("`allow` of {owner} must be a list of codes, not {}", found(item));
                faults.push(Diagnostic::error(Code::SchemaViolation, place(&pointer, Target::Value), message));
            }
        }
    }
    codes
}

/// Warns of a `source` where the schema knows no claim that could take it.
pub(super) fn unused(owner: &str, place: Place) -> Diagnostic {
    Diagnostic::warning(Code::UnusedSource, place, format!("the `source` of {owner} is where no claim could take it"))
        .help("say `x-claim: true` of the fields that it is for, in the collection's schema")
        .help("to keep it there, write `allow: [unused-source]` in the record")
}
