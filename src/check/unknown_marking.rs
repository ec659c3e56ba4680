//! `unknown-marking`: a marking isn't one of the book's.

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::model::{Book, Value, each_value};

pub(super) fn check(book: &Book, found: &mut Vec<Diagnostic>) {
    let known = &book.settings.markings;
    let fault = |marking: &str, place: Place| {
        let help = did_you_mean(marking, known.iter().map(String::as_str)).unwrap_or_else(|| {
            format!("the book's markings are {}", known.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", "))
        });
        Diagnostic::error(Code::UnknownMarking, place, format!("`{marking}` is not a marking of this book")).help(help)
    };
    let unknown = |marking: &Option<String>| marking.clone().filter(|marking| !known.contains(marking));
    if let Some(marking) = unknown(&book.settings.attribution.marking) {
        found.push(fault(&marking, Place::value("content/book.yaml", "/marking")));
    }
    for (name, collection) in &book.collections {
        if let Some(marking) = unknown(&collection.config.defaults.marking) {
            found.push(fault(&marking, Place::value("content/book.yaml", format!("/collections/{name}/defaults/marking"))));
        }
        for record in collection.records.values() {
            if let Some(marking) = unknown(&record.own.marking) {
                found.push(fault(&marking, Place::value(&record.file, format!("{}/marking", record.pointer))).record(record.path()));
            }
            each_value(&record.fields, &mut |path, value| {
                if let Value::Claim(claim) = value {
                    let inherited = record.own.or(&collection.config.defaults).or(&book.settings.attribution).marking;
                    if let Some(marking) = unknown(&claim.marking).filter(|marking| inherited.as_ref() != Some(marking)) {
                        let place = Place::value(&record.file, format!("{}{path}/marking", record.pointer));
                        found.push(fault(&marking, place).record(record.path()));
                    }
                }
            });
        }
    }
}
