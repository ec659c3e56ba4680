//! `unknown-word`: a key under `words:` that is no word of brief's, so that it would be ignored.

use std::collections::BTreeSet;

use super::BookPlan;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::SETTINGS;
use crate::model::{Book, Held, SOURCES, Value};

/// Compares the keys of `words:` with those of the stages that print words, and those that the records bring.
pub(super) fn check(plan: &BookPlan<'_>, found: &mut Vec<Diagnostic>) {
    let own = of_records(plan.book);
    let known: BTreeSet<&str> = plan.words.iter().copied().chain(own.iter().map(String::as_str)).collect();
    let unknown = plan.book.settings.words.keys().filter(|key| !known.contains(key.as_str()));
    found.extend(unknown.map(|key| fault(key, &known)));
}

fn fault(key: &str, known: &BTreeSet<&str>) -> Diagnostic {
    let place = Place::key(SETTINGS, ["words", key]);
    let help = match key {
        "group" | "decimal" => "how numbers are written is one setting, by example: `numbers: \"12.345,6\"`".to_owned(),
        _ => did_you_mean(key, known.iter().copied())
            .unwrap_or_else(|| "the README lists the words; a claim's reason for being unknown is one as well".to_owned()),
    };
    Diagnostic::error(Code::UnknownWord, place, format!("`words` has `{key}`, which brief never prints")).help(help)
}

/// Why claims are unknown, and what the places in sources are counted in.
fn of_records(book: &Book) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for record in book.records() {
        record.each_claim(&mut |claim| {
            if let Held::Unknown(why) = &claim.held {
                found.insert(why.clone());
            }
        });
    }
    for source in book.collections.get(SOURCES).into_iter().flat_map(|sources| sources.records.values()) {
        if let Some(unit) = source.fields.get("locator").and_then(Value::bare).and_then(Value::as_str) {
            found.extend([unit.to_owned(), format!("{unit}s")]);
        }
    }
    found
}
