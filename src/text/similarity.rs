//! How similar two things are, measured by the features that both have: hashes of words, of fields, of whatever they are made
//! of. Features are sorted, each as often as it occurs.

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

/// Up to this many pairs, every shared feature is looked at.
const FEW: usize = 10_000;
/// Among more pairs, a feature that more things than this have distinguishes none of them.
const COMMON: usize = 64;
/// How many things are proposed for each.
const PROPOSED: usize = 12;

/// How many features two things share.
pub(crate) fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut shared) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        let order = a.cmp(b);
        shared += usize::from(order == Ordering::Equal);
        left += usize::from(order != Ordering::Greater);
        right += usize::from(order != Ordering::Less);
    }
    shared
}

/// The Sørensen–Dice coefficient of two things, from 0 (nothing in common) to 1 (the same features). Things without any
/// features have nothing in common.
pub(crate) fn similarity(one: &[u64], other: &[u64]) -> f64 {
    2.0 * shared(one, other) as f64 / (one.len() + other.len()).max(1) as f64
}

/// Pairs of things that may be similar.
pub(crate) struct Proposals {
    /// Indices into both rows.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// How many shared features were looked at to find them.
    pub(crate) steps: usize,
}

/// Proposes pairs of two rows of things to be compared: for each old thing, the new things that share most of its features.
/// This takes no quadratic work in long rows, where common features are ignored.
pub(crate) fn proposals(old: &[&[u64]], new: &[&[u64]]) -> Proposals {
    let mut proposals = Proposals { pairs: Vec::new(), steps: 0 };
    let few = old.len().saturating_mul(new.len()) <= FEW;
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, features) in new.iter().enumerate() {
        features.chunk_by(|a, b| a == b).for_each(|same| holders.entry(same[0]).or_default().push(index));
    }
    let mut counts = vec![0_u32; new.len()];
    for (index, features) in old.iter().enumerate() {
        let mut touched = Vec::new();
        for same in features.chunk_by(|a, b| a == b) {
            for holder in holders.get(&same[0]).into_iter().filter(|held| few || held.len() <= COMMON).flatten() {
                proposals.steps += 1;
                if counts[*holder] == 0 {
                    touched.push(*holder);
                }
                counts[*holder] += 1;
            }
        }
        touched.sort_unstable_by_key(|holder| (Reverse(counts[*holder]), *holder));
        touched.iter().for_each(|holder| counts[*holder] = 0);
        proposals.pairs.extend(touched.into_iter().take(PROPOSED).map(|holder| (index, holder)));
    }
    proposals
}

/// Of weighed pairs, the heaviest first, those in which both things are in no pair yet.
pub(crate) fn heaviest_pairs(mut pairs: Vec<(usize, usize, u64)>) -> Vec<(usize, usize)> {
    pairs.sort_unstable_by_key(|(one, other, weight)| (Reverse(*weight), *one, *other));
    let (mut olds, mut news) = (HashSet::new(), HashSet::new());
    pairs.retain(|(one, other, _)| {
        let is_free = !olds.contains(one) && !news.contains(other);
        if is_free {
            olds.insert(*one);
            news.insert(*other);
        }
        is_free
    });
    pairs.into_iter().map(|(one, other, _)| (one, other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_counts_what_both_have() {
        assert_eq!(similarity(&[1, 2, 2, 3], &[2, 2, 3, 4]), 0.75);
        assert_eq!(similarity(&[1], &[1]), 1.0);
        assert_eq!((similarity(&[1], &[2]), similarity(&[], &[])), (0.0, 0.0));
    }

    #[test]
    fn each_thing_is_in_one_pair() {
        assert_eq!(heaviest_pairs(vec![(0, 0, 5), (0, 1, 9), (1, 1, 8), (1, 0, 5)]), [(0, 1), (1, 0)]);
        let (old, new): (Vec<&[u64]>, Vec<&[u64]>) = (vec![&[1, 2], &[7]], vec![&[2, 3], &[1, 2], &[8]]);
        assert_eq!(proposals(&old, &new).pairs, [(0, 1), (0, 0)]);
    }
}
