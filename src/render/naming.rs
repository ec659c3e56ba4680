//! The book's names for things, for use outside of templates.

use super::notes;
use crate::model::{Book, Citation, Settings};

/// The names that a book has for its sources, and its words.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    book: &'a Book,
}

impl<'a> Naming<'a> {
    /// The names that a book has.
    pub fn of(book: &'a Book) -> Naming<'a> {
        Naming { book }
    }

    /// The book's settings, which hold its words.
    pub fn settings(&self) -> &'a Settings {
        &self.book.settings
    }

    /// A source and the place in it as a note names them, without a full stop; nothing where the book hasn't that source.
    pub fn citation(&self, citation: &str) -> Option<String> {
        notes::named(&Citation::parse(citation), self.book)
    }
}
