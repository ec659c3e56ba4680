//! Which things of two rows belong together: the same ones first, then, between them, those alike.
//!
//! Equal things that both rows have once are anchors wherever they stand (Heckel, "A technique for isolating differences
//! between files", 1978). Of these the heaviest chain that rises on both sides stays in place, as in patience diff, where the
//! chain is the longest; gaps are searched again in the same way, and what repeats is compared with Myers' algorithm.
//! Then what is left in a gap is paired by the words that both share. Things outside of the chain may have moved:
//! `moves.rs` looks for them.
//!
//! Never quadratic in long rows: a chain is found in n log n, and what is alike by its rarer words where there are many.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use similar::DiffOp;

use crate::text::sequences;
use crate::text::similarity::{Proposals, proposals, similarity};
use crate::text::words::Op;

/// What identifies an item.
#[derive(Debug, Clone, Default)]
pub(super) struct Sign {
    /// Things of different classes never belong together.
    pub(super) class: u64,
    /// Equal for what reads the same.
    pub(super) hash: u64,
    /// Its words, sorted, each as often as it occurs.
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

/// An old and a new thing, and what the pair weighs.
pub(super) type Candidate = (usize, usize, u64);

/// Two things so alike are one that was changed.
pub(super) const ENOUGH: f64 = 0.45;
/// This is enough where each is the only one in its place.
const ENOUGH_ALONE: f64 = 0.2;
/// Up to this many pairs, what repeats is compared by Myers' algorithm.
const FEW: usize = 2_500;
/// Gaps in gaps that are searched for anchors.
const DEEP: usize = 24;

/// Both rows in one order: of each its own, and what was taken out before what was put in. What is in `elsewhere` (hashes of
/// things that both texts have once) is paired with its twin or with nothing.
pub(super) fn align(old: &[&Sign], new: &[&Sign], elsewhere: &HashSet<u64>) -> Vec<Step> {
    let mut equal = Vec::new();
    equals(old, new, (0..old.len(), 0..new.len()), 0, &mut equal);
    let mut pairs = Vec::new();
    let (mut before, mut after) = (0, 0);
    for (one, other) in equal.into_iter().map(Some).chain([None]).map(|pair| pair.unwrap_or((old.len(), new.len()))) {
        let free =
            |signs: &[&Sign], range: Range<usize>| range.filter(|index| !elsewhere.contains(&signs[*index].hash)).collect::<Vec<_>>();
        alike(old, new, &free(old, before..one), &free(new, after..other), &mut pairs);
        if one < old.len() {
            pairs.push((one, other));
        }
        (before, after) = (one + 1, other + 1);
    }

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

/// [`align`] for things that have a sign.
pub(super) fn steps<T>(old: &[T], new: &[T], sign: impl Fn(&T) -> &Sign, elsewhere: &HashSet<u64>) -> Vec<Step> {
    align(&old.iter().map(&sign).collect::<Vec<_>>(), &new.iter().map(&sign).collect::<Vec<_>>(), elsewhere)
}

/// A thing that both rows have, or a run of things that only one of them has.
pub(super) enum Stretch<'a, T> {
    Both(&'a T, &'a T),
    One(Op, Vec<&'a T>),
}

/// The things of both rows in one order, runs of one row together.
pub(super) fn stretches<'a, T>(old: &'a [T], new: &'a [T], sign: impl Fn(&T) -> &Sign, elsewhere: &HashSet<u64>) -> Vec<Stretch<'a, T>> {
    gathered(old, new, steps(old, new, sign, elsewhere))
}

/// The things of steps through both rows, runs of one row together.
pub(super) fn gathered<'a, T>(old: &'a [T], new: &'a [T], steps: Vec<Step>) -> Vec<Stretch<'a, T>> {
    let mut stretches: Vec<Stretch<'a, T>> = Vec::new();
    for step in steps {
        let (op, one) = match step {
            Step::Both(one, other) => {
                stretches.push(Stretch::Both(&old[one], &new[other]));
                continue;
            }
            Step::Old(index) => (Op::Delete, &old[index]),
            Step::New(index) => (Op::Insert, &new[index]),
        };
        match stretches.last_mut() {
            Some(Stretch::One(same, some)) if *same == op => some.push(one),
            _ => stretches.push(Stretch::One(op, vec![one])),
        }
    }
    stretches
}

/// Pairs of equal things within two ranges, rising on both sides.
fn equals(old: &[&Sign], new: &[&Sign], (mut olds, mut news): (Range<usize>, Range<usize>), depth: usize, pairs: &mut Vec<(usize, usize)>) {
    // What is weak is the same as nothing here, and is paired in its gap.
    let same = |one: usize, other: usize| !old[one].weak && old[one].hash == new[other].hash;
    while !olds.is_empty() && !news.is_empty() && same(olds.start, news.start) {
        work(1);
        pairs.push((olds.start, news.start));
        (olds.start, news.start) = (olds.start + 1, news.start + 1);
    }
    let mut tail = Vec::new();
    while !olds.is_empty() && !news.is_empty() && same(olds.end - 1, news.end - 1) {
        work(1);
        (olds.end, news.end) = (olds.end - 1, news.end - 1);
        tail.push((olds.end, news.end));
    }
    if !olds.is_empty() && !news.is_empty() {
        let anchors = heaviest(unique(old, new, &olds, &news), news.start, news.len());
        if anchors.is_empty() || depth >= DEEP {
            repeated(old, new, &olds, &news, pairs);
        } else {
            let (mut before, mut after) = (olds.start, news.start);
            for (one, other) in anchors {
                equals(old, new, (before..one, after..other), depth + 1, pairs);
                pairs.push((one, other));
                (before, after) = (one + 1, other + 1);
            }
            equals(old, new, (before..olds.end, after..news.end), depth + 1, pairs);
        }
    }
    pairs.extend(tail.into_iter().rev());
}

/// Equal things that both ranges have once, each as heavy as its words are many.
fn unique(old: &[&Sign], new: &[&Sign], olds: &Range<usize>, news: &Range<usize>) -> Vec<Candidate> {
    work(olds.len() + news.len());
    let once = |signs: &[&Sign], range: &Range<usize>| {
        let mut once: HashMap<u64, Option<usize>> = HashMap::new();
        for index in range.clone().filter(|index| !signs[*index].weak) {
            once.entry(signs[index].hash).and_modify(|found| *found = None).or_insert(Some(index));
        }
        once
    };
    let (left, right) = (once(old, olds), once(new, news));
    let weighed = olds.clone().filter_map(|index| {
        let hash = old[index].hash;
        let other = (*right.get(&hash)?)?;
        (*left.get(&hash)?).filter(|one| *one == index).map(|one| (one, other, 1 + old[one].words.len() as u64))
    });
    weighed.collect()
}

/// Pairs of equal things that repeat: by Myers' algorithm where they are few, else each time with the same time on the other side.
fn repeated(old: &[&Sign], new: &[&Sign], olds: &Range<usize>, news: &Range<usize>, pairs: &mut Vec<(usize, usize)>) {
    if olds.len().saturating_mul(news.len()) <= FEW {
        work(olds.len() * news.len());
        let hashes = |signs: &[&Sign], range: &Range<usize>, side: u64| {
            let key = |index: usize| if signs[index].weak { (side, index as u64) } else { (0, signs[index].hash) };
            range.clone().map(key).collect::<Vec<_>>()
        };
        for op in sequences::compare(&hashes(old, olds, 1), &hashes(new, news, 2)) {
            if let DiffOp::Equal { old_index, new_index, len } = op {
                pairs.extend((0..len).map(|offset| (olds.start + old_index + offset, news.start + new_index + offset)));
            }
        }
        return;
    }
    work(olds.len() + news.len());
    let times = |signs: &[&Sign], range: &Range<usize>| {
        let mut seen: HashMap<u64, usize> = HashMap::new();
        let strong = range.clone().filter(|index| !signs[*index].weak);
        let counted = strong.map(|index| {
            let times = seen.entry(signs[index].hash).or_default();
            *times += 1;
            ((signs[index].hash, *times), index)
        });
        counted.collect::<Vec<_>>()
    };
    let right: HashMap<(u64, usize), usize> = times(new, news).into_iter().collect();
    let candidates = times(old, olds).into_iter().filter_map(|(key, one)| Some((one, *right.get(&key)?, 1 + old[one].words.len() as u64)));
    pairs.extend(heaviest(candidates.collect(), news.start, news.len()));
}

/// How much two things have in common, from 0 to 1.
pub(super) fn likeness(one: &Sign, other: &Sign) -> f64 {
    let all = one.words.len() + other.words.len();
    work(1);
    if all == 0 {
        return if one.hash == other.hash { 1.0 } else { 0.0 };
    }
    similarity(&one.words, &other.words)
}

/// Pairs within a gap, in order, so that as much as can be is paired.
fn alike(old: &[&Sign], new: &[&Sign], olds: &[usize], news: &[usize], pairs: &mut Vec<(usize, usize)>) {
    if let ([one], [other]) = (olds, news) {
        if old[*one].class == new[*other].class && likeness(old[*one], new[*other]) >= ENOUGH_ALONE {
            pairs.push((*one, *other));
        }
        return;
    }
    if let (Some(first), Some(last)) = (news.first(), news.last()) {
        pairs.extend(heaviest(candidates(old, new, olds, news, ENOUGH), *first, last - first + 1));
    }
}

/// Pairs of things at least so alike, by their likeness in thousandths. Of each old thing only the likeliest are looked at.
pub(super) fn candidates<'a>(old: &[&'a Sign], new: &[&'a Sign], olds: &[usize], news: &[usize], enough: f64) -> Vec<Candidate> {
    let words = |signs: &[&'a Sign], indices: &[usize]| indices.iter().map(|index| &signs[*index].words[..]).collect::<Vec<_>>();
    let Proposals { pairs, steps } = proposals(&words(old, olds), &words(new, news));
    work(steps);
    let mut candidates = Vec::new();
    for (one, other) in pairs.into_iter().map(|(one, other)| (olds[one], news[other])) {
        let likeness = if old[one].class == new[other].class { likeness(old[one], new[other]) } else { 0.0 };
        if likeness >= enough {
            candidates.push((one, other, (likeness * 1000.0) as u64));
        }
    }
    candidates
}

/// The pairs, rising on both sides, that weigh most together.
pub(super) fn heaviest(mut candidates: Vec<Candidate>, start: usize, length: usize) -> Vec<(usize, usize)> {
    // Of one old thing the later new ones first, so that it is taken once at most.
    candidates.sort_unstable_by_key(|(old, new, _)| (*old, std::cmp::Reverse(*new)));
    // The best chain that ends at or before a new thing: its weight, and its last candidate from 1.
    let mut best = vec![(0_u64, 0_usize); length + 1];
    let mut previous = vec![0_usize; candidates.len()];
    for (number, (_, new, weight)) in candidates.iter().enumerate() {
        work(1);
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

/// Counts what a comparison costs, for the tests: pairs looked at, and steps of searches.
#[cfg(test)]
pub(super) fn work(steps: usize) {
    tests::WORK.with(|work| work.set(work.get() + steps));
}

#[cfg(not(test))]
fn work(_: usize) {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(in super::super) static WORK: Cell<usize> = const { Cell::new(0) };
    }

    fn sign(words: &[u64]) -> Sign {
        let mut sorted = words.to_vec();
        sorted.sort_unstable();
        let hash = words.iter().fold(7_u64, |hash, word| hash.wrapping_mul(31).wrapping_add(*word));
        Sign { class: 0, hash, words: sorted, weak: false }
    }

    fn steps(old: &[&[u64]], new: &[&[u64]]) -> Vec<Step> {
        let (old, new): (Vec<Sign>, Vec<Sign>) = (old.iter().map(|w| sign(w)).collect(), new.iter().map(|w| sign(w)).collect());
        align(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>(), &HashSet::new())
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

    /// Steps that it takes to align ten thousand things with others.
    fn effort(old: &[Sign], new: &[Sign]) -> usize {
        WORK.with(|work| work.set(0));
        let steps = align(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>(), &HashSet::new());
        let (olds, news) = steps.iter().fold((0, 0), |(olds, news), step| match step {
            Step::Both(..) => (olds + 1, news + 1),
            Step::Old(_) => (olds + 1, news),
            Step::New(_) => (olds, news + 1),
        });
        assert_eq!((olds, news), (old.len(), new.len()), "nothing is lost");
        WORK.with(Cell::get)
    }

    #[test]
    fn long_rows_take_no_quadratic_work() {
        const LONG: u64 = 10_000;
        let row = |words: &dyn Fn(u64) -> [u64; 4]| (0..LONG).map(|n| sign(&words(n))).collect::<Vec<_>>();
        let plain = row(&|n| [n, n + 1, n + 2, 5]);
        let mut reversed = plain.clone();
        reversed.reverse();
        let rows = [
            ("the same", row(&|n| [n, n + 1, n + 2, 5])),
            ("nothing in common", row(&|n| [n + 100_000, n + 100_001, n + 100_002, 5])),
            ("reversed", reversed),
            ("each changed", row(&|n| [n, n + 1, n + 200_000, 5])),
            ("all alike", row(&|_| [1, 2, 3, 5])),
            ("few kinds", row(&|n| [n % 7, 2, 3, 5])),
            (
                "shuffled",
                row(&|n| {
                    let n = n * 7_919 % LONG;
                    [n, n + 1, n + 2, 5]
                }),
            ),
        ];
        for (name, new) in &rows {
            let effort = effort(&plain, new);
            assert!(effort < 200 * LONG as usize, "{name}: {effort} steps");
        }
        let alike = row(&|n| [n % 5, 2, 3, 5]);
        let effort = effort(&alike, &rows[5].1);
        assert!(effort < 200 * LONG as usize, "kinds that repeat: {effort} steps");
    }
}
