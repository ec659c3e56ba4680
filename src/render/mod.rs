//! Renders templates over a book's records into text, and puts what they printed into the document's tree.
//!
//! In: a checked [`Book`], the templates of a [`Tree`], a parser of Markdown. Out: a [`Document`] for each planned
//! document, in which each printed claim is cited and named. It knows nothing of Typst, files or versions.

mod anchors;
mod budget;
mod changes;
mod claim_text;
mod engine;
mod fault;
mod filters;
mod fragment;
mod marks;
mod markup;
mod notes;
mod operators;
mod placeholder;
mod plan;
mod planned;
mod resolve;
mod rewrite;
mod safe_link;
mod template_sources;
mod token;
mod values;
mod words;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Document, Origins};
use crate::layout::TEMPLATES;
use crate::model::{Book, Marking};
use crate::tree::Tree;

pub(crate) use fragment::{Mention, mentions as parts_of_text};
pub use fragment::{Named, names as mentions};
pub use notes::Naming;
pub use planned::Planned;
pub use template_sources::TemplateSources;
pub use words::{WORDS, age, as_of, long_date, words};

/// Parses Markdown, front matter included, into a document, with faults as (line, diagnostic-to-be).
pub type Parser<'a> = &'a (dyn Fn(&str) -> Parsed + Sync);

/// The result of a parser.
#[derive(Debug, Default)]
pub struct Parsed {
    pub document: Document,
    /// Faults by line of the text.
    pub faults: Vec<(usize, crate::diagnostic::Code, String)>,
}

/// The inputs of a render besides the book.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The JSON of `changes.json`, once it is known.
    pub changes: Option<serde_json::Value>,
    /// The marking of the records that it mentions.
    pub changes_marking: Marking,
    pub placeholders: Placeholders,
}

/// What becomes of `:::placeholder`, which holds what only the book's owner can fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placeholders {
    /// Left out without a trace: in versions, and in comparisons with one.
    #[default]
    LeftOut,
    /// In drafts.
    Shown,
}

/// All templates of a book, parsed once, and the documents they make.
#[derive(Debug)]
pub struct Renderer {
    engine: engine::Engine,
    book: Arc<Book>,
    planned: Vec<Planned>,
    documents: anchors::Documents,
}

/// One rendered document.
#[derive(Debug)]
pub struct Rendered {
    pub document: Document,
    /// Whether the template printed or tested `changes`.
    pub uses_changes: bool,
    /// How many placeholders the text has.
    pub placeholders: usize,
    /// For each line of the rendered text, the template and line it came from.
    pub origins: Origins,
    pub diagnostics: Vec<Diagnostic>,
}

impl Renderer {
    /// Parses the templates and expands the documents' plans; faults of either are diagnostics.
    pub fn new(book: Arc<Book>, tree: &Tree) -> (Renderer, Vec<Diagnostic>) {
        let records = book.collections.values().map(|c| c.records.len()).sum();
        let engine = engine::Engine::new(tree, records);
        let mut diagnostics = fault::of_templates(&engine);
        let planned = plan::expand(&book, &engine, &mut diagnostics);
        let documents = anchors::Documents::new(&planned, &book);
        (Renderer { engine, book, planned, documents }, diagnostics)
    }

    /// The book whose documents it renders.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The documents, in the order of `book.yaml`.
    pub fn documents(&self) -> &[Planned] {
        &self.planned
    }

    /// Renders one document.
    pub fn render(&self, planned: &Planned, scope: &Scope, parse: Parser<'_>) -> Rendered {
        engine::on_deep_stack(|| self.render_here(planned, scope, parse))
    }

    fn render_here(&self, planned: &Planned, scope: &Scope, parse: Parser<'_>) -> Rendered {
        let pass = values::Pass::new(self.book.clone());
        let env = self.engine.for_pass(&pass);
        let record = planned.record.as_ref().map(|(collection, id)| (collection.as_str(), id.as_str()));
        let context = engine::Context { pass: &pass, scope, document: &planned.id, title: planned.title.as_deref(), record };
        let outcome = env.get_template(&planned.template).and_then(|template| template.render_with_spans(context.root()));
        let uses_changes = pass.saw_changes.load(std::sync::atomic::Ordering::Relaxed);
        match outcome {
            Err(error) => Rendered {
                document: Document::default(),
                uses_changes,
                placeholders: 0,
                origins: Origins::default(),
                diagnostics: vec![fault::of_render(&self.engine, &pass, planned, &error)],
            },
            Ok((text, spans)) => {
                let place = Place::File(format!("{TEMPLATES}/{}", planned.template));
                let made_for = format!("document `{}`", planned.id);
                if let Some(beyond) = fault::beyond_limits(&self.engine, &pass, &text, place, &made_for) {
                    return Rendered {
                        document: Document::default(),
                        uses_changes,
                        placeholders: 0,
                        origins: Origins::default(),
                        diagnostics: vec![beyond],
                    };
                }
                let lines = fault::origins(&text, &spans, &self.engine);
                let mut origins = Origins::new(&planned.id, &format!("{TEMPLATES}/{}", planned.template), lines);
                let mut diagnostics = Vec::new();
                let mut parsed = parse(&text);
                let placeholders = placeholder::count(&parsed.document.blocks);
                if scope.placeholders == Placeholders::LeftOut && placeholders > 0 {
                    placeholder::leave_out(&mut parsed.document.blocks);
                }
                let document = resolve::resolve(parsed, &pass, planned, &self.documents, &mut origins, parse, &mut diagnostics);
                Rendered { document, uses_changes, placeholders, origins, diagnostics }
            }
        }
    }
}
