//! Under construction.

pub mod to_typst;
pub use crate::document::TypstSource;
pub use to_typst::{TypstMeta, to_typst};
