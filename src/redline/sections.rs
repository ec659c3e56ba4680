//! Sections that moved: a heading with all that is under it, taken out of both rows of blocks.
//!
//! Sections belong together by their headings, else by the words they share. The heaviest chain of pairs that rises on both
//! sides stays in place; a pair outside of it has moved, and so has what was under the heading.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::align::{Candidate, Sign, candidates, heaviest, likeness};
use super::node::{Kind, Node, Signer};
use crate::text::similarity::heaviest_pairs;

/// Sections under the same heading are the same one if they are as alike as this.
const SAME_HEADING: f64 = 0.2;
/// Sections are the same one under another heading if they are as alike as this.
const RENAMED: f64 = 0.6;
/// A section that moved is as alike as this.
const MOVED: f64 = 0.5;
/// A block belongs to a section that moved if the other side's holds so much of it.
const HELD: f64 = 0.6;
/// Above this number of headings, sections are not looked for: what moved is found block by block.
const MOST: usize = 5_000;

/// A section that moved, on both sides.
#[derive(Debug, Default)]
pub(super) struct MovedSection {
    pub(super) old: Vec<Node>,
    pub(super) new: Vec<Node>,
}

struct Section {
    /// From its heading to the next of its level or above.
    range: Range<usize>,
    /// Its heading, and its heading with those above it.
    heading: u64,
    path: u64,
    sign: Sign,
}

/// Two rows of blocks without the sections that moved, and these, without those that moved within them.
pub(super) fn all(old: Vec<Node>, new: Vec<Node>) -> (Vec<Node>, Vec<Node>, Vec<MovedSection>) {
    let mut moved = Vec::new();
    let (old, new) = extract(old, new, &mut moved);
    let mut next = 0;
    while next < moved.len() {
        let MovedSection { old, new } = std::mem::take(&mut moved[next]);
        let (old, new) = extract(old, new, &mut moved);
        moved[next] = MovedSection { old, new };
        next += 1;
    }
    (old, new, moved)
}

/// Takes the sections that moved out of two rows of blocks, and leaves a [`Kind::Section`] in the place of each.
fn extract(old: Vec<Node>, new: Vec<Node>, moved: &mut Vec<MovedSection>) -> (Vec<Node>, Vec<Node>) {
    let (olds, news) = (sections(&old), sections(&new));
    if olds.len() < 2 || news.len() < 2 || olds.len() > MOST || news.len() > MOST {
        return (old, new);
    }
    let first = moved.len();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (one, other) in outermost(&olds, &news, &old, &new) {
        let place = first + left.len();
        left.push((one, place));
        right.push((other, place));
        moved.push(MovedSection::default());
    }
    (take(old, true, left, |place, node| moved[place].old.push(node)), take(new, false, right, |place, node| moved[place].new.push(node)))
}

/// Takes ranges out of a row, and leaves a placeholder for each.
fn take(row: Vec<Node>, is_old: bool, mut ranges: Vec<(Range<usize>, usize)>, mut taken: impl FnMut(usize, Node)) -> Vec<Node> {
    ranges.sort_by_key(|(range, _)| range.start);
    let mut ranges = ranges.into_iter().peekable();
    let mut rest = Vec::with_capacity(row.len());
    for (index, node) in row.into_iter().enumerate() {
        while ranges.next_if(|(range, _)| range.end <= index).is_some() {}
        match ranges.peek().filter(|(range, _)| range.contains(&index)) {
            Some((range, place)) => {
                if index == range.start {
                    // It is like nothing else.
                    let class = Signer::of(&("moved section", is_old, *place)).done().class;
                    let sign = Sign { class, weak: true, ..Sign::default() };
                    rest.push(Node { id: node.id, kind: Kind::Section(*place), sign });
                }
                taken(*place, node);
            }
            None => rest.push(node),
        }
    }
    rest
}

fn sections(nodes: &[Node]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // Level and place of the sections that are open.
    let mut open: Vec<(u8, usize)> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Kind::Heading { level, .. } = &node.kind {
            while open.last().is_some_and(|(above, _)| above >= level) {
                open.pop();
            }
            let mut hasher = DefaultHasher::new();
            open.last().map(|(_, above)| sections[*above].path).hash(&mut hasher);
            node.sign.hash.hash(&mut hasher);
            open.push((*level, sections.len()));
            let sign = Sign { hash: node.sign.hash, ..Sign::default() };
            sections.push(Section { range: index..index, heading: node.sign.hash, path: hasher.finish(), sign });
        }
        for (_, place) in &open {
            let section = &mut sections[*place];
            section.range.end = index + 1;
            section.sign.words.extend(&node.sign.words);
        }
    }
    sections.iter_mut().for_each(|section| section.sign.words.sort_unstable());
    sections
}

/// The sections that moved, without those that moved as a part of another.
fn outermost(olds: &[Section], news: &[Section], old: &[Node], new: &[Node]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut pairs: Vec<Candidate> = Vec::new();
    let (mut left, mut right) = (vec![true; olds.len()], vec![true; news.len()]);
    for key in [|section: &Section| section.path, |section: &Section| section.heading] {
        let once = |sections: &[Section], free: &[bool]| {
            let mut once: HashMap<u64, Option<usize>> = HashMap::new();
            for index in (0..sections.len()).filter(|index| free[*index]) {
                once.entry(key(&sections[index])).and_modify(|found| *found = None).or_insert(Some(index));
            }
            once
        };
        let (ones, others) = (once(olds, &left), once(news, &right));
        for (one, section) in olds.iter().enumerate() {
            if let (Some(Some(_)), Some(Some(other))) = (ones.get(&key(section)), others.get(&key(section)))
                && left[one]
                && likeness(&section.sign, &news[*other].sign) >= SAME_HEADING
            {
                (left[one], right[*other]) = (false, false);
                pairs.push((one, *other, weight(section, &news[*other])));
            }
        }
    }
    let free = |free: &[bool]| (0..free.len()).filter(|index| free[*index]).collect::<Vec<_>>();
    let signs = |sections: &'_ [Section]| sections.iter().map(|section| section.sign.clone()).collect::<Vec<_>>();
    let (old_signs, new_signs) = (signs(olds), signs(news));
    let (old_signs, new_signs): (Vec<&Sign>, Vec<&Sign>) = (old_signs.iter().collect(), new_signs.iter().collect());
    for (one, other) in heaviest_pairs(candidates(&old_signs, &new_signs, &free(&left), &free(&right), RENAMED)) {
        pairs.push((one, other, weight(&olds[one], &news[other])));
    }

    pairs.sort_unstable();
    let stays: HashSet<(usize, usize)> = heaviest(pairs.clone(), 0, news.len()).into_iter().collect();
    let mut moved: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (one, other, _) in pairs.into_iter().filter(|(one, other, _)| !stays.contains(&(*one, *other))) {
        let (before, after) = (trimmed(&olds[one], old, &news[other]), trimmed(&news[other], new, &olds[one]));
        let apart = |range: &Range<usize>, taken: &Range<usize>| range.end <= taken.start || taken.end <= range.start;
        let is_free = moved.iter().all(|(old, new)| apart(&before.range, old) && apart(&after.range, new));
        if is_free && likeness(&before.sign, &after.sign) >= MOVED {
            moved.push((before.range, after.range));
        }
    }
    moved
}

/// What two sections share: a section weighs more than all that is in it.
fn weight(old: &Section, new: &Section) -> u64 {
    let words = likeness(&old.sign, &new.sign) * (old.sign.words.len() + new.sign.words.len()) as f64 / 2.0;
    2 + (old.range.len().min(new.range.len()) + words as usize) as u64
}

/// A section without the blocks at its end that the other doesn't hold: what ends a chapter stands under its last heading, and
/// stays when that moves.
fn trimmed(section: &Section, nodes: &[Node], other: &Section) -> Section {
    let held: HashSet<u64> = other.sign.words.iter().copied().collect();
    let is_held = |node: &Node| {
        let words = node.sign.words.iter().filter(|word| held.contains(word)).count();
        words as f64 >= HELD * node.sign.words.len() as f64 && !node.sign.words.is_empty()
    };
    let range = &section.range;
    let end = 1 + (range.start + 1..range.end).rev().find(|index| is_held(&nodes[*index])).unwrap_or(range.start);
    let mut sign = Sign { hash: section.sign.hash, ..Sign::default() };
    nodes[range.start..end].iter().for_each(|node| sign.words.extend(&node.sign.words));
    sign.words.sort_unstable();
    Section { range: range.start..end, sign, ..*section }
}
