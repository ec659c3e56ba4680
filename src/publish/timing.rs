//! Time limits: how long a request or a lease has lasted. Nothing that is measured here is written anywhere.

use std::time::Duration;

/// A moment to count from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant(std::time::Instant);

impl Instant {
    #[expect(clippy::disallowed_methods, reason = "a time limit, which may read the clock")]
    pub(super) fn now() -> Instant {
        Instant(std::time::Instant::now())
    }

    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
