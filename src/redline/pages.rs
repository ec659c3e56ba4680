//! The pages of a version's PDF on which the changes of a redline are: found by the words around them.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Redline;
use crate::document::{Block, BlockKind, Inline, MoveEnd};

/// So many words in a row tell one place from others.
const ROW: usize = 5;
/// How far from a change such a row is looked for, in words.
const FAR: usize = 60;

/// The page of each change that can be found, by its anchor; `pages` are the texts of the PDF's pages.
pub(super) fn of(redline: &Redline, pages: &[String]) -> BTreeMap<String, u32> {
    // Of each row of words, the page that has it, if one alone does.
    let mut known: HashMap<u64, Option<u32>> = HashMap::new();
    for (number, page) in (1..).zip(pages) {
        let mut words = Vec::new();
        push(page, &mut words);
        for row in words.windows(ROW) {
            let found = known.entry(hash(row)).or_insert(Some(number));
            if *found != Some(number) {
                *found = None;
            }
        }
    }
    let mut reader = Reader::default();
    reader.blocks(redline.text());
    let page = |at: usize| {
        let row = reader.words.get(at..at + ROW)?;
        *known.get(&hash(row))?
    };
    let found = reader.anchors.iter().filter_map(|(anchor, at)| {
        let behind = (*at..at + FAR).find_map(page);
        let page = behind.or_else(|| (at.saturating_sub(FAR)..*at).rev().find_map(page))?;
        Some((anchor.clone(), page))
    });
    found.collect()
}

fn hash(row: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}

/// The words of a text without figures: numbers of notes are among them.
fn push(text: &str, words: &mut Vec<u64>) {
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic)) {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        words.push(hasher.finish());
    }
}

/// The words of the new text, and the places of changes in it.
#[derive(Default)]
struct Reader {
    words: Vec<u64>,
    anchors: Vec<(String, usize)>,
}

impl Reader {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => self.text(content),
                BlockKind::Directive { name, .. } if name == "deleted" || name == "moved-to" => {}
                BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
                    self.blocks(inner);
                }
                BlockKind::List(list) => list.items.iter().for_each(|item| self.blocks(&item.blocks)),
                BlockKind::Descriptions(items) => items.iter().for_each(|(term, details)| {
                    self.text(term);
                    self.blocks(details);
                }),
                BlockKind::Table(table) => {
                    let rows = table.rows.iter().flat_map(|row| &row.cells);
                    table.caption.iter().chain(&table.header).chain(rows).for_each(|cell| self.text(cell));
                }
                BlockKind::Code { literal, .. } | BlockKind::Html(literal) => push(literal, &mut self.words),
                BlockKind::Rule | BlockKind::Notes | BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => {}
            }
        }
    }

    /// A text whose words may be cut by marks.
    fn text(&mut self, content: &[Inline]) {
        let mut run = String::new();
        self.line(content, &mut run);
        push(&run, &mut self.words);
    }

    fn line(&mut self, content: &[Inline], run: &mut String) {
        for inline in content {
            match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => run.push_str(text),
                Inline::Anchor(name) => {
                    let mut before = Vec::new();
                    push(run, &mut before);
                    self.anchors.push((name.clone(), self.words.len() + before.len()));
                }
                Inline::Deleted(_) | Inline::Moved { end: MoveEnd::Origin, .. } => {}
                Inline::SoftBreak | Inline::HardBreak | Inline::Cite(_) | Inline::FootnoteReference(_) | Inline::Image { .. } => {
                    run.push(' ')
                }
                inline => {
                    if let Some(inner) = inline.content() {
                        self.line(inner, run);
                    }
                }
            }
        }
    }
}
