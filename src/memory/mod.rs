//! How much memory a thread has in use: the system's allocator, which counts.
//!
//! In: nothing. Out: bytes, so that work that stays on one thread can be stopped before it takes too much. What one thread
//! takes and another gives back is counted where it happens, so only differences within one piece of work mean anything.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static IN_USE: Cell<isize> = const { Cell::new(0) };
}

/// The bytes that this thread took and didn't give back.
pub(crate) fn in_use() -> isize {
    IN_USE.get()
}

/// The system's allocator, which counts what each thread takes.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[cfg(test)]
thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// The bytes that this thread ever took.
#[cfg(test)]
pub(crate) fn taken() -> usize {
    TAKEN.get()
}

fn count(bytes: usize, sign: isize) {
    #[cfg(test)]
    let _ = TAKEN.try_with(|taken| taken.set(taken.get().wrapping_add(if sign > 0 { bytes } else { 0 })));
    // A thread that ends gives memory back after its counter is gone.
    let _ = IN_USE.try_with(|in_use| in_use.set(in_use.get().wrapping_add(sign.wrapping_mul(bytes as isize))));
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one hands each call on as it is")]
// SAFETY: every call goes to the system's allocator as it is, and counting takes no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let taken = unsafe { System.alloc(layout) };
        if !taken.is_null() {
            count(layout.size(), 1);
        }
        taken
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let taken = unsafe { System.alloc_zeroed(layout) };
        if !taken.is_null() {
            count(layout.size(), 1);
        }
        taken
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let taken = unsafe { System.realloc(pointer, layout, size) };
        if !taken.is_null() {
            count(layout.size(), -1);
            count(size, 1);
        }
        taken
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) };
        count(layout.size(), -1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_until_it_is_given_back() {
        let before = in_use();
        let mut taken: Vec<u8> = Vec::with_capacity(1 << 20);
        assert!(in_use() - before >= 1 << 20);
        taken.reserve_exact(4 << 20);
        assert!(in_use() - before >= 4 << 20);
        drop(taken);
        assert!(in_use() - before < 1 << 20);
        let elsewhere = std::thread::spawn(|| (vec![0_u8; 1 << 20], in_use())).join().unwrap();
        assert!(elsewhere.1 >= 1 << 19 && in_use() - before < 1 << 19, "each thread counts for itself");
    }
}
