//! What a figure shows, in a line below it, and who says so.

use std::collections::BTreeSet;

use super::Writer;
use super::places::has_words;
use super::tables::cited;
use crate::document::{Inline, Table};

impl Writer<'_> {
    /// What a figure shows, in a line: `Kosovo: about 50,000 [4]; Bosnia: about 60,000 [5].` Of a row with several values each
    /// has its column's name: `Build – From: March 2027, Until: 2027 [1].` A row that isn't cited the drawing says alone; a
    /// redline tells no claims from other words and has all rows. Styled as `<figure-data>`.
    pub(super) fn figure_data(&mut self, table: &Table) {
        let all = self.document.claims.is_empty();
        let mut content: Vec<Inline> = Vec::new();
        for row in &table.rows {
            let Some((label, cells)) = row.cells.split_first() else { continue };
            let mut cells: Vec<(&[Inline], Vec<Inline>)> = cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| has_words(cell))
                .map(|(index, cell)| (table.header.get(index + 1).map_or(&[][..], Vec::as_slice), cell.clone()))
                .collect();
            if cells.is_empty() || !all && !cells.iter().any(|(_, cell)| has_claim(cell)) {
                continue;
            }
            cite_once(&mut cells);
            if !content.is_empty() {
                content.push(Inline::Text("; ".to_owned()));
            }
            content.extend(label.iter().cloned());
            let is_named = cells.len() > 1;
            let mut joint = if is_named { " – " } else { ": " };
            for (name, cell) in cells {
                content.push(Inline::Text(std::mem::replace(&mut joint, ", ").to_owned()));
                if is_named && has_words(name) {
                    content.extend(name.iter().cloned());
                    content.push(Inline::Text(": ".to_owned()));
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
        let content = self.bound(&content);
        self.inlines(&content);
        self.code.line("];");
    }
}

/// Whether a claim is printed in a cell.
fn has_claim(cell: &[Inline]) -> bool {
    let is_claim = |inline: &Inline| matches!(inline, Inline::Claim { .. }) || inline.content().is_some_and(|content| has_claim(content));
    cell.iter().any(is_claim)
}

/// Leaves marks that all cited cells of a row share to the last of these.
fn cite_once(cells: &mut [(&[Inline], Vec<Inline>)]) {
    let marks = |cell: &[Inline]| {
        let mut numbers = BTreeSet::new();
        cited(cell, &mut numbers);
        numbers
    };
    let mut claims: Vec<&mut Vec<Inline>> = cells.iter_mut().map(|(_, cell)| cell).filter(|cell| has_claim(cell)).collect();
    let is_marked_alike = claims.windows(2).all(|pair| marks(pair[0]) == marks(pair[1]));
    if is_marked_alike && let Some((_, others)) = claims.split_last_mut() {
        others.iter_mut().for_each(|cell| retain(cell, &|inline| !matches!(inline, Inline::Cite(_))));
    }
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
    use super::cite_once;
    use crate::document::Inline;

    fn claim(text: &str, mark: usize) -> Vec<Inline> {
        vec![Inline::Claim { index: 0, content: vec![Inline::Text(text.to_owned())] }, Inline::Cite(mark)]
    }

    fn cited_once(cells: &[&Vec<Inline>]) -> Vec<Vec<Inline>> {
        let mut cells: Vec<(&[Inline], Vec<Inline>)> = cells.iter().map(|cell| (&[][..], (*cell).clone())).collect();
        cite_once(&mut cells);
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    #[test]
    fn a_source_that_a_row_s_values_share_is_marked_once() {
        let (unknown, says) = (claim("not reported", 4), claim("in secured zones", 4));
        let gate = vec![Inline::Text("Reform".to_owned())];
        let unmarked = unknown[..1].to_vec();
        assert_eq!(cited_once(&[&unknown, &unknown, &says]), [unmarked.clone(), unmarked.clone(), says.clone()]);
        assert_eq!(cited_once(&[&unknown, &says, &gate]), [unmarked, says, gate]);
        // What differs in its source is said with it.
        let other = claim("not reported", 5);
        assert_eq!(cited_once(&[&unknown, &other]), [unknown, other]);
    }
}
