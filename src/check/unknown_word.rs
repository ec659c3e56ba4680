//! `unknown-word`: a key under `words:` that is no word of brief's, so that it would be ignored; or a text of the reading site
//! that leaves out a value which belongs in it.

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
    // Places in sources are named with what they are counted in.
    let places: Vec<String> = own.iter().map(|unit| format!("{unit} {{place}}")).collect();
    let texts: Vec<&str> = plan.site_texts.iter().copied().chain(places.iter().map(String::as_str)).collect();
    found.extend(plan.book.settings.site_words.iter().filter_map(|(english, own)| fault_of_site(english, own, &texts)));
}

/// What is wrong with the book's own text of the reading site.
fn fault_of_site(english: &str, own: &str, known: &[&str]) -> Option<Diagnostic> {
    let place = Place::key(SETTINGS, ["words", "site", english]);
    if !known.contains(&english) {
        let help = did_you_mean(english, known.iter().copied());
        let help = help.unwrap_or_else(|| "its texts are named by their English, as they stand on the pages".to_owned());
        let message = format!("`words: site:` has `{english}`, which the reading site never prints");
        return Some(Diagnostic::error(Code::UnknownWord, place, message).help(help));
    }
    let (wanted, given) = (values(english), values(own));
    let missing = wanted.difference(&given).next().map(|name| format!("`{english}` is replaced by a text without `{{{name}}}`"));
    let unknown = || given.difference(&wanted).next().map(|name| format!("`{english}` has no value `{{{name}}}` for its text"));
    let message = missing.or_else(unknown)?;
    let help = format!("write {} where the value goes", wanted.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", "));
    let help = if wanted.is_empty() { "leave it out".to_owned() } else { help };
    Some(Diagnostic::error(Code::UnknownWord, place, message).help(help))
}

/// The names in braces.
fn values(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
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
