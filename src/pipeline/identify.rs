//! Identifying a file: `version` compares it, `typeset` reads what a PDF says of itself.

use std::path::Path;

use anyhow::Result;

use crate::version::Identified;
use crate::{typeset, version};

/// Identifies a file among the versions of an output folder.
pub fn identify(file: &Path, output: &Path) -> Result<Identified> {
    version::identify(file, output, typeset::identity)
}
