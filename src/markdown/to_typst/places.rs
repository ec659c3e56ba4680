//! The places in a document that must be known before it is written: title, anchors, footnotes, lists.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Block, BlockKind, Document, Inline, anchor_of, number_of};
use crate::model::NotesPlacement;

/// The places in a document.
pub(super) struct Places<'a> {
    /// The heading that gives the document its title.
    pub(super) title: Option<&'a Block>,
    /// The targets that links of this document can have.
    pub(super) anchors: BTreeSet<Cow<'a, str>>,
    /// The footnotes of the text's own.
    pub(super) footnotes: BTreeMap<&'a str, &'a [Block]>,
    /// Whether the notes, and the sources, are listed: somewhere in the text, else at its end.
    pub(super) notes: bool,
    pub(super) sources: bool,
}

impl<'a> Places<'a> {
    pub(super) fn of(document: &'a Document, placement: NotesPlacement) -> Places<'a> {
        let notes = placement != NotesPlacement::Page && !document.notes.is_empty();
        let sources = !document.sources.is_empty();
        let mut places = Places { title: None, anchors: BTreeSet::new(), footnotes: BTreeMap::new(), notes, sources };
        places.title =
            document.blocks.iter().find(|block| matches!(&block.kind, BlockKind::Heading { level: 1, content, .. } if has_words(content)));
        places.visit(&document.blocks, document, placement);
        places
    }

    fn visit(&mut self, blocks: &'a [Block], document: &'a Document, placement: NotesPlacement) {
        for block in shown(blocks, document, placement) {
            match &block.kind {
                BlockKind::Heading { anchor, .. } => {
                    self.anchors.extend(anchor.as_deref().filter(|anchor| is_anchor(anchor)).map(Cow::Borrowed))
                }
                BlockKind::Table(table) => self.caption(table.label.as_deref()),
                BlockKind::Paragraph(content) => {
                    if let [Inline::Image { label, title, .. }] = &content[..]
                        && !title.trim().is_empty()
                    {
                        self.caption(label.as_deref());
                    }
                }
                BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
                    self.visit(inner, document, placement);
                }
                BlockKind::List(list) => list.items.iter().for_each(|item| self.visit(&item.blocks, document, placement)),
                BlockKind::Descriptions(items) => items.iter().for_each(|(_, details)| self.visit(details, document, placement)),
                BlockKind::FootnoteDefinition { label, blocks } => {
                    self.footnotes.entry(label).or_insert(blocks);
                }
                _ => {}
            }
        }
    }
}

impl Places<'_> {
    fn caption(&mut self, label: Option<&str>) {
        self.anchors.extend(label.filter(|label| number_of(label).is_some()).map(|label| Cow::Owned(anchor_of(label))));
    }
}

/// Whether an anchor can be used as a label without clashing with brief's own.
pub(super) fn is_anchor(anchor: &str) -> bool {
    !anchor.is_empty() && !anchor.starts_with("brief:")
}

/// The blocks that are printed: without lists that have nothing to list here, and without the headings over them.
pub(super) fn shown<'a>(blocks: &'a [Block], document: &Document, placement: NotesPlacement) -> impl Iterator<Item = &'a Block> + use<'a> {
    let notes = placement != NotesPlacement::Page && !document.notes.is_empty();
    let sources = !document.sources.is_empty();
    let empty = move |block: &Block| match block.kind {
        BlockKind::Notes => !notes,
        BlockKind::Sources => !sources,
        _ => false,
    };
    blocks.iter().enumerate().filter_map(move |(index, block)| {
        let over = matches!(block.kind, BlockKind::Heading { level: 2.., .. }) && blocks.get(index + 1).is_some_and(empty);
        (!over && !empty(block)).then_some(block)
    })
}

/// Whether inlines print any words.
pub(super) fn has_words(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => !text.trim().is_empty(),
        Inline::Stamp(_) | Inline::Verdict(_) => true,
        frame => frame.content().is_some_and(|content| has_words(content)),
    })
}
