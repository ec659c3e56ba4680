//! Documents side by side: the largest first, each as soon as a processor is free.

use std::cmp::Reverse;

use rayon::prelude::*;

/// What `work` makes of each item, in the order of the items.
///
/// A book is often half of a build: begun last, it would keep one processor busy after all others are done. Items
/// are therefore handed out one at a time rather than in runs, which is what rayon does with a slice.
pub(super) fn largest_first<T: Sync, R: Send>(items: &[T], size: impl Fn(&T) -> usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut order: Vec<(usize, &T)> = items.iter().enumerate().collect();
    order.sort_by_key(|(_, item)| Reverse(size(item)));
    let mut made: Vec<(usize, R)> = order.into_iter().par_bridge().map(|(index, item)| (index, work(item))).collect();
    made.sort_unstable_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::largest_first;

    #[test]
    fn begins_with_the_largest_and_keeps_the_order() {
        let begun = Mutex::new(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread starts");
        let made = pool.install(|| {
            largest_first(
                &[2, 5, 1, 9],
                |size| *size,
                |size| {
                    begun.lock().expect("no thread panics").push(*size);
                    size * 10
                },
            )
        });
        assert_eq!(made, [20, 50, 10, 90]);
        assert_eq!(begun.into_inner().expect("no thread panics"), [9, 5, 2, 1]);
    }
}
