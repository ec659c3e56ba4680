//! Puts what a template printed into the document's tree: each token in the context where it ended up.
//!
//! Text becomes inert text, a claim its words and its mark, a record a link, Markdown its blocks or inlines. What
//! can't stand where it was printed is a diagnostic at the template's line or the record's field.

mod bearing;
mod blocks;
mod captions;
mod claims;
mod faults;
mod fields;
mod figure;
mod footnotes;
mod inlines;
mod links;
mod plain;
mod resolver;
mod text;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use self::resolver::{Bearing, Links, Resolver};
use self::text::folded;
use super::anchors::{Anchors, Documents};
use super::fragment::Expanding;
use super::planned::Planned;
use super::values::{Origin, Pass};
use super::{Parsed, Parser, notes};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Block, BlockKind, Document, Inline, Origins};
use crate::layout::Pointer;

/// Resolves the tokens of a rendered text.
pub(crate) fn resolve(
    parsed: Parsed,
    pass: &Arc<Pass>,
    planned: &Planned,
    documents: &Documents,
    origins: &mut Origins,
    parse: Parser<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Document {
    let mut document = parsed.document;
    let mut resolver = Resolver {
        pass,
        planned,
        anchors: Anchors::new(&document.blocks, pass, documents),
        origins,
        parse,
        diagnostics,
        claims: Vec::new(),
        citations: Vec::new(),
        by_citation: HashMap::new(),
        expanding: Expanding::default(),
        nested: 0,
        line: 0,
        field_start: 0,
        printed_line: 0,
        in_link: false,
        in_cell: false,
        is_over: false,
        footnotes: Vec::new(),
        links: Links::default(),
        charts: BTreeMap::new(),
        bearing: Bearing::new(&pass.book.settings, &pass.loose()),
        captions: BTreeMap::new(),
        lacks_captions: false,
    };
    for (line, code, message) in parsed.faults {
        resolver.line = line;
        resolver.fault(Diagnostic::error(code, Place::Book, message));
    }
    resolver.line = 1;
    if let Some((collection, id)) = &planned.record {
        // The document is about this record and carries its name.
        let record = Origin { record: (collection.clone(), id.clone()), path: Pointer::root() };
        resolver.bears_everywhere(&resolver.marking_of(&record));
    }
    let ((), marking) = resolver.portion(|resolver| document.front.values_mut().for_each(|value| resolver.front_matter(value)));
    resolver.bears_everywhere(&marking);
    resolver.check_orientation(&document);
    resolver.number_footnotes(&mut document.blocks);
    document.blocks = resolver.blocks(document.blocks);
    resolver.label_footnotes(&mut document.blocks);
    resolver.number_captions(&mut document);
    resolver.lead_links(&mut document.blocks);
    resolver.seal(&mut document);
    let citations = std::mem::take(&mut resolver.citations);
    resolver.charge_notes(&document.blocks, citations.len());
    document.claims = std::mem::take(&mut resolver.claims);
    document.charts = std::mem::take(&mut resolver.charts);
    if let (Some(title), false) = (&planned.title, document.front.contains_key("title")) {
        document.front.insert("title".to_owned(), title.clone().into());
    }
    add_title(&mut document);
    notes::number(&mut document, &citations, &pass.book);
    document
}

/// A document whose title is in its front matter alone begins with it.
fn add_title(document: &mut Document) {
    let has_title = document.blocks.iter().any(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
    if let (false, Some(title)) = (has_title, document.front.get("title").and_then(|title| title.as_str())) {
        let content = vec![Inline::Text(folded(title))];
        document.blocks.insert(0, Block { kind: BlockKind::Heading { level: 1, content, anchor: None }, line: 0 });
    }
}
