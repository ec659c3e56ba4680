//! `claim-without-source`: nothing says who says so.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{SOURCES, Value, each_value};

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    for record in files.book.records().filter(|record| record.collection != SOURCES) {
        each_value(&record.fields, &mut |path, value| {
            if let Value::Claim(claim) = value
                && claim.sources.is_empty()
            {
                let place = Place::value(&record.file, record.pointer.join(path));
                found.push(
                    Diagnostic::error(Code::ClaimWithoutSource, place, format!("claim `{}{path}` has no source", record.path()))
                        .record(record.path())
                        .help("give the record a `source:`, or write the claim as `{ value: …, source: … }`"),
                );
            }
        });
    }
}
