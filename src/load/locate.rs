//! The locator: turns pointers into ranges of lines and columns, for the diagnostics that are to be shown.

use std::collections::BTreeMap;

use super::front_matter;
use super::outline::Outline;
use super::yaml::Source;
use crate::diagnostic::{Diagnostic, Place, Target};
use crate::tree::Tree;

/// Finds the place of each diagnostic and of what led to it. Each file is read once.
pub fn locate(tree: &Tree, diagnostics: &mut [Diagnostic]) {
    let mut wanted: BTreeMap<String, Vec<&mut Place>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let places = std::iter::once(&mut diagnostic.place).chain(diagnostic.trace.iter_mut().map(|(_, place)| place));
        for place in places {
            if let Place::Pointer { file, .. } = place {
                wanted.entry(file.clone()).or_default().push(place);
            }
        }
    }
    for (file, places) in wanted {
        let located = Located::read(tree, &file);
        for place in places {
            if let Place::Pointer { pointer, target, .. } = place {
                let found = located.as_ref().and_then(|located| located.find(pointer, *target));
                *place = found.unwrap_or_else(|| Place::File(file.clone()));
            }
        }
    }
}

/// A file whose places are known.
struct Located<'a> {
    outline: Outline<'a>,
    /// The file and line at which a `.md` record's text begins, and its first line's length.
    body: Option<Place>,
}

impl<'a> Located<'a> {
    fn read(tree: &'a Tree, file: &'a str) -> Option<Located<'a>> {
        let text = tree.text(file)?;
        if !file.ends_with(".md") {
            return Some(Located { outline: Outline::read(&Source { file, text, lines_before: 0 }), body: None });
        }
        let parts = front_matter::split(text)?;
        let source = Source { file, text: parts.front.unwrap_or_default(), lines_before: usize::from(parts.front.is_some()) };
        Some(Located { outline: Outline::read(&source), body: Some(Place::line(file, parts.body_line)) })
    }

    fn find(&self, pointer: &str, target: Target) -> Option<Place> {
        let found = self.outline.find(pointer, target);
        match &self.body {
            Some(body) if pointer == "/body" || pointer.starts_with("/body/") => Some(body.clone()),
            Some(body) if found.is_none() => Some(body.clone()),
            _ => found,
        }
    }
}
