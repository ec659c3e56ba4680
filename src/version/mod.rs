//! Versions: what a build makes is numbered, dated, digested, and kept.
//!
//! In come the book, the rendered texts and the typeset files; out come `output/vN/`, `output/versions.json`
//! and `output/latest`. Everything written below `output/` goes through [`Store`]. Nothing here renders,
//! typesets or reads the clock, and no version is changed after it was written.

mod adopt;
mod builds;
mod canonical;
mod checked;
mod claims;
mod content_digest;
mod data;
mod digest;
mod disk;
mod exchange;
mod folder;
mod folder_state;
mod identify;
pub mod inputs;
mod ledger;
mod manifest;
mod prune;
mod recover;
mod replace;
mod stage;
mod staged_file;
mod store;
mod verify;

pub use builds::Builds;
pub use claims::{ClaimLedger, ClaimRow, Derived, Operand};
pub use content_digest::{
    BookParts, DocumentParts, book_digest, contents_digest, document_digest, files_digest, part_digests, records_digest, template_digest,
};
pub use digest::{Digest, DigestBuilder};
pub use disk::{Call, Disk, Hook};
pub use exchange::Relation;
pub use folder::{Health, Version, latest_folder};
pub use identify::{ClaimedVersion, Identified, InNewest, KnownFile, UnknownFile, identify};
pub use ledger::{Commit, Entry, ExpectedHistory, Ledger};
pub use manifest::{DocumentEntry, Manifest, Output, PartDigests, Revision, Shared, Tools};
pub use prune::Pruning;
pub use replace::{replace_folder, replace_folder_on};
pub use stage::Stage;
pub use staged_file::StagedFile;
pub use store::{Release, Store};
pub use verify::{Match, Verification, VerifiedVersion, matches};
