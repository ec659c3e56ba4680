//! Reads a version's Markdown back into a document: notes with one combined mark become several, and the
//! line under a table that names its source belongs to it.

use std::collections::BTreeMap;

use super::parse::{Parsed, parse};
use crate::document::{Block, BlockKind, ELSEWHERE, Inline, Target, note_numbers, plain_text, source_line, walk};

/// Reads the Markdown of a version, of this brief or an earlier one.
pub fn parse_published(text: &str) -> Parsed {
    let mut parsed = parse(text);
    let blocks = &mut parsed.document.blocks;
    let notes = separate_notes(blocks);
    walk::change(blocks, &mut |inlines| {
        let several = |inline: &Inline| match inline {
            Inline::FootnoteReference(label) => note_numbers(label).filter(|numbers| numbers.iter().all(|n| notes.contains_key(n))),
            _ => None,
        };
        *inlines = std::mem::take(inlines)
            .into_iter()
            .flat_map(|inline| match several(&inline) {
                Some(numbers) => numbers.iter().map(|number| Inline::FootnoteReference(number.to_string())).collect(),
                None => vec![inline],
            })
            .collect();
    });
    walk::change(blocks, &mut |inlines| inlines.iter_mut().for_each(without_arrow));
    super::contents::remove_contents(blocks);
    super::fold::unfold(blocks);
    take_sources(blocks, &notes);
    parsed
}

/// Removes the sign that a link leads to another document from its text.
fn without_arrow(inline: &mut Inline) {
    if let Inline::Link { target: Target::Url(url), content, .. } = inline
        && !url.contains(':')
        && let Some(Inline::Text(text)) = content.last_mut()
        && let Some(words) = text.strip_suffix(ELSEWHERE)
    {
        *text = words.to_owned();
    }
}

/// Gives each note a definition of its own; returns the texts of all notes.
fn separate_notes(blocks: &mut Vec<Block>) -> BTreeMap<usize, Vec<Inline>> {
    let mut notes: BTreeMap<usize, Vec<Inline>> = BTreeMap::new();
    let mut first = None;
    let mut index = 0;
    blocks.retain(|block| {
        let own = note_texts(block);
        first = first.or(own.is_some().then_some(index));
        index += usize::from(own.is_none());
        let joined = own.is_some();
        for (number, text) in own.unwrap_or_default() {
            notes.entry(number).or_insert(text);
        }
        !joined
    });
    let definition = |(number, text): (&usize, &Vec<Inline>)| {
        let paragraph = Block { kind: BlockKind::Paragraph(text.clone()), line: 0 };
        Block { kind: BlockKind::FootnoteDefinition { label: number.to_string(), blocks: vec![paragraph] }, line: 0 }
    };
    if let Some(first) = first {
        blocks.splice(first..first, notes.iter().map(definition));
    }
    notes
}

/// The notes in a definition: one, or several with a line each.
fn note_texts(block: &Block) -> Option<Vec<(usize, Vec<Inline>)>> {
    let BlockKind::FootnoteDefinition { label, blocks } = &block.kind else { return None };
    let numbers = note_numbers(label)?;
    let [Block { kind: BlockKind::Paragraph(content), .. }] = &blocks[..] else { return None };
    let texts: Vec<Vec<Inline>> = match numbers.len() {
        1 => vec![content.clone()],
        _ => content.split(|inline| *inline == Inline::HardBreak).map(<[Inline]>::to_vec).collect(),
    };
    (texts.len() == numbers.len()).then(|| numbers.into_iter().zip(texts).collect())
}

/// Moves the source lines below tables into the tables.
fn take_sources(blocks: &mut Vec<Block>, notes: &BTreeMap<usize, Vec<Inline>>) {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for mut block in std::mem::take(blocks) {
        match &mut block.kind {
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => {
                take_sources(inner, notes);
            }
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| take_sources(&mut item.blocks, notes)),
            BlockKind::Paragraph(content) => {
                if let Some(BlockKind::Table(table)) = out.last_mut().map(|before| &mut before.kind)
                    && table.source.is_none()
                    && is_source(content, notes)
                {
                    table.source = Some(std::mem::take(content));
                    continue;
                }
            }
            _ => {}
        }
        out.push(block);
    }
    *blocks = out;
}

/// Whether a paragraph holds nothing but note marks after its label.
fn is_source(content: &[Inline], notes: &BTreeMap<usize, Vec<Inline>>) -> bool {
    let [Inline::Text(text), marks @ ..] = content else { return false };
    let number = |mark: &Inline| match mark {
        Inline::FootnoteReference(label) => label.parse::<usize>().ok(),
        _ => None,
    };
    let said: Option<Vec<String>> = marks.iter().map(|mark| Some(plain_text(notes.get(&number(mark)?)?))).collect();
    said.filter(|said| !said.is_empty()).is_some_and(|said| {
        let line = source_line("", &said);
        text.strip_suffix(&line).is_some_and(|word| !word.trim().is_empty() && !word.contains(['.', ':']))
    })
}
