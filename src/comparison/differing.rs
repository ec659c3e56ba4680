//! Which documents of two sides differ, and why: told from the digests of what they are made of, which a version keeps
//! in its manifest and a tree gives when it is rendered.

use std::collections::BTreeSet;

use crate::assembly::digests::{BookDigests, DocumentDigests, withheld_template};
use crate::diff::{DocumentChange, FileKind, Reason};
use crate::document::chart::DRAWINGS;
use crate::version::{PartDigests, Tools};

/// What a text is made from that is known to differ between two sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Causes {
    /// Whether any record differs.
    pub(super) records: bool,
    /// Whether the book's settings or a schema differ.
    pub(super) settings: bool,
    /// The documents that each alters, where that was tried out.
    pub(super) tried: Option<Tried>,
}

/// Documents by what alters their text, found out by putting back what the base had.
#[derive(Debug, Clone, Default)]
pub(super) struct Tried {
    pub(super) records: BTreeSet<String>,
    pub(super) settings: BTreeSet<String>,
    pub(super) templates: BTreeSet<String>,
}

/// The documents that only one side has, or that a reader finds changed; sorted by id.
pub(super) fn differing(base: &BookDigests, head: &BookDigests, causes: &Causes) -> Vec<DocumentChange> {
    let ids: BTreeSet<&String> = base.documents.keys().chain(head.documents.keys()).collect();
    let change = |id: &String| -> Option<DocumentChange> {
        let plain = |kind| Some(DocumentChange { id: id.clone(), kind, reasons: Vec::new(), images: Vec::new() });
        match (base.documents.get(id), head.documents.get(id)) {
            (None, _) => plain(FileKind::Added),
            (_, None) => plain(FileKind::Removed),
            (Some(old), Some(new)) if old.digest == new.digest => None,
            (Some(old), Some(new)) => {
                let (reasons, images) = reasons(id, (old, &base.tools), (new, &head.tools), causes);
                Some(DocumentChange { id: id.clone(), kind: FileKind::Changed, reasons, images })
            }
        }
    };
    ids.into_iter().filter_map(change).collect()
}

/// Why a document differs, and which of its images do.
fn reasons(id: &str, old: (&DocumentDigests, &Tools), new: (&DocumentDigests, &Tools), causes: &Causes) -> (Vec<Reason>, Vec<String>) {
    let ((old, old_tools), (new, new_tools)) = (old, new);
    let (Some(before), Some(after)) = (&old.parts, &new.parts) else {
        // One side does not say what it is made of: only that the programs are all that differs can be found out.
        let same_but_for_tools = |one: &DocumentDigests, other: &DocumentDigests, tools: &Tools| {
            one.by_others.as_ref().is_some_and(|(others, digest)| others == tools && *digest == other.digest)
        };
        let only_tools = same_but_for_tools(old, new, new_tools) || same_but_for_tools(new, old, old_tools);
        return (if only_tools { vec![Reason::Tools] } else { Vec::new() }, Vec::new());
    };
    let mut reasons = Vec::new();
    let paths: BTreeSet<&String> = before.images.keys().chain(after.images.keys()).collect();
    // One that came or went is a matter of the text.
    let differing = paths
        .into_iter()
        .filter(|path| matches!((before.images.get(*path), after.images.get(*path)), (Some(old), Some(new)) if old != new))
        .cloned();
    // A figure is drawn from what the text is made from.
    let (drawings, images): (Vec<String>, Vec<String>) = differing.partition(|path| path.starts_with(DRAWINGS));
    let redrawn = !drawings.is_empty() || before.images.len() != after.images.len();
    if before.markdown != after.markdown || before.typst != after.typst || redrawn {
        reasons.extend(text_reasons(id, before, after, causes));
        // The same text set otherwise: on other paper, by another brief, or for want of a glyph.
        let otherwise = old_tools != new_tools || before.fonts != after.fonts || before.options != after.options;
        let by_itself = before.markdown == after.markdown && otherwise;
        if reasons.is_empty() && !by_itself {
            // The order of records is nothing that a record says.
            reasons.push(Reason::Records);
        }
    }
    let others = [
        (before.options != after.options, Reason::Settings),
        (!images.is_empty(), Reason::Image),
        (before.theme != after.theme, Reason::Theme),
        (before.fonts != after.fonts, Reason::Fonts),
        (old_tools != new_tools, Reason::Tools),
    ];
    reasons.extend(others.into_iter().filter(|(differs, _)| *differs).map(|(_, reason)| reason));
    reasons.sort_unstable();
    reasons.dedup();
    (reasons, images)
}

/// Why a document's text differs: what is known to alter it, else all that differs of what it is made from.
fn text_reasons(id: &str, before: &PartDigests, after: &PartDigests, causes: &Causes) -> Vec<Reason> {
    let template = before.template != after.template;
    let found = match &causes.tried {
        Some(tried) => [
            (tried.records.contains(id), Reason::Records),
            (tried.settings.contains(id), Reason::Settings),
            (tried.templates.contains(id), Reason::Template),
        ],
        None => {
            let settings = causes.settings || before.settings != after.settings;
            // If neither records nor settings differ, the template must have changed.
            let unsaid = before.template == withheld_template() && !causes.records && !settings && before.markdown != after.markdown;
            [(causes.records, Reason::Records), (settings, Reason::Settings), (template || unsaid, Reason::Template)]
        }
    };
    found.into_iter().filter(|(is_it, _)| *is_it).map(|(_, reason)| reason).collect()
}
