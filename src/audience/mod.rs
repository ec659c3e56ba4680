//! Takes out of a book what its audience may not see, before anything is checked or rendered.
//!
//! A book that declares no audiences has one reader who sees everything, and so far every book is of that kind:
//! markings are read and kept, and pass.

use crate::model::Book;

/// The book as its readers may see it.
pub fn select(book: Book) -> Book {
    book
}
