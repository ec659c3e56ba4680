//! The pipeline: the stages in their order, each fed by the one before.
//!
//! The only room that imports all others, for the stages don't import each other. `content.rs` goes from files to
//! checked documents, `build.rs` from documents to a version, `draft.rs` to a draft.

mod build;
mod claims;
mod content;
mod draft;
mod finish;
mod front;
mod options;
mod schemas;
mod typesetting;

pub use build::build;
pub use content::check;
pub use schemas::{Kept, collections, editor_schema, skeleton};
pub use options::{BuildOptions, Built, Checked, Environment, Outcome, Progress};
