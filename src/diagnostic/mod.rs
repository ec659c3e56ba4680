//! Diagnostics: errors and warnings in content, each with a code, a place and a way out.
//!
//! Stages make [`Diagnostic`]s with a [`Place`] that is cheap to record (a file and a JSON pointer);
//! `load::locate` resolves it to a [`Span`] before it is shown. The painters beside this file turn diagnostics into
//! terminal text, JSON, SARIF and workflow commands. Nothing here reads files: a painter that shows source lines
//! is given a [`SourceFiles`].

mod code;
mod fingerprint;
mod github;
mod json;
mod sarif;
mod terminal;

pub use code::Code;
pub use github::github;
pub use json::json;
pub use sarif::sarif;
pub use terminal::{Painter, SourceFiles, Summary};

use crate::layout::Pointer;

/// How serious a diagnostic is: an error stops the build, a warning doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

/// One error or warning in content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    pub place: Place,
    /// A few words about the marked text, shown under the caret.
    pub label: Option<String>,
    /// The record concerned, `precedents/kfor`, where there is one.
    pub record: Option<String>,
    /// How the run came here, outermost last: an include, a document, a claim's own place.
    pub trace: Vec<(String, Place)>,
    pub help: Vec<String>,
}

/// Where the problem is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The book as a whole.
    Book,
    /// A file as a whole, relative to the book's root.
    File(String),
    /// A value or key of a YAML file; its line is looked up only when it is shown.
    Pointer { file: String, pointer: Pointer, target: Target },
    /// A range of a file.
    Span(Span),
}

/// Which part of a mapping's entry a pointer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Key,
    Value,
    /// A line of the value's text, counted from 1.
    Line(usize),
}

/// A range of characters in a file; lines and columns count from 1, columns in characters, and
/// `end_column` is one past the last character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Place {
    /// The value at a pointer of a file.
    pub fn value(file: impl Into<String>, pointer: impl Into<Pointer>) -> Place {
        Place::Pointer { file: file.into(), pointer: pointer.into(), target: Target::Value }
    }

    /// The key at a pointer of a file.
    pub fn key(file: impl Into<String>, pointer: impl Into<Pointer>) -> Place {
        Place::Pointer { file: file.into(), pointer: pointer.into(), target: Target::Key }
    }

    /// A whole line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Place {
        Place::Span(Span { file: file.into(), line, column: 1, end_line: line, end_column: 1 })
    }

    /// The file, if the place is in one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Place::Book => None,
            Place::File(file) | Place::Pointer { file, .. } => Some(file),
            Place::Span(span) => Some(&span.file),
        }
    }
}

impl Diagnostic {
    /// Creates an error.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            place,
            label: None,
            record: None,
            trace: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Creates a warning.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, place, message) }
    }

    /// Adds a hint on how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds a hint, if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Diagnostic {
        self.help.extend(help);
        self
    }

    /// Sets the words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// Sets the record concerned.
    #[must_use]
    pub fn record(mut self, record: impl Into<String>) -> Diagnostic {
        self.record = Some(record.into());
        self
    }

    /// Adds a step to the trace.
    #[must_use]
    pub fn via(mut self, what: impl Into<String>, place: Place) -> Diagnostic {
        self.trace.push((what.into(), place));
        self
    }
}

/// Sorts by file, line and column, and removes duplicates.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    diagnostics.dedup();
}

fn order(d: &Diagnostic) -> (Option<&str>, usize, usize, Severity, Code, &str) {
    let (line, column) = match &d.place {
        Place::Span(span) => (span.line, span.column),
        _ => (0, 0),
    };
    (d.place.file(), line, column, d.severity, d.code, &d.message)
}

/// Whether there is an error among them.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// A hint with the most similar of `names`, ``did you mean `x`?``; `None` if none is similar enough.
pub fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    names
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= (wrong.chars().count().max(name.chars().count()) / 3).max(1))
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
