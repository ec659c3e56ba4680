//! Single files and folders that a command is told to read or to write: reading never blocks and never follows a
//! link, writing never touches what a book or its versions consist of.
//!
//! [`write()`] is the one way in which brief writes a file that is not an output of the store. Nothing here knows what
//! a file holds.

mod guard;
mod read;
mod write;

pub use guard::Guard;
pub use read::{open, read};
pub use write::{Existing, prepare, write};
