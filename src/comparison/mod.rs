//! Two sides of a comparison, and what changed between them: records, files, and the documents that differ.
//!
//! `side.rs` finds what is to be compared: versions, Git revisions, folders, the working tree. `compare.rs` compares all of
//! it, `differing.rs` and `impact.rs` say why documents differ, `redline.rs` marks it in a document's own text, and `since.rs`
//! says it for a build. Nothing is written.

pub(crate) mod compare;
mod compare_file;
mod differing;
mod impact;
mod pages;
mod redline;
mod rendered;
mod review;
mod side;
pub(crate) mod since;
mod since_copy;
mod taken_back;
mod texts;
pub(crate) mod versions;

pub use compare::{Asked, Comparison, base, compare};
pub use compare_file::compare_file;
pub use redline::{RedlinePdf, Redlined};
pub use review::{Effects, ReviewBase, effects, name_by_commit, review_base};
pub use side::{Side, Unusable, sides};
pub use since_copy::{SinceCopy, SinceDocuments, since_copy};
pub use versions::{DocumentsByVersion, documents_by_version};
