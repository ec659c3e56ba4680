//! Typesets documents: a `typst` process for each, in a private folder, under a time and a memory limit.
//!
//! In: a document's Typst code, a theme, images and fonts. Out: a PDF, its number of pages and the page of each
//! claim, or what typst found wrong and where. Which typst serves is settled once, in [`Engine::find`]. This
//! module starts processes and writes temporary files; it knows nothing of content, versions or output folders.

mod attached;
#[cfg(feature = "builtin-typst")]
pub mod builtin;
mod engine;
mod fault;
mod finish;
mod fonts;
mod geometry;
mod identity;
mod job;
mod notes;
mod pages;
mod process;
mod theme_code;

pub use engine::{Choice, Engine};
pub use fault::{Failure, Fault};
pub use fonts::{Fonts, font_fault};
pub use geometry::{PageText, Run, misfits, page_layouts};
pub use identity::identity;
pub use job::{Error, Job, Pdf};
pub use pages::{page_count, page_texts};
pub use theme_code::theme_code;

/// The typst version this brief is built for, and the only one it works with.
pub const VERSION: &str = "0.15.1";

/// The first argument under which brief runs as its built-in typst.
pub const BUILTIN: &str = "typst-builtin";

/// The theme of a book that has none of its own: what `brief theme` writes.
pub const DEFAULT_THEME: &str = include_str!("theme.typ");

/// The functions that a document's Typst code calls.
pub const LIBRARY: &str = include_str!("brief.typ");
