//! The pipeline: the stages in their order, each fed by the one before.
//!
//! The only module that imports all others, for the stages don't import each other. `content.rs` goes from files to
//! checked documents, `build.rs` from documents to a version, `draft.rs` to a draft; `side.rs` finds what is to be
//! compared, `compare.rs` and `review.rs` say what changed, and `redline.rs` marks it in a document's own text.

mod audiences;
mod blocks;
mod build;
mod compare;
mod content;
mod copy;
mod differing;
mod document_writer;
mod documents;
mod draft;
mod file;
mod front;
mod history;
mod identify;
mod impact;
mod largest_first;
mod marked;
mod merge;
mod options;
mod pages;
mod parser;
#[cfg(feature = "publish")]
mod publish;
mod redline;
mod release;
mod rendered;
mod review;
mod review_base;
mod side;
mod since;
mod site;
mod site_changes;
mod site_data;
mod site_text;
mod stamp;
mod taken_back;
mod texts;
mod withheld;

pub use crate::load::{CollectionPlace, collections, new_record, schema_for_editors};
pub use crate::progress::{Progress, Silent};
#[cfg(feature = "publish")]
pub use crate::publication::{FetchOptions, Fetched, PublishOptions, Published, VerifiedPlace, VerifyOptions, fetch, verify_published};
pub use crate::version::{Claim, ExpectedHistory, Identified, InNewest, Known, Unknown};
pub use audiences::{audience_names, split_audience, view};
pub use build::build;
pub use compare::{Asked, Comparison, base, compare};
pub use content::check;
pub use copy::{SinceCopy, since_copy};
pub use file::compare_file;
pub use history::{DocumentsByVersion, documents_by_version};
pub use identify::identify;
pub use merge::{MergedStates, States, merge_states};
pub use options::{BookFolders, BuildOptions, Built, Checked, Environment, Outcome};
#[cfg(feature = "publish")]
pub use publish::publish;
pub use redline::{RedlinePdf, Redlined};
pub use review::{Effects, effects};
pub use review_base::{ReviewBase, name_by_commit, review_base};
pub use side::{Side, Unusable, sides};
pub use site::{SiteOptions, WrittenSite, site};
pub use withheld::{Explanation, Lack, MarkingOrigin, Verdict, Withheld, explain, report};
