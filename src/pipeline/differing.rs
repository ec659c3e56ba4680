//! Which documents of two sides differ, and why: told from the digests of what they are made of, which a version keeps
//! in its manifest and a tree gives when it is rendered.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::json;

use super::content::Prepared;
use super::document_writer::DocumentWriter;
use crate::diff::{DocumentChange, FileKind, Reason};
use crate::document::chart::DRAWINGS;
use crate::model::NotesPlacement;
use crate::render::TemplateSources;
use crate::version::{self, Digest, Manifest, PartDigests, Tools};

/// Digested in place of the template of a document for an audience.
const WITHHELD: &[u8] = b"";

/// The documents of one side.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    tools: Tools,
    documents: BTreeMap<String, Content>,
}

/// One document's digest, and those of its parts where they are known.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) digest: Digest,
    pub(super) parts: Option<PartDigests>,
    /// What the digest would be if these programs made it.
    by_others: Option<(Tools, Digest)>,
}

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

impl Contents {
    /// No documents: a side from before the book.
    pub(super) fn none(tools: Tools) -> Contents {
        Contents { tools, documents: BTreeMap::new() }
    }

    /// The documents of a version.
    pub(super) fn of_version(manifest: &Manifest) -> Contents {
        let documents = manifest
            .documents
            .iter()
            .map(|(id, entry)| (id.clone(), Content { digest: entry.digest, parts: entry.parts.clone(), by_others: None }));
        Contents { tools: manifest.tools.clone(), documents: documents.collect() }
    }

    /// Rendered documents; `others` are the programs that made what they are compared with.
    pub(super) fn of_documents(writer: &DocumentWriter<'_>, documents: &[Prepared], tools: &Tools, others: Option<&Tools>) -> Contents {
        let sources = TemplateSources::of(writer.tree());
        let templates: BTreeMap<&str, Digest> = sources.names().map(|name| (name, version::template_digest(sources.parts(name)))).collect();
        let content = |prepared: &Prepared| {
            let template = templates.get(prepared.planned.template.as_str()).copied().unwrap_or_else(|| Digest::of(b""));
            (prepared.planned.id.clone(), Content::of(prepared, writer, tools, others, template))
        };
        Contents { tools: tools.clone(), documents: documents.par_iter().map(content).collect() }
    }

    /// A document.
    pub(super) fn get(&self, id: &str) -> Option<&Content> {
        self.documents.get(id)
    }

    /// The documents' ids and digests.
    pub(super) fn digests(&self) -> Vec<(String, Digest)> {
        self.documents.iter().map(|(id, content)| (id.clone(), content.digest)).collect()
    }

    /// Those of its documents whose text or layout another side has otherwise, or which it lacks.
    pub(super) fn differing_texts(&self, other: &Contents) -> BTreeSet<String> {
        let text = |contents: &'_ Contents, id: &str| {
            let parts = contents.documents.get(id)?.parts.as_ref()?;
            Some((parts.markdown, parts.typst))
        };
        self.documents.keys().filter(|id| text(self, id) != text(other, id)).cloned().collect()
    }

    /// Leaves only the documents that the other side has.
    pub(super) fn retain_those_of(&mut self, other: &Contents) {
        self.documents.retain(|id, _| other.documents.contains_key(id));
    }
}

impl Content {
    /// The digests of a rendered document.
    fn of(prepared: &Prepared, writer: &DocumentWriter<'_>, tools: &Tools, others: Option<&Tools>, template: Digest) -> Content {
        let texts = writer.blank_texts(prepared);
        let assets = writer.image_digests(prepared);
        let options = writer.reader_options();
        let texts = [("markdown", texts.markdown.as_str()), ("typst", texts.typst.as_str())];
        let theme = writer.theme_of_digest();
        let parts = |tools| version::DocumentParts {
            id: &prepared.planned.id,
            texts: &texts,
            theme: &theme,
            assets: &assets,
            fonts: writer.fonts_digest(),
            tools,
            options: &options,
        };
        // A template may hold more than what this reader sees of it.
        let is_all = writer.book().settings.reader.is_none();
        let template = if is_all { template } else { Digest::of(WITHHELD) };
        let by_others = others.filter(|others| *others != tools).map(|others| (others.clone(), version::document_digest(&parts(others))));
        let (settings, planned) = (&writer.book().settings, &prepared.planned);
        let settings = json!({ "words": settings.words, "title": planned.title, "notes": planned.notes != NotesPlacement::Page });
        let all = parts(tools);
        Content { digest: version::document_digest(&all), parts: Some(version::part_digests(&all, template, &settings)), by_others }
    }
}

/// The documents that only one side has, or that a reader finds changed; sorted by id.
pub(super) fn differing(base: &Contents, head: &Contents, causes: &Causes) -> Vec<DocumentChange> {
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
fn reasons(id: &str, old: (&Content, &Tools), new: (&Content, &Tools), causes: &Causes) -> (Vec<Reason>, Vec<String>) {
    let ((old, old_tools), (new, new_tools)) = (old, new);
    let (Some(before), Some(after)) = (&old.parts, &new.parts) else {
        // One side does not say what it is made of: only that the programs are all that differs can be found out.
        let same_but_for_tools = |one: &Content, other: &Content, tools: &Tools| {
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
            let unsaid = before.template == Digest::of(WITHHELD) && !causes.records && !settings && before.markdown != after.markdown;
            [(causes.records, Reason::Records), (settings, Reason::Settings), (template || unsaid, Reason::Template)]
        }
    };
    found.into_iter().filter(|(is_it, _)| *is_it).map(|(_, reason)| reason).collect()
}
