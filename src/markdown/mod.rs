//! Markdown, read and written.
//!
//! [`parse()`] turns rendered text into a [`Document`](crate::document::Document) with comrak;
//! [`to_markdown()`] writes a document as the GitHub Flavored Markdown that readers get. The two agree:
//! what was written parses to the tree that was written, in its [normal form](normalized), so no text can become
//! markup on the way. Nothing here knows records, claims' sources or Typst's layout.
//!
//! Imports run one way: the types of what Markdown can express (`block`), escapes and inlines; the writer of inlines, which
//! reads back what nested emphasis says (`inline_writer`, `verify`); normalizing (`normal`), which decides what is written;
//! and the writer of blocks (`to_markdown`).

mod anchor;
mod block;
mod contents;
mod delimiter;
mod dialect;
mod directive;
mod escape;
mod fold;
mod front_matter;
mod inline_token;
mod inline_writer;
mod inlines;
mod link;
mod list;
mod mark;
mod marked;
mod normal;
mod normal_inline;
mod parse;
mod parse_inline;
mod plain;
mod published;
mod size;
mod table;
mod to_html;
mod to_markdown;
mod to_typst;
mod verify;

pub use contents::{add_contents, remove_notes_headings};
pub use dialect::Dialect;
pub use directive::DIRECTIVES;
pub use escape::escape;
pub use front_matter::front_of;
pub use marked::{MarkedLines, marked_blocks, marked_blocks_of_document};
pub use normal::normalized;
pub use parse::{Parsed, parse, parse_as};
pub use parse_inline::MAX_DEPTH;
pub use plain::{plain_text, without_citations};
pub use published::parse_published;
pub use to_html::{Surroundings, to_html};
pub use to_markdown::{Written, to_markdown};
pub use to_typst::{TypstMeta, WORDS, to_typst};
