//! Where links within a document lead: headings, by the ids that templates and code hosts give them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use comrak::Anchorizer;

use crate::document::{Block, BlockKind, Document, Inline, Stamp, Target, anchor_of, note_label, number_of, walk};

/// Turns links to `#id` into links to the heading of that id.
pub(super) fn link(blocks: &mut [Block], anchors: &BTreeSet<String>) {
    walk::change(blocks, &mut |inlines| {
        for inline in inlines {
            if let Inline::Link { target, .. } = inline
                && let Target::Url(url) = target
                && let Some(anchor) = url.strip_prefix('#').filter(|id| anchors.contains(*id))
            {
                *target = Target::Anchor(anchor.to_owned());
            }
        }
    });
}

/// The ids that GitHub gives to headings with an anchor: lower case, spaces as hyphens, punctuation left
/// out, a number behind an id that stands before.
pub(super) fn slugs(document: &Document, stamp: &Stamp) -> BTreeMap<String, String> {
    let mut anchored = false;
    walk::blocks(&document.blocks, &mut |block| {
        anchored |= matches!(block.kind, BlockKind::Heading { anchor: Some(_), .. }) || label(block).is_some();
    });
    let mut slugs = BTreeMap::new();
    if !anchored {
        return slugs;
    }
    let mut ids = Anchorizer::new();
    let mut marks = Marks { stamp, numbers: HashMap::new() };
    // Hosts give ids to headings alone: a link to a table or figure leads to the heading over it.
    let mut above = None;
    walk::blocks(&document.blocks, &mut |block| {
        if let (Some(label), Some(above)) = (label(block), &above) {
            slugs.entry(anchor_of(label)).or_insert_with(|| String::clone(above));
        }
        match &block.kind {
            BlockKind::Heading { content, anchor, .. } => {
                let mut text = String::new();
                marks.text(content, &mut text);
                let slug = ids.anchorize(text.trim());
                above = Some(slug.clone());
                if let Some(anchor) = anchor {
                    slugs.entry(anchor.clone()).or_insert(slug);
                }
            }
            BlockKind::Paragraph(content) => marks.count(content),
            BlockKind::Descriptions(items) => items.iter().for_each(|(term, _)| marks.count(term)),
            BlockKind::Table(table) => {
                table.caption.iter().for_each(|caption| marks.count(caption));
                table.header.iter().for_each(|cell| marks.count(cell));
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| marks.count(cell));
                table.source.iter().for_each(|source| marks.count(source));
            }
            _ => {}
        }
    });
    slugs
}

/// The label of a table or figure, if it is numbered.
fn label(block: &Block) -> Option<&str> {
    let label = match &block.kind {
        BlockKind::Table(table) => table.label.as_deref(),
        BlockKind::Paragraph(content) => match &content[..] {
            [Inline::Image { label, .. }] => label.as_deref(),
            _ => None,
        },
        _ => None,
    };
    label.filter(|label| number_of(label).is_some())
}

/// The Markdown label of the adjacent marks that begin here; none after the first of them.
fn group(inlines: &[Inline], index: usize) -> Option<String> {
    let number = |inline: &Inline| if let Inline::Cite(number) = inline { Some(*number) } else { None };
    let is_first = index.checked_sub(1).and_then(|before| number(&inlines[before])).is_none();
    is_first.then(|| note_label(&inlines[index..].iter().map_while(number).collect::<Vec<_>>()))
}

/// Footnotes as the host numbers them, by first mark: a mark's number is part of its heading's text.
struct Marks<'a> {
    stamp: &'a Stamp,
    numbers: HashMap<String, usize>,
}

impl Marks<'_> {
    fn number(&mut self, label: String) -> usize {
        let next = self.numbers.len() + 1;
        *self.numbers.entry(label).or_insert(next)
    }

    fn count(&mut self, inlines: &[Inline]) {
        for (index, inline) in inlines.iter().enumerate() {
            match inline {
                Inline::Cite(_) => drop(group(inlines, index).map(|label| self.number(label))),
                Inline::FootnoteReference(label) => drop(self.number(format!("^{label}"))),
                other => other.content().into_iter().for_each(|content| self.count(content)),
            }
        }
    }

    fn text(&mut self, inlines: &[Inline], out: &mut String) {
        for (index, inline) in inlines.iter().enumerate() {
            match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(text),
                Inline::Emphasis(content)
                | Inline::Strong(content)
                | Inline::Strikethrough(content)
                | Inline::Link { content, .. }
                | Inline::Claim { content, .. }
                | Inline::Inserted(content)
                | Inline::Deleted(content)
                | Inline::Moved { content, .. } => self.text(content, out),
                Inline::SoftBreak | Inline::HardBreak => out.push(' '),
                Inline::Verdict(verdict) => out.push_str(verdict.symbol()),
                Inline::Stamp(field) => out.push_str(&self.stamp.field(*field)),
                Inline::Cite(_) => {
                    if let Some(label) = group(inlines, index) {
                        out.push_str(&self.number(label).to_string());
                    }
                }
                Inline::FootnoteReference(label) => out.push_str(&self.number(format!("^{label}")).to_string()),
                Inline::Image { .. } | Inline::Anchor(_) | Inline::PageReference(_) | Inline::ParagraphMark(_) => {}
            }
        }
    }
}
