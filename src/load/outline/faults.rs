//! The faults that a good parse hides: duplicate keys, forbidden characters, tags that it passes over, and numbers that it
//! reads as others.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, ScalarStyle, Span as YamlSpan};

use super::{Content, Outline};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::load::yaml::{character_name, is_forbidden, is_lost};

impl Outline<'_> {
    /// Notes a tag that the parser passes over, or takes for the name of a type.
    pub(super) fn note_tag(&mut self, event: &Event<'_>, span: YamlSpan) {
        let (Event::Scalar(_, _, _, Some(tag)) | Event::SequenceStart(_, Some(tag)) | Event::MappingStart(_, Some(tag))) = event else {
            return;
        };
        self.tags.extend(crate::yaml::unknown_tag(tag).map(|written| (span, written)));
    }

    /// Every such fault.
    pub(in crate::load) fn faults(&self) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<Diagnostic> = self.tags.iter().map(|(span, tag)| unknown_tag(self.place(*span), tag)).collect();
        let keys: HashSet<_> = self.keys().collect();
        for node in &self.nodes {
            match &node.content {
                Content::Scalar(text, style) => {
                    if let Some(c) = text.chars().find(|c| is_forbidden(*c)) {
                        let message = format!("a text holds {}, which no output can hold", character_name(c));
                        diagnostics.push(Diagnostic::error(Code::ForbiddenCharacter, self.place(node.span), message));
                    }
                    // A key is a text, however it is written.
                    let at = (node.span.start.index(), node.span.end.index());
                    if *style == ScalarStyle::Plain && is_lost(text) && !keys.contains(&at) {
                        diagnostics.push(inexact_number(self.place(node.span)));
                    }
                }
                Content::Mapping(entries) => {
                    let mut seen: HashMap<&str, YamlSpan> = HashMap::new();
                    for (key, span, _) in entries {
                        if let Some(first) = seen.insert(key, *span) {
                            let message = if key.is_empty() {
                                "duplicate empty key in a mapping".to_owned()
                            } else {
                                format!("duplicate key `{key}` in a mapping")
                            };
                            let fault = Diagnostic::error(Code::DuplicateKey, self.place(*span), message);
                            diagnostics.push(fault.via("first used here", self.place(first)));
                        }
                    }
                }
                Content::List(_) | Content::Alias(_) => {}
            }
        }
        diagnostics
    }

    /// The ranges of keys, as the offsets of their first and last characters.
    fn keys(&self) -> impl Iterator<Item = (usize, usize)> {
        let mappings = self.nodes.iter().filter_map(|node| match &node.content {
            Content::Mapping(entries) => Some(entries),
            _ => None,
        });
        mappings.flatten().map(|(_, span, _)| (span.start.index(), span.end.index()))
    }
}

/// A tag of the author's own, which would be dropped.
pub(in crate::load) fn unknown_tag(place: Place, tag: &str) -> Diagnostic {
    Diagnostic::error(Code::YamlSyntax, place, format!("the tag `{tag}` means nothing here"))
        .help("put a text that begins with `!` in quotes")
}

/// A number that would be another if it were read.
pub(in crate::load) fn inexact_number(place: Place) -> Diagnostic {
    Diagnostic::error(Code::YamlSyntax, place, "the number can't be kept as it is written")
        .help("put it in quotes to keep it as text, or round it")
}
