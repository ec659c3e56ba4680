//! Changes for a code host: tables of before and after, prose with what was struck out and put in.

use super::super::change::{Change, ChangeKind, Changes, FieldChange, FieldKind, FieldPart, FileChange};
use super::super::documents::document_groups;
use super::super::words::Op;
use super::escape::{code, code_in_cell, escape, message};
use super::fold::{Block, Weight, fold, shortened};
use super::prose::{Piece, pieces};
use super::tally::Tally;
use super::view::{Field, Record, View, behind, lost_source};
use super::{Names, counted, some_of};
use crate::text::capital;

/// As many unchanged words are shown on either side of changed prose, in full and in brief.
const AROUND: [usize; 2] = [40, 4];
/// A value longer than this is cut, in full and in brief.
const LONG: [usize; 2] = [2_000, 80];
/// As many fields are shown of a record in brief.
const FEW: usize = 6;

/// Changes as Markdown of at most `limit` bytes.
pub fn markdown(changes: &Changes, names: Names<'_>, limit: usize) -> String {
    let mut head = format!("## {} → {}\n\n", escape(names.base), escape(names.head));
    let tally = Tally::of(changes);
    head.push_str(&format!("{}\n\n", escape(&capital(&tally.sentence(changes)))));
    head.push_str(&not_compared(changes, limit / 8));
    let tail = aside(changes, limit / 4) + &documents(changes, limit / 8);
    head.push_str(&came_and_went(changes, limit / 4));
    head.push_str(&alike(changes, limit / 8));
    let folded = fold(&blocks(changes), limit.saturating_sub(head.len() + tail.len()));
    format!("{head}{}{}{tail}", folded.text, shortened(&folded, "`brief diff` shows the rest."))
}

/// What stands after the records: what is inherited, and the files; in about `budget` bytes.
pub(super) fn aside(changes: &Changes, budget: usize) -> String {
    let view = View::of(changes);
    let mut out = String::new();
    if !view.inherited.is_empty() {
        let mut lines: Vec<String> = view
            .inherited
            .iter()
            .map(|inherited| {
                let (claims, records) = (counted(inherited.claims, "claim"), counted(inherited.records, "record"));
                format!("- {}: {}, for {claims} of {records}\n", inherited.example.part.name(), change_line(inherited.example, LONG[1]))
            })
            .collect();
        let names: Vec<String> = view.by_inheritance.iter().map(|change| code(&change.place())).collect();
        if !names.is_empty() {
            lines.insert(0, format!("- {} changed by this alone: {}\n", counted(names.len(), "record"), some_of(&names, 20)));
        }
        out.push_str(&format!("### Taken from the record, its collection or the book\n\n{}\n", list(&lines, budget / 2, "change")));
    }
    if !changes.files.is_empty() {
        let lines: Vec<String> = changes.files.iter().map(file).collect();
        out.push_str(&format!("### Files outside the records\n\n{}\n", list(&lines, budget / 2, "file")));
    }
    out
}

/// The documents that differ, those for the same reason together; in about `budget` bytes.
fn documents(changes: &Changes, budget: usize) -> String {
    let mut out = String::new();
    for group in document_groups(&changes.documents) {
        let ids: Vec<String> = group.ids.iter().map(|id| code(id)).collect();
        let shown = as_many_as_fit(&ids, budget.saturating_sub(out.len()), "document");
        out.push_str(&format!("- {}: {shown}\n", message(&group.title())));
    }
    if out.is_empty() { out } else { format!("### Documents that differ\n\n{out}\n") }
}

/// Which records are new and which are gone, by name: whatever else is cut, these are not.
pub(super) fn came_and_went(changes: &Changes, budget: usize) -> String {
    let mut out = String::new();
    for (kind, title) in [(ChangeKind::Removed, "Removed"), (ChangeKind::Added, "Added")] {
        let records: Vec<&Change> = changes.records.iter().filter(|change| change.kind == kind).collect();
        let names: Vec<String> = records.iter().map(|change| format!("{} ({})", escape(&change.name), code(&change.place()))).collect();
        if !names.is_empty() {
            let shown = as_many_as_fit(&names, budget / 2, "record");
            out.push_str(&format!("**{title}** ({}): {shown}\n\n", names.len()));
        }
    }
    out
}

/// The changes that many records share.
pub(super) fn alike(changes: &Changes, budget: usize) -> String {
    let view = View::of(changes);
    let lines: Vec<String> = view
        .alike
        .iter()
        .map(|alike| {
            let field = alike.example;
            let label = match (field.label.as_str(), field.part) {
                (label, FieldPart::Value) => escape(label),
                ("", part) => part.name().to_owned(),
                (label, part) => format!("{}, {}", escape(label), part.name()),
            };
            let change = if field.words.is_empty() { change_line(field, LONG[1]) } else { prose(field, AROUND[1]) };
            let ids: Vec<String> = alike.records.iter().map(|change| code(&change.id)).collect();
            format!("- **{}**: {label}: {change} ({})\n", escape(&alike.who()), some_of(&ids, FEW))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("### The same in many records\n\n{}\n", list(&lines, budget, "change")) }
}

/// As many of some names as fit, with commas, and how many more there are.
fn as_many_as_fit(names: &[String], budget: usize, noun: &str) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 && out.len() + name.len() > budget {
            return format!("{out} and {}", counted(names.len() - index, &format!("more {noun}")));
        }
        out.push_str(if index > 0 { ", " } else { "" });
        out.push_str(name);
    }
    out
}

/// What could not be compared: nothing that is missing in the lists below may be taken for unchanged.
pub(super) fn not_compared(changes: &Changes, budget: usize) -> String {
    let lines: Vec<String> = changes.missing.iter().map(|missing| format!("- {}\n", message(missing))).collect();
    if lines.is_empty() { String::new() } else { format!("### Not compared\n\n{}\n", list(&lines, budget, "thing")) }
}

/// As many lines as fit, and how many more there are.
pub(super) fn list(lines: &[String], budget: usize, noun: &str) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        if out.len() + line.len() > budget {
            out.push_str(&format!("- and {}\n", counted(lines.len() - index, &format!("more {noun}"))));
            break;
        }
        out.push_str(line);
    }
    out
}

fn file(change: &FileChange) -> String {
    let verb = change.kind.verb();
    let documents: Vec<String> = change.documents.iter().map(|id| code(id)).collect();
    let alters = if documents.is_empty() { String::new() } else { format!(": alters {}", some_of(&documents, 8)) };
    format!("- {} {verb}{alters}\n", code(&change.path))
}

/// One block for each record with changes of its own, in their order.
pub(super) fn blocks(changes: &Changes) -> Vec<Block> {
    View::of(changes).records.iter().map(block).collect()
}

fn block(record: &Record<'_>) -> Block {
    let change = record.change;
    let said = |size: usize| match change.kind {
        ChangeKind::Added | ChangeKind::Removed => listing(record, size),
        ChangeKind::Changed | ChangeKind::Renamed => edits(record, size),
    };
    let mut labels: Vec<String> = record.fields.iter().map(|field| escape(field.label)).filter(|label| !label.is_empty()).collect();
    labels.dedup();
    let about = if labels.is_empty() { String::new() } else { format!(": {}", some_of(&labels, FEW)) };
    let line = format!("- **{}** ({}) {}{about}\n", escape(&change.name), code(&change.place()), change.kind.verb());
    Block { weight: weight(change), verb: change.kind.verb(), full: said(0), brief: said(1), line }
}

fn weight(change: &Change) -> Weight {
    let any = |wanted: &dyn Fn(&FieldChange) -> bool| change.fields.iter().any(|field| field.claim.is_some() && wanted(field));
    match change.kind {
        ChangeKind::Added => Weight::Added,
        ChangeKind::Removed => Weight::Removed,
        _ if any(&lost_source) => Weight::Unsourced,
        _ if any(&|field| field.part == FieldPart::Value) => Weight::Value,
        _ if any(&|field| !field.inherited) => Weight::Claim,
        _ => Weight::Edited,
    }
}

fn title(change: &Change) -> String {
    format!("#### {} · {} {}\n\n", escape(&change.name), code(&change.place()), change.kind.verb())
}

/// A changed record: a table of before and after, then its prose.
fn edits(record: &Record<'_>, size: usize) -> String {
    let mut rows = String::new();
    let mut texts = String::new();
    let mut left = 0;
    let mut shown = 0;
    for field in &record.fields {
        if size > 0 && shown >= FEW {
            left += 1;
            continue;
        }
        shown += 1;
        for (index, row) in field.rows.iter().enumerate() {
            if row.words.is_empty() {
                rows.push_str(&edit(field, row, index, size));
            } else {
                texts.push_str(&format!("**{}**\n\n> {}\n\n", escape(field.label), prose(row, AROUND[size])));
            }
        }
    }
    let mut out = title(record.change);
    if !rows.is_empty() {
        out.push_str(&format!("| | before | after | |\n|:--|:--|:--|:--|\n{rows}\n"));
    }
    out.push_str(&texts);
    out.push_str(&more(left));
    out
}

fn edit(field: &Field<'_>, row: &FieldChange, index: usize, size: usize) -> String {
    let head = match (row.part, index) {
        (FieldPart::Value, _) => format!("**{}**", escape(field.label)),
        (part, 0) if field.label.is_empty() => part.name().to_owned(),
        (part, 0) => format!("**{}**, {}", escape(field.label), part.name()),
        (part, _) => part.name().to_owned(),
    };
    let sides = row.sides(LONG[size]);
    if row.kind == FieldKind::Moved {
        return format!("| {head} | | | {} |\n", escape(row.description()));
    }
    let cell = |text: Option<String>| match text {
        Some(text) if row.part == FieldPart::Source => code_in_cell(&text),
        Some(text) => escape(&text),
        None => String::new(),
    };
    let note = sides.note.or_else(|| behind(row));
    format!("| {head} | {} | {} | {} |\n", cell(sides.old), cell(sides.new), note.map(|note| escape(&note)).unwrap_or_default())
}

/// A record that came or went: its fields, folded away.
fn listing(record: &Record<'_>, size: usize) -> String {
    let change = record.change;
    let most = if size > 0 { FEW } else { usize::MAX };
    let mut rows = String::new();
    for row in record.fields.iter().take(most).flat_map(|field| &field.rows) {
        let sides = row.sides(LONG[size]);
        let head = if row.label.is_empty() { row.part.name().to_owned() } else { escape(&row.label) };
        let value = sides.new.or(sides.old).unwrap_or_default();
        let value = if row.part == FieldPart::Source { code_in_cell(&value) } else { escape(&value) };
        rows.push_str(&format!("| {head} | {value} | {} |\n", behind(row).map(|behind| escape(&behind)).unwrap_or_default()));
    }
    let left = more(record.fields.len().saturating_sub(most));
    let table = if rows.is_empty() { String::new() } else { format!("| | | |\n|:--|:--|:--|\n{rows}\n") };
    format!(
        "{}<details><summary>{} of the record</summary>\n\n{table}{left}</details>\n\n",
        title(change),
        counted(record.fields.len(), "field")
    )
}

fn more(left: usize) -> String {
    if left > 0 { format!("*and {} more*\n\n", counted(left, "field")) } else { String::new() }
}

/// A change in a line.
pub(super) fn change_line(row: &FieldChange, limit: usize) -> String {
    let sides = row.sides(limit);
    let cell = |text: String| if row.part == FieldPart::Source { code(&text) } else { escape(&text) };
    let mut line = match (sides.old.map(cell), sides.new.map(cell)) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (None, Some(new)) => format!("added {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, None) => escape(row.description()),
    };
    if let Some(note) = sides.note {
        line.push_str(&format!(" ({})", escape(&note)));
    }
    line
}

/// Prose in one line; a paragraph's end becomes a break.
fn prose(row: &FieldChange, around: usize) -> String {
    let mut out = String::new();
    for piece in pieces(&row.words, around) {
        match piece {
            Piece::Gap => out.push_str(" … "),
            Piece::Word(Op::Equal, text) => out.push_str(&lines(text)),
            Piece::Word(op, text) => {
                let tag = if op == Op::Delete { "del" } else { "ins" };
                let (core, blank) = text.split_at(text.trim_end().len());
                if core.is_empty() {
                    // Only spaces changed: nothing to strike out or to underline.
                    if op == Op::Insert {
                        out.push_str(&lines(blank));
                    }
                } else {
                    out.push_str(&format!("<{tag}>{}</{tag}>{}", lines(core), lines(blank)));
                }
            }
        }
    }
    out.trim().to_owned()
}

fn lines(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push_str(if line.trim().is_empty() { " " } else { "<br>" });
        }
        let blank = |edge: &str| if edge.is_empty() { "" } else { " " };
        let core = line.trim();
        if core.is_empty() {
            out.push_str(blank(line));
        } else {
            let start = line.len() - line.trim_start().len();
            out.push_str(blank(&line[..start]));
            out.push_str(&escape(core));
            out.push_str(blank(&line[start + core.len()..]));
        }
    }
    out
}
