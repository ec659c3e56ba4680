//! Which of two rows of things belong together: the same ones first, then, between them, those alike.
//!
//! Never quadratic in long rows: what is alike is found by the words it shares, and only by its rarer ones where
//! there are many.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp};

/// What tells a thing from others.
#[derive(Debug, Clone, Default)]
pub(super) struct Sign {
    /// Things of different classes never belong together.
    pub(super) class: u64,
    /// Equal for what reads the same.
    pub(super) hash: u64,
    /// Its words, sorted, each as often as it stands there.
    pub(super) words: Vec<u64>,
    /// Nothing is found by it: one rule is like another.
    pub(super) weak: bool,
}

/// A step through both rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Both(usize, usize),
    Old(usize),
    New(usize),
}

/// Two things so alike are one that was changed.
const ENOUGH: f64 = 0.45;
/// This is enough where each is the only one in its place.
const ENOUGH_ALONE: f64 = 0.2;
/// Up to so many pairs every shared word is looked at.
const FEW: usize = 2_500;
/// In more, words that so many hold tell none of them apart.
const COMMON: usize = 24;
/// So many of the likeliest are looked at closely.
const CLOSELY: usize = 12;

/// Both rows in one order: of each its own, and what was taken out before what was put in.
pub(super) fn align(old: &[&Sign], new: &[&Sign]) -> Vec<Step> {
    // What is weak is the same as nothing here, and is paired in its gap.
    let hashes = |signs: &[&Sign], side: u64| {
        let key = |(index, sign): (usize, &&Sign)| if sign.weak { (side, index as u64) } else { (0, sign.hash) };
        signs.iter().enumerate().map(key).collect::<Vec<_>>()
    };
    let mut pairs = Vec::new();
    let (mut before, mut after) = (0, 0);
    for op in similar::capture_diff_slices(Algorithm::Patience, &hashes(old, 1), &hashes(new, 2)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            alike(old, new, before..old_index, after..new_index, &mut pairs);
            pairs.extend((0..len).map(|offset| (old_index + offset, new_index + offset)));
            (before, after) = (old_index + len, new_index + len);
        }
    }
    alike(old, new, before..old.len(), after..new.len(), &mut pairs);

    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    let (mut before, mut after) = (0, 0);
    for (one, other) in pairs.into_iter().map(Some).chain([None]).map(|pair| pair.unwrap_or((old.len(), new.len()))) {
        steps.extend((before..one).map(Step::Old));
        steps.extend((after..other).map(Step::New));
        if one < old.len() {
            steps.push(Step::Both(one, other));
        }
        (before, after) = (one + 1, other + 1);
    }
    steps
}

/// How much two things have in common, from 0 to 1.
fn likeness(one: &Sign, other: &Sign) -> f64 {
    let all = one.words.len() + other.words.len();
    if all == 0 {
        return if one.hash == other.hash { 1.0 } else { 0.0 };
    }
    let (mut left, mut right, mut shared) = (0, 0, 0_usize);
    while let (Some(a), Some(b)) = (one.words.get(left), other.words.get(right)) {
        shared += usize::from(a == b);
        left += usize::from(a <= b);
        right += usize::from(b <= a);
    }
    2.0 * shared as f64 / all as f64
}

/// Pairs within a gap, in order, so that as much as can be is paired.
fn alike(old: &[&Sign], new: &[&Sign], olds: std::ops::Range<usize>, news: std::ops::Range<usize>, pairs: &mut Vec<(usize, usize)>) {
    if olds.is_empty() || news.is_empty() {
        return;
    }
    if olds.len() == 1 && news.len() == 1 {
        let (one, other) = (old[olds.start], new[news.start]);
        if one.class == other.class && likeness(one, other) >= ENOUGH_ALONE {
            pairs.push((olds.start, news.start));
        }
        return;
    }
    let few = olds.len().saturating_mul(news.len()) <= FEW;
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for index in news.clone() {
        let mut last = None;
        for word in &new[index].words {
            if last.replace(word) != Some(word) {
                holders.entry(*word).or_default().push(index);
            }
        }
    }
    // (old, new, likeness in thousandths)
    let mut candidates: Vec<(usize, usize, u64)> = Vec::new();
    let mut counts = vec![0_u32; news.len()];
    for index in olds {
        let mut last = None;
        let mut touched = Vec::new();
        for word in &old[index].words {
            if last.replace(word) == Some(word) {
                continue;
            }
            for holder in holders.get(word).into_iter().filter(|held| few || held.len() <= COMMON).flatten() {
                let count = &mut counts[holder - news.start];
                if *count == 0 {
                    touched.push(*holder);
                }
                *count += 1;
            }
        }
        touched.sort_unstable_by_key(|holder| (std::cmp::Reverse(counts[holder - news.start]), *holder));
        touched.iter().for_each(|holder| counts[holder - news.start] = 0);
        touched.truncate(CLOSELY);
        for other in touched {
            let likeness = if old[index].class == new[other].class { likeness(old[index], new[other]) } else { 0.0 };
            if likeness >= ENOUGH {
                candidates.push((index, other, (likeness * 1000.0) as u64));
            }
        }
    }
    pairs.extend(heaviest(candidates, news.start, news.len()));
}

/// The pairs, rising on both sides, that weigh most together.
fn heaviest(mut candidates: Vec<(usize, usize, u64)>, start: usize, length: usize) -> Vec<(usize, usize)> {
    // Of one old thing the later new ones first, so that it is taken once at most.
    candidates.sort_unstable_by_key(|(old, new, _)| (*old, std::cmp::Reverse(*new)));
    // The best chain that ends at or before a new thing: its weight, and its last candidate from 1.
    let mut best = vec![(0_u64, 0_usize); length + 1];
    let mut previous = vec![0_usize; candidates.len()];
    for (number, (_, new, weight)) in candidates.iter().enumerate() {
        let place = new - start;
        let mut chain = (0, 0);
        let mut at = place;
        while at > 0 {
            if best[at].0 > chain.0 {
                chain = best[at];
            }
            at -= at & at.wrapping_neg();
        }
        previous[number] = chain.1;
        let sum = chain.0 + weight;
        let mut at = place + 1;
        while at <= length {
            if sum > best[at].0 {
                best[at] = (sum, number + 1);
            }
            at += at & at.wrapping_neg();
        }
    }
    let mut chain = (0, 0);
    let mut at = length;
    while at > 0 {
        if best[at].0 > chain.0 {
            chain = best[at];
        }
        at -= at & at.wrapping_neg();
    }
    let mut pairs = Vec::new();
    let mut next = chain.1;
    while next > 0 {
        let (old, new, _) = candidates[next - 1];
        pairs.push((old, new));
        next = previous[next - 1];
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(words: &[u64]) -> Sign {
        let mut sorted = words.to_vec();
        sorted.sort_unstable();
        let hash = words.iter().fold(7_u64, |hash, word| hash.wrapping_mul(31).wrapping_add(*word));
        Sign { class: 0, hash, words: sorted, weak: false }
    }

    fn steps(old: &[&[u64]], new: &[&[u64]]) -> Vec<Step> {
        let (old, new): (Vec<Sign>, Vec<Sign>) = (old.iter().map(|w| sign(w)).collect(), new.iter().map(|w| sign(w)).collect());
        align(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_alike_belongs_together_in_order() {
        use Step::{Both, New, Old};
        assert_eq!(steps(&[&[1, 2, 3], &[4, 5, 6]], &[&[4, 5, 7]]), [Old(0), Both(1, 0)]);
        assert_eq!(steps(&[&[1, 2, 3]], &[&[9, 9, 9], &[1, 2, 4], &[1, 2, 3, 5]]), [New(0), New(1), Both(0, 2)]);
        assert_eq!(steps(&[&[1, 2, 3], &[4, 5, 6]], &[&[4, 5, 7], &[1, 2, 8]]).iter().filter(|s| matches!(s, Both(..))).count(), 1);
        assert_eq!(steps(&[], &[&[1]]), [New(0)]);
        assert_eq!(steps(&[&[]], &[&[]]), [Both(0, 0)]);
    }

    #[test]
    fn long_rows_without_anything_in_common_are_quick() {
        let old: Vec<Sign> = (0..20_000).map(|n| sign(&[n, n + 1, 5])).collect();
        let new: Vec<Sign> = (0..20_000).map(|n| sign(&[n + 100_000, n + 100_001, 5])).collect();
        let steps = align(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>());
        assert_eq!(steps.len(), 40_000);
    }
}
