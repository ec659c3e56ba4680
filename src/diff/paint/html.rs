//! Changes for a browser: one page that needs nothing else, neither script nor network. What it looks like is in
//! `templates/`, where every value is escaped.

use minijinja::{Value, context};

use super::super::change::{Change, ChangeKind, Changes, FieldChange, FieldKind, FieldPart};
use super::super::documents::document_groups;
use super::super::words::Op;
use super::prose::{Piece, pieces};
use super::tally::Tally;
use super::view::{Field, Record, View, behind};
use super::{Names, counted};
use crate::text::{capital, render_html};

const PAGE: &str = include_str!("templates/page.html");
const CHANGES: &str = include_str!("templates/changes.html");
const STYLE: &str = include_str!("templates/page.css");
/// The most characters of a value that are shown.
const MAX_VALUE: usize = 4_000;

/// A part of the page that is made elsewhere: a document's redline.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: String,
    /// BCP 47 language tag.
    pub language: String,
    /// HTML, complete in itself.
    pub html: String,
}

/// Changes as a whole page. `sections` follow the records.
pub fn html(changes: &Changes, names: Names<'_>, sections: &[Section]) -> String {
    let section = |section: &Section| {
        context! { language => &*section.language, title => &*section.title, html => Value::from_safe_string(section.html.clone()) }
    };
    let page = context! {
        title => format!("{} → {}", names.base, names.head),
        style => Value::from_safe_string(STYLE.to_owned()),
        summary => capital(&Tally::of(changes).sentence(changes)),
        changes => Value::from_safe_string(html_fragment(changes)),
        sections => sections.iter().map(section).collect::<Vec<_>>(),
    };
    render_html(PAGE, page)
}

/// Changes as a part of another page: one section per record.
pub fn html_fragment(changes: &Changes) -> String {
    let view = View::of(changes);
    let alike = view.alike.iter().map(|alike| {
        let head = match (alike.example.label.as_str(), alike.example.part) {
            (label, FieldPart::Value) => label.to_owned(),
            ("", part) => part.name().to_owned(),
            (label, part) => format!("{label}, {}", part.name()),
        };
        let words = if alike.example.words.is_empty() { both_sides(alike.example) } else { prose(alike.example) };
        let ids = owned(alike.records.iter().map(|change| &*change.id));
        context! { who => alike.who(), head, words, ids }
    });
    let inherited = view.inherited.iter().map(|inherited| {
        context! {
            part => inherited.example.part.name(),
            words => both_sides(inherited.example),
            claims => counted(inherited.claims, "claim"),
            records => counted(inherited.records, "record"),
        }
    });
    let files =
        changes.files.iter().map(|file| context! { path => &*file.path, kind => file.kind.verb(), documents => file.documents.clone() });
    let groups = document_groups(&changes.documents);
    let documents = groups.iter().map(|group| context! { title => group.title(), ids => owned(group.ids.iter().copied()) });
    let fragment = context! {
        missing => changes.missing.clone(),
        alike => alike.collect::<Vec<_>>(),
        records => view.records.iter().map(record).collect::<Vec<_>>(),
        inherited => inherited.collect::<Vec<_>>(),
        by_inheritance => view.by_inheritance.iter().map(|change| headline(change)).collect::<Vec<_>>(),
        files => files.collect::<Vec<_>>(),
        documents => documents.collect::<Vec<_>>(),
    };
    render_html(CHANGES, fragment)
}

fn owned<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(str::to_owned).collect()
}

fn headline(change: &Change) -> Value {
    context! { kind => change.kind.verb(), name => &*change.name, place => change.place() }
}

fn record(record: &Record<'_>) -> Value {
    let change = record.change;
    let columns = match change.kind {
        ChangeKind::Added => vec!["value"],
        ChangeKind::Removed => vec!["value it had"],
        _ => vec!["before", "after"],
    };
    let one_side = columns.len() == 1;
    let (mut rows, mut texts) = (Vec::new(), Vec::new());
    for field in &record.fields {
        for (index, row) in field.rows.iter().enumerate() {
            match row.words.is_empty() {
                true => rows.push(table_row(field, row, index, one_side)),
                false => texts.push(context! { label => field.label, words => prose(row) }),
            }
        }
    }
    context! { columns, rows, texts, ..headline(change) }
}

/// A row of a record's table; a record that was added or removed has `one_side` only.
fn table_row(field: &Field<'_>, row: &FieldChange, index: usize, one_side: bool) -> Value {
    let head = match (row.part, index) {
        (FieldPart::Value, _) => field.label.to_owned(),
        (part, 0) if !field.label.is_empty() => format!("{}, {}", field.label, part.name()),
        (part, _) => part.name().to_owned(),
    };
    let sides = row.sides(MAX_VALUE);
    let note = sides.note.or_else(|| behind(row)).unwrap_or_default();
    let old: Vec<Value> = sides.old.and_then(|text| words(Op::Delete, &text)).into_iter().collect();
    let new: Vec<Value> = sides.new.and_then(|text| words(Op::Insert, &text)).into_iter().collect();
    let cells = match (one_side, row.kind) {
        (true, FieldKind::Removed) => vec![old],
        (true, _) => vec![new],
        (false, FieldKind::Moved) => vec![Vec::new(), Vec::new()],
        (false, _) => vec![old, new],
    };
    context! { class => if row.part == FieldPart::Value { "value" } else { "part" }, head, cells, note }
}

/// The old and the new value, and the difference between them.
fn both_sides(row: &FieldChange) -> Vec<Value> {
    let sides = row.sides(MAX_VALUE);
    let space = (sides.old.is_some() && sides.new.is_some()).then_some(" ".to_owned());
    let old = sides.old.and_then(|text| words(Op::Delete, &text));
    let new = sides.new.and_then(|text| words(Op::Insert, &text));
    let equal = |text: Option<String>| text.and_then(|text| words(Op::Equal, &text));
    [old, equal(space), new, equal(sides.note.map(|note| format!(" ({note})")))].into_iter().flatten().collect()
}

/// Prose with its changes marked.
fn prose(row: &FieldChange) -> Vec<Value> {
    let marked = pieces(&row.words, usize::MAX / 4).into_iter().flat_map(|piece| match piece {
        Piece::Gap => [words(Op::Equal, "… "), None],
        Piece::Word(Op::Equal, text) => [words(Op::Equal, text), None],
        Piece::Word(op, text) => {
            let (core, spaces) = text.split_at(text.trim_end().len());
            [words(op, core), words(Op::Equal, spaces)]
        }
    });
    marked.flatten().collect()
}

/// Words for the template, if there are any: `{op, text}`.
fn words(op: Op, text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| context! { op => op.name(), text })
}
