//! Where the lines of a rendered document came from: lines of templates, and behind them those of the fields that
//! were printed as Markdown.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place, Target};
use crate::layout::Pointer;

/// The origin of each line that a document's blocks name.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    document: String,
    /// The template's file: where a line is from that nothing else is known of.
    template: String,
    /// The line 1 is the first.
    lines: Vec<Option<Origin>>,
}

/// Where a line came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of a template's file.
    Template(Arc<str>, usize),
    /// A line of a field's text, from 1.
    Field(Arc<Field>, usize),
}

/// A record's field that was printed as Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `missions/kfor`.
    pub record: String,
    pub file: String,
    /// The way to it in the file.
    pub pointer: Pointer,
    /// The line of the document on which it was printed.
    pub printed: usize,
}

impl Origins {
    /// The origins of a rendered text's lines; `template` is the file that the document was made from.
    pub fn new(document: &str, template: &str, lines: Vec<Option<Origin>>) -> Origins {
        Origins { document: document.to_owned(), template: template.to_owned(), lines }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a field's lines; gives the number of the first of them.
    pub fn add(&mut self, field: Field, lines: usize) -> usize {
        let (first, field) = (self.lines.len() + 1, Arc::new(field));
        self.lines.extend((1..=lines.max(1)).map(|line| Some(Origin::Field(field.clone(), line))));
        first
    }

    fn at(&self, line: usize) -> Option<&Origin> {
        self.lines.get(line.checked_sub(1)?)?.as_ref()
    }

    /// Whether a line came from a record's field.
    pub fn is_field(&self, line: usize) -> bool {
        matches!(self.at(line), Some(Origin::Field(..)))
    }

    /// Where a line came from.
    pub fn place(&self, line: usize) -> Place {
        match self.at(line) {
            Some(Origin::Template(file, line)) => Place::line(&**file, *line),
            Some(Origin::Field(field, line)) => {
                Place::Pointer { file: field.file.clone(), pointer: field.pointer.clone(), target: Target::Line(*line) }
            }
            None => Place::File(self.template.clone()),
        }
    }

    /// A diagnostic at the place that a line came from, with the record whose field it is and where that is printed.
    #[must_use]
    pub fn blame(&self, line: usize, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.place = self.place(line);
        if let Some(Origin::Field(field, _)) = self.at(line) {
            let printed = self.outermost(field.printed);
            diagnostic = diagnostic.record(&field.record).via(format!("printed in document `{}` here", self.document), self.place(printed));
        }
        diagnostic
    }

    /// The template's line through which a line was printed: a field may be printed in another's text.
    fn outermost(&self, line: usize) -> usize {
        match self.at(line) {
            Some(Origin::Field(field, _)) if field.printed < line => self.outermost(field.printed),
            _ => line,
        }
    }
}
