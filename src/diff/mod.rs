//! What changed between two books, record by record.
//!
//! In come two [`Snapshot`]s, from a book at hand or from a version's `data.json`; out comes a list of
//! [`Change`]s, which every painter draws from and which is documented in `changes.schema.json`. Text files are
//! never compared: comments, quoting, the order of keys and the place of files are no change.

mod apply;
mod change;
mod compare;
mod documents;
mod fields;
mod files;
mod likeness;
mod lists;
mod node;
pub mod paint;
mod retold;
mod spaces;
mod summary;
mod template_changes;
mod text;
mod values;

pub use crate::model::Snapshot;
use crate::text::words;
pub use apply::{Normal, apply};
pub use change::{
    Change, ChangeKind, Changes, DocumentChange, FieldChange, FieldKind, FieldPart, FileChange, FileKind, Reason, SCHEMA, Since,
};
pub use compare::compare;
pub use documents::{DocumentGroup, document_groups};
pub use files::{files, settings};
pub use node::{ClaimParts, Qualifier};
pub use retold::{gone, retold};
pub use summary::summary;
pub use template_changes::{ChangePresenter, ReaderText, shape_at};
pub use values::{Shown, all_as_new, leaves, rows};
pub use words::{Op, Word, words};
