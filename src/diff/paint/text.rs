//! Changes in a terminal: a line each, a claim's value, source, date and marking apart, prose by words.

use std::fmt::Write;

use super::super::change::{Change, ChangeKind, Changes, FieldChange, FieldKind, FieldPart, FileChange};
use super::super::documents::document_groups;
use super::super::words::Op;
use super::prose::{Piece, pieces};
use super::tally::Tally;
use super::view::{Alike, Field, Inherited, Record, View, behind};
use super::{Names, counted, some_of};
use crate::text::harmless;

/// The meaning of a piece of text, for coloring. The letters show it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Title,
    Old,
    New,
    Quiet,
}

/// As many unchanged words are shown on either side of changed prose.
const AROUND: usize = 6;
/// A value longer than this is cut.
const LONG: usize = 200;
/// Where more records than this changed, those that came and went are named first.
const FEW_RECORDS: usize = 20;

/// Changes for a terminal; `tint` colors, or gives back what it gets.
pub fn text(changes: &Changes, names: Names<'_>, tint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut out = Painter { tint, out: String::new() };
    out.all(changes, names);
    out.out
}

struct Painter<'a> {
    tint: &'a dyn Fn(Tone, &str) -> String,
    out: String,
}

impl Painter<'_> {
    fn all(&mut self, changes: &Changes, names: Names<'_>) {
        let title = format!("{} → {}", harmless(names.base), harmless(names.head));
        let title = (self.tint)(Tone::Title, &title);
        self.line(&title);
        self.line(&Tally::of(changes).sentence(changes));
        if !changes.missing.is_empty() {
            self.line("");
            let title = (self.tint)(Tone::Title, "not compared");
            self.line(&title);
            changes.missing.iter().for_each(|missing| self.line(&format!("  {}", harmless(missing))));
        }
        let view = View::of(changes);
        if changes.records.len() > FEW_RECORDS {
            self.came_and_went(changes);
        }
        if !view.alike.is_empty() {
            self.line("");
            let title = (self.tint)(Tone::Title, "the same in many records");
            self.line(&title);
            view.alike.iter().for_each(|alike| self.alike(alike));
        }
        for record in &view.records {
            self.record(record);
        }
        if !view.inherited.is_empty() {
            self.line("");
            let title = (self.tint)(Tone::Title, "taken from the record, its collection or the book");
            self.line(&title);
            view.inherited.iter().for_each(|inherited| self.inherited(inherited));
            view.by_inheritance.iter().for_each(|change| self.by_inheritance(change));
        }
        if !changes.files.is_empty() {
            self.line("");
            let title = (self.tint)(Tone::Title, "files");
            self.line(&title);
            changes.files.iter().for_each(|file| self.file(file));
        }
        if !changes.documents.is_empty() {
            self.line("");
            let title = (self.tint)(Tone::Title, "documents");
            self.line(&title);
            for group in document_groups(&changes.documents) {
                self.line(&format!("  {}: {}", harmless(&group.title()), harmless(&group.ids.join(", "))));
            }
        }
    }

    /// Which records are new and which are gone, by name, before all else.
    fn came_and_went(&mut self, changes: &Changes) {
        for (kind, tone) in [(ChangeKind::Removed, Tone::Old), (ChangeKind::Added, Tone::New)] {
            let places: Vec<String> = changes.records.iter().filter(|change| change.kind == kind).map(Change::place).collect();
            if !places.is_empty() {
                self.line("");
                let title = (self.tint)(tone, &format!("{} {}", counted(places.len(), "record"), kind.verb()));
                self.line(&format!("{title}: {}", harmless(&places.join(", "))));
            }
        }
    }

    fn alike(&mut self, alike: &Alike<'_>) {
        let field = alike.example;
        let head = match (field.label.as_str(), field.part) {
            (label, FieldPart::Value) => label.to_owned(),
            ("", part) => part.name().to_owned(),
            (label, part) => format!("{label}, {}", part.name()),
        };
        let change = self.change(field, false);
        let ids: Vec<&str> = alike.records.iter().map(|change| change.id.as_str()).collect();
        self.line(&format!("  {}: {}: {change}", harmless(&alike.who()), harmless(&head)));
        self.line(&format!("    {}", harmless(&ids.join(", "))));
    }

    fn record(&mut self, record: &Record<'_>) {
        let change = record.change;
        self.line("");
        let title = format!("{} {}: {}", change.kind.verb(), harmless(&change.place()), harmless(&change.name));
        let tone = match change.kind {
            ChangeKind::Added => Tone::New,
            ChangeKind::Removed => Tone::Old,
            ChangeKind::Changed | ChangeKind::Renamed => Tone::Title,
        };
        let title = (self.tint)(tone, &title);
        self.line(&title);
        for field in &record.fields {
            self.field(field, matches!(change.kind, ChangeKind::Added | ChangeKind::Removed));
        }
    }

    fn field(&mut self, field: &Field<'_>, whole: bool) {
        if let [row] = field.rows[..] {
            let head = match (field.label, row.part) {
                (label, FieldPart::Value) => label.to_owned(),
                ("", part) => part.name().to_owned(),
                (label, part) => format!("{label}, {}", part.name()),
            };
            let change = self.change(row, whole);
            self.line(&format!("  {}: {change}", harmless(&head)));
            return;
        }
        // A record's own word has no label.
        let inset = if field.label.is_empty() { "  " } else { "    " };
        if !field.label.is_empty() {
            self.line(&format!("  {}", harmless(field.label)));
        }
        let width = field.rows.iter().map(|row| row.part.name().len()).max().unwrap_or(0);
        for row in &field.rows {
            let change = self.change(row, whole);
            self.line(&format!("{inset}{:width$}  {change}", row.part.name()));
        }
    }

    fn change(&self, row: &FieldChange, whole: bool) -> String {
        if !row.words.is_empty() {
            return self.prose(row);
        }
        let sides = row.sides(LONG);
        let old = sides.old.map(|old| (self.tint)(Tone::Old, &harmless(&old)));
        let new = sides.new.map(|new| (self.tint)(Tone::New, &harmless(&new)));
        let mut text = match (row.kind, old, new) {
            (FieldKind::Moved, ..) => return harmless(row.description()),
            (_, Some(old), Some(new)) => format!("{old} → {new}"),
            (_, None, Some(new)) if whole => new,
            (_, Some(old), None) if whole => old,
            (_, None, Some(new)) => format!("added {new}"),
            (_, Some(old), None) => format!("removed {old}"),
            (_, None, None) => harmless(row.description()),
        };
        if let Some(note) = sides.note {
            let _ = write!(text, " ({})", harmless(&note));
        }
        if let Some(behind) = behind(row) {
            text.push_str(&(self.tint)(Tone::Quiet, &format!("  [{}]", harmless(&behind))));
        }
        text
    }

    fn prose(&self, row: &FieldChange) -> String {
        let mut out = String::new();
        for piece in pieces(&row.words, AROUND) {
            match piece {
                Piece::Gap => out.push_str("… "),
                Piece::Word(Op::Equal, text) => out.push_str(&harmless(text)),
                Piece::Word(op, text) => {
                    let (core, blank) = text.split_at(text.trim_end().len());
                    let core = harmless(core);
                    let (tone, marked) =
                        if op == Op::Delete { (Tone::Old, format!("[-{core}-]")) } else { (Tone::New, format!("{{+{core}+}}")) };
                    out.push_str(&(self.tint)(tone, &marked));
                    out.push_str(&harmless(blank));
                }
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn inherited(&mut self, inherited: &Inherited<'_>) {
        let change = self.change(inherited.example, false);
        let (claims, records) = (counted(inherited.claims, "claim"), counted(inherited.records, "record"));
        self.line(&format!("  {}: {change}, for {claims} of {records}", inherited.example.part.name()));
    }

    fn by_inheritance(&mut self, change: &Change) {
        self.line(&format!("  {} {}: {}", change.kind.verb(), harmless(&change.place()), harmless(&change.name)));
    }

    fn file(&mut self, file: &FileChange) {
        let verb = file.kind.verb();
        let alters = if file.documents.is_empty() { String::new() } else { format!(": alters {}", some_of(&file.documents, 8)) };
        self.line(&format!("  {verb} {}{}", harmless(&file.path), harmless(&alters)));
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }
}
