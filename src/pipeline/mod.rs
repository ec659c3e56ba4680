//! What the commands do, each from beginning to end: a check, a build of a version or a draft, the reading site, publishing,
//! what audiences lack, and a merge.
//!
//! `assembly` makes a book's documents, `comparison` says what changed in them; here is what becomes of both.

mod build;
mod draft;
mod explain;
mod merge;
mod outcome;
#[cfg(feature = "publish")]
mod publish;
mod release;
mod site;
mod version_sink;

pub use build::{build, check};
pub use explain::{Explanation, Lack, MarkingOrigin, Verdict, Withheld, explain, report};
pub use merge::{MergedStates, States, merge_states};
pub use outcome::{Built, CheckReport, Outcome};
#[cfg(feature = "publish")]
pub use publish::publish;
pub use site::{SiteOptions, WrittenSite, site};
