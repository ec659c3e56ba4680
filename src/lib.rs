//! `brief`: versioned briefing books from YAML records and Jinja templates.
//!
//! The way of a build, each module fed by the one before:
//!
//! 1. [`tree`] reads the files of a book, [`load`] makes records of them,
//! 2. [`audience`] takes out what a reader may not see, [`check`] applies the rules,
//! 3. [`render`] runs the templates and puts what they print into a document's tree, [`figure`] draws its charts,
//! 4. [`mod@format`] makes files of it, one for each output format: [`markdown`] writes the tree as Markdown and as Typst, [`typeset`]
//!    makes the PDF,
//! 5. [`diff`] says what changed, [`redline`] shows it in a document, [`version`] keeps the result, whole and numbered,
//! 6. [`site`] makes pages of the versions for reading in a browser, `publication` puts all where readers are, and `publish` reaches the places.
//!
//! The stages don't use each other. [`assembly`] joins 1 to 4: from a book's files to finished documents. [`comparison`] uses it
//! to say what changed between two states of a book. [`pipeline`] uses both for what the commands do, and [`cli`] is the command
//! line. What they hand each other is in [`model`] (a book), [`document`] (a rendered document) and [`diagnostic`] (a fault);
//! [`layout`] says where everything is; [`files`] reads and writes single files, [`temporary`] keeps those that brief needs while
//! it runs, `memory` counts what a thread has in use, `interrupt` holds signals back meanwhile.

pub mod diagnostic;
pub mod document;
pub mod files;
mod interrupt;
pub mod layout;
mod memory;
pub mod model;
pub mod progress;
pub mod temporary;
pub mod text;

pub mod tree;

mod yaml;

pub mod audience;
pub mod check;
pub mod diff;
pub mod figure;
pub mod format;
pub mod load;
pub mod markdown;
pub mod merge;
pub mod redline;
pub mod render;
pub mod site;
pub mod typeset;
pub mod version;

#[cfg(feature = "publish")]
pub mod publish;

#[cfg(feature = "publish")]
pub mod publication;

pub mod assembly;

pub mod comparison;

pub mod pipeline;

pub mod cli;

/// How properties are tried, the same in unit tests.
#[cfg(test)]
#[path = "../tests/brief/random/config.rs"]
mod random;
