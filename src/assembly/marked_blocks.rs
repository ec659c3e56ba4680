//! Blocks of a template that bear a marking of their own, `:::marked TLP:RED`: what its reader may not see of a rendered text
//! is blank before anything is made of it, so that no note, claim or heading of it is left.

use std::borrow::Cow;

use crate::audience::{self, MarkedBlock};
use crate::diagnostic::{Code, did_you_mean};
use crate::document::MARKED;
use crate::markdown;
use crate::model::Settings;
use crate::render::Parsed;

/// Reads a rendered text, or the text of a field, as the reader of the book may see it. Every line keeps its number.
pub(super) fn parse(text: &str, settings: &Settings) -> Parsed {
    if !text.contains(MARKED) {
        return parse_markdown(text);
    }
    // All count the same lines.
    let text = &*if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', " ")) } else { Cow::Borrowed(text) };
    let blocks = blocks(text);
    let mistaken = audience::mistaken(text, &blocks);
    if blocks.is_empty() && mistaken.is_empty() {
        return parse_markdown(text);
    }
    let mut faults: Vec<(usize, Code, String)> = Vec::new();
    let scheme = &settings.markings;
    for block in &blocks {
        for label in block.marking.labels().filter(|label| scheme.find(label).is_none()) {
            let meant = did_you_mean(label, scheme.names()).map(|hint| format!(" ({hint})")).unwrap_or_default();
            faults.push((
                *block.lines.start(),
                Code::UnknownMarking,
                format!("the marking `{label}` of a block is no label of the book{meant}"),
            ));
        }
    }
    let is_hidden =
        |block: &&MarkedBlock| settings.reader.as_ref().is_some_and(|reader| !reader.may_see(&scheme.named(&block.marking), scheme));
    let hidden: Vec<&MarkedBlock> = blocks.iter().filter(is_hidden).collect();
    let mut shown = blanked(text, &hidden);
    let is_left = |shown: &str| self::blocks(shown).iter().any(|block| is_hidden(&block));
    if let Some(block) = hidden.iter().find(|block| !block.is_alone).or_else(|| hidden.first().filter(|_| is_left(&shown))) {
        let message = format!(
            "a block marked `{}` has no lines of its own, or ends within code, so it can't be taken out: begin and end it at the margin, outside of lists, quotes and code",
            block.marking
        );
        faults.push((*block.lines.start(), Code::WithheldReference, message));
        shown = String::new();
    }
    if let (Some(line), Some(_)) = (mistaken.first(), &settings.reader) {
        let message = "a line looks like the first of a marked block, and marks nothing: begin it at the margin with `:::marked`";
        faults.push((*line, Code::UnknownMarking, message.to_owned()));
        shown = String::new();
    }
    let Parsed { document, faults: found } = parse_markdown(&shown);
    faults.extend(found);
    Parsed { document, faults }
}

/// Parses rendered text in which no block is marked.
pub(super) fn parse_markdown(text: &str) -> Parsed {
    let parsed = markdown::parse(text);
    Parsed { document: parsed.document, faults: parsed.faults }
}

/// A block as the audience stage knows it.
pub(super) fn block(block: markdown::MarkedLines) -> MarkedBlock {
    MarkedBlock { lines: block.lines, marking: block.labels.into_iter().collect(), is_alone: block.is_alone }
}

fn blocks(text: &str) -> Vec<MarkedBlock> {
    markdown::marked_blocks_of_document(text).into_iter().map(block).collect()
}

/// A text in which some blocks are blank lines.
fn blanked(text: &str, blocks: &[&MarkedBlock]) -> String {
    let is_blank = |line: usize| blocks.iter().any(|block| block.lines.contains(&line));
    let lines = text.split('\n').enumerate().map(|(index, line)| if is_blank(index + 1) { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
