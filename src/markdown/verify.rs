//! Verifies written Markdown by parsing it back, for emphasis that is too intricate to predict.

use std::collections::BTreeSet;

use super::block::Style;
use super::dialect::Dialect;
use super::inlines::{append, trim_at_breaks};
use super::parse::parse_as;
use crate::document::{BlockKind, Inline};

/// Whether a paragraph's text parses to these inlines.
pub(super) fn reads_back(text: &str, inlines: &[Inline]) -> bool {
    let mut source = format!("{text}\n");
    let mut labels = BTreeSet::new();
    collect_labels(inlines, &mut labels);
    for label in labels {
        source.push_str(&format!("\n[^{label}]: x\n"));
    }
    let parsed = parse_as(&source, Dialect { front_matter: false, ..Dialect::default() });
    matches!(parsed.document.blocks.first().map(|block| &block.kind), Some(BlockKind::Paragraph(read)) if read == inlines)
}

/// The same for the text of a table cell.
pub(super) fn reads_back_in_cell(text: &str, inlines: &[Inline]) -> bool {
    let mut labels = BTreeSet::new();
    collect_labels(inlines, &mut labels);
    let notes: String = labels.iter().map(|label| format!("\n[^{label}]: x\n")).collect();
    let source = format!("| a |\n| - |\n| {text} |\n{notes}");
    let parsed = parse_as(&source, Dialect { front_matter: false, ..Dialect::default() });
    match parsed.document.blocks.first().map(|block| &block.kind) {
        Some(BlockKind::Table(table)) => matches!(&table.rows[..], [row] if row.cells == [inlines]),
        _ => false,
    }
}

fn collect_labels<'a>(inlines: &'a [Inline], labels: &mut BTreeSet<&'a str>) {
    for inline in inlines {
        match inline {
            Inline::FootnoteReference(label) => drop(labels.insert(label)),
            Inline::Link { content, .. } | Inline::Emphasis(content) | Inline::Strong(content) | Inline::Strikethrough(content) => {
                collect_labels(content, labels);
            }
            _ => {}
        }
    }
}

/// Inlines with only their outermost emphasis.
pub(super) fn without_nesting(inlines: &[Inline]) -> Vec<Inline> {
    let mut out = Vec::new();
    for inline in inlines {
        if let Some((style, content)) = Style::of(inline) {
            let mut plain = Vec::new();
            plain_of(content, &mut plain);
            trim_at_breaks(&mut plain);
            match out.last_mut().filter(|before| Style::of(before).is_some()) {
                // Adjacent delimiters may be read as another delimiter.
                Some(_) => append(&mut out, plain),
                None => out.push(style.wrap(plain)),
            }
        } else if let Inline::Link { target, title, content } = inline {
            let mut plain = Vec::new();
            plain_of(content, &mut plain);
            trim_at_breaks(&mut plain);
            out.push(Inline::Link { target: target.clone(), title: title.clone(), content: plain });
        } else {
            append(&mut out, vec![inline.clone()]);
        }
    }
    trim_at_breaks(&mut out);
    out
}

fn plain_of(inlines: &[Inline], out: &mut Vec<Inline>) {
    for inline in inlines {
        match inline {
            Inline::Emphasis(content) | Inline::Strong(content) | Inline::Strikethrough(content) => plain_of(content, out),
            Inline::Link { target, title, content } => {
                let mut plain = Vec::new();
                plain_of(content, &mut plain);
                trim_at_breaks(&mut plain);
                out.push(Inline::Link { target: target.clone(), title: title.clone(), content: plain });
            }
            other => append(out, vec![other.clone()]),
        }
    }
}
