//! A snapshot's values as rows of text, by the same paths and labels that changes have.

use std::collections::BTreeMap;

use super::change::{Change, FieldChange, FieldPart};
use super::compare;
use super::node::Parts;
use crate::layout::Pointer;
use crate::model::Snapshot;

/// A value longer than this is cut.
const LONG: usize = 20_000;

/// A value of a record, or what belongs to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// [`FieldChange::path`], and below it the way to a claim inside the value.
    pub path: Pointer,
    pub label: String,
    pub part: FieldPart,
    pub text: String,
}

/// All records of a snapshot as if they were new.
pub fn all_as_new(snapshot: &Snapshot) -> Vec<Change> {
    compare(&Snapshot { book: snapshot.book.clone(), collections: Default::default() }, snapshot)
}

/// The values of a field that is new.
pub fn rows(field: &FieldChange) -> Vec<Shown> {
    let row = |path: Pointer, label: &str, part: FieldPart, text: String| Shown { path, label: label.to_owned(), part, text };
    let text = field.sides(LONG).new.unwrap_or_default();
    let mut rows = vec![row(field.path.clone(), &field.label, field.part, text)];
    let claims: &BTreeMap<Pointer, Parts> = &field.new_claims;
    for (pointer, parts) in claims {
        let path = field.path.join(pointer);
        let said = [
            (FieldPart::Source, Some(parts.source.join(", ")).filter(|sources| !sources.is_empty())),
            (FieldPart::AsOf, parts.as_of.clone()),
            (FieldPart::Marking, parts.marking.clone()),
            (FieldPart::Confidence, parts.confidence.clone()),
        ];
        rows.extend(said.into_iter().filter_map(|(part, text)| Some(row(path.clone(), &field.label, part, text?))));
    }
    rows
}
