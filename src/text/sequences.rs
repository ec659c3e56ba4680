//! Two sequences compared item by item.

use std::collections::HashMap;
use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The steps that make `new` of `old`, by Myers' algorithm.
///
/// Equal items get the same number, and the numbers are compared, so that the algorithm is compiled for numbers alone.
pub(crate) fn compare<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    let mut known: HashMap<&T, usize> = HashMap::with_capacity(old.len());
    let mut numbers = Vec::with_capacity(old.len() + new.len());
    for item in old.iter().chain(new) {
        let next = known.len();
        numbers.push(*known.entry(item).or_insert(next));
    }
    let (old, new) = numbers.split_at(old.len());
    capture_diff_slices(Algorithm::Myers, old, new)
}
