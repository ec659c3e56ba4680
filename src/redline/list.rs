//! The front of a redline: how many changes there are, what its marks mean, and the list of changes.

use std::collections::BTreeMap;

use super::change::{RedlineChange, RedlineKind, origin_anchor};
use crate::document::{Alignment, Block, BlockKind, Inline, Row, Table, plain_text};
use crate::text::words::{Op, Word};

/// Entries that are listed.
const LISTED: usize = 1_000;

/// The kinds of changes in the order in which they are counted, and the keys of their words.
const KINDS: [(RedlineKind, &str); 7] = [
    (RedlineKind::Changed, "redline_changed"),
    (RedlineKind::Inserted, "redline_inserted"),
    (RedlineKind::Deleted, "redline_deleted"),
    (RedlineKind::Moved, "redline_moved"),
    (RedlineKind::Split, "redline_split"),
    (RedlineKind::Joined, "redline_joined"),
    (RedlineKind::Replaced, "redline_replaced"),
];

/// Pages of changes in the PDF of the new version, by their anchors, and what the version is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewPages<'a> {
    pub(super) name: &'a str,
    pub(super) pages: &'a BTreeMap<String, u32>,
}

/// How many changes there are: `4 changes: 2 changed, 1 deleted, 1 moved`.
pub(super) fn count(changes: &[RedlineChange], word: &dyn Fn(&str) -> String) -> String {
    let all = if changes.len() == 1 { word("redline_one") } else { word("redline_count").replace("{count}", &changes.len().to_string()) };
    let of = |kind: RedlineKind| changes.iter().filter(|change| change.kind == kind).count();
    let kinds = KINDS.iter().filter(|(kind, _)| of(*kind) > 0);
    let kinds: Vec<String> = kinds.map(|(kind, key)| word(key).replace("{count}", &of(*kind).to_string())).collect();
    format!("{all}: {}.", kinds.join(", "))
}

/// What the marks mean.
pub(super) fn legend(word: &dyn Fn(&str) -> String) -> Vec<Inline> {
    let text = |text: String| Inline::Text(text);
    let sample = |key: &str| vec![Inline::Text(word(key))];
    let dot = || Inline::Text(" · ".to_owned());
    vec![
        Inline::Inserted(sample("redline_legend_inserted")),
        dot(),
        Inline::Deleted(sample("redline_legend_deleted")),
        dot(),
        text(word("redline_legend_moved")),
        dot(),
        text(word("redline_legend_paragraph")),
    ]
}

/// The front as blocks: heading, then the rest within the directive that leaves it out of the next comparison.
pub(super) fn listed(changes: &[RedlineChange], word: &dyn Fn(&str) -> String, new: Option<NewPages<'_>>) -> Vec<Block> {
    let text = |text: String| vec![Inline::Text(text)];
    let block = |kind| Block { kind, line: 0 };
    let heading = block(BlockKind::Heading { level: 2, content: text(word("redline_changes")), anchor: None });
    let mut inner = Vec::new();
    if changes.is_empty() {
        inner.push(block(BlockKind::Paragraph(text(word("redline_none")))));
    } else {
        inner.push(block(BlockKind::Paragraph(text(count(changes, word)))));
        let mut legend = legend(word);
        legend.extend([Inline::Text(" · ".to_owned()), Inline::Text(word("redline_legend_bar"))]);
        inner.push(block(BlockKind::Paragraph(legend)));
        inner.push(table(changes, word, new));
    }
    if let Some(more) = changes.len().checked_sub(LISTED).filter(|more| *more > 0) {
        inner.push(block(BlockKind::Paragraph(text(word("redline_more").replace("{count}", &more.to_string())))));
    }
    vec![heading, block(BlockKind::Directive { name: "changes".to_owned(), attributes: BTreeMap::new(), blocks: inner })]
}

fn table(changes: &[RedlineChange], word: &dyn Fn(&str) -> String, new: Option<NewPages<'_>>) -> Block {
    let text = |text: String| vec![Inline::Text(text)];
    let rows = changes.iter().take(LISTED).map(|change| {
        let page = vec![Inline::PageReference(change.anchor.clone())];
        let new = new.map(|new| text(new.pages.get(&change.anchor).map_or_else(|| "–".to_owned(), u32::to_string)));
        let cells = [Some(text(change.anchor.clone())), Some(page), new, Some(text(change.section.clone())), Some(entry(change, word))];
        Row { cells: cells.into_iter().flatten().collect(), line: 0 }
    });
    let page_in = new.map(|new| text(word("redline_page_in").replace("{version}", new.name)));
    let header = [
        Some(text(word("redline_number"))),
        Some(text(word("page_number"))),
        page_in,
        Some(text(word("redline_section"))),
        Some(text(word("redline_change"))),
    ];
    let right = if new.is_some() { 3 } else { 2 };
    let table = Table {
        source: None,
        label: None,
        caption: None,
        alignments: (0..right + 2).map(|column| if column < right { Alignment::Right } else { Alignment::Left }).collect(),
        header: header.into_iter().flatten().collect(),
        rows: rows.collect(),
    };
    let widths = if new.is_some() { "1.1,1.3,1.4,4,11" } else { "1.1,1.3,4,11" };
    let attributes = BTreeMap::from([("widths".to_owned(), widths.to_owned()), ("size".to_owned(), "small".to_owned())]);
    let table = Block { kind: BlockKind::Table(table), line: 0 };
    Block { kind: BlockKind::Directive { name: "table".to_owned(), attributes, blocks: vec![table] }, line: 0 }
}

/// The words before the excerpt of a change that has none of its own; `{page}` is its old page.
pub(super) fn lead(change: &RedlineChange, word: &dyn Fn(&str) -> String) -> Option<String> {
    let lead = match change.kind {
        RedlineKind::Moved => {
            let from = change.moved_from.as_ref().filter(|from| **from != change.section && !from.is_empty());
            let section = from.map(|from| format!(" ({from})")).unwrap_or_default();
            word("redline_from") + &section
        }
        RedlineKind::Split => word("paragraph_split"),
        RedlineKind::Joined => word("paragraphs_joined"),
        RedlineKind::Replaced => word("redline_image"),
        RedlineKind::Changed | RedlineKind::Inserted | RedlineKind::Deleted => return None,
    };
    Some(lead + ": ")
}

fn entry(change: &RedlineChange, word: &dyn Fn(&str) -> String) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    if let Some(lead) = lead(change, word) {
        let (before, after) = lead.split_once("{page}").map_or((lead.as_str(), None), |(before, after)| (before, Some(after)));
        out.push(Inline::Text(before.to_owned()));
        if let Some(after) = after {
            out.extend([Inline::PageReference(origin_anchor(&change.anchor)), Inline::Text(after.to_owned())]);
        }
    }
    out.extend(change.excerpt.iter().map(|Word { op, text }| {
        let text = vec![Inline::Text(text.clone())];
        match op {
            Op::Insert => Inline::Inserted(text),
            Op::Delete => Inline::Deleted(text),
            Op::Equal => Inline::Text(text.into_iter().map(|inline| plain_text(&[inline])).collect()),
        }
    }));
    if let Some(more) = change.further(word) {
        out.push(Inline::Text(more));
    }
    out
}
