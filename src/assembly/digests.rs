//! What documents are made of, as digests: which ones differ between two sides is told from them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::json;

use super::document_writer::DocumentWriter;
use super::rendering::Prepared;
use crate::model::NotesPlacement;
use crate::render::TemplateSources;
use crate::version::{self, Digest, Manifest, PartDigests, Tools};

/// What stands for the digest of a document's template where its reader may not see all of it.
pub(crate) fn withheld_template() -> Digest {
    Digest::of(b"")
}

/// The documents of one side.
#[derive(Debug, Clone)]
pub(crate) struct BookDigests {
    pub(crate) tools: Tools,
    pub(crate) documents: BTreeMap<String, DocumentDigests>,
}

/// One document's digest, and those of its parts where they are known.
#[derive(Debug, Clone)]
pub(crate) struct DocumentDigests {
    pub(crate) digest: Digest,
    pub(crate) parts: Option<PartDigests>,
    /// What the digest would be if these programs made it.
    pub(crate) by_others: Option<(Tools, Digest)>,
}

impl BookDigests {
    /// No documents: a side from before the book.
    pub(crate) fn none(tools: Tools) -> BookDigests {
        BookDigests { tools, documents: BTreeMap::new() }
    }

    /// The documents of a version.
    pub(crate) fn of_version(manifest: &Manifest) -> BookDigests {
        let documents = manifest
            .documents
            .iter()
            .map(|(id, entry)| (id.clone(), DocumentDigests { digest: entry.digest, parts: entry.parts.clone(), by_others: None }));
        BookDigests { tools: manifest.tools.clone(), documents: documents.collect() }
    }

    /// Rendered documents; `others` are the programs that made what they are compared with.
    pub(crate) fn of_documents(writer: &DocumentWriter<'_>, documents: &[Prepared], tools: &Tools, others: Option<&Tools>) -> BookDigests {
        let sources = TemplateSources::of(writer.tree());
        let templates: BTreeMap<&str, Digest> = sources.names().map(|name| (name, version::template_digest(sources.parts(name)))).collect();
        let digests = |prepared: &Prepared| {
            let template = templates.get(prepared.planned.template.as_str()).copied().unwrap_or_else(|| Digest::of(b""));
            (prepared.planned.id.clone(), DocumentDigests::of(prepared, writer, tools, others, template))
        };
        BookDigests { tools: tools.clone(), documents: documents.par_iter().map(digests).collect() }
    }

    /// A document.
    pub(crate) fn get(&self, id: &str) -> Option<&DocumentDigests> {
        self.documents.get(id)
    }

    /// The documents' ids and digests.
    pub(crate) fn digests(&self) -> Vec<(String, Digest)> {
        self.documents.iter().map(|(id, digests)| (id.clone(), digests.digest)).collect()
    }

    /// Those of its documents whose text or layout another side has otherwise, or which it lacks.
    pub(crate) fn differing_texts(&self, other: &BookDigests) -> BTreeSet<String> {
        let text = |book: &'_ BookDigests, id: &str| {
            let parts = book.documents.get(id)?.parts.as_ref()?;
            Some((parts.markdown, parts.typst))
        };
        self.documents.keys().filter(|id| text(self, id) != text(other, id)).cloned().collect()
    }

    /// Leaves only the documents that the other side has.
    pub(crate) fn retain_those_of(&mut self, other: &BookDigests) {
        self.documents.retain(|id, _| other.documents.contains_key(id));
    }
}

impl DocumentDigests {
    /// The digests of a rendered document.
    fn of(prepared: &Prepared, writer: &DocumentWriter<'_>, tools: &Tools, others: Option<&Tools>, template: Digest) -> DocumentDigests {
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
        let template = if is_all { template } else { withheld_template() };
        let by_others = others.filter(|others| *others != tools).map(|others| (others.clone(), version::document_digest(&parts(others))));
        let (settings, planned) = (&writer.book().settings, &prepared.planned);
        let mut parts_of_settings =
            json!({ "words": settings.words, "title": planned.title, "notes": planned.notes != NotesPlacement::Page });
        // Only where they are asked for: versions from before they were named here have the same digests.
        for (name, is_set) in [("portion_marks", settings.portion_marks), ("page_marking", settings.page_marking)] {
            if is_set {
                parts_of_settings[name] = true.into();
            }
        }
        let all = parts(tools);
        DocumentDigests {
            digest: version::document_digest(&all),
            parts: Some(version::part_digests(&all, template, &parts_of_settings)),
            by_others,
        }
    }
}
