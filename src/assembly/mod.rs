//! From a book's files to finished documents: what versions, drafts, redlines and comparisons are made with.
//!
//! A tree comes in; `content.rs` loads, checks and renders it for the book's readers, `documents.rs` finishes what was rendered
//! and hands it to a sink, which says where it goes. `digests.rs` says what documents are made of. Nothing here knows a base to
//! compare with, and nothing is written.

pub(crate) mod audiences;
pub(crate) mod content;
pub(crate) mod digests;
pub(crate) mod document_writer;
pub(crate) mod documents;
pub(crate) mod front;
pub(crate) mod labels;
mod marked_blocks;
pub(crate) mod options;
pub(crate) mod rendering;
pub(crate) mod stamp;

pub use audiences::{audience_names, narrowest_audience, split_audience, view};
pub use options::{BookFolders, BuildOptions, Environment};
