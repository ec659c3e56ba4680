//! The locator: turns pointers into ranges of lines and columns, for the diagnostics that are to be shown.

use std::collections::BTreeMap;

use super::front_matter;
use super::outline::Outline;
use super::yaml::YamlSource;
use crate::diagnostic::{Diagnostic, Place, Target};
use crate::layout::{Pointer, has_body};
use crate::tree::Tree;

/// Finds the place of each diagnostic and of what led to it. Each file is read once.
pub fn locate(tree: &Tree, diagnostics: &mut [Diagnostic]) {
    let mut wanted: BTreeMap<String, Vec<WantedPlace<'_>>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let own = (&mut diagnostic.place, Some(&mut diagnostic.label));
        for (place, label) in std::iter::once(own).chain(diagnostic.trace.iter_mut().map(|(_, place)| (place, None))) {
            if let Place::Pointer { file, .. } = place {
                wanted.entry(file.clone()).or_default().push(WantedPlace { place, label });
            }
        }
    }
    for (file, places) in wanted {
        let located = Located::read(tree, &file);
        for WantedPlace { place, label } in places {
            let Place::Pointer { pointer, target, .. } = place else { continue };
            let exact = located.as_ref().and_then(|located| located.find_line(pointer, *target));
            if let (None, Target::Line(line @ 2..), Some(label)) = (&exact, *target, label) {
                label.get_or_insert(format!("in line {line} of this text"));
            }
            let found = exact.or_else(|| located.as_ref()?.find(pointer, *target));
            *place = found.unwrap_or_else(|| Place::File(file.clone()));
        }
    }
}

/// A place to be found, and the label of its diagnostic where it is that one's own.
struct WantedPlace<'a> {
    place: &'a mut Place,
    label: Option<&'a mut Option<String>>,
}

/// A file whose places are known.
struct Located<'a> {
    outline: Outline<'a>,
    /// Where a `.md` record's text begins.
    body: Option<Place>,
}

impl<'a> Located<'a> {
    fn read(tree: &'a Tree, file: &'a str) -> Option<Located<'a>> {
        let text = tree.text(file)?;
        if !has_body(file) {
            return Some(Located { outline: Outline::read(&YamlSource { file, text, lines_before: 0 }), body: None });
        }
        let parts = front_matter::split(text)?;
        let source = YamlSource { file, text: parts.front.unwrap_or_default(), lines_before: usize::from(parts.front.is_some()) };
        Some(Located { outline: Outline::read(&source), body: Some(Place::line(file, parts.body_line)) })
    }

    /// The very line of a text that is meant, where the text's lines are the file's.
    fn find_line(&self, pointer: &Pointer, target: Target) -> Option<Place> {
        let Target::Line(line) = target else { return None };
        match &self.body {
            Some(Place::Span(body)) if is_body(pointer) && pointer.depth() == 1 => Some(Place::line(&*body.file, body.line + line - 1)),
            _ => self.outline.find_line(pointer, line),
        }
    }

    fn find(&self, pointer: &Pointer, target: Target) -> Option<Place> {
        let found = self.outline.find(pointer, target);
        match &self.body {
            Some(body) if is_body(pointer) => Some(body.clone()),
            Some(body) if found.is_none() => Some(body.clone()),
            _ => found,
        }
    }
}

/// Whether a pointer leads to the text of a `.md` record, or into it.
fn is_body(pointer: &Pointer) -> bool {
    pointer.segments().next().as_deref() == Some("body")
}
