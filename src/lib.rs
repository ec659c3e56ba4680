//! `brief`: versioned briefing books from YAML records and Jinja templates.

pub mod audience;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod document;
pub mod load;
pub mod markdown;
pub mod model;
pub mod pipeline;
pub mod render;
pub mod tree;
pub mod typeset;
pub mod version;
