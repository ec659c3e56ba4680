//! What a figure shows, in a line below it, and who says so.

use std::collections::BTreeSet;

use super::Writer;
use super::places::has_words;
use super::tables::cited;
use crate::document::{Inline, Table, plain_text};

impl Writer<'_> {
    /// What a figure shows, in a line: `Kosovo: about 50,000 [4]; Bosnia: about 60,000 [5].` Of a row with several values each
    /// has its column's name, `Build – From: March 2027, Until: 2027 [1]`, and each row is on a line of its own. A row that isn't
    /// cited the drawing says alone; a redline tells no claims from other words and has all rows. Styled as `<figure-data>`.
    pub(super) fn figure_data(&mut self, table: &Table) {
        let all = self.document.claims.is_empty();
        let mut said: Vec<Vec<Inline>> = Vec::new();
        let mut has_names = false;
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
            let is_named = cells.len() > 1;
            has_names |= is_named;
            let mut content = if is_named { vec![Inline::Strong(label.clone())] } else { label.clone() };
            let mut joint = if is_named { " – " } else { ": " };
            for (names, cell) in joined(cells) {
                content.push(Inline::Text(std::mem::replace(&mut joint, ", ").to_owned()));
                let names: Vec<&[Inline]> = names.into_iter().filter(|name| is_named && has_words(name)).collect();
                if !names.is_empty() {
                    content.extend(names.join(&Inline::Text(", ".to_owned())));
                    content.push(Inline::Text(": ".to_owned()));
                }
                content.extend(cell);
            }
            said.push(content);
        }
        let joint: &[Inline] = if has_names { &[Inline::HardBreak] } else { &[Inline::Text("; ".to_owned())] };
        let mut content = said.join(joint);
        if content.is_empty() {
            return;
        }
        if !has_names {
            content.push(Inline::Text(".".to_owned()));
        }
        if let Some(source) = &table.source {
            content.push(if has_names { Inline::HardBreak } else { Inline::Text(" ".to_owned()) });
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

/// Values of a row that are the same, and marked alike, with the names of both: `From, Until: not reported`. Each claim keeps its
/// place, if without words.
fn joined(cells: Vec<(&[Inline], Vec<Inline>)>) -> Vec<(Vec<&[Inline]>, Vec<Inline>)> {
    let mut joined: Vec<(Vec<&[Inline]>, Vec<Inline>)> = Vec::new();
    for (name, mut cell) in cells {
        match joined.last_mut().filter(|(_, last)| plain_text(last) == plain_text(&cell) && marks(last) == marks(&cell)) {
            Some((names, last)) => {
                names.push(name);
                retain(&mut cell, &|inline| has_claim(std::slice::from_ref(inline)));
                last.extend(cell);
            }
            None => joined.push((vec![name], cell)),
        }
    }
    joined
}

/// The numbers of the notes that a cell marks.
fn marks(cell: &[Inline]) -> BTreeSet<usize> {
    let mut numbers = BTreeSet::new();
    cited(cell, &mut numbers);
    numbers
}

/// Leaves marks that cited cells beside each other share to the last of these, where those of the whole row are alike: a cell
/// without a mark between them is not cited by what follows it.
fn cite_once(cells: &mut [(&[Inline], Vec<Inline>)]) {
    let claims: Vec<&Vec<Inline>> = cells.iter().map(|(_, cell)| cell).filter(|cell| has_claim(cell)).collect();
    if !claims.windows(2).all(|pair| marks(pair[0]) == marks(pair[1])) {
        return;
    }
    for index in 1..cells.len() {
        let [(_, cell), (_, next)] = &mut cells[index - 1..=index] else { continue };
        if has_claim(cell) && has_claim(next) {
            retain(cell, &|inline| !matches!(inline, Inline::Cite(_)));
        }
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
    use crate::document::{Inline, plain_text};

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
        assert_eq!(cited_once(&[&unknown, &says, &gate]), [unmarked, says, gate.clone()]);
        let gated = [claim("March", 4), gate, claim("May", 4)];
        assert_eq!(cited_once(&[&gated[0], &gated[1], &gated[2]]), gated, "what isn't cited stands outside of the mark");
        // What differs in its source is said with it.
        let other = claim("not reported", 5);
        assert_eq!(cited_once(&[&unknown, &other]), [unknown, other]);
        // Equal values beside each other are said once, and each claim keeps its place.
        let unmarked = claim("not reported", 4)[..1].to_vec();
        let once = super::joined(vec![(&[], unmarked.clone()), (&[], unmarked), (&[], claim("in secured zones", 4))]);
        let claims: Vec<usize> =
            once.iter().map(|(_, cell)| cell.iter().filter(|one| matches!(one, Inline::Claim { .. })).count()).collect();
        assert_eq!((claims, plain_text(&once[0].1).as_str()), (vec![2, 1], "not reported"));
    }
}
