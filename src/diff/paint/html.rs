//! Changes for a browser: one page that needs nothing else, neither script nor network.

use super::super::change::{ChangeKind, Changes, FieldChange, FieldKind, Part};
use super::super::documents::document_groups;
use super::super::words::Op;
use super::prose::{Piece, pieces};
use super::tally::Tally;
use super::view::{Field, Record, View, behind};
use super::{Names, counted};
use crate::text::{capital, escape_html as escape};

const STYLE: &str = include_str!("page.css");
/// A value longer than this is cut.
const LONG: usize = 4_000;

/// A part of the page that somebody else has painted: a document's redline.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: String,
    /// BCP 47 language tag.
    pub language: String,
    /// HTML that is whole in itself.
    pub html: String,
}

/// Changes as a page; `sections` follow the records.
pub fn html(changes: &Changes, names: Names<'_>, sections: &[Section]) -> String {
    let title = format!("{} → {}", names.base, names.head);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:\">\n\
         <title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
        escape(&title)
    );
    out.push_str(&format!("<p class=\"summary\">{}</p>\n", escape(&capital(&Tally::of(changes).sentence(changes)))));
    out.push_str(&html_fragment(changes));
    for section in sections {
        let (language, title) = (escape(&section.language), escape(&section.title));
        out.push_str(&format!("<section class=\"redline\" lang=\"{language}\">\n<h2>{title}</h2>\n{}</section>\n", section.html));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Changes as a part of another page: a section a record.
pub fn html_fragment(changes: &Changes) -> String {
    let mut out = String::new();
    if !changes.missing.is_empty() {
        out.push_str("<section class=\"missing\">\n<h2>Not compared</h2>\n<ul>\n");
        changes.missing.iter().for_each(|missing| out.push_str(&format!("<li>{}</li>\n", escape(missing))));
        out.push_str("</ul>\n</section>\n");
    }
    let view = View::of(changes);
    if !view.alike.is_empty() {
        out.push_str("<section class=\"alike\">\n<h2>The same in many records</h2>\n<ul>\n");
        for alike in &view.alike {
            let head = match (alike.example.label.as_str(), alike.example.part) {
                (label, Part::Value) => label.to_owned(),
                ("", part) => part.name().to_owned(),
                (label, part) => format!("{label}, {}", part.name()),
            };
            let said = if alike.example.words.is_empty() { said(alike.example) } else { prose(alike.example) };
            let ids: Vec<String> = alike.records.iter().map(|change| format!("<code>{}</code>", escape(&change.id))).collect();
            out.push_str(&format!(
                "<li>{}: {}: {said}\n<details><summary>Which</summary><p>{}</p></details></li>\n",
                escape(&alike.who()),
                escape(&head),
                ids.join(", ")
            ));
        }
        out.push_str("</ul>\n</section>\n");
    }
    view.records.iter().for_each(|one| record(&mut out, one));
    if !view.inherited.is_empty() {
        out.push_str("<section class=\"inherited\">\n<h2>Taken from the record, its collection or the book</h2>\n<ul>\n");
        for inherited in &view.inherited {
            let (claims, records) = (counted(inherited.claims, "claim"), counted(inherited.records, "record"));
            let said = said(inherited.example);
            out.push_str(&format!("<li>{}: {said}, for {claims} of {records}</li>\n", inherited.example.part.name()));
        }
        for change in &view.by_inheritance {
            out.push_str(&format!(
                "<li class=\"{}\">{}: <code>{}</code>, by this alone</li>\n",
                change.kind.verb(),
                escape(&change.name),
                escape(&change.place())
            ));
        }
        out.push_str("</ul>\n</section>\n");
    }
    if !changes.files.is_empty() {
        out.push_str("<section class=\"files\">\n<h2>Files outside the records</h2>\n<ul>\n");
        for file in &changes.files {
            let verb = file.kind.verb();
            let alters = if file.documents.is_empty() { String::new() } else { format!(": alters {}", escape(&file.documents.join(", "))) };
            out.push_str(&format!("<li><code>{}</code> {verb}{alters}</li>\n", escape(&file.path)));
        }
        out.push_str("</ul>\n</section>\n");
    }
    if !changes.documents.is_empty() {
        out.push_str("<section class=\"documents\">\n<h2>Documents that differ</h2>\n<ul>\n");
        for group in document_groups(&changes.documents) {
            let ids: Vec<String> = group.ids.iter().map(|id| format!("<code>{}</code>", escape(id))).collect();
            out.push_str(&format!("<li>{}: {}</li>\n", escape(&group.title()), ids.join(", ")));
        }
        out.push_str("</ul>\n</section>\n");
    }
    out
}

fn record(out: &mut String, record: &Record<'_>) {
    let change = record.change;
    let kind = change.kind.verb();
    out.push_str(&format!(
        "<section class=\"record {kind}\">\n<h2>{} <code>{}</code> <span class=\"kind\">{kind}</span></h2>\n",
        escape(&change.name),
        escape(&change.place())
    ));
    let whole = matches!(change.kind, ChangeKind::Added | ChangeKind::Removed);
    let mut rows = String::new();
    let mut texts = String::new();
    for field in &record.fields {
        for (index, row) in field.rows.iter().enumerate() {
            match row.words.is_empty() {
                true => rows.push_str(&table_row(field, row, index, whole)),
                false => texts.push_str(&format!("<h3>{}</h3>\n<p class=\"prose\">{}</p>\n", escape(field.label), prose(row))),
            }
        }
    }
    if !rows.is_empty() {
        let heads = match change.kind {
            ChangeKind::Added => "<th scope=\"col\">value</th>",
            ChangeKind::Removed => "<th scope=\"col\">value it had</th>",
            _ => "<th scope=\"col\">before</th><th scope=\"col\">after</th>",
        };
        out.push_str(&format!(
            "<table>\n<thead><tr><th scope=\"col\">field</th>{heads}<td></td></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ));
    }
    out.push_str(&texts);
    out.push_str("</section>\n");
}

fn table_row(field: &Field<'_>, row: &FieldChange, index: usize, whole: bool) -> String {
    let head = match (row.part, index) {
        (Part::Value, _) => escape(field.label),
        (part, 0) if !field.label.is_empty() => format!("{}, {}", escape(field.label), part.name()),
        (part, _) => part.name().to_owned(),
    };
    let class = if row.part == Part::Value { "value" } else { "part" };
    let sides = row.sides(LONG);
    let note = sides.note.or_else(|| behind(row)).map(|note| escape(&note)).unwrap_or_default();
    let old = sides.old.map(|old| struck(&old)).unwrap_or_default();
    let new = sides.new.map(|new| inserted(&new)).unwrap_or_default();
    let cells = match (whole, row.kind) {
        (true, FieldKind::Removed) => format!("<td>{old}</td>"),
        (true, _) => format!("<td>{new}</td>"),
        (false, FieldKind::Moved) => "<td></td><td></td>".to_owned(),
        (false, _) => format!("<td>{old}</td><td>{new}</td>"),
    };
    format!("<tr class=\"{class}\"><th scope=\"row\">{head}</th>{cells}<td class=\"note\">{note}</td></tr>\n")
}

fn said(row: &FieldChange) -> String {
    let sides = row.sides(LONG);
    let note = sides.note.map(|note| format!(" ({})", escape(&note))).unwrap_or_default();
    let sides: Vec<String> = sides.old.map(|old| struck(&old)).into_iter().chain(sides.new.map(|new| inserted(&new))).collect();
    format!("{}{note}", sides.join(" "))
}

fn prose(row: &FieldChange) -> String {
    let mut out = String::new();
    for piece in pieces(&row.words, usize::MAX / 4) {
        match piece {
            Piece::Gap => out.push_str("… "),
            Piece::Word(Op::Equal, text) => out.push_str(&escape(text)),
            Piece::Word(op, text) => {
                let (core, blank) = text.split_at(text.trim_end().len());
                out.push_str(&if op == Op::Delete { struck(core) } else { inserted(core) });
                out.push_str(blank);
            }
        }
    }
    out
}

/// Struck out; a screen reader says so too.
fn struck(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<del><span class=\"said\">deleted: </span>{}</del>", escape(text)) }
}

fn inserted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<ins><span class=\"said\">inserted: </span>{}</ins>", escape(text)) }
}
