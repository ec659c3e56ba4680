//! `not-utf8`: a template or the theme isn't a text that can be read. Records and settings are for `load` to report.

use super::BookFiles;
use crate::diagnostic::Diagnostic;
use crate::layout::TEMPLATES;

/// The endings of files below `templates/` that are texts.
const TEXTS: [&str; 2] = [".jinja", ".typ"];

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let texts = files.tree.below(TEMPLATES).filter(|(path, _)| TEXTS.iter().any(|ending| path.ends_with(ending)));
    found.extend(texts.filter_map(|(path, _)| files.tree.decoded(path).err()).map(|fault| *fault));
}
