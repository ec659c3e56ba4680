//! The whole comment for a pull request: what changes in the book, most important first.

use super::super::change::{ChangeKind, Changes, DocumentChange, FileKind};
use super::super::documents::document_groups;
use super::escape::{code, code_in_cell, escape, message};
use super::fold::{fold, shortened};
use super::markdown::{alike, aside, blocks, came_and_went, list, not_compared};
use super::tally::Tally;
use super::view::lost_source;
use super::{Names, counted, listed, some_of};
use crate::diagnostic::{Diagnostic, Place, Severity};

/// The hidden mark by which the one comment is found again.
pub const MARKER: &str = "<!-- brief-review -->";

/// What a comment is made of.
#[derive(Debug)]
pub struct Review<'a> {
    pub changes: &'a Changes,
    pub names: Names<'a>,
    /// Faults that one side has and the other hasn't, where both could be checked.
    pub checks: Option<CheckChanges>,
    /// Documents that differ, where those of both sides are known.
    pub documents: Option<Vec<Affected>>,
    /// What a reader should know first, in a sentence each.
    pub notes: Vec<String>,
    /// How to see all of it, and the redline: Markdown of brief's own.
    pub redline: String,
}

/// How the faults of two sides differ.
#[derive(Debug, Default)]
pub struct CheckChanges {
    pub failing: Vec<Diagnostic>,
    pub fixed: Vec<Diagnostic>,
}

/// A document that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    pub change: DocumentChange,
    /// The pages that it had and has, where they are known.
    pub pages: (Option<u32>, Option<u32>),
}

/// The comment, of at most `limit` bytes.
pub fn review(review: &Review<'_>, limit: usize) -> String {
    let Review { changes, names, checks, documents, notes, redline } = review;
    let mut head = format!("{MARKER}\n## What changes in the book\n\n{} → {}\n\n", code(names.base), code(names.head));
    for note in notes {
        head.push_str(&format!("> {}\n\n", message(note)));
    }
    head.push_str(&not_compared(changes, limit / 16));
    head.push_str(&summary(changes, checks.as_ref(), documents.as_deref()));
    head.push_str(&came_and_went(changes, limit / 4));
    head.push_str(&unsourced(changes, limit / 16));
    if let Some(checks) = checks {
        head.push_str(&faults("Checks newly failing", &checks.failing, limit / 8));
        head.push_str(&faults("Checks newly fixed", &checks.fixed, limit / 16));
    }
    head.push_str(&alike(changes, limit / 8));
    let mut tail = aside(changes, limit / 6);
    if let Some(documents) = documents.as_ref().filter(|documents| !documents.is_empty()) {
        let lines: Vec<String> = documents.iter().map(document).collect();
        tail.push_str(&format!(
            "<details><summary>Documents affected</summary>\n\n{}\n</details>\n\n",
            list(&lines, limit / 16, "document")
        ));
    }
    tail.push_str(&format!("### The redline\n\n{redline}\n"));
    let blocks = blocks(changes);
    let folded = fold(&blocks, limit.saturating_sub(head.len() + tail.len() + 32));
    let records = if blocks.is_empty() { String::new() } else { format!("### Records\n\n{}", folded.text) };
    format!("{head}{records}{}{tail}", shortened(&folded, "What is missing here is in the list of all changes: see the end."))
}

/// The comment where the head's settings can't be read, so that there is nothing to compare.
pub fn unreadable(diagnostics: &[Diagnostic], limit: usize) -> String {
    format!(
        "{MARKER}\n## What changes in the book\n\nThe book can't be read, so its changes aren't known.\n\n{}",
        faults("Checks failing", diagnostics, limit / 2)
    )
}

fn summary(changes: &Changes, checks: Option<&CheckChanges>, documents: Option<&[Affected]>) -> String {
    let tally = Tally::of(changes);
    let none = |said: String, none: &str| if said.is_empty() { none.to_owned() } else { said };
    let unchanged = if changes.complete { "none changed" } else { "no change found in what could be compared" };
    let mut rows = vec![("Records", none(tally.records(), unchanged)), ("Claims", none(tally.claims(), unchanged))];
    rows.push((
        "Checks",
        match checks {
            None => "not known: one side could not be checked as a whole".to_owned(),
            Some(CheckChanges { failing, fixed }) => {
                let count = |faults: &[Diagnostic], what: &str| match faults.len() {
                    0 => String::new(),
                    count => format!("**{count} newly {what}**"),
                };
                none(listed([count(failing, "failing"), count(fixed, "fixed")]), "as before")
            }
        },
    ));
    rows.push((
        "Documents",
        match documents {
            None => "not known: those of one side could not be compared".to_owned(),
            Some([]) => "none affected".to_owned(),
            Some(documents) => {
                let named: Vec<String> =
                    documents.iter().map(|document| format!("{}{}", code_in_cell(&document.change.id), pages(document))).collect();
                let groups: Vec<String> = document_groups(&changes.documents)
                    .iter()
                    .map(|group| format!("{} {}", group.ids.len(), escape(&group.title())))
                    .collect();
                format!("{} affected: {}; {}", documents.len(), some_of(&named, 6), listed(groups))
            }
        },
    ));
    if tally.files > 0 {
        rows.push(("Files outside the records", format!("{} changed", tally.files)));
    }
    let rows: String = rows.into_iter().map(|(what, said)| format!("| {what} | {said} |\n")).collect();
    format!("| | |\n|:--|:--|\n{rows}\n")
}

fn pages(document: &Affected) -> String {
    match document.pages {
        (Some(before), Some(now)) if before != now => format!(" ({}, was {before})", counted(now as usize, "page")),
        (_, Some(now)) => format!(" ({})", counted(now as usize, "page")),
        (Some(before), None) => format!(" (was {})", counted(before as usize, "page")),
        (None, None) => String::new(),
    }
}

fn document(document: &Affected) -> String {
    let said = match (document.change.kind, document.change.why()) {
        (FileKind::Added, _) => ", new".to_owned(),
        (FileKind::Removed, _) => ", no longer made".to_owned(),
        (FileKind::Changed, why) => why.map(|why| format!(": {}", escape(&why))).unwrap_or_default(),
    };
    format!("- {}{}{said}\n", code(&document.change.id), pages(document))
}

/// Claims that had a source and have none: what an editor must not miss.
fn unsourced(changes: &Changes, budget: usize) -> String {
    let mut lines = Vec::new();
    for record in changes.records.iter().filter(|record| record.kind != ChangeKind::Removed) {
        for field in record.fields.iter().filter(|field| lost_source(field)) {
            if let Some(claim) = &field.claim {
                let was = field.sides(80).old.map(|old| format!(", was {}", code(&old))).unwrap_or_default();
                lines.push(format!("- {}: {}{was}\n", escape(&field.label), code(&format!("{}/{}{claim}", record.collection, record.id))));
            }
        }
    }
    if lines.is_empty() { String::new() } else { format!("### Claims without a source now\n\n{}\n", list(&lines, budget, "claim")) }
}

fn faults(title: &str, faults: &[Diagnostic], budget: usize) -> String {
    let lines: Vec<String> = faults.iter().map(fault).collect();
    if lines.is_empty() { String::new() } else { format!("### {title}\n\n{}\n", list(&lines, budget, "fault")) }
}

fn fault(fault: &Diagnostic) -> String {
    let severity = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = match &fault.place {
        Place::Book => String::new(),
        Place::File(file) | Place::Pointer { file, .. } => format!(" ({})", code(file)),
        Place::Span(span) => format!(" ({})", code(&format!("{}:{}", span.file, span.line))),
    };
    format!("- {severity} {}: {}{place}\n", code(fault.code.name()), message(&fault.message))
}
