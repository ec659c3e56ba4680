//! What a figure shows, in a line below it, and who says so.

use std::collections::BTreeSet;

use super::places::has_words;
use super::tables::cited;
use super::{Writer, last_line};
use crate::document::{Inline, Table, plain_text};

impl Writer<'_> {
    /// What a figure shows, in a line: `Kosovo: about 50,000 [4]; Bosnia: about 60,000 [5].` What isn't cited the drawing says
    /// alone; a redline tells no claims from other words and has it all. Styled as `<figure-data>`.
    pub(super) fn figure_data(&mut self, table: &Table) {
        let all = self.document.claims.is_empty();
        let is_shown = |cell: &&Vec<Inline>| has_words(cell) && (all || has_claim(cell));
        let rows = table.rows.iter().filter_map(|row| {
            let (label, cells) = row.cells.split_first()?;
            let cells: Vec<&Vec<Inline>> = cells.iter().filter(is_shown).collect();
            (!cells.is_empty()).then(|| (label, said_once(&cells)))
        });
        let mut content: Vec<Inline> = Vec::new();
        for (label, cells) in rows {
            if !content.is_empty() {
                content.push(Inline::Text("; ".to_owned()));
            }
            content.extend(label.iter().cloned());
            let mut joint = ": ";
            for cell in cells {
                if has_words(&cell) {
                    content.push(Inline::Text(std::mem::replace(&mut joint, ", ").to_owned()));
                }
                content.extend(cell);
            }
        }
        if content.is_empty() {
            return;
        }
        content.push(Inline::Text(".".to_owned()));
        if let Some(source) = &table.source {
            content.push(Inline::Text(" ".to_owned()));
            content.extend(source.iter().cloned());
        }
        self.code.push("#figure-data[");
        self.code.start();
        self.inlines(&last_line::bound(&content));
        self.code.line("];");
    }
}

/// Whether a claim is printed in a cell.
fn has_claim(cell: &[Inline]) -> bool {
    let is_claim = |inline: &Inline| matches!(inline, Inline::Claim { .. }) || inline.content().is_some_and(|content| has_claim(content));
    cell.iter().any(is_claim)
}

/// Cells of a row without what a cell before says in the same words, and with their marks at the end where all have the same.
fn said_once(cells: &[&Vec<Inline>]) -> Vec<Vec<Inline>> {
    let marks = |cell: &[Inline]| {
        let mut numbers = BTreeSet::new();
        cited(cell, &mut numbers);
        numbers
    };
    let is_marked_alike = cells.iter().all(|cell| marks(cell) == marks(cells[0]));
    let words: Vec<String> = cells.iter().map(|cell| plain_text(cell)).collect();
    let last = (0..cells.len()).rev().find(|index| !words[..*index].contains(&words[*index]));
    let cells = cells.iter().enumerate().map(|(index, cell)| {
        let mut cell = (*cell).clone();
        if words[..index].contains(&words[index]) && is_marked_alike {
            retain(&mut cell, &|inline| matches!(inline, Inline::Claim { .. }));
        } else if is_marked_alike && Some(index) != last {
            retain(&mut cell, &|inline| !matches!(inline, Inline::Cite(_)));
        }
        cell
    });
    cells.collect()
}

/// Keeps what is wanted of inlines, however deep.
fn retain(inlines: &mut Vec<Inline>, is_wanted: &dyn Fn(&Inline) -> bool) {
    inlines.retain(is_wanted);
    for content in inlines.iter_mut().filter_map(Inline::content_mut) {
        retain(content, is_wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::said_once;
    use crate::document::Inline;

    fn claim(text: &str, mark: usize) -> Vec<Inline> {
        vec![Inline::Claim { index: 0, content: vec![Inline::Text(text.to_owned())] }, Inline::Cite(mark)]
    }

    #[test]
    fn a_row_of_a_figure_says_each_thing_and_its_source_once() {
        let (unknown, says) = (claim("not reported", 4), claim("in secured zones", 4));
        let empty = vec![Inline::Claim { index: 0, content: Vec::new() }];
        let unmarked = unknown[..1].to_vec();
        assert_eq!(said_once(&[&unknown, &unknown, &says]), [unmarked, empty.clone(), says.clone()]);
        assert_eq!(said_once(&[&says, &unknown, &unknown]), [says[..1].to_vec(), unknown.clone(), empty]);
        // What differs in its source is said with it.
        let other = claim("not reported", 5);
        assert_eq!(said_once(&[&unknown, &other]), [unknown, other]);
    }
}
