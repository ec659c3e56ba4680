//! Who sees what of a book, and why: for its owner alone.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::assembly::{audiences, rendering};
use crate::audience::{Absence, Reason};
use crate::comparison::Unusable;
use crate::diagnostic::{did_you_mean, has_errors};
use crate::layout::{Pointer, SETTINGS, schema_file};
use crate::model::{Audience, Book, Marking, MarkingScheme, Record, Reference, Value};
use crate::{load, tree};

/// Who sees a collection, a record or a value, and why.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// `precedents/kfor/troops`.
    pub what: String,
    /// What it bears, after the cascade; nothing where nobody said anything.
    pub marking: Option<String>,
    pub from: Vec<MarkingOrigin>,
    pub audiences: Vec<Verdict>,
}

/// Who says that something bears a marking.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct MarkingOrigin {
    pub marking: String,
    pub said_by: String,
}

/// Whether an audience sees something.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub audience: String,
    pub clearance: String,
    pub sees: bool,
    /// Why it doesn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What one audience lacks of a book.
#[derive(Debug, Serialize)]
pub struct Lack {
    pub audience: String,
    pub clearance: String,
    /// The documents under `documents:` that aren't made for it.
    pub documents: Vec<String>,
    pub withheld: Vec<Withheld>,
}

/// Something that an audience lacks.
#[derive(Debug, Serialize)]
pub struct Withheld {
    pub what: String,
    pub why: String,
}

/// The book at a folder; its faults are an error, since what can't be read can't be told of.
fn book(root: &Path) -> Result<Book> {
    let (tree, mut found) = tree::folder::read(root)?;
    let loaded = load::load(&tree);
    found.extend(loaded.diagnostics);
    match loaded.book {
        Some(book) if !has_errors(&found) => {
            if book.settings.audiences.is_empty() {
                bail!("the book has no audiences: whoever gets a version gets all of it; `audiences` in {SETTINGS} declares them");
            }
            Ok(book)
        }
        _ => {
            let diagnostics = rendering::finish(&tree, found);
            Err(anyhow::Error::new(Unusable { tree, diagnostics }).context("the book has errors, so who sees what of it isn't known"))
        }
    }
}

/// Says who sees something, by its path: `precedents`, `precedents/kfor`, `precedents/kfor/troops`.
pub fn explain(root: &Path, what: &str) -> Result<Explanation> {
    let book = book(root)?;
    let mut parts = what.trim_matches('/').splitn(3, '/');
    let name = parts.next().unwrap_or_default();
    let collection = book.collections.get(name).with_context(|| {
        let meant = did_you_mean(name, book.collections.keys().map(String::as_str)).map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("the book has no collection `{name}`{meant}: name a record, `precedents/kfor`, or a value of one, `precedents/kfor/troops`")
    })?;
    let record = parts.next().map(|id| {
        let reference = Reference { collection: name.to_owned(), id: id.to_owned() };
        book.record(&reference).with_context(|| {
            let meant =
                did_you_mean(id, collection.records.keys().map(String::as_str)).map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("`{name}` has no record `{id}`{meant}")
        })
    });
    let record = record.transpose()?;
    let path = parts.next().map(Pointer::of_path).unwrap_or_default();
    if let Some(record) = record.filter(|record| !path.is_root() && record.at(&path).is_none()) {
        let field = path.segments().next().unwrap_or_default().into_owned();
        let meant = did_you_mean(&field, record.fields.keys().map(String::as_str)).map(|hint| format!(" ({hint})")).unwrap_or_default();
        bail!("`{}` has no value at `{}`{meant}", record.path(), path.as_str().trim_start_matches('/'));
    }
    let (marking, from) = match record {
        Some(record) => (record.marking_at(&path).clone(), origins(&book, record, &path)),
        None => of_collection(&book, name),
    };
    let audiences = book.settings.audiences.iter().map(|audience| verdict(&book, audience, name, record, &path)).collect();
    let marking = book.settings.markings.highest(&marking).text();
    Ok(Explanation { what: what.trim_matches('/').to_owned(), marking, from, audiences })
}

fn origin(marking: &Marking, said_by: String) -> Option<MarkingOrigin> {
    marking.text().map(|marking| MarkingOrigin { marking, said_by })
}

fn of_collection(book: &Book, name: &str) -> (Marking, Vec<MarkingOrigin>) {
    let Some(collection) = book.collections.get(name) else { return (Marking::default(), Vec::new()) };
    let declared = collection.shapes.root().map(|root| root.marking.clone()).unwrap_or_default();
    let defaults = &collection.config.defaults.marking;
    let whole = &book.settings.attribution.marking;
    let said = declared.and(defaults);
    let nearest = if said.is_empty() { book.settings.default_marking.clone() } else { said.clone() };
    let from = [
        origin(&declared, format!("`x-marking` in {}", schema_file(name))),
        origin(defaults, format!("the defaults of the collection `{name}` in {SETTINGS}")),
        origin(&book.settings.default_marking, format!("`default_marking` in {SETTINGS}")).filter(|_| said.is_empty()),
        origin(whole, format!("`marking` in {SETTINGS}")),
    ];
    (nearest.and(whole), from.into_iter().flatten().collect())
}

/// Who says what the value at a pointer of a record bears, the nearest first.
fn origins(book: &Book, record: &Record, path: &Pointer) -> Vec<MarkingOrigin> {
    let (_, mut outer) = of_collection(book, &record.collection);
    if !record.own.marking.is_empty() {
        let is_default = |from: &MarkingOrigin| from.said_by.starts_with("`default_marking`");
        outer.retain(|from| !is_default(from));
    }
    let shapes = book.collections.get(&record.collection).map(|collection| &collection.shapes);
    let mut from = Vec::new();
    let mut said = record.own.marking.and(&record.marking);
    let around: Vec<Pointer> = path.ancestors().filter_map(|around| Pointer::parse(around).ok()).collect();
    for at in around.iter().rev() {
        let field = at.as_str().trim_start_matches('/');
        let declared = shapes.and_then(|shapes| shapes.at(at)).map(|shape| shape.marking.clone()).unwrap_or_default();
        from.extend(origin(&declared, format!("`x-marking` of `{field}` in {}", schema_file(&record.collection))));
        let nested = record.nested.get(at).map(|said| said.own.marking.clone()).unwrap_or_default();
        from.extend(origin(&nested, format!("`{field}` in {}", record.file)));
        said = said.and(&declared).and(&nested);
        if let Some(Value::Claim(claim)) = record.at(at) {
            let own: Marking =
                claim.marking.labels().filter(|label| said.labels().all(|known| known != *label)).map(str::to_owned).collect();
            from.extend(origin(&own, format!("the claim `{field}` in {}", record.file)));
            said = said.and(&own);
        }
    }
    from.reverse();
    from.extend(origin(&record.own.marking, format!("the record in {}", record.file)));
    from.extend(outer);
    from
}

fn verdict(book: &Book, audience: &Audience, collection: &str, record: Option<&Record>, path: &Pointer) -> Verdict {
    let view = audiences::view(book, audience);
    let name = record.map_or_else(|| collection.to_owned(), Record::path);
    let is_it = |absence: &&Absence| {
        (absence.record == collection || absence.record == name) && (absence.path.is_root() || path.below(&absence.path).is_some())
    };
    let why = view.absences.iter().find(is_it).map(|absence| reason(&absence.reason, &book.settings.markings));
    Verdict { audience: audience.name.clone(), clearance: audience.clearance.to_string(), sees: why.is_none(), why }
}

fn reason(reason: &Reason, markings: &MarkingScheme) -> String {
    match reason {
        Reason::Marked(marking) => format!("it bears {}", markings.highest(marking)),
        Reason::Unsourced => "none of its sources may be seen".to_owned(),
        Reason::Reference(target) => format!("it refers to `{target}`, which may not be seen"),
    }
}

/// What each audience of a book lacks, in the order in which they are declared.
pub fn report(root: &Path) -> Result<Vec<Lack>> {
    let book = book(root)?;
    let lack = |audience: &Audience| {
        let view = audiences::view(&book, audience);
        let got = |id: &str| view.book.settings.documents.iter().any(|plan| plan.id == id);
        let documents = book.settings.documents.iter().filter(|plan| !got(&plan.id)).map(|plan| plan.id.clone()).collect();
        let withheld = view.absences.iter().map(|absence| Withheld {
            what: format!("{}{}", absence.record, absence.path),
            why: reason(&absence.reason, &book.settings.markings),
        });
        Lack { audience: audience.name.clone(), clearance: audience.clearance.to_string(), documents, withheld: withheld.collect() }
    };
    Ok(book.settings.audiences.iter().map(lack).collect())
}
