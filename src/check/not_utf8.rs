//! `not-utf8`: a template or the theme isn't a text that can be read. Records and settings are for `load` to report.

use crate::diagnostic::Diagnostic;
use crate::layout::TEMPLATES;
use crate::tree::Tree;

/// The endings of files below `templates/` that are texts.
const TEXTS: [&str; 2] = [".jinja", ".typ"];

pub(super) fn check(tree: &Tree, found: &mut Vec<Diagnostic>) {
    let texts = tree.below(TEMPLATES).filter(|(path, _)| TEXTS.iter().any(|ending| path.ends_with(ending)));
    found.extend(texts.filter_map(|(path, _)| tree.decoded(path).err()).map(|fault| *fault));
}
