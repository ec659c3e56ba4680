//! How many steps outlines took on this thread.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn add() {
    STEPS.set(STEPS.get() + 1);
}

pub(crate) fn count() -> usize {
    STEPS.get()
}
